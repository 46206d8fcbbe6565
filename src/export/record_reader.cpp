#include "export/record_reader.hpp"

#include <utility>
#include <vector>

#include "export/parser.hpp"
#include "export/visible_messages.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/json_escapes.hpp"
#include "util/text.hpp"
#include "util/time.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kNoConversation = "not a conversation";

// The string value of the key whose closing quote is before `at`; "" if the value is no string.
std::string_view StringValue(std::string_view json, std::size_t at) {
  const std::size_t colon = json.find_first_not_of(" \t\r\n", at);
  if (colon == std::string_view::npos || json[colon] != ':') return "";
  const std::size_t quote = json.find_first_not_of(" \t\r\n", colon + 1);
  if (quote == std::string_view::npos || json[quote] != '"') return "";
  const std::size_t end = json.find_first_of("\"\\", quote + 1);
  if (end == std::string_view::npos || json[end] != '"' || end - quote > kIdBytes) return "";
  return json.substr(quote + 1, end - quote - 1);
}

// The id of a conversation whose JSON is invalid or cut off; "" if it is not found.
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
    const std::string_view key = json.substr(at, end - at);
    at = end + 1;
    if (depth != 1 || (key != "id" && key != "conversation_id" && key != "uuid")) continue;
    const std::string_view id = StringValue(json, at);
    if (!id.empty()) return id;
  }
  return "";
}

std::string_view FindIdAtEnd(std::string_view tail) {
  constexpr std::string_view kKey = "\"conversation_id\"";
  const std::size_t key = tail.rfind(kKey);
  return key == std::string_view::npos ? "" : StringValue(tail, key + kKey.size());
}

[[noreturn]] void ThrowNoExport(const std::vector<std::string>& keys) {
  std::string names;
  for (const std::string& key : keys) names += (names.empty() ? "\"" : ", \"") + Quoted(key) + "\"";
  throw Error(sqlstate::kInvalidTextRepresentation, "JSON object is not an export of conversations")
      .Detail(names.empty() ? "It is empty."
                            : Format("Its first keys are {}; a conversation has \"mapping\", "
                                     "\"messages\" or \"chat_messages\".",
                                     names))
      .Hint(std::string(kExportHint));
}

std::string_view WhyUnread(ParseResult result) {
  if (result == ParseResult::kTooLarge) return "too large";
  return result == ParseResult::kTooDeep ? "nested too deeply" : "not valid JSON";
}

}  // namespace

RecordReader::RecordReader(ImportLimits limits, Give give, ImportReport* report)
    : limits_(limits),
      give_(std::move(give)),
      report_(*report),
      activities_(limits.max_conversation_bytes) {}

void RecordReader::Take(RecordSplitter::Record record) {
  switch (record.kind) {
    case RecordSplitter::Kind::kNoObject:
      ++report_.found;
      Skip(kNoConversation);
      break;
    case RecordSplitter::Kind::kTooLarge: {
      ++report_.found;
      const std::string_view id = FindId(record.json);
      Skip("too large", id.empty() ? FindIdAtEnd(record.tail) : id);
      break;
    }
    default:
      Read(std::move(record.json), record.kind == RecordSplitter::Kind::kWhole, record.keys);
  }
}

void RecordReader::Finish() {
  GiveMessages();
  GiveActivities(activities_.Finish());
}

void RecordReader::Read(std::string json, bool whole, const std::vector<std::string>& keys) {
  if (!IsCleanUtf8(json)) json = CleanUtf8(json, &report_.replaced_characters);
  report_.replaced_characters += RepairEscapes(&json);
  RawConversation raw;
  ParseResult result = ParseResult::kTooLarge;
  const std::size_t max_bytes = limits_.max_conversation_bytes;
  if (json.size() <= max_bytes) {
    // Texts take no more memory than their JSON; countless tiny messages would.
    result = JsonToRaw(json, {limits_.max_nesting, max_bytes + max_bytes / 2}, &raw);
  }
  if (result == ParseResult::kRead) {
    std::string().swap(json);
    TakeRaw(std::move(raw), whole, keys);
  } else if (whole && result == ParseResult::kInvalid) {
    throw Error(sqlstate::kInvalidTextRepresentation, "export is not valid JSON")
        .Detail(Format("It looks like one object of {} bytes.", json.size()))
        .Hint("Export the data again, or check what has changed the file.");
  } else {
    ++report_.found;
    Skip(WhyUnread(result), FindId(json));
  }
}

void RecordReader::TakeRaw(RawConversation raw, bool whole, const std::vector<std::string>& keys) {
  if (IsActivity(raw)) {
    AddActivity(raw);
    return;
  }
  if (!whole && IsBareMessage(raw)) {
    AddMessage(std::move(raw));
    return;
  }
  const bool is_conversation = IsConversation(raw);
  if (!is_conversation && whole) ThrowNoExport(keys);
  const bool is_shell = !is_conversation && raw.has_title && raw.created_at;
  ++report_.found;
  if (raw.do_not_remember) {
    Skip(kDoNotRemember);
    GiveForgotten(std::move(raw));
  } else if (!is_conversation && !is_shell) {
    Skip(kNoConversation, raw.conversation_id.empty() ? raw.id : raw.conversation_id);
  } else {
    GiveConversation(std::move(raw));
  }
}

void RecordReader::AddActivity(const RawConversation& raw) {
  const Time at = raw.activity.at;
  std::vector<RawMessage> messages = ActivityToMessages(raw);
  if (messages.empty()) {
    ++report_.found;
    Skip("activity without a prompt");
  } else {
    GiveActivities(activities_.Add(at, std::move(messages)));
  }
}

void RecordReader::GiveActivities(std::optional<RawConversation> ended) {
  if (!ended) return;
  ++report_.found;
  GiveConversation(std::move(*ended));
}

void RecordReader::AddMessage(RawConversation raw) {
  RawMessage message = std::move(raw.itself);
  if (message.id.empty()) message.id = std::move(raw.id);
  if (!message.at) message.at = raw.created_at;
  messages_.has_messages = true;
  messages_.bytes += raw.bytes + sizeof message;
  if (messages_.bytes > limits_.max_conversation_bytes) {
    messages_.messages = {};
  } else {
    messages_.messages.push_back(std::move(message));
  }
}

void RecordReader::GiveMessages() {
  if (!messages_.has_messages) return;
  ++report_.found;
  if (messages_.bytes > limits_.max_conversation_bytes) {
    Skip("too large");
  } else {
    GiveConversation(std::move(messages_));
  }
}

// An earlier export may have given the conversation with messages.
void RecordReader::GiveForgotten(RawConversation raw) {
  raw.nodes = {};
  raw.messages = {};
  Conversation conversation = RawToConversation(std::move(raw), nullptr);
  if (!conversation.id.empty()) give_(std::move(conversation));
}

void RecordReader::GiveConversation(RawConversation raw) {
  Conversation conversation = RawToConversation(std::move(raw), &report_);
  CutTitle(&conversation.title);
  if (conversation.messages.empty()) {
    Skip("no visible message", conversation.id);
    return;
  }
  ++report_.conversations;
  give_(std::move(conversation));
}

void RecordReader::Skip(std::string_view reason, std::string_view id) {
  ++report_.skipped[std::string(reason)];
  if (!id.empty() && report_.skipped_ids.size() < kSkippedIds) {
    report_.skipped_ids.push_back(CleanUtf8(id));
  }
}

}  // namespace soulprint
