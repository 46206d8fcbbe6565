#include "pipeline/conversation_block.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <string_view>

#include "util/interrupts.hpp"
#include "util/time.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kSampleMessageCharacters = 2000;

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

// The first characters and the mark of a cut.  A joiner that the cut leaves at the end joins
// nothing: Visible removes it.
std::string Cut(const std::string& body, std::size_t characters, Escape escape) {
  std::string cut = Truncate(body, characters);
  return escape == Escape::kNone ? cut : Visible(cut);
}

std::string Body(const Message& message, std::size_t level, Escape escape) {
  std::string body = Escaped(Truncate(message.text, kSampleMessageCharacters), escape);
  if (message.role == Role::kUser || CountCharacters(body) <= level) return body;
  return Cut(body, level - kTruncated.size(), escape);
}

std::string Line(Role role, const std::string& body) {
  return "\n" + std::string(Label(role)) + body;
}

std::string MoreMark(std::size_t messages) {
  return std::string(kMoreBegin) + std::to_string(messages) + std::string(kMoreEnd);
}

std::size_t MarkLength(std::size_t left_out) {
  return left_out == 0 ? 0 : 1 + MoreMark(left_out).size();
}

}  // namespace

std::string BlockHeader(const Conversation& conversation, Escape escape) {
  return std::string(kHeaderBegin) + Escaped(ShownTitle(conversation.title), escape) + "\" (" +
         FormatDate(conversation.created_at) + ") ===";
}

std::string BlockLine(const Message& message, std::size_t level, Escape escape) {
  return Line(message.role, Body(message, level, escape));
}

void Shape::Shorten(std::size_t level) {
  InterruptsNowAndThen interrupts;
  for (LineLength& line : lines) {
    interrupts.Step();
    if (line.role == Role::kUser || line.body <= level) continue;
    whole -= line.body - level;
    line.body = static_cast<unsigned>(level);
  }
}

std::size_t Shape::Smallest() const { return std::min(whole, header + MarkLength(lines.size())); }

std::size_t Shape::WithFirstMessage() const {
  if (lines.empty()) return whole;
  return std::min(whole, header + lines[first].All() + MarkLength(lines.size() - 1));
}

Shape ShapeOf(const Conversation& conversation, std::size_t level, Escape escape) {
  Shape shape;
  shape.header = CountCharacters(BlockHeader(conversation, escape));
  shape.whole = shape.header;
  shape.lines.reserve(conversation.messages.size());
  bool user_seen = false;
  for (const Message& message : conversation.messages) {
    CheckForInterrupts();
    if (!user_seen && message.role == Role::kUser) {
      user_seen = true;
      shape.first = shape.lines.size();
    }
    std::size_t const body = CountCharacters(Body(message, level, escape));
    shape.lines.push_back({message.role, static_cast<unsigned>(body)});
    shape.whole += shape.lines.back().All();
  }
  return shape;
}

std::size_t Block::Length() const {
  std::size_t const cut = cut_ == 0 ? 0 : Next().All() - Next().body + cut_ + kTruncated.size();
  return bare_ + cut + MarkLength(LeftOut());
}

std::size_t Block::LengthWithNext() const {
  return bare_ + Next().All() + MarkLength(shape_->lines.size() - shown_ - 1);
}

void Block::Grow(std::size_t room) {
  // The whole block can be shorter than one that lacks a message: it has no last line.
  const bool all = shape_->whole <= room;
  while (!IsWhole() && (all || LengthWithNext() <= room)) {
    CheckForInterrupts();
    bare_ += Next().All();
    ++shown_;
    cut_ = 0;
  }
}

bool Block::CutNext(std::size_t room) {
  if (IsWhole()) return false;
  std::size_t const fixed = LengthWithNext() - Next().body + kTruncated.size();
  if (fixed >= room) return false;
  cut_ = room - fixed;
  assert(cut_ + kTruncated.size() < Next().body);  // Grow found no room for all of it
  return true;
}

std::string Block::Write(const Conversation& conversation, std::size_t level, Escape escape) const {
  std::string text = BlockHeader(conversation, escape);
  for (std::size_t i = 0; i < conversation.messages.size(); ++i) {
    CheckForInterrupts();
    std::size_t const place = shape_->PlaceOf(i);
    if (place > shown_ || (place == shown_ && cut_ == 0)) continue;
    const Message& message = conversation.messages[i];
    std::string const body = Body(message, level, escape);
    text += Line(message.role, place < shown_ ? body : Cut(body, cut_, escape));
  }
  return LeftOut() == 0 ? text : text + "\n" + MoreMark(LeftOut());
}

}  // namespace soulprint
