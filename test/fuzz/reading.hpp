// A file that is read as a whole and in pieces, for the fuzz targets.

#pragma once

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "../messages_json.hpp"
#include "../unit/send_value.hpp"
#include "export/export_to_conversations.hpp"
#include "fuzz.hpp"
#include "util/error.hpp"
#include "util/time.hpp"

namespace soulprint {

// More than RecordSplitter keeps of each end of a record that is too large.
inline constexpr ImportLimits kLimits{5000, 20};

inline void RequireReadable(const Conversation& conversation) {
  const std::string stored = MessagesToJson(conversation.messages);
  const Conversation again = ConversationOf(nlohmann::json::parse(stored));
  Require(MessagesToJson(again.messages).size() <= stored.size() &&
              again.messages.size() == conversation.messages.size(),
          "what is stored has all messages");
  for (std::size_t i = 0; i < again.messages.size(); ++i) {
    const Message& before = conversation.messages[i];
    const Message& after = again.messages[i];
    Require(after.text == before.text && after.role == before.role, "messages stay what they are");
    Require(!before.at || after.at == before.at, "a time is read as it was written");
  }
}

inline std::string Describe(const Conversation& c) {
  return c.id + "\n" + c.title.value_or("null") + "\n" + FormatTime(c.created_at) + "\n" +
         FormatTime(c.updated_at) + "\n" + MessagesToJson(c.messages) + "\n";
}

// The conversations and the report, as text.  next(rest) is the size of the next push.
template <typename Next>
std::string ReadInPieces(std::string_view bytes, Next next) {
  std::string result;
  ImportReport report;
  std::size_t given = 0;
  const auto give = [&](Conversation conversation) {
    if (!conversation.do_not_remember) ++given;
    RequireStorable(conversation);
    RequireReadable(conversation);
    result += Describe(conversation);
  };
  try {
    ExportReader reader(kLimits, give, &report);
    for (std::size_t size = 0; !bytes.empty(); bytes.remove_prefix(size)) {
      size = std::min<std::size_t>(next(bytes), bytes.size());
      reader.Push(bytes.substr(0, size));
    }
    reader.Finish();
  } catch (const Error& error) {
    Require(error.sqlstate() == sqlstate::kInvalidTextRepresentation, "a bad file is 22P02");
    RequireStorable(error.detail());
    result += error.what() + error.detail();
  }
  RequireSound(report);
  Require(given == report.conversations, "what is given is counted");
  return result + nlohmann::json({report.skipped, report.hidden, report.skipped_ids,
                                  report.replaced_characters, report.unordered})
                      .dump();
}

// Any bytes as a file: pushes of any size give the same conversations, which can be stored and read
// back.
inline void RequireSame(std::string_view bytes) {
  const std::string whole = ReadInPieces(bytes, [](std::string_view rest) { return rest.size(); });
  const auto small = [](std::string_view rest) {
    return std::size_t{1} + static_cast<unsigned char>(rest[0]) % 16u;
  };
  Require(ReadInPieces(bytes, small) == whole, "pieces change nothing");
}

}  // namespace soulprint
