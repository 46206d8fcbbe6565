// Shared by the fuzz targets: reporting a broken promise, and checking text.

#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "export/export_to_conversations.hpp"
#include "util/text.hpp"

namespace soulprint {

// Ends the process, so that the fuzzer keeps the input.
inline void Require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

inline void RequireStorable(std::string_view text) {
  Require(IsCleanUtf8(text), "all text is UTF-8 without U+0000 and surrogates");
}

inline void RequireStorable(const Conversation& conversation) {
  RequireStorable(conversation.id);
  RequireStorable(conversation.title.value_or(""));
  Require(conversation.messages.empty() == conversation.do_not_remember,
          "a conversation has a visible message, unless it is not to be remembered");
  for (const Message& message : conversation.messages) {
    RequireStorable(message.id);
    RequireStorable(message.text);
    Require(!IsBlank(message.text), "a visible message has a text");
  }
}

inline void RequireSound(const ImportReport& report) {
  std::size_t skipped = 0;
  for (const auto& [reason, count] : report.skipped) skipped += count;
  for (const auto& [reason, count] : report.hidden) RequireStorable(reason);
  for (const std::string& id : report.skipped_ids) RequireStorable(id);
  Require(report.found == report.conversations + skipped, "what was found is given or counted");
}

}  // namespace soulprint
