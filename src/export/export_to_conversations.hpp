// An export as it arrives ──► conversations, one at a time (CONTRACT 1, export_format).

#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/types.hpp"
#include "util/json_events.hpp"

namespace soulprint {

struct ImportLimits {
  // Of JSON; a larger one is skipped.  So is one that takes half as much again in memory, and one
  // with a string half as large: reading it takes four times its size.  So is one with a number of
  // thousands of digits.
  std::size_t max_conversation_bytes = std::size_t{32} << 20;
  std::size_t max_nesting = 512;  // of JSON; more skips the conversation
};

// What was found in an export and why something was left out.
struct ImportReport {
  std::size_t found = 0;          // conversation objects seen
  std::size_t conversations = 0;  // given on
  std::map<std::string, std::size_t>
      skipped;  // reason ("no visible message", "too large", …) → count
  std::map<std::string, std::size_t> hidden;  // content type or reason of messages left out → count
  std::vector<std::string> skipped_ids;  // of what was skipped but not asked to be, at most 100
  std::size_t replaced_characters = 0;   // became U+FFFD
  std::size_t unordered = 0;  // conversations given in file order because their tree is broken
};

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
