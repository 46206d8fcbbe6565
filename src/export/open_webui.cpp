// Open WebUI, and what was made of it (Qwen, z.ai): a chat with a map of messages that name their
// parents (doc/export_format.md, "Open WebUI").

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/json.hpp"
#include "export/markup.hpp"
#include "export/raw_conversation.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kOpenWebUiKeys[] = {
    "chat", "history",      "messages", "currentId", "parentId", "childrenIds",
    "role", "content_list", "phase",    "files",     "name"};

constexpr std::string_view kDetails = "<details";
constexpr std::string_view kDetailsEnd = "</details>";

// Removes <details type="…">, in which the user finds folded what a model thinks and what its tools
// did.
class Unfolder {
 public:
  std::string Unfold(std::string_view text) {
    std::string out;
    for (;;) {
      const std::size_t begin = text.find(kDetails);
      out.append(text.substr(0, begin));
      if (begin == std::string_view::npos) return out;
      text.remove_prefix(begin);
      const std::string_view tag = text.substr(0, text.find_first_of("<>", 1));
      const bool folded = tag.find("type=") != std::string_view::npos;
      if (!folded) out.append(kDetails);
      text.remove_prefix(folded ? End(text) : kDetails.size());
    }
  }

 private:
  // Where the element ends that begins the text.  One that is cut off takes the rest.
  std::size_t End(std::string_view text) {
    InterruptsNowAndThen interrupts;
    std::size_t depth = 0;
    std::size_t first = text.size();
    for (std::size_t at = 0; at != std::string_view::npos; at = text.find('<', at + 1)) {
      interrupts.Step();
      const std::string_view rest = text.substr(at);
      if (rest.starts_with(kDetails)) ++depth;
      if (!rest.starts_with(kDetailsEnd)) continue;
      const std::size_t end = at + kDetailsEnd.size();
      first = std::min(first, end);
      if (--depth == 0 || !nested_) return end;
    }
    // A thought may hold a tag that nothing closes.  Looking to the end for one element after the
    // other would take quadratic time.
    nested_ = false;
    return first;
  }

  bool nested_ = true;
};

std::string WithoutFolded(std::string text) {
  if (text.find(kDetails) != std::string::npos) text = Unfolder().Unfold(text);
  if (text.find("<glm_block") != std::string::npos) text = WithoutElements("glm_block", text);
  return WithoutThinking(std::move(text));
}

bool HasOpenWebUiPicture(const Json& message) {
  const Json* const files = message.Find("files", Json::Kind::kList);
  return files != nullptr && std::any_of(files->begin(), files->end(), [](const Json& file) {
           const std::string* const type = file.Text({"type"});
           const std::string* const name = file.Text({"name"});
           return (type != nullptr && type->starts_with("image")) ||
                  (name != nullptr && IsPictureName(*name));
         });
}

Words OpenWebUiWords(const Json& message) {
  Words words;
  words.picture = HasOpenWebUiPicture(message);
  AddWords(message.Find("content"), &words);
  const Json* const phases = message.Find("content_list", Json::Kind::kList);
  if (phases == nullptr || !IsBlank(words.text)) return words;
  for (Json& phase : *phases) {
    const std::string* const name = phase.Text({"phase"});
    if (name == nullptr || *name == "answer") AddWords(&phase, &words);
  }
  return words;
}

void AddOpenWebUiMessage(const Json& from, RawConversation* raw) {
  if (!from.is_object()) return;
  RawNode& node = raw->AddNode();
  node.key = from.key().empty() ? IdOf(from, {"id"}) : std::string(from.key());
  node.has_parent_field = from.Find("parentId") != nullptr;
  node.parent = IdOf(from, {"parentId"});
  if (const Json* const children = from.Find("childrenIds", Json::Kind::kList)) {
    for (Json& child : *children) node.children.push_back(std::move(child.text()));
  }
  raw->bytes += node.children.size() * sizeof(std::string);
  RawMessage& message = raw->AddMessage(&node);
  if (const std::string* const role = from.Text({"role"})) message.role = SpeakerOf(*role);
  message.at = FirstTime(from, {"timestamp", "created_at", "createdAt"});
  Words words = OpenWebUiWords(from);
  if (message.role == "assistant") words.text = WithoutFolded(std::move(words.text));
  SetTrimmedWords(std::move(words), &message);
}

// The chat of a record, or the record if it is one.
const Json& ChatOf(const Json& record) {
  const Json* const chat = record.Find("chat", Json::Kind::kObject);
  return chat != nullptr ? *chat : record;
}

// All messages, mostly by their ids; nullptr if there are none.
const Json* MapOf(const Json& chat) {
  const Json* const history = chat.Find("history", Json::Kind::kObject);
  const Json* const map = history != nullptr ? history->Find("messages") : nullptr;
  return map != nullptr && map->first() != nullptr ? map : nullptr;
}

bool IsOpenWebUi(const Json& record) {
  const Json& chat = ChatOf(record);
  return MapOf(chat) != nullptr || (&chat != &record && chat.Find("messages") != nullptr);
}

void ReadOpenWebUi(Json* record, RawConversation* raw) {
  const Json& chat = ChatOf(*record);
  ReadHead(*record, raw);
  RawConversation inner;
  ReadHead(chat, &inner);
  if (raw->id.empty()) raw->id = inner.id;
  if (!raw->title) raw->title = inner.title;
  if (!raw->created_at) raw->created_at = inner.created_at;
  if (!raw->created_at) raw->created_at = FirstTime(chat, {"timestamp"});
  if (!raw->updated_at) raw->updated_at = inner.updated_at;
  if (const Json* const history = chat.Find("history", Json::Kind::kObject)) {
    raw->current_node = IdOf(*history, {"currentId"});
  }
  const Json* messages = MapOf(chat);
  raw->order = RawConversation::Order::kTree;
  if (messages == nullptr) {
    messages = chat.Find("messages");
    raw->order = RawConversation::Order::kThread;
  }
  if (messages == nullptr) return;
  for (const Json& message : *messages) AddOpenWebUiMessage(message, raw);
}

}  // namespace

extern const Form kOpenWebUi = {"Open WebUI", Gives::kConversation, kOpenWebUiKeys, IsOpenWebUi,
                                ReadOpenWebUi};

}  // namespace soulprint
