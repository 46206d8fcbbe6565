// The places in the JSON of an export where something stands that is needed.  Those of all vendors
// are in one table: whose export a file is shows in what was found.

#pragma once

#include <array>
#include <string_view>

namespace soulprint {

enum class Place {
  kSkipped,
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
  kTurns,  // Claude's chat_messages
  kTurn,
  kBlocks,
  kBlock,
  kAttachments,
  kAttachment,
  kFiles,
  kFile,
  kFragments,  // DeepSeek's
  kFragment,
  kHtmlItems,  // Gemini's
  kHtmlItem,
};

// Which place begins where.  A key of "" stands for the elements of a list.
struct Door {
  Place from;
  std::string_view key;
  bool list;
  Place to;
};

inline constexpr std::array<Door, 24> kDoors = {{
    {Place::kConversation, "mapping", false, Place::kMapping},
    {Place::kConversation, "messages", true, Place::kMessages},
    {Place::kConversation, "chat_messages", true, Place::kTurns},
    {Place::kConversation, "safeHtmlItem", true, Place::kHtmlItems},
    {Place::kNode, "message", false, Place::kMessage},
    {Place::kNode, "children", true, Place::kChildren},
    {Place::kMessage, "author", false, Place::kAuthor},
    {Place::kMessage, "content", false, Place::kContent},
    {Place::kMessage, "metadata", false, Place::kMetadata},
    {Place::kMessage, "fragments", true, Place::kFragments},
    {Place::kContent, "parts", true, Place::kParts},
    {Place::kTurn, "content", true, Place::kBlocks},
    {Place::kTurn, "attachments", true, Place::kAttachments},
    {Place::kTurn, "files", true, Place::kFiles},
    {Place::kTurn, "files_v2", true, Place::kFiles},
    {Place::kMapping, "", false, Place::kNode},
    {Place::kMessages, "", false, Place::kMessage},
    {Place::kParts, "", false, Place::kPart},
    {Place::kTurns, "", false, Place::kTurn},
    {Place::kBlocks, "", false, Place::kBlock},
    {Place::kAttachments, "", false, Place::kAttachment},
    {Place::kFiles, "", false, Place::kFile},
    {Place::kFragments, "", false, Place::kFragment},
    {Place::kHtmlItems, "", false, Place::kHtmlItem},
}};

// What the object or list is that begins behind this key.
inline Place Behind(Place from, std::string_view key, bool list) {
  if (from == Place::kSkipped) return Place::kSkipped;
  for (const Door& door : kDoors) {
    if (door.from == from && door.list == list && (door.key.empty() || door.key == key)) {
      return door.to;
    }
  }
  return Place::kSkipped;
}

}  // namespace soulprint
