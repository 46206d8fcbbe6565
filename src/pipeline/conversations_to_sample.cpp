// Score, rank, format.  Fair formatting reads each conversation twice: once to measure it, once to
// write it into its share of the characters.

#include "pipeline/conversations_to_sample.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "pipeline/fair_share.hpp"
#include "pipeline/prompt_format.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"
#include "util/time.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kMessageCharacters = 2000;
constexpr std::size_t kScoredCharacters = 500;
constexpr std::size_t kFewMessages = 4;
constexpr std::size_t kFewestPercentUsed = 95;
constexpr std::string_view kSeparator = "\n\n";

// A line of a message that begins with one of these could be taken for the format's own.
constexpr std::array<std::string_view, 4> kMarks = {
    kHeaderBegin.substr(0, kHeaderBegin.size() - 2), kUserLabel.substr(0, kUserLabel.size() - 1),
    kAssistantLabel.substr(0, kAssistantLabel.size() - 1), kMemoryMark};

// A mark counts after white space too, but not after a space or tab: Escaped puts a space before
// it.
bool LooksLikeMark(std::string_view line) {
  if (line.starts_with(' ') || line.starts_with('\t')) return false;
  std::string_view const text = line.substr(SkipSpace(line, 0));
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&](std::string_view mark) { return text.starts_with(mark); });
}

std::string Escaped(std::string_view text, Escape escape) {
  if (escape == Escape::kNone) return std::string(text);
  std::string const visible = Visible(text);
  std::string escaped;
  for (std::string_view rest = visible; !rest.empty();) {
    std::string_view const line = rest.substr(0, std::min(rest.find('\n'), rest.size() - 1) + 1);
    if (LooksLikeMark(line)) escaped += ' ';
    escaped += line;
    rest.remove_prefix(line.size());
  }
  return escaped;
}

std::string Header(const Conversation& conversation, Escape escape) {
  return std::string(kHeaderBegin) + Escaped(ShownTitle(conversation.title), escape) + "\" (" +
         FormatDate(conversation.created_at) + ") ===";
}

std::string Body(const Message& message, Escape escape) {
  return Escaped(Truncate(message.text, kMessageCharacters), escape);
}

std::string MoreMark(std::size_t messages) {
  return std::string(kMoreBegin) + std::to_string(messages) + std::string(kMoreEnd);
}

std::size_t MarkLength(std::size_t left_out) {
  return left_out == 0 ? 0 : 1 + MoreMark(left_out).size();
}

// A message's line in a block, in characters.
struct Line {
  Role role = Role::kUser;
  unsigned body = 0;

  std::size_t Length() const { return 1 + Label(role).size() + body; }
};

// The lengths of a block's parts, in characters.
struct Shape {
  std::size_t header = 0;
  std::vector<Line> lines;
  std::size_t whole = 0;  // all of it
  std::size_t first = 0;  // the first user message; without one, the first message

  // The index of the n-th message to show when there is no room for all: first the user's first
  // message, then the others in their order.
  std::size_t Nth(std::size_t n) const { return n == 0 ? first : n <= first ? n - 1 : n; }
  std::size_t PlaceOf(std::size_t index) const {
    return index == first ? 0 : index < first ? index + 1 : index;
  }

  std::size_t Smallest() const { return std::min(whole, header + MarkLength(lines.size())); }
  std::size_t WithFirstMessage() const {
    if (lines.empty()) return whole;
    return std::min(whole, header + lines[first].Length() + MarkLength(lines.size() - 1));
  }
};

Shape Measure(const Conversation& conversation, Escape escape) {
  Shape shape;
  shape.header = CountCharacters(Header(conversation, escape));
  shape.whole = shape.header;
  shape.lines.reserve(conversation.messages.size());
  bool user_seen = false;
  for (const Message& message : conversation.messages) {
    CheckForInterrupts();
    if (!user_seen && message.role == Role::kUser) {
      user_seen = true;
      shape.first = shape.lines.size();
    }
    std::size_t const body = CountCharacters(Body(message, escape));
    shape.lines.push_back({message.role, static_cast<unsigned>(body)});
    shape.whole += shape.lines.back().Length();
  }
  return shape;
}

// A conversation as far as it is shown: at first only the header.
class Block {
 public:
  explicit Block(const Shape& shape) : shape_(&shape), bare_(shape.header) {}

  bool IsWhole() const { return shown_ == shape_->lines.size(); }
  bool ShowsMessage() const { return shown_ > 0; }

  std::size_t Length() const {
    return bare_ + CutLength() + MarkLength(shape_->lines.size() - shown_ - (cut_ > 0 ? 1 : 0));
  }

  // Shows further messages while the block stays within `room` characters.
  void Grow(std::size_t room) {
    // The whole block can be shorter than one that lacks a message: it has no last line.
    const bool all = shape_->whole <= room;
    while (!IsWhole() && (all || LengthWithNext() <= room)) {
      CheckForInterrupts();
      bare_ += Next().Length();
      ++shown_;
      cut_ = 0;
    }
  }

  // Fills the block up to `room` characters with the beginning of the next message.  Call after
  // Grow with the same room.  False if not one character fits.
  bool CutNext(std::size_t room) {
    if (IsWhole()) return false;
    std::size_t const fixed = LengthWithNext() - Next().body + kTruncated.size();
    if (fixed >= room) return false;
    cut_ = room - fixed;
    assert(cut_ + kTruncated.size() < Next().body);  // Grow found no room for all of it
    return true;
  }

  std::string Write(const Conversation& conversation, Escape escape) const {
    std::string text = Header(conversation, escape);
    for (std::size_t i = 0; i < conversation.messages.size(); ++i) {
      CheckForInterrupts();
      std::size_t const place = shape_->PlaceOf(i);
      if (place > shown_ || (place == shown_ && cut_ == 0)) continue;
      const Message& message = conversation.messages[i];
      std::string const body = Body(message, escape);
      text += "\n" + std::string(Label(message.role));
      text += place < shown_ ? body : Cut(body, escape);
    }
    std::size_t const left_out = shape_->lines.size() - shown_ - (cut_ > 0 ? 1 : 0);
    return left_out == 0 ? text : text + "\n" + MoreMark(left_out);
  }

 private:
  const Line& Next() const { return shape_->lines[shape_->Nth(shown_)]; }
  std::size_t LengthWithNext() const {
    return bare_ + Next().Length() + MarkLength(shape_->lines.size() - shown_ - 1);
  }
  // After the cut a joiner may stand at the end, where it joins nothing: Visible removes it.
  std::string Cut(const std::string& body, Escape escape) const {
    std::string cut = Truncate(body, cut_);
    return escape == Escape::kNone ? cut : Visible(cut);
  }
  std::size_t CutLength() const {
    return cut_ == 0 ? 0 : Next().Length() - Next().body + cut_ + kTruncated.size();
  }

  const Shape* shape_;
  std::size_t shown_ = 0;  // messages, in the order of Shape::Nth
  std::size_t cut_ = 0;    // characters of the next one; 0 = it is left out
  std::size_t bare_;       // header and shown messages, in characters
};

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

struct Slot {
  std::size_t position = 0;
  std::size_t length = 0;  // of the block
};

std::vector<Slot> PlanFair(const std::vector<Shape>& shapes, std::size_t max_chars) {
  const std::vector<std::size_t> admitted = Admit(shapes, max_chars);
  if (admitted.empty()) return {};
  std::vector<const Shape*> kept;
  for (std::size_t const position : admitted) kept.push_back(&shapes[position]);
  std::size_t rest = max_chars - kSeparator.size() * (admitted.size() - 1);
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
  std::vector<Slot> slots;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    slots.push_back({admitted[i], blocks[i].Length()});
  }
  return slots;
}

void AppendBlock(const std::string& block, std::string* text) {
  if (!text->empty()) *text += kSeparator;
  *text += block;
}

std::string FormatFair(std::size_t count, const ReadConversation& read, std::size_t max_chars,
                       Escape escape) {
  std::vector<Slot> slots;
  {
    std::vector<Shape> shapes;
    shapes.reserve(count);
    for (std::size_t i = 0; i < count; ++i) shapes.push_back(Measure(read(i), escape));
    slots = PlanFair(shapes, max_chars);
  }
  std::string text;
  for (const Slot& slot : slots) {
    const Conversation conversation = read(slot.position);
    // The conversation may have changed since it was measured; the planned length holds.
    const Shape shape = Measure(conversation, escape);
    if (shape.Smallest() > slot.length) continue;
    AppendBlock(FitBlock(shape, slot.length).Write(conversation, escape), &text);
  }
  return text;
}

// The conversation up to the last message that fits into max_chars; *whole = that is all of it.
std::string WriteBeginning(const Conversation& conversation, std::size_t max_chars, Escape escape,
                           bool* whole) {
  std::string text = Header(conversation, escape);
  std::size_t used = CountCharacters(text);
  *whole = used <= max_chars;
  if (!*whole) return "";
  for (const Message& message : conversation.messages) {
    CheckForInterrupts();
    std::string const line = "\n" + std::string(Label(message.role)) + Body(message, escape);
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

std::string FormatConversations(std::size_t count, const ReadConversation& read,
                                std::size_t max_chars, Share share, Escape escape) {
  return share == Share::kFair ? FormatFair(count, read, max_chars, escape)
                               : FormatWhole(count, read, max_chars, escape);
}

}  // namespace soulprint
