// Score, rank, format.  Fair formatting reads each conversation twice: once to measure it, once to
// write it into its share of the characters.  The assistant's messages are cut to one level before
// a message of the user's is; then conversations share what there is.

#include "pipeline/conversations_to_sample.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "pipeline/conversation_block.hpp"
#include "pipeline/fair_share.hpp"
#include "pipeline/prompt_format.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kScoredCharacters = 500;
constexpr std::size_t kFewestPercentUsed = 95;
constexpr std::string_view kSeparator = "\n\n";

Block FitBlock(const Shape& shape, std::size_t room) {
  Block block(shape);
  block.Grow(room);
  block.CutNext(room);
  return block;
}

// Shares `room` out evenly among shapes whose smallest blocks fit into it.  First messages are cut
// only when they do not all fit.
std::vector<std::size_t> ShareOut(const std::vector<const Shape*>& shapes, std::size_t room) {
  std::vector<Claim> claims;
  for (const Shape* shape : shapes) claims.push_back({shape->WithFirstMessage(), shape->whole});
  if (Total(claims, 0) > room) {
    for (std::size_t i = 0; i < claims.size(); ++i) {
      claims[i] = {shapes[i]->Smallest(), claims[i].least};
    }
  }
  std::size_t const level = FairLevel(claims, room);
  std::vector<std::size_t> shares;
  for (const Claim& claim : claims) shares.push_back(claim.At(level));
  return shares;
}

// Gives the characters left over to the blocks that are cut, best conversation first.
void HandOut(std::vector<Block>* blocks, std::size_t max_chars, std::size_t rest) {
  for (Block& block : *blocks) {
    std::size_t const before = block.Length();
    block.Grow(before + rest);
    rest -= block.Length() - before;
  }
  if (rest <= max_chars / 100 * (100 - kFewestPercentUsed)) return;
  for (Block& block : *blocks) {
    if (block.CutNext(block.Length() + rest)) return;
  }
}

// The positions of the conversations that are shown, best first: as many as fit as smallest blocks.
std::vector<std::size_t> Admit(const std::vector<Shape>& shapes, std::size_t max_chars) {
  std::vector<std::size_t> admitted;
  std::size_t used = 0;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    std::size_t const smallest = shapes[i].Smallest();
    if (smallest > max_chars) continue;  // one overlong title must not end the sample
    std::size_t const more = smallest + (admitted.empty() ? 0 : kSeparator.size());
    if (more > max_chars - used) break;
    used += more;
    admitted.push_back(i);
  }
  return admitted;
}

// The highest level at which all of the users' messages fit into `room`, the lowest if they do not.
std::size_t LevelFor(const std::vector<const Shape*>& shapes, std::size_t room) {
  std::size_t fixed = 0;
  std::vector<Claim> claims;  // of the assistant's messages
  InterruptsNowAndThen interrupts;
  for (const Shape* shape : shapes) {
    fixed += shape->whole;
    for (const LineLength& line : shape->lines) {
      interrupts.Step();
      if (line.role == Role::kUser) continue;
      claims.push_back({0, line.body});
      fixed -= line.body;
    }
  }
  return std::max(fixed < room ? FairLevel(claims, room - fixed) : 0, kLowestLevel);
}

struct Slot {
  std::size_t position = 0;
  std::size_t length = 0;  // of the block
};

struct Plan {
  std::size_t level = 0;
  std::vector<Slot> slots;
};

Plan PlanFair(std::vector<Shape> shapes, std::size_t max_chars) {
  const std::vector<std::size_t> admitted = Admit(shapes, max_chars);
  if (admitted.empty()) return {};
  std::vector<const Shape*> kept;
  for (std::size_t const position : admitted) kept.push_back(&shapes[position]);
  std::size_t rest = max_chars - kSeparator.size() * (admitted.size() - 1);
  Plan plan{LevelFor(kept, rest), {}};
  for (std::size_t const position : admitted) shapes[position].Shorten(plan.level);
  const std::vector<std::size_t> shares = ShareOut(kept, rest);
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    Block block(*kept[i]);
    block.Grow(shares[i]);
    if (!block.ShowsMessage()) block.CutNext(shares[i]);
    rest -= block.Length();
    blocks.push_back(block);
  }
  HandOut(&blocks, max_chars, rest);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    plan.slots.push_back({admitted[i], blocks[i].Length()});
  }
  return plan;
}

void AppendBlock(const std::string& block, std::string* text) {
  if (!text->empty()) *text += kSeparator;
  *text += block;
}

// The conversation up to the last message that fits into max_chars; *whole = that is all of it.
std::string WriteBeginning(const Conversation& conversation, std::size_t max_chars, Escape escape,
                           bool* whole) {
  std::string text = BlockHeader(conversation, escape);
  std::size_t used = CountCharacters(text);
  *whole = used <= max_chars;
  if (!*whole) return "";
  for (const Message& message : conversation.messages) {
    CheckForInterrupts();
    std::string const line = BlockLine(message, kUncut, escape);
    used += CountCharacters(line);
    *whole = used <= max_chars;
    if (!*whole) break;
    text += line;
  }
  return text;
}

std::string FormatWhole(std::size_t count, const ReadConversation& read, std::size_t max_chars,
                        Escape escape) {
  std::string text;
  std::size_t used = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t const separator = i == 0 ? 0 : kSeparator.size();
    if (separator > max_chars - used) break;
    bool whole = false;
    std::string const block = WriteBeginning(read(i), max_chars - used - separator, escape, &whole);
    if (!whole) return i == 0 ? block : text;
    AppendBlock(block, &text);
    used += separator + CountCharacters(block);
  }
  return text;
}

}  // namespace

std::int64_t ScoreConversation(const Conversation& conversation) {
  std::size_t of_user = 0;
  std::size_t characters = 0;
  for (const Message& message : conversation.messages) {
    CheckForInterrupts();
    if (message.role != Role::kUser) continue;
    ++of_user;
    characters += CountCharacters(FirstCharacters(message.text, kScoredCharacters));
  }
  std::size_t const messages = conversation.messages.size();
  std::size_t const turns = std::min(of_user, messages - of_user);
  return static_cast<std::int64_t>(10 * messages + characters + 20 * turns);
}

Scored ScoreAt(std::size_t position, const Conversation& conversation) {
  return {position, ScoreConversation(conversation), conversation.messages.size(),
          conversation.created_at};
}

std::vector<Scored> RankConversations(std::vector<Scored> conversations, std::size_t target_count) {
  const auto enough = [](const Scored& c) { return c.messages >= kFewMessages; };
  if (std::any_of(conversations.begin(), conversations.end(), enough)) {
    conversations.erase(
        std::remove_if(conversations.begin(), conversations.end(), std::not_fn(enough)),
        conversations.end());
  }
  // nullopt, an unknown time, compares as older than any other.
  InterruptsNowAndThen interrupts;
  std::sort(conversations.begin(), conversations.end(), [&](const Scored& a, const Scored& b) {
    interrupts.Step();
    return std::tie(b.score, b.created_at, a.position) <
           std::tie(a.score, a.created_at, b.position);
  });
  if (conversations.size() > target_count) conversations.resize(target_count);
  return conversations;
}

FairText FormatFairly(std::size_t count, const ReadConversation& read, std::size_t max_chars,
                      Escape escape) {
  FairText fair;
  std::vector<Shape> shapes;
  shapes.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    shapes.push_back(ShapeOf(read(i), kUncut, escape));
    fair.blocks.push_back({shapes.back().whole, 0});
  }
  const Plan plan = PlanFair(std::move(shapes), max_chars);
  for (const Slot& slot : plan.slots) {
    const Conversation conversation = read(slot.position);
    // The conversation may have changed since it was measured; the planned length holds.
    const Shape shape = ShapeOf(conversation, plan.level, escape);
    if (shape.Smallest() > slot.length) continue;
    const std::string block = FitBlock(shape, slot.length).Write(conversation, plan.level, escape);
    fair.blocks[slot.position].used = CountCharacters(block);
    AppendBlock(block, &fair.text);
  }
  return fair;
}

std::string FormatConversations(std::size_t count, const ReadConversation& read,
                                std::size_t max_chars, Share share, Escape escape) {
  return share == Share::kFair ? FormatFairly(count, read, max_chars, escape).text
                               : FormatWhole(count, read, max_chars, escape);
}

}  // namespace soulprint
