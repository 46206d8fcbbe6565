// The text of one conversation in a prompt (doc/behavior.md, "Format"): how long its parts are, and
// as much of it as fits into a number of characters.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/prompt_format.hpp"
#include "pipeline/types.hpp"
#include "util/text.hpp"

namespace soulprint {

// An assistant's message has at most `level` characters in a block, its mark of a cut included.
inline constexpr std::size_t kUncut = static_cast<std::size_t>(-1);
inline constexpr std::size_t kLowestLevel = kTruncated.size();

// The first line of a block.
std::string BlockHeader(const Conversation& conversation, Escape escape);

// A message's line, line break and label included.
std::string BlockLine(const Message& message, std::size_t level, Escape escape);

// A message's line in a block, in characters.
struct LineLength {
  Role role = Role::kUser;
  unsigned body = 0;

  std::size_t All() const { return 1 + Label(role).size() + body; }
};

// The lengths of a block's parts, in characters.
struct Shape {
  std::size_t header = 0;
  std::vector<LineLength> lines;
  std::size_t whole = 0;  // all of it
  std::size_t first = 0;  // the first user message; without one, the first message

  // The index of the n-th message to show when there is no room for all: first the user's first
  // message, then the others in their order.
  std::size_t Nth(std::size_t n) const { return n == 0 ? first : n <= first ? n - 1 : n; }
  std::size_t PlaceOf(std::size_t index) const {
    return index == first ? 0 : index < first ? index + 1 : index;
  }

  // Cuts the assistant's messages to this level.
  void Shorten(std::size_t level);

  // The length of a block without a message, and with the first to show.
  std::size_t Smallest() const;
  std::size_t WithFirstMessage() const;
};

// The shape of a conversation whose assistant's messages are cut to this level.
Shape ShapeOf(const Conversation& conversation, std::size_t level, Escape escape);

// A conversation as far as it is shown: at first only the header.  The shape must outlive it.
class Block {
 public:
  explicit Block(const Shape& shape) : shape_(&shape), bare_(shape.header) {}

  bool IsWhole() const { return shown_ == shape_->lines.size(); }
  bool ShowsMessage() const { return shown_ > 0; }

  // In characters.
  std::size_t Length() const;

  // Shows further messages while the block stays within `room` characters.
  void Grow(std::size_t room);

  // Fills the block up to `room` characters with the beginning of the next message.  Call after
  // Grow with the same room.  False if not one character fits.
  bool CutNext(std::size_t room);

  // The text of a conversation of this shape, not longer than Length.
  std::string Write(const Conversation& conversation, std::size_t level, Escape escape) const;

 private:
  const LineLength& Next() const { return shape_->lines[shape_->Nth(shown_)]; }
  std::size_t LeftOut() const { return shape_->lines.size() - shown_ - (cut_ > 0 ? 1 : 0); }
  std::size_t LengthWithNext() const;

  const Shape* shape_;
  std::size_t shown_ = 0;  // messages, in the order of Shape::Nth
  std::size_t cut_ = 0;    // characters of the next one; 0 = it is left out
  std::size_t bare_;       // header and shown messages, in characters
};

}  // namespace soulprint
