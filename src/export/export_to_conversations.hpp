// The bytes of one file ──► conversations, one at a time (doc/export_format.md).

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "export/import_report.hpp"
#include "export/limits.hpp"
#include "pipeline/types.hpp"
#include "util/json_events.hpp"

namespace soulprint {

//   ExportReader reader(limits, [&](Conversation c) { … }, &report);
//   while (…) reader.Push(bytes);
//   reader.Finish();
//
// Takes JSON: an array of conversations, {"conversations": […]}, a single conversation, or JSON
// Lines of these; ChatGPT's and DeepSeek's tree, Claude's chat_messages, the simplified form, and
// Gemini's list of activities.  Takes what else is in the table of text_forms.hpp.  Keeps one
// conversation in memory at a time.  A conversation that cannot be read is skipped and counted in
// the report.  A conversation marked "do not remember" counts as skipped; if it has an id, it is
// given without messages, so that the caller can remove what an earlier export gave.
class ExportReader {
 public:
  using Give = std::function<void(Conversation)>;

  ExportReader(ImportLimits limits, Give give, ImportReport* report);
  ~ExportReader();
  ExportReader(const ExportReader&) = delete;
  ExportReader& operator=(const ExportReader&) = delete;

  // Throws Error 22P02 when the file is not an export; the detail says what it looks like.
  void Push(std::string_view bytes);

  // Call after the last byte.  Throws Error 22P02 when the file is empty or truncated.
  void Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A conversation in any of the forms of one record: ChatGPT's tree, Claude's chat_messages,
// {"messages": […]}, or a bare array of messages.
// Throws Error 22P02 when it has none of these forms, 54000 when it is nested too deeply or reading
// it would take more than max_bytes of memory.
Conversation ConversationFromJson(const SendJson& send, std::size_t max_bytes);

}  // namespace soulprint
