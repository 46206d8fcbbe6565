// An export as it arrives ──► conversations, one at a time (CONTRACT 1, export_format).

#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "export/import_report.hpp"
#include "pipeline/types.hpp"
#include "util/json_events.hpp"

namespace soulprint {

// Bytes of one JSON file, pushed in pieces of any size, become conversations.
//
//   ExportReader reader(limits, [&](Conversation c) { … });
//   while (…) reader.Push(piece);
//   reader.Finish();
//
// Takes an array of conversations, {"conversations": […]} or a single conversation; ChatGPT's and
// DeepSeek's tree, Claude's chat_messages, the simplified form, and Gemini's list of activities.
// Keeps one conversation in memory at a time.
// A conversation that cannot be read costs that conversation only and is counted in the report. One
// that is not to be remembered counts as skipped and is given on without messages, if it has an id:
// an earlier export may have given it.
class ExportReader {
 public:
  using Give = std::function<void(Conversation)>;

  ExportReader(ImportLimits limits, Give give, ImportReport* report);
  ~ExportReader();
  ExportReader(const ExportReader&) = delete;
  ExportReader& operator=(const ExportReader&) = delete;

  // Throws Error 22P02 when the file is no JSON export: what it looks like instead is in the
  // detail.
  void Push(std::string_view bytes);

  // To be called after the last byte.  Throws Error 22P02 when the file ended in the middle.
  void Finish();

 private:
  struct State;
  State* state_;
};

// A conversation in any form of CONTRACT 1: ChatGPT's tree, Claude's chat_messages,
// {messages: […]}, or a bare array of messages; from the events of its JSON, or from storable text.
// Throws Error 22P02 when it is none of these (a number, a string, an object without any of them),
// 54000 when it is nested too deeply or reading it would take more than max_bytes of memory.
Conversation ConversationFromJson(const SendJson& send, std::size_t max_bytes);
Conversation ConversationFromText(const std::string& json);

}  // namespace soulprint
