// The marks of the text form of conversations, for those who write it and those who read it
// (doc/behavior.md, "Format").
//
//   === Conversation: "Title" (2024-03-20) ===
//   User: first message
//   Assistant: its answer
//   [... 12 more messages]
//
// A message that was cut ends with kTruncated (util/text.hpp).

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pipeline/types.hpp"

namespace soulprint {

inline constexpr std::string_view kHeaderBegin = "=== Conversation: \"";
inline constexpr std::string_view kUserLabel = "User: ";
inline constexpr std::string_view kAssistantLabel = "Assistant: ";
inline constexpr std::string_view kMoreBegin = "[... ";
inline constexpr std::string_view kMoreEnd = " more messages]";
inline constexpr std::string_view kMemoryMark = "## MEMORY";  // MEMORY follows the conversations
inline constexpr std::string_view kUntitled = "Untitled";

// kMarks, for the sections question: invisible characters are left out (visible.hpp), and a line
// inside a message or title that begins like one of the format's own gets a leading space.
enum class Escape { kNone, kMarks };

constexpr std::string_view Label(Role role) {
  return role == Role::kUser ? kUserLabel : kAssistantLabel;
}

// The title to show: kUntitled if it is null or missing.
inline std::string ShownTitle(const std::optional<std::string>& title) {
  return title.value_or(std::string(kUntitled));
}

}  // namespace soulprint
