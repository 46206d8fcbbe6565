// The records of one export file ──► its conversations.

#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "export/forms.hpp"
#include "export/gemini.hpp"
#include "export/import_report.hpp"
#include "export/json.hpp"
#include "export/limits.hpp"
#include "export/raw_conversation.hpp"
#include "export/splitter.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// Most records are one conversation each.  Single messages, and Gemini's activities, are collected
// into conversations.  A record that cannot be read is skipped and counted in the report.
class RecordReader {
 public:
  using Give = std::function<void(Conversation)>;

  // `give` takes each conversation; what it throws comes through.  Keeps a pointer to the report.
  RecordReader(ImportLimits limits, Give give, ImportReport* report);

  // Throws Error 22P02 when the file's one object is not valid JSON or not an export.
  void Take(RecordSplitter::Record record);

  // What a file gives that is no JSON: a conversation, an activity of Gemini's, or one that is
  // skipped.
  void TakeConversation(RawConversation raw);
  void TakeActivity(Activity activity) { talks_.Add(std::move(activity)); }
  void SkipRecord(std::string_view reason);

  // Call after the last record: gives the conversations still being collected.
  void Finish();

 private:
  // What a record holds, apart from its JSON.
  struct Content {
    const Form* form = nullptr;  // nullptr = none
    RawConversation raw;
    Activity activity;
    std::size_t bytes = 0;
  };

  // For the tree of a record, and for what is made of it.
  std::size_t MostMemory() const {
    return limits_.max_conversation_bytes + limits_.max_conversation_bytes / 2;
  }
  void Read(std::string json, bool whole);
  bool ReadWrapped(Json* root);
  Content ContentOf(Json* record, const Form* form, std::size_t bytes) const;
  void Take(Content content);
  void AddMessage(Content content);
  void GiveMessages();
  void GiveForgotten(RawConversation raw);
  void GiveConversation(RawConversation raw);
  void Skip(std::string_view reason, std::string_view id = {});

  ImportLimits limits_;
  Give give_;
  ImportReport& report_;
  JsonTree tree_;  // of the record that is being read
  GeminiTalks talks_;
  RawConversation messages_;  // collected from records that are single messages
  std::size_t messages_bytes_ = 0;
};

}  // namespace soulprint
