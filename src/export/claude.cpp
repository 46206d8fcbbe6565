// Claude: a list of turns in "chat_messages", which may name their parents; DeepSeek's web client
// has the same list with other names (doc/export_format.md, "Claude").

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/json.hpp"
#include "export/markup.hpp"
#include "export/raw_conversation.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kClaudeKeys[] = {"chat_messages",
                                            "current_leaf_message_uuid",
                                            "parent_message_uuid",
                                            "parent_id",
                                            "message_id",
                                            "sender",
                                            "role",
                                            "text",
                                            "content",
                                            "type",
                                            "thinking",
                                            "attachments",
                                            "extracted_content",
                                            "files",
                                            "files_v2",
                                            "file_kind",
                                            "file_name"};

// A turn with more hidden blocks has no words outside of its text blocks.
constexpr std::size_t kHiddenBlocks = 32;

struct Blocks {
  std::string text;
  std::string other;                // type of the first block that is no text
  std::vector<std::string> hidden;  // what blocks that are not shown say
  bool picture = false;
};

Blocks ReadBlocks(const Json* content) {
  Blocks blocks;
  if (content == nullptr || !content->is_list()) return blocks;
  for (Json& block : *content) {
    std::string* const type = block.Text({"type"});
    if (type == nullptr || *type == "text") {
      if (std::string* const text = block.Text({"text"})) {
        AppendParagraph(std::move(*text), &blocks.text);
      }
    } else if (*type == "image") {
      blocks.picture = true;
    } else {
      if (std::string* const text = block.Text({"thinking", "text"})) {
        blocks.hidden.push_back(std::move(*text));
      }
      if (blocks.other.empty()) blocks.other = std::move(*type);
    }
  }
  return blocks;
}

bool IsClaudePicture(const Json& file) {
  const std::string* const kind = file.Text({"file_kind"});
  const std::string* const name = file.Text({"file_name"});
  return (kind != nullptr && *kind == "image") || (name != nullptr && IsPictureName(*name));
}

bool HasClaudePicture(const Json& turn) {
  for (std::string_view name : {"files", "files_v2"}) {
    const Json* const files = turn.Find(name, Json::Kind::kList);
    if (files != nullptr && std::any_of(files->begin(), files->end(), IsClaudePicture)) return true;
  }
  return false;
}

// What was pasted.  Claude turns a long paste into an attachment without a name; only these if
// `unnamed`.
std::string PastedIn(const Json& turn, bool unnamed) {
  std::string pasted;
  const Json* const attachments = turn.Find("attachments", Json::Kind::kList);
  if (attachments == nullptr) return pasted;
  for (Json& attachment : *attachments) {
    if (unnamed && attachment.Text({"file_name"}) != nullptr) continue;
    if (std::string* const content = attachment.Text({"extracted_content"})) {
      AppendParagraph(std::move(*content), &pasted);
    }
  }
  return pasted;
}

// The turn's second copy of its text, without what its hidden blocks say.
std::string FlatText(const Json& turn, const Blocks& blocks) {
  if (blocks.hidden.size() > kHiddenBlocks) return "";
  std::string* const flat = turn.Text({"text", "content"});
  if (flat == nullptr) return "";
  std::string text = std::move(*flat);
  for (const std::string& hidden : blocks.hidden) text = WithoutCopy(hidden, std::move(text));
  return text;
}

std::string TextOf(const Json& turn, Blocks* blocks, bool of_user) {
  const auto shown = [&](std::string text) {
    if (!of_user) text = WithoutClaudeMarkup(std::move(text));
    return std::string(Trim(text));
  };
  std::string text = shown(std::move(blocks->text));
  if (text.empty()) text = shown(FlatText(turn, *blocks));
  if (!of_user) return text;
  const std::string pasted = PastedIn(turn, !text.empty());
  if (!IsBlank(pasted)) AppendParagraph(std::string(Trim(pasted)), &text);
  return text.empty() && (blocks->picture || HasClaudePicture(turn)) ? "[image]" : text;
}

void AddClaudeTurn(const Json& turn, RawConversation* raw) {
  if (!turn.is_object()) return;
  RawNode& node = raw->AddNode();
  node.key = IdOf(turn, {"uuid", "message_id"});
  const Json* parent = turn.Find("parent_message_uuid");
  if (parent == nullptr) parent = turn.Find("parent_id");
  node.has_parent_field = parent != nullptr;
  if (parent != nullptr) node.parent = parent->text();
  RawMessage& message = raw->AddMessage(&node);
  message.id = node.key;
  message.at = CreatedOf(turn);
  const std::string* const sender = turn.Text({"sender", "role"});
  if (sender != nullptr) message.role = SpeakerOf(*sender);
  Blocks blocks = ReadBlocks(turn.Find("content"));
  message.text = TextOf(turn, &blocks, message.role == "user");
  if (message.text.empty()) {
    message.hidden = blocks.other.empty() ? "blank" : std::move(blocks.other);
  }
}

bool IsClaude(const Json& record) { return record.Find("chat_messages") != nullptr; }

void ReadClaude(Json* record, RawConversation* raw) {
  const Json* const session = record->Find("chat_session", Json::Kind::kObject);
  ReadHead(session != nullptr ? *session : *record, raw);
  raw->order = RawConversation::Order::kThread;
  raw->current_node = IdOf(*record, {"current_leaf_message_uuid"});
  const Json* const turns = record->Find("chat_messages", Json::Kind::kList);
  if (turns == nullptr) return;
  for (const Json& turn : *turns) AddClaudeTurn(turn, raw);
}

}  // namespace

extern const Form kClaude = {"Claude", Gives::kConversation, kClaudeKeys, IsClaude, ReadClaude};

}  // namespace soulprint
