#include "export/fields.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "export/import_report.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

using Names = std::initializer_list<std::string_view>;

constexpr std::array<std::string_view, 10> kPictures = {
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".heic", ".heif", ".bmp", ".tiff", ".avif"};
constexpr std::array<std::string_view, 5> kUser = {"user", "human", "prompt", "you", "request"};
constexpr std::array<std::string_view, 9> kAssistant = {
    "assistant", "ai", "model", "gpt", "chatgpt", "bot", "response", "gemini", "claude"};

void AddBlock(Json* block, Words* words) {
  const std::string* const named = block->Text({"type"});
  const std::string type = named != nullptr ? LowerAscii(*named) : "text";
  words->picture = words->picture || type.find("image") != std::string::npos;
  const bool shown = type == "text" || type == "input_text" || type == "output_text";
  if (!shown || IsTrue(*block, {"thought"})) return;
  std::string* text =
      block->is_string() ? &block->text() : block->Text({"text", "content", "value"});
  if (text == nullptr) {
    const Json* const inner = block->Find("text", Json::Kind::kObject);
    if (inner != nullptr) text = inner->Text({"value"});
  }
  if (text == nullptr) return;
  words->any = true;
  if (!IsBlank(*text)) AppendParagraph(std::move(*text), &words->text);
}

}  // namespace

bool IsTrue(const Json& of, Names names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    const Json* const flag = of.Find(name);
    return flag != nullptr && flag->is_true();
  });
}

std::string IdOf(const Json& of, Names names) {
  for (std::string_view name : names) {
    const Json* const found = of.Find(name);
    if (found == nullptr || found->text().size() > kIdBytes) continue;
    if (!found->text().empty()) return found->text();
  }
  return "";
}

Time TimeOf(const Json* value) {
  for (int wraps = 0; wraps < 2 && value != nullptr && value->is_object(); ++wraps) {
    const Json* const date = value->Find("$date");
    value = date != nullptr ? date : value->Find("$numberLong");
  }
  if (value == nullptr) return std::nullopt;
  Time time;
  if (value->is_number()) time = TimeFromNumber(value->number());
  if (value->is_string()) time = ParseTime(value->text());
  return time && *time > 0 ? time : std::nullopt;
}

Time FirstTime(const Json& of, Names names) {
  for (std::string_view name : names) {
    if (const Time time = TimeOf(of.Find(name))) return time;
  }
  return std::nullopt;
}

Time CreatedOf(const Json& of) {
  return FirstTime(of, {"create_time", "created_at", "createdAt", "createTime", "inserted_at"});
}

Time UpdatedOf(const Json& of) {
  return FirstTime(of, {"update_time", "updated_at", "updatedAt", "updateTime"});
}

void ReadHead(const Json& record, RawConversation* raw) {
  raw->id = IdOf(record, {"conversation_uuid", "id", "conversation_id", "uuid", "conversationId"});
  // A title that is there, and null, is none.
  for (std::string_view name : {"title", "name", "chatTitle", "snapshot_name"}) {
    const Json* const title = record.Find(name);
    if (title == nullptr) continue;
    raw->has_title = name == "title";
    if (title->is_string()) raw->title = title->text();
    break;
  }
  raw->created_at = CreatedOf(record);
  raw->updated_at = UpdatedOf(record);
  if (IsTrue(record, {"is_do_not_remember"})) raw->forget = kDoNotRemember;
  if (IsTrue(record, {"is_temporary_chat", "is_temporary", "isTemporary"})) {
    raw->forget = kTemporary;
  }
}

std::string SpeakerOf(std::string_view name) {
  std::string lower = LowerAscii(name);
  const auto is = [&](std::string_view known) { return known == lower; };
  if (std::any_of(kUser.begin(), kUser.end(), is)) return "user";
  if (std::any_of(kAssistant.begin(), kAssistant.end(), is)) return "assistant";
  return lower;
}

bool IsPictureName(std::string_view name) {
  const std::string lower =
      LowerAscii(name.substr(name.size() - std::min<std::size_t>(name.size(), 5)));
  return std::any_of(kPictures.begin(), kPictures.end(),
                     [&](std::string_view end) { return lower.ends_with(end); });
}

void AddWords(Json* content, Words* words) {
  if (content == nullptr) return;
  if (!content->is_list()) return AddBlock(content, words);
  for (Json& block : *content) AddBlock(&block, words);
}

void SetWords(Words words, RawMessage* message) {
  if (!IsBlank(words.text)) {
    message->text = std::move(words.text);
  } else if (words.picture && message->role == "user") {
    message->text = "[image]";
  } else {
    message->hidden = words.any ? "blank" : "no text";
  }
}

void SetTrimmedWords(Words words, RawMessage* message) {
  words.text = Trim(words.text);
  SetWords(std::move(words), message);
}

void AppendParagraph(std::string text, std::string* to) {
  if (to->empty()) {
    *to = std::move(text);
  } else {
    (*to += "\n\n") += text;
  }
}

}  // namespace soulprint
