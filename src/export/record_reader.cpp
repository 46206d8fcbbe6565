#include "export/record_reader.hpp"

#include <utility>
#include <vector>

#include "export/fields.hpp"
#include "export/json.hpp"
#include "export/notes.hpp"
#include "export/rejection.hpp"
#include "export/visible_messages.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kKeys = 16;  // of a record, to recognize what it is
constexpr std::size_t kKeyCharacters = 60;

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

// Calls `found` with each key of an object and the place after it, until it returns false.  The
// JSON may be invalid or cut off.
template <typename Found>
void ForEachKey(std::string_view json, const Found& found) {
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
    if (end >= json.size()) return;
    const std::string_view key = json.substr(at, end - at);
    at = end + 1;
    const std::size_t colon = json.find_first_not_of(" \t\r\n", at);
    const bool is_key = depth == 1 && colon < json.size() && json[colon] == ':';
    if (is_key && !found(key, at)) return;
  }
}

// The id of a conversation whose JSON is invalid or cut off; "" if it is not found.
std::string_view FindId(std::string_view json) {
  std::string_view id;
  ForEachKey(json, [&](std::string_view key, std::size_t at) {
    if (key == "id" || key == "conversation_id" || key == "uuid") id = StringValue(json, at);
    return id.empty();
  });
  return id;
}

std::vector<std::string> FirstKeys(std::string_view json) {
  std::vector<std::string> keys;
  ForEachKey(json, [&](std::string_view key, std::size_t) {
    keys.push_back(CleanUtf8(FirstCharacters(key, kKeyCharacters)));
    return keys.size() < kKeys;
  });
  return keys;
}

std::string_view FindIdAtEnd(std::string_view tail) {
  constexpr std::string_view kKey = "\"conversation_id\"";
  const std::size_t key = tail.rfind(kKey);
  return key == std::string_view::npos ? "" : StringValue(tail, key + kKey.size());
}

[[noreturn]] void ThrowNoExport(const std::vector<std::string>& keys) {
  std::string names;
  for (const std::string& key : keys) names += (names.empty() ? "\"" : ", \"") + Quoted(key) + "\"";
  Rejection rejection = RejectionOfKeys(keys);
  if (rejection.what.empty()) {
    rejection.what = names.empty() ? "It is empty." : Format("Its first keys are {}.", names);
  }
  throw Error(sqlstate::kInvalidTextRepresentation, "JSON object is not an export of conversations")
      .Detail(rejection.what)
      .Hint(rejection.hint);
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
      // Texts take no more memory than their JSON; countless tiny values would.
      tree_({limits_.max_nesting, MostMemory(), limits_.max_conversation_bytes}, IsKeyOfAForm),
      talks_(
          limits.max_conversation_bytes,
          [this](RawConversation talk) { TakeConversation(std::move(talk)); },
          [this] { SkipRecord("activity without a prompt"); }) {}

void RecordReader::Take(RecordSplitter::Record record) {
  switch (record.kind) {
    case RecordSplitter::Kind::kEndOfList:
      GiveMessages();
      break;
    case RecordSplitter::Kind::kNoObject:
      SkipRecord(kNoConversation);
      break;
    case RecordSplitter::Kind::kTooLarge: {
      ++report_.found;
      const std::string_view id = FindId(record.json);
      Skip("too large", id.empty() ? FindIdAtEnd(record.tail) : id);
      break;
    }
    default:
      Read(std::move(record.json), record.kind == RecordSplitter::Kind::kWhole);
  }
}

void RecordReader::Finish() {
  GiveMessages();
  talks_.Finish();
}

void RecordReader::Read(std::string json, bool whole) {
  const ParseResult result = tree_.Read(&json, whole);
  report_.replaced_characters += tree_.replaced_characters();
  if (whole && result == ParseResult::kInvalid) {
    throw Error(sqlstate::kInvalidTextRepresentation, "export is not valid JSON")
        .Detail(Format("It looks like one object of {} bytes.", json.size()))
        .Hint("Export the data again, or check what has changed the file.");
  }
  if (result != ParseResult::kRead) {
    tree_.Clear();
    ++report_.found;
    return Skip(WhyUnread(result), FindId(json));
  }
  const Form* const form = FindForm(tree_.root());
  std::vector<std::string> keys;
  if (form == nullptr) keys = FirstKeys(json);
  std::string().swap(json);
  if (whole && form == nullptr && ReadWrapped(&tree_.root())) return tree_.Clear();
  Content content = ContentOf(&tree_.root(), form, tree_.bytes());
  tree_.Clear();
  if (whole && (content.form == nullptr || content.form->gives == Gives::kMessage)) {
    ThrowNoExport(keys);
  }
  if (report_.rejection.what.empty() && !keys.empty()) report_.rejection = RejectionOfKeys(keys);
  Take(std::move(content));
}

// Reads the records in the lists of an object that is no record itself, and in what it names
// "data".  False if there is none.
bool RecordReader::ReadWrapped(Json* root) {
  for (int level = 0; level < 3; ++level) {
    const Json* inner = nullptr;
    for (std::string_view name : {"data", "biz_data", "histories"}) {
      if (inner == nullptr) inner = root->Find(name, Json::Kind::kObject);
    }
    bool any = false;
    for (Json& list : *root) {
      if (!list.is_list() || list.first() == nullptr || FindForm(*list.first()) == nullptr)
        continue;
      any = true;
      for (Json& record : list) Take(ContentOf(&record, FindForm(record), 0));
    }
    if (any) return true;
    if (inner == nullptr) return false;
    root = const_cast<Json*>(inner);
    const Form* const form = FindForm(*root);
    if (form == nullptr) continue;
    Take(ContentOf(root, form, 0));
    return true;
  }
  return false;
}

RecordReader::Content RecordReader::ContentOf(Json* record, const Form* form,
                                              std::size_t bytes) const {
  Content content;
  content.bytes = bytes;
  content.raw.max_bytes = MostMemory();
  content.form = form;
  if (content.form == nullptr) {
    ReadHead(*record, &content.raw);
  } else if (content.form->gives == Gives::kExchange) {
    content.activity = ReadActivity(record);
  } else {
    content.form->read(record, &content.raw);
  }
  return content;
}

void RecordReader::Take(Content content) {
  RawConversation& raw = content.raw;
  if (raw.forget.empty()) {
    for (Notes& notes : raw.notes) KeepNotes(std::move(notes), &report_.notes);
  }
  if (content.form != nullptr && content.form->gives == Gives::kNotes) {
    report_.memories += raw.notes.size();
    return;
  }
  if (content.form != nullptr && content.form->gives == Gives::kExchange) {
    return talks_.Add(std::move(content.activity));
  }
  if (content.form != nullptr && content.form->gives == Gives::kMessage) {
    return AddMessage(std::move(content));
  }
  ++report_.found;
  const bool is_shell = content.form == nullptr && raw.has_title && raw.created_at;
  if (!raw.forget.empty()) {
    Skip(raw.forget);
    GiveForgotten(std::move(raw));
  } else if (content.form == nullptr && !is_shell) {
    Skip(kNoConversation, raw.id);
  } else if (raw.bytes > MostMemory()) {
    Skip("too large", raw.id);
  } else {
    GiveConversation(std::move(raw));
  }
}

void RecordReader::AddMessage(Content content) {
  RawConversation& raw = content.raw;
  if (!raw.id.empty() && raw.id != messages_.id) {
    GiveMessages();
    messages_.id = std::move(raw.id);
  }
  messages_.order = raw.order;
  messages_bytes_ += content.bytes + raw.bytes;
  if (messages_bytes_ > limits_.max_conversation_bytes) return messages_.nodes.clear();
  for (RawNode& node : raw.nodes) messages_.nodes.push_back(std::move(node));
}

void RecordReader::GiveMessages() {
  const std::size_t bytes = std::exchange(messages_bytes_, 0);
  RawConversation conversation = std::exchange(messages_, {});
  if (bytes == 0) return;
  ++report_.found;
  if (bytes > limits_.max_conversation_bytes) {
    Skip("too large", conversation.id);
  } else {
    GiveConversation(std::move(conversation));
  }
}

void RecordReader::TakeConversation(RawConversation raw) {
  ++report_.found;
  GiveConversation(std::move(raw));
}

void RecordReader::SkipRecord(std::string_view reason) {
  ++report_.found;
  Skip(reason);
}

// An earlier export may have given the conversation with messages.
void RecordReader::GiveForgotten(RawConversation raw) {
  raw.nodes.clear();
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
