// Claude's memories.json: what Claude keeps about the account's user, in all conversations and in
// each project (doc/export_format.md, "Claude").

#include <string>
#include <string_view>
#include <utility>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/json.hpp"
#include "export/notes.hpp"
#include "export/raw_conversation.hpp"
#include "util/text.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kClaudeMemoryKeys[] = {"conversations_memory", "project_memories",
                                                  "memory_files", "content", "text"};

void AppendText(const std::string& text, std::string* to) {
  if (!IsBlank(text)) AppendParagraph(std::string(Trim(text)), to);
}

// A text, or a list or an object of texts.
void AppendTexts(const Json& value, std::string* to) {
  if (value.is_string()) AppendText(value.text(), to);
  for (const Json& part : value) {
    if (part.is_string()) AppendText(part.text(), to);
    if (const std::string* const text = part.Text({"content", "text"})) AppendText(*text, to);
  }
}

constexpr std::string_view kMemories[] = {"conversations_memory", "project_memories",
                                          "memory_files"};

bool IsClaudeMemory(const Json& record) {
  for (std::string_view name : kMemories) {
    if (record.Find(name) != nullptr) return true;
  }
  return false;
}

void ReadClaudeMemory(Json* record, RawConversation* raw) {
  std::string text;
  for (std::string_view name : kMemories) {
    if (const Json* const memory = record->Find(name)) AppendTexts(*memory, &text);
  }
  const Time updated = UpdatedOf(*record);
  KeepNotes({"memory of Claude", std::move(text), updated ? updated : CreatedOf(*record)},
            &raw->notes);
}

}  // namespace

extern const Form kClaudeMemory = {"Claude's memory", Gives::kNotes, kClaudeMemoryKeys,
                                   IsClaudeMemory, ReadClaudeMemory};

}  // namespace soulprint
