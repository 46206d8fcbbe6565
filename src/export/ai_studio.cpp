// Google AI Studio: a prompt in chunks, of which some are what the model thought
// (doc/export_format.md, "AI Studio").

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/json.hpp"
#include "export/raw_conversation.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kAiStudioKeys[] = {
    "chunkedPrompt", "chunks",     "role",        "text",       "parts",      "isThought",
    "thought",       "driveImage", "inlineImage", "inlineData", "inlineFile", "mimeType"};

bool IsPictureType(const Json* file) {
  const std::string* const type = file != nullptr ? file->Text({"mimeType"}) : nullptr;
  return type != nullptr && type->starts_with("image/");
}

bool HasAiStudioPicture(const Json& of) {
  return of.Find("driveImage", Json::Kind::kObject) != nullptr ||
         of.Find("inlineImage", Json::Kind::kObject) != nullptr ||
         IsPictureType(of.Find("inlineData")) || IsPictureType(of.Find("inlineFile"));
}

// The parts of a text are as it was streamed, so that nothing stands between them.
Words AiStudioWords(const Json& chunk) {
  Words words;
  words.picture = HasAiStudioPicture(chunk);
  AddWords(chunk.Find("text", Json::Kind::kString), &words);
  const Json* const parts = chunk.Find("parts", Json::Kind::kList);
  if (parts == nullptr) return words;
  const bool own = !IsBlank(words.text);
  for (const Json& part : *parts) {
    words.picture = words.picture || HasAiStudioPicture(part);
    std::string* const text = part.Text({"text"});
    if (own || text == nullptr || IsTrue(part, {"thought", "isThought"})) continue;
    words.any = true;
    words.text += std::exchange(*text, {});
  }
  return words;
}

void AddChunk(const Json& chunk, RawNode* node, RawConversation* raw) {
  if (!chunk.is_object()) return;
  RawMessage& message = raw->AddMessage(node);
  if (const std::string* const role = chunk.Text({"role"})) message.role = SpeakerOf(*role);
  message.at = CreatedOf(chunk);
  if (IsTrue(chunk, {"isThought", "thought"})) {
    message.hidden = "thought";
    return;
  }
  Words words = AiStudioWords(chunk);
  SetTrimmedWords(std::move(words), &message);
}

// A turn of the user's may be several chunks; a picture beside words leaves nothing.
void HidePictures(std::vector<RawMessage>* messages) {
  const auto is_users = [](const RawMessage& message) { return message.role == "user"; };
  for (auto begin = messages->begin(); begin != messages->end();) {
    begin = std::find_if(begin, messages->end(), is_users);
    const auto end = std::find_if_not(begin, messages->end(), is_users);
    bool shown = std::any_of(begin, end, [](const RawMessage& message) {
      return message.hidden.empty() && message.text != "[image]";
    });
    for (; begin != end; ++begin) {
      if (begin->text != "[image]") continue;
      if (shown) begin->hidden = "picture";
      shown = true;
    }
  }
}

const Json* ChunksOf(const Json& record) {
  const Json* const prompt = record.Find("chunkedPrompt", Json::Kind::kObject);
  return prompt != nullptr ? prompt->Find("chunks", Json::Kind::kList) : nullptr;
}

bool IsAiStudio(const Json& record) { return record.Find("chunkedPrompt") != nullptr; }

void ReadAiStudio(Json* record, RawConversation* raw) {
  ReadHead(*record, raw);
  const Json* const chunks = ChunksOf(*record);
  if (chunks == nullptr) return;
  RawNode& node = raw->AddNode();
  for (const Json& chunk : *chunks) AddChunk(chunk, &node, raw);
  HidePictures(&node.messages);
}

}  // namespace

extern const Form kAiStudio = {"AI Studio", Gives::kConversation, kAiStudioKeys, IsAiStudio,
                               ReadAiStudio};

}  // namespace soulprint
