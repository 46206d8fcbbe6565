// ChatGPT: a tree of nodes in "mapping", or a shared page's "linear_conversation"
// (doc/export_format.md, "ChatGPT's tree" and "Visible messages").

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/json.hpp"
#include "export/markup.hpp"
#include "export/notes.hpp"
#include "export/raw_conversation.hpp"
#include "util/text.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kNameCharacters = 100;

constexpr std::string_view kChatGptKeys[] = {"mapping",
                                             "linear_conversation",
                                             "message",
                                             "parent",
                                             "children",
                                             "author",
                                             "role",
                                             "content",
                                             "metadata",
                                             "parts",
                                             "text",
                                             "result",
                                             "recipient",
                                             "channel",
                                             "weight",
                                             "model_set_context",
                                             "structured_context",
                                             "user_profile",
                                             "user_instructions",
                                             "user_context_message_data",
                                             "about_user_message",
                                             "about_model_message",
                                             "content_type",
                                             "current_node",
                                             "currentNode",
                                             "contentType",
                                             "is_visually_hidden_from_conversation",
                                             "isVisuallyHiddenFromConversation",
                                             "is_user_system_message",
                                             "isUserSystemMessage",
                                             "user_id",
                                             "owner"};

// Content types that are never shown.
constexpr std::array<std::string_view, 14> kSkippedContent = {"code",
                                                              "execution_output",
                                                              "tether_browsing_display",
                                                              "tether_browsing_code",
                                                              "tether_quote",
                                                              "sonic_webpage",
                                                              "app_pairing_content",
                                                              "citable_code_output",
                                                              "system_error",
                                                              "computer_output",
                                                              "thoughts",
                                                              "reasoning_recap",
                                                              "user_editable_context",
                                                              "model_editable_context"};

// The words of a message.
struct ContentWords {
  std::string text;
  std::size_t parts = 0;
  bool picture = false;
};

void AddPart(std::string text, ContentWords* words) {
  if (words->parts++ > 0) words->text += '\n';
  if (words->text.empty()) {
    words->text = std::move(text);
  } else {
    words->text += text;
  }
}

bool IsTextType(std::string_view type) {
  return type.empty() || type == "text" || type == "multimodal_text";
}

ContentWords ChatGptWords(const Json* content, std::string_view type) {
  ContentWords words;
  if (content == nullptr) return words;
  if (content->is_string()) AddPart(std::move(content->text()), &words);
  Json* const parts = content->Find("parts");
  if (parts != nullptr && parts->is_string()) AddPart(std::move(parts->text()), &words);
  if (parts != nullptr && parts->is_list()) {
    for (Json& part : *parts) {
      if (part.is_string()) AddPart(std::move(part.text()), &words);
      if (Json* const text = part.Find("text", Json::Kind::kString)) {
        AddPart(std::move(text->text()), &words);
      }
      const std::string* const kind = part.Text({"content_type", "contentType"});
      words.picture = words.picture || (kind != nullptr && *kind == "image_asset_pointer");
    }
  }
  if (words.parts == 0 && IsTextType(type)) {
    if (std::string* const text = content->Text({"text", "result"})) {
      AddPart(std::move(*text), &words);
    }
  }
  return words;
}

bool IsMarked(const Json* metadata, std::initializer_list<std::string_view> names) {
  if (metadata == nullptr) return false;
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    const Json* const mark = metadata->Find(name);
    return mark != nullptr && mark->is_true();
  });
}

// Why the message is hidden, whatever its text; "" if it is not.
std::string_view WhyHidden(const Json& message, std::string_view type) {
  const Json* const metadata = message.Find("metadata");
  if (IsMarked(metadata, {"is_user_system_message", "isUserSystemMessage"})) {
    return "custom instructions";
  }
  if (IsMarked(metadata,
               {"is_visually_hidden_from_conversation", "isVisuallyHiddenFromConversation"})) {
    return "hidden";
  }
  if (std::find(kSkippedContent.begin(), kSkippedContent.end(), type) != kSkippedContent.end()) {
    return type;
  }
  const Json* const weight = message.Find("weight");
  if (weight != nullptr && weight->is_number() && weight->number() == 0) return "weight 0";
  const std::string* const recipient = message.Text({"recipient"});
  if (recipient != nullptr && *recipient != "all") return "tool call";
  const std::string* const channel = message.Text({"channel"});
  return channel != nullptr && *channel == "analysis" ? "analysis" : "";
}

// The inside of the fence that ChatGPT puts around the user's words, else what follows its own.
std::string_view Unwrapped(std::string_view text) {
  constexpr std::string_view kFence = "```";
  const std::size_t begin = text.find(kFence);
  const std::size_t end = text.rfind(kFence);
  if (begin != end) return text.substr(begin + kFence.size(), end - begin - kFence.size());
  if (!text.starts_with("The user provided ")) return text;
  for (std::string_view mark : {"User profile:", "like you to respond:"}) {
    const std::size_t at = text.find(mark);
    if (at != std::string_view::npos) return text.substr(at + mark.size());
  }
  return text;
}

std::string Joined(const Json* object, std::initializer_list<std::string_view> names) {
  std::string joined;
  if (object == nullptr) return joined;
  for (std::string_view name : names) {
    const std::string* const text = object->Text({name});
    if (text == nullptr) continue;
    const std::string_view words = Trim(Unwrapped(*text));
    if (!words.empty()) AppendParagraph(std::string(words), &joined);
  }
  return joined;
}

// ChatGPT repeats them in each conversation, mostly without a time.
void ReadNotes(const Json& message, Time at, RawConversation* raw) {
  const Json* const metadata = message.Find("metadata");
  const Json* const content = message.Find("content");
  if (!at) at = raw->created_at;
  std::string instructions =
      Joined(metadata == nullptr ? nullptr : metadata->Find("user_context_message_data"),
             {"about_user_message", "about_model_message"});
  if (instructions.empty()) instructions = Joined(content, {"user_profile", "user_instructions"});
  KeepNotes({"custom instructions of ChatGPT", std::move(instructions), at}, &raw->notes);
  KeepNotes(
      {"saved memory of ChatGPT", Joined(content, {"model_set_context", "structured_context"}), at},
      &raw->notes);
}

// Who of several people wrote: the name, else the id; "" = the owner of the account, or not said.
std::string ChatGptAuthor(const Json& author, std::string_view owner) {
  const Json* const metadata = author.Find("metadata");
  const std::string* const id = metadata != nullptr ? metadata->Text({"user_id"}) : nullptr;
  if (id != nullptr && *id == owner) return "";
  const std::string* const name = author.Text({"name"});
  if (name != nullptr) return std::string(FirstCharacters(Trim(*name), kNameCharacters));
  return id != nullptr ? std::string(FirstCharacters(*id, kNameCharacters)) : "";
}

void ReadChatGptMessage(Json* from, std::string_view owner, RawMessage* message) {
  message->id = IdOf(*from, {"id"});
  if (const Json* const author = from->Find("author")) {
    if (const std::string* const role = author->Text({"role"})) message->role = *role;
    if (message->role == "user") message->author = ChatGptAuthor(*author, owner);
  }
  message->at = FirstTime(
      *from, {"create_time", "created_at", "createdAt", "createTime", "inserted_at", "timestamp"});
  const Json* const content = from->Find("content");
  std::string type;
  if (content != nullptr) {
    if (const std::string* const named = content->Text({"content_type", "contentType"})) {
      type = *named;
    }
  }
  message->hidden = WhyHidden(*from, type);
  if (!message->hidden.empty()) return;
  ContentWords words = ChatGptWords(content, type);
  if (message->role == "assistant") words.text = WithoutMarkup(std::move(words.text));
  message->text = Trim(words.text);
  if (!message->text.empty()) return;
  if (words.picture && IsTextType(type) && message->role == "user") {
    message->text = "[image]";
  } else {
    message->hidden = IsTextType(type) || words.parts > 0 ? "blank" : type;
  }
}

void AddNode(Json* from, std::string_view owner, RawConversation* raw) {
  if (!from->is_object()) return;
  RawNode& node = raw->AddNode();
  node.key = from->key().empty() ? IdOf(*from, {"id"}) : std::string(from->key());
  const Json* const parent = from->Find("parent");
  node.has_parent_field = parent != nullptr;
  if (parent != nullptr && parent->is_string()) node.parent = parent->text();
  if (const Json* const children = from->Find("children", Json::Kind::kList)) {
    for (Json& child : *children) {
      if (child.is_string()) node.children.push_back(std::move(child.text()));
    }
  }
  raw->bytes += node.children.size() * sizeof(std::string);
  if (Json* const message = from->Find("message", Json::Kind::kObject)) {
    RawMessage& read = raw->AddMessage(&node);
    ReadChatGptMessage(message, owner, &read);
    ReadNotes(*message, read.at, raw);
  }
}

bool IsChatGpt(const Json& record) {
  return record.Find("mapping") != nullptr ||
         record.Find("linear_conversation", Json::Kind::kList) != nullptr;
}

void ReadChatGpt(Json* record, RawConversation* raw) {
  ReadHead(*record, raw);
  const bool tree = record->Find("mapping", Json::Kind::kObject) != nullptr;
  raw->order = tree ? RawConversation::Order::kTree : RawConversation::Order::kList;
  if (std::string* const current = record->Text({"current_node", "currentNode"})) {
    raw->current_node = std::move(*current);
  }
  const Json* const nodes = tree ? record->Find("mapping") : record->Find("linear_conversation");
  if (nodes == nullptr) return;
  const std::string* const owner = record->Text({"owner"});
  for (Json& node : *nodes) AddNode(&node, owner != nullptr ? *owner : "", raw);
}

}  // namespace

extern const Form kChatGpt = {"ChatGPT", Gives::kConversation, kChatGptKeys, IsChatGpt,
                              ReadChatGpt};

}  // namespace soulprint
