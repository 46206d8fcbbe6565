// Fields that the forms of export have in common, in all their spellings.

#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include "export/json.hpp"
#include "export/raw_conversation.hpp"
#include "util/time.hpp"

namespace soulprint {

// In bytes.  Longer ids are ignored; they would not fit an index entry.
inline constexpr std::size_t kIdBytes = 500;

// The keys that the functions below look at.
inline constexpr std::string_view kCommonKeys[] = {
    "id", "conversation_id", "conversationId", "uuid", "conversation_uuid", "title", "name",
    "chatTitle", "snapshot_name", "create_time", "created_at", "createdAt", "createTime",
    "inserted_at", "update_time", "updated_at", "updatedAt", "updateTime", "timestamp", "$date",
    "$numberLong", "is_do_not_remember", "is_temporary_chat", "is_temporary", "isTemporary",
    // What wraps records.
    "data", "biz_data", "chats", "items", "chat_session"};

// True if one of these members is true.
bool IsTrue(const Json& of, std::initializer_list<std::string_view> names);

// The first of these members that is a usable id; "" if there is none.
std::string IdOf(const Json& of, std::initializer_list<std::string_view> names);

// A point in time in any of the ways it is written: seconds, milliseconds, ISO 8601, {"$date": …}.
// 0, and what is before 1970, means that it is unknown.
Time TimeOf(const Json* value);
Time FirstTime(const Json& of, std::initializer_list<std::string_view> names);
Time CreatedOf(const Json& of);
Time UpdatedOf(const Json& of);

// Fills id, title, times and forget.
void ReadHead(const Json& record, RawConversation* raw);

// "user" or "assistant" for the names that vendors give them, in any letters; else the name itself.
std::string SpeakerOf(std::string_view name);

// True if the name of a file is that of a picture.
bool IsPictureName(std::string_view name);

// Appends a paragraph.
void AppendParagraph(std::string text, std::string* to);

// What a content says.
struct Words {
  std::string text;
  bool any = false;  // there are words, or only blank ones
  bool picture = false;
};

// The keys that AddWords looks at.
inline constexpr std::string_view kWordKeys[] = {"type", "text", "content", "value", "thought"};

// Moves the words out of a string, a block, or a list of blocks.  Only blocks of text are shown.
void AddWords(Json* content, Words* words);

// Gives the message its words: as they are, "[image]" for a picture of the user's without words, or
// why it is hidden.
void SetWords(Words words, RawMessage* message);

// The same, without the white space around them.
void SetTrimmedWords(Words words, RawMessage* message);

}  // namespace soulprint
