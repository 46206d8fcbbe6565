// Schema of the supported exports: which key leads from which object or array to which.  All
// vendors share one table; the vendor is inferred from the keys found.

#pragma once

#include <array>
#include <string_view>

namespace soulprint {

// What an object or array in the JSON is.
enum class Context {
  kSkipped,  // nothing in it is needed
  kConversation,
  kMapping,
  kNode,
  kChildren,
  kMessages,
  kMessage,
  kAuthor,
  kMetadata,
  kContent,
  kParts,
  kPart,
  kTurns,  // Claude: chat_messages
  kTurn,
  kBlocks,
  kBlock,
  kAttachments,
  kAttachment,
  kFiles,
  kFile,
  kFragments,  // DeepSeek
  kFragment,
  kHtmlItems,  // Gemini
  kHtmlItem,
};

// From an object or array to one inside it.
struct Transition {
  Context from;
  std::string_view key;  // "" = any element of an array
  bool list;             // the target is an array
  Context to;
};

inline constexpr std::array<Transition, 24> kTransitions = {{
    {Context::kConversation, "mapping", false, Context::kMapping},
    {Context::kConversation, "messages", true, Context::kMessages},
    {Context::kConversation, "chat_messages", true, Context::kTurns},
    {Context::kConversation, "safeHtmlItem", true, Context::kHtmlItems},
    {Context::kNode, "message", false, Context::kMessage},
    {Context::kNode, "children", true, Context::kChildren},
    {Context::kMessage, "author", false, Context::kAuthor},
    {Context::kMessage, "content", false, Context::kContent},
    {Context::kMessage, "metadata", false, Context::kMetadata},
    {Context::kMessage, "fragments", true, Context::kFragments},
    {Context::kContent, "parts", true, Context::kParts},
    {Context::kTurn, "content", true, Context::kBlocks},
    {Context::kTurn, "attachments", true, Context::kAttachments},
    {Context::kTurn, "files", true, Context::kFiles},
    {Context::kTurn, "files_v2", true, Context::kFiles},
    {Context::kMapping, "", false, Context::kNode},
    {Context::kMessages, "", false, Context::kMessage},
    {Context::kParts, "", false, Context::kPart},
    {Context::kTurns, "", false, Context::kTurn},
    {Context::kBlocks, "", false, Context::kBlock},
    {Context::kAttachments, "", false, Context::kAttachment},
    {Context::kFiles, "", false, Context::kFile},
    {Context::kFragments, "", false, Context::kFragment},
    {Context::kHtmlItems, "", false, Context::kHtmlItem},
}};

// What the object or array (`list`) after this key is; `key` does not matter inside an array.
inline Context NextContext(Context from, std::string_view key, bool list) {
  if (from == Context::kSkipped) return Context::kSkipped;
  for (const Transition& transition : kTransitions) {
    if (transition.from == from && transition.list == list &&
        (transition.key.empty() || transition.key == key)) {
      return transition.to;
    }
  }
  return Context::kSkipped;
}

}  // namespace soulprint
