// Perplexity: a thread of queries with their answers, or one of them (doc/export_format.md,
// "Perplexity").

#include <string>
#include <string_view>
#include <utility>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/json.hpp"
#include "export/raw_conversation.hpp"
#include "util/text.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kPerplexityKeys[] = {
    "query",        "answer",          "entries",        "query_str",
    "blocks",       "markdown_block",  "intended_usage", "entry_created_datetime",
    "thread_title", "thread_metadata", "context_uuid",   "entry_updated_datetime"};

// The answer stands in one block, and may stand in another once more; other blocks are its sources
// and its plan.
Json* PerplexityAnswer(const Json& entry) {
  Json* const plain = entry.Find("answer", Json::Kind::kString);
  const Json* const blocks = entry.Find("blocks", Json::Kind::kList);
  if (plain != nullptr || blocks == nullptr) return plain;
  for (const Json& block : *blocks) {
    const std::string* const usage = block.Text({"intended_usage"});
    if (usage != nullptr && !usage->starts_with("ask_text")) continue;
    const Json* const markdown = block.Find("markdown_block", Json::Kind::kObject);
    Json* const answer =
        markdown != nullptr ? markdown->Find("answer", Json::Kind::kString) : nullptr;
    if (answer != nullptr && !IsBlank(answer->text())) return answer;
  }
  return nullptr;
}

void AddPerplexitySaid(Json* said, std::string_view role, Time at, RawConversation* raw) {
  if (said == nullptr) return;
  RawMessage& message = raw->AddMessage(&raw->nodes.back());
  message.role = role;
  message.at = at;
  Words words;
  AddWords(said, &words);
  SetTrimmedWords(std::move(words), &message);
}

void AddEntry(const Json& entry, RawConversation* raw) {
  const Time at = FirstTime(
      entry, {"entry_created_datetime", "created_at", "timestamp", "entry_updated_datetime"});
  Json* const query = entry.Find("query_str", Json::Kind::kString);
  AddPerplexitySaid(query != nullptr ? query : entry.Find("query", Json::Kind::kString), "user", at,
                    raw);
  AddPerplexitySaid(PerplexityAnswer(entry), "assistant", at, raw);
}

const Json* EntriesOf(const Json& record) {
  const Json* const entries = record.Find("entries", Json::Kind::kList);
  const bool ours = entries != nullptr && entries->first() != nullptr &&
                    (entries->first()->Find("query_str") != nullptr ||
                     entries->first()->Find("query") != nullptr);
  return ours ? entries : nullptr;
}

bool IsPerplexity(const Json& record) {
  return EntriesOf(record) != nullptr || (record.Find("query", Json::Kind::kString) != nullptr &&
                                          record.Find("answer", Json::Kind::kString) != nullptr);
}

void ReadPerplexity(Json* record, RawConversation* raw) {
  ReadHead(*record, raw);
  raw->AddNode();
  const Json* const entries = EntriesOf(*record);
  if (entries == nullptr) return AddEntry(*record, raw);
  const Json& first = *entries->first();
  if (raw->id.empty()) raw->id = IdOf(first, {"context_uuid"});
  const Json* const about = record->Find("thread_metadata", Json::Kind::kObject);
  const std::string* title = about != nullptr ? about->Text({"title"}) : nullptr;
  if (title == nullptr) title = first.Text({"thread_title"});
  if (!raw->title && title != nullptr) raw->title = *title;
  for (const Json& entry : *entries) AddEntry(entry, raw);
}

}  // namespace

extern const Form kPerplexity = {"Perplexity", Gives::kConversation, kPerplexityKeys, IsPerplexity,
                                 ReadPerplexity};

}  // namespace soulprint
