// The values that travel along the route, in the order in which they appear.
//
// Text is UTF-8.  "Characters" are Unicode code points; "tokens" are characters / 4, rounded down.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/shared_text.hpp"
#include "util/time.hpp"

namespace soulprint {

// kNotes: nobody in a chat, but Notes.
enum class Role { kUser, kAssistant, kNotes };

// A message the user saw.
struct Message {
  std::string id;  // "" where the export has none
  Role role = Role::kUser;
  std::string text;
  Time at;
};

// A conversation as the user saw it: the visible messages of the active branch, in order.
struct Conversation {
  std::string id;                    // "" where the export has none
  std::optional<std::string> title;  // nullopt = null or missing
  Time created_at;
  Time updated_at;
  std::vector<Message> messages;
  bool do_not_remember = false;  // the user asked that it not be remembered
  bool put_together = false;     // from single exchanges, by their times
};

// What an assistant keeps about its user, or was told by the user once for all.
struct Notes {
  std::string source;  // "saved memory of ChatGPT", "custom instructions of ChatGPT", …
  std::string text;
  Time at;  // when they were in force; lines may have days of their own
};

// A part of a chunk's content that one person said.
struct Span {
  Role role = Role::kUser;
  std::size_t begin = 0;  // bytes in Chunk::content
  std::size_t end = 0;
  int message = 0;  // its place among the conversation's messages, from 0
  Time at;          // of the message
};

// A part of a conversation, or of notes, that is small enough for one question.
struct Chunk {
  int index = 0;  // from 0
  int total = 0;
  int tokens = 0;
  std::string content;
  // Who said what in content, in order and without overlaps; the title and the labels are in none.
  std::vector<Span> spans;
};

// The six categories of facts, in the order in which they are written.
enum class Category : std::uint8_t {
  kPerson,
  kPreferences,
  kProjects,
  kDates,
  kBeliefs,
  kDecisions
};
inline constexpr std::array<Category, 6> kCategories = {Category::kPerson,   Category::kPreferences,
                                                        Category::kProjects, Category::kDates,
                                                        Category::kBeliefs,  Category::kDecisions};

// Where a fact was said.  The order of the fields saves room: a pass holds tens of thousands.
struct Source {
  SharedText conversation_id;
  int chunk_index = 0;
  int message = -1;       // its place among the conversation's messages, from 0; -1 = unknown
  Time at;                // of the message, or of the conversation if that is unknown
  SharedText notes = {};  // Notes::source if notes say it, which are in no conversation
};

// Source::notes of what the user said through soulprint_add_fact() or soulprint_correct_fact().
inline constexpr const char* kOwnStatement = "own statement";

// What a fact said before it changed.
struct Former {
  SharedText text;
  Time said;
};

// One thing known about the user.  The order of the fields saves room, as in Source.
//   person, preferences, beliefs: text    projects: text = name, more = description, details
//   dates: text = event, more[0] = date   decisions: text = decision, more[0] = context
struct Fact {
  Category category = Category::kPerson;
  bool verified = false;  // the quote is in the user's own words
  bool noted = false;     // else: the quote is in notes
  int importance = 2;     // 1 … 3, 3 = most
  SharedText text;
  std::array<SharedText, 2> more;
  SharedText quote;             // the user's own words, or those of notes, "" = none
  std::vector<Source> sources;  // oldest first
  // The place of the later fact that overtakes it, in the list that holds both; nullopt = it holds.
  std::optional<std::size_t> superseded_by;
  std::vector<Former> before;  // what it overtook, newest first; only where all facts hold
};

// Items of a model's answers that became no fact, by reason.
struct DroppedItems {
  int malformed = 0;  // not a fact's form
  int assistant = 0;  // only the assistant said the quote
  int invented = 0;   // nobody said the quote
  int secret = 0;     // holds a password, a key, a card or identity number

  int Total() const { return malformed + assistant + invented + secret; }
  void Add(const DroppedItems& more) {
    malformed += more.malformed;
    assistant += more.assistant;
    invented += more.invented;
    secret += more.secret;
  }
};

// soul, identity, user, agents, tools: each a JSON object as text, keys in schema order.
inline constexpr std::array<std::string_view, 5> kSectionNames = {"soul", "identity", "user",
                                                                  "agents", "tools"};
using Sections = std::array<std::string, 5>;

// Sections as they are stored, nullopt = NULL.
using StoredSections = std::array<std::optional<std::string>, 5>;

// A profile as it stands in user_profiles: memory_md, five sections, soulprint_text; nullopt =
// NULL.
struct PublishedProfile {
  std::optional<std::string> memory_md;
  StoredSections sections;
  std::optional<std::string> soulprint_text;
};

// What a full pass publishes.
struct Profile {
  std::string memory_md;
  // nullopt = not made and not required.  The stored sections stay, and the store makes
  // soulprint_text from them and MEMORY.
  std::optional<Sections> sections;
  std::string soulprint_text;  // "" without sections
  std::vector<Fact> facts;     // merged, with their sources
};

}  // namespace soulprint
