// The way of a file's bytes: JsonPieces cuts them into the JSON of one conversation each,
// JsonToExported reads that, ExportedToConversation makes of it what the user saw.  A list of
// single messages, or of Gemini's activities, is put together on the way.

#include "export/export_to_conversations.hpp"

#include <optional>
#include <utility>

#include "export/gemini.hpp"
#include "export/parser.hpp"
#include "export/raw_conversation.hpp"
#include "export/splitter.hpp"
#include "export/visible_messages.hpp"
#include "util/error.hpp"
#include "util/json_escapes.hpp"
#include "util/text.hpp"
#include "util/time.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kSkippedIds = 100;
constexpr std::string_view kNoConversation = "not a conversation";
constexpr std::string_view kConversationHint =
    "Give {\"title\": …, \"messages\": [{\"role\": \"user\", \"content\": …}]}.";

// The string that is the value of the key whose closing quote is before `at`, "" if it is none.
std::string_view StringValue(std::string_view json, std::size_t at) {
  std::size_t const colon = json.find_first_not_of(" \t\r\n", at);
  if (colon == std::string_view::npos || json[colon] != ':') return "";
  std::size_t const quote = json.find_first_not_of(" \t\r\n", colon + 1);
  if (quote == std::string_view::npos || json[quote] != '"') return "";
  std::size_t const end = json.find_first_of("\"\\", quote + 1);
  if (end == std::string_view::npos || json[end] != '"' || end - quote > kIdBytes) return "";
  return json.substr(quote + 1, end - quote - 1);
}

// The id of a conversation whose JSON cannot be read, or of which only the beginning is there.
std::string_view FindId(std::string_view json) {
  int depth = 0;
  for (std::size_t at = json.find_first_of("{}[]\""); at < json.size();
       at = json.find_first_of("{}[]\"", at)) {
    const char c = json[at++];
    if (c != '"') {
      depth += c == '{' || c == '[' ? 1 : -1;
      continue;
    }
    std::size_t end = json.find_first_of("\"\\", at);
    while (end < json.size() && json[end] == '\\') end = json.find_first_of("\"\\", end + 2);
    if (end >= json.size()) return "";
    std::string_view const key = json.substr(at, end - at);
    at = end + 1;
    if (depth != 1 || (key != "id" && key != "conversation_id" && key != "uuid")) continue;
    std::string_view const id = StringValue(json, at);
    if (!id.empty()) return id;
  }
  return "";
}

std::string_view FindIdAtEnd(std::string_view tail) {
  constexpr std::string_view kKey = "\"conversation_id\"";
  std::size_t const key = tail.rfind(kKey);
  return key == std::string_view::npos ? "" : StringValue(tail, key + kKey.size());
}

[[noreturn]] void ThrowNoExport(const std::vector<std::string>& keys) {
  std::string names;
  for (const std::string& key : keys) names += (names.empty() ? "\"" : ", \"") + Quoted(key) + "\"";
  throw Error(sqlstate::kInvalidTextRepresentation, "JSON object is not an export of conversations",
              names.empty() ? "It is empty."
                            : "Its first keys are " + names +
                                  "; a conversation has \"mapping\", \"messages\" or "
                                  "\"chat_messages\".",
              std::string(kExportHint));
}

Conversation ConversationFrom(ReadJson read, ExportedConversation exported) {
  if (read == ReadJson::kTooDeep) {
    throw Error(sqlstate::kProgramLimitExceeded, "conversation is nested too deeply",
                "At most " + std::to_string(ReadLimits().max_nesting) + " levels are read.",
                std::string(kConversationHint));
  }
  if (read == ReadJson::kTooLarge) {
    throw Error(sqlstate::kProgramLimitExceeded, "conversation consists of too many parts",
                "Reading it takes more than " + std::to_string(exported.bytes >> 20) +
                    " MB of memory, many times its size.",
                "Leave out parts without text.");
  }
  const bool speaks = exported.type != "array" || !exported.silent || !exported.messages.empty();
  if ((exported.type != "object" && exported.type != "array") || !speaks) {
    throw Error(sqlstate::kInvalidTextRepresentation,
                "a conversation must be a JSON object or an array of messages",
                "It is a JSON " + std::string(exported.type) +
                    (speaks ? "." : " without a single message."),
                std::string(kConversationHint));
  }
  if (read == ReadJson::kInvalid || !IsConversation(exported)) {
    throw Error(sqlstate::kInvalidTextRepresentation, "JSON object is not a conversation",
                "It has neither \"mapping\" nor \"messages\" nor \"chat_messages\".",
                std::string(kConversationHint));
  }
  return ExportedToConversation(std::move(exported), nullptr);
}

}  // namespace

struct ExportReader::State {
  State(ImportLimits import_limits, Give give_conversation, ImportReport* import_report)
      : limits(import_limits),
        give(std::move(give_conversation)),
        report(*import_report),
        pieces(limits.max_conversation_bytes,
               [this](JsonPieces::Piece piece) { Take(std::move(piece)); }),
        activities(limits.max_conversation_bytes) {}

  void Take(JsonPieces::Piece piece) {
    switch (piece.kind) {
      case JsonPieces::Kind::kNoObject:
        ++report.found;
        Skip(kNoConversation);
        break;
      case JsonPieces::Kind::kTooLarge: {
        ++report.found;
        std::string_view const id = FindId(piece.json);
        Skip("too large", id.empty() ? FindIdAtEnd(piece.tail) : id);
        break;
      }
      default:
        Read(std::move(piece.json), piece.kind == JsonPieces::Kind::kWhole);
    }
  }

  void Read(std::string json, bool whole) {
    if (!IsCleanUtf8(json)) json = CleanUtf8(json, &report.replaced_characters);
    report.replaced_characters += RepairEscapes(&json);
    ExportedConversation exported;
    ReadJson result = ReadJson::kTooLarge;
    if (json.size() <= limits.max_conversation_bytes) {
      result = JsonToExported(json, {limits.max_nesting, MaxKept()}, &exported);
    }
    if (result == ReadJson::kRead) {
      std::string().swap(json);
      TakeExported(std::move(exported), whole);
    } else if (whole && result == ReadJson::kInvalid) {
      throw Error(sqlstate::kInvalidTextRepresentation, "export is not valid JSON",
                  "It looks like one object of " + std::to_string(json.size()) + " bytes.",
                  "Export the data again, or check what has changed the file.");
    } else {
      ++report.found;
      Skip(WhyUnread(result), FindId(json));
    }
  }

  static std::string_view WhyUnread(ReadJson result) {
    if (result == ReadJson::kTooLarge) return "too large";
    return result == ReadJson::kTooDeep ? "nested too deeply" : "not valid JSON";
  }

  // Texts take no more memory than their JSON; countless tiny messages would.
  std::size_t MaxKept() const {
    return limits.max_conversation_bytes + limits.max_conversation_bytes / 2;
  }

  void TakeExported(ExportedConversation exported, bool whole) {
    if (IsActivity(exported)) {
      AddActivity(std::move(exported));
      return;
    }
    const bool is_conversation = IsConversation(exported);
    const bool is_shell = !is_conversation && exported.has_title && exported.created_at;
    if (!whole && IsBareMessage(exported)) {
      AddBare(std::move(exported));
      return;
    }
    if (!is_conversation && whole) ThrowNoExport(pieces.keys());
    ++report.found;
    if (exported.do_not_remember) {
      Skip("do not remember");
      GiveUp(std::move(exported));
    } else if (!is_conversation && !is_shell) {
      Skip(kNoConversation,
           exported.conversation_id.empty() ? exported.id : exported.conversation_id);
    } else {
      GiveOn(std::move(exported));
    }
  }

  void AddActivity(ExportedConversation exported) {
    const Time at = exported.activity.at;
    std::vector<ExportedMessage> messages = ActivityToMessages(std::move(exported));
    if (messages.empty()) {
      ++report.found;
      Skip("activity without a prompt");
    } else {
      GiveActivities(activities.Add(at, std::move(messages)));
    }
  }

  void GiveActivities(std::optional<ExportedConversation> ended) {
    if (!ended) return;
    ++report.found;
    GiveOn(std::move(*ended));
  }

  void AddBare(ExportedConversation exported) {
    ExportedMessage message = std::move(exported.itself);
    if (message.id.empty()) message.id = std::move(exported.id);
    if (!message.at) message.at = exported.created_at;
    bare.has_messages = true;
    bare.bytes += exported.bytes + sizeof message;
    if (bare.bytes > limits.max_conversation_bytes) {
      bare.messages = {};
    } else {
      bare.messages.push_back(std::move(message));
    }
  }

  void GiveBare() {
    if (!bare.has_messages) return;
    ++report.found;
    if (bare.bytes > limits.max_conversation_bytes) {
      Skip("too large");
    } else {
      GiveOn(std::move(bare));
    }
  }

  // What the user takes back may have been given on before.
  void GiveUp(ExportedConversation exported) {
    exported.nodes = {};
    exported.messages = {};
    Conversation conversation = ExportedToConversation(std::move(exported), nullptr);
    if (!conversation.id.empty()) give(std::move(conversation));
  }

  void GiveOn(ExportedConversation exported) {
    Conversation conversation = ExportedToConversation(std::move(exported), &report);
    CutTitle(&conversation.title);
    if (conversation.messages.empty()) {
      Skip("no visible message", conversation.id);
      return;
    }
    ++report.conversations;
    give(std::move(conversation));
  }

  void Skip(std::string_view reason, std::string_view id = {}) {
    ++report.skipped[std::string(reason)];
    if (!id.empty() && report.skipped_ids.size() < kSkippedIds) {
      report.skipped_ids.push_back(CleanUtf8(id));
    }
  }

  ImportLimits limits;
  Give give;
  ImportReport& report;
  JsonPieces pieces;
  Activities activities;
  ExportedConversation bare;  // of a file that is one list of messages
};

ExportReader::ExportReader(ImportLimits limits, Give give, ImportReport* report)
    : state_(new State(limits, std::move(give), report)) {}

ExportReader::~ExportReader() { delete state_; }

void ExportReader::Push(std::string_view bytes) { state_->pieces.Push(bytes); }

void ExportReader::Finish() {
  state_->pieces.Finish();
  state_->GiveBare();
  state_->GiveActivities(state_->activities.Finish());
}

Conversation ConversationFromJson(const SendJson& send, std::size_t max_bytes) {
  ReadLimits limits;
  limits.max_bytes = max_bytes;
  ExportedConversation exported;
  const ReadJson read = JsonToExported(send, limits, &exported);
  return ConversationFrom(read, std::move(exported));
}

Conversation ConversationFromText(const std::string& json) {
  ExportedConversation exported;
  const ReadJson read = JsonToExported(json, {}, &exported);
  return ConversationFrom(read, std::move(exported));
}

}  // namespace soulprint
