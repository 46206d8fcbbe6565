// Grok: a conversation and its responses, which name their parents (doc/export_format.md, "Grok").

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/import_report.hpp"
#include "export/json.hpp"
#include "export/markup.hpp"
#include "export/raw_conversation.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kGrokKeys[] = {
    "conversation",      "responses",        "response",         "_id",
    "responseId",        "message",          "sender",           "parent_response_id",
    "parentResponseId",  "leaf_response_id", "leafResponseId",   "modify_time",
    "modifyTime",        "temporary",        "file_attachments", "fileAttachments",
    "image_attachments", "imageAttachments", "file_name",        "fileName",
    "file_mime_type",    "fileMimeType"};

// Whoever is neither the user nor a tool is a model, under its own name.
std::string GrokRole(const Json& response) {
  const std::string* const sender = response.Text({"sender"});
  if (sender == nullptr) return "";
  std::string role = SpeakerOf(*sender);
  return role == "user" || role == "system" || role == "tool" ? role : "assistant";
}

// An attachment may be an id only; what is sent without a word is a picture then.
bool IsGrokPicture(const Json& file) {
  const std::string* const type = file.Text({"file_mime_type", "fileMimeType"});
  if (type != nullptr) return type->starts_with("image/");
  const std::string* name = file.Text({"file_name", "fileName"});
  if (file.is_string()) name = &file.text();
  return name != nullptr && (name->find('.') == std::string::npos || IsPictureName(*name));
}

bool HasGrokPicture(const Json& response) {
  for (std::string_view name :
       {"file_attachments", "fileAttachments", "image_attachments", "imageAttachments"}) {
    const Json* const files = response.Find(name, Json::Kind::kList);
    if (files != nullptr && std::any_of(files->begin(), files->end(), IsGrokPicture)) return true;
  }
  return false;
}

// The words without citations, pictures that were found, and calls of tools.
std::string WithoutCards(std::string text) {
  for (std::string_view name : {"grok:render", "xai:tool_usage_card"}) {
    if (text.find(name) != std::string::npos) text = WithoutElements(name, text);
  }
  return text;
}

void AddResponse(const Json& wrapped, RawConversation* raw) {
  const Json* const inner = wrapped.Find("response", Json::Kind::kObject);
  const Json& response = inner != nullptr ? *inner : wrapped;
  if (!response.is_object()) return;
  if (raw->id.empty()) raw->id = IdOf(response, {"conversation_id"});
  RawNode& node = raw->AddNode();
  node.key = IdOf(response, {"_id", "responseId"});
  node.parent = IdOf(response, {"parent_response_id", "parentResponseId"});
  node.has_parent_field = true;
  if (!node.parent.empty()) raw->order = RawConversation::Order::kTree;
  RawMessage& message = raw->AddMessage(&node);
  message.role = GrokRole(response);
  message.at = CreatedOf(response);
  Words words;
  words.picture = HasGrokPicture(response);
  AddWords(response.Find("message"), &words);
  if (message.role == "assistant") words.text = WithoutCards(std::move(words.text));
  SetTrimmedWords(std::move(words), &message);
}

bool IsGrok(const Json& record) {
  const Json* const responses = record.Find("responses", Json::Kind::kList);
  return responses != nullptr &&
         (record.Find("conversation") != nullptr ||
          (responses->first() != nullptr && responses->first()->Find("response") != nullptr));
}

void ReadGrok(Json* record, RawConversation* raw) {
  const Json* const about = record->Find("conversation", Json::Kind::kObject);
  const Json& head = about != nullptr ? *about : *record;
  ReadHead(head, raw);
  if (!raw->updated_at) raw->updated_at = FirstTime(head, {"modify_time", "modifyTime"});
  if (IsTrue(head, {"temporary"})) raw->forget = kTemporary;
  raw->current_node = IdOf(head, {"leaf_response_id", "leafResponseId"});
  for (const Json& response : *record->Find("responses")) AddResponse(response, raw);
}

}  // namespace

extern const Form kGrok = {"Grok", Gives::kConversation, kGrokKeys, IsGrok, ReadGrok};

}  // namespace soulprint
