#include "export/export_to_conversations.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "export/forms.hpp"
#include "export/import_report.hpp"
#include "export/json.hpp"
#include "export/limits.hpp"
#include "export/raw_conversation.hpp"
#include "export/record_reader.hpp"
#include "export/splitter.hpp"
#include "export/text_forms.hpp"
#include "export/visible_messages.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kConversationHint =
    "Give {\"title\": …, \"messages\": [{\"role\": \"user\", \"content\": …}]}.";

[[noreturn]] void ThrowNoConversation(const Json& root) {
  if (root.is_object()) {
    throw Error(sqlstate::kInvalidTextRepresentation, "JSON object is not a conversation")
        .Detail("It has neither \"mapping\" nor \"messages\" nor \"chat_messages\".")
        .Hint(std::string(kConversationHint));
  }
  // In the order of Json::Kind; an integer is a number, too.
  constexpr std::array<const char*, 7> kTypes = {"null",   "boolean", "number", "number",
                                                 "string", "array",   "object"};
  const char* const type = kTypes.at(static_cast<std::size_t>(root.kind));
  throw Error(sqlstate::kInvalidTextRepresentation,
              "a conversation must be a JSON object or an array of messages")
      .Detail(Format(
          root.is_list() ? "It is a JSON {} without a single message." : "It is a JSON {}.", type))
      .Hint(std::string(kConversationHint));
}

[[noreturn]] void ThrowTooLarge(std::size_t bytes) {
  throw Error(sqlstate::kProgramLimitExceeded, "conversation consists of too many parts")
      .Detail(
          Format("Reading it takes more than {} MB of memory, many times its size.", bytes >> 20))
      .Hint("Leave out parts without text.");
}

// The size of the byte order mark and the white space at the beginning.
std::size_t SkipStart(std::string_view bytes) {
  constexpr std::string_view kBom = "\xEF\xBB\xBF";
  std::size_t at = 0;
  for (;;) {
    at = std::min(bytes.size(), bytes.find_first_not_of(" \t\r\n", at));
    if (!bytes.substr(at).starts_with(kBom)) return at;
    at += kBom.size();
  }
}

}  // namespace

struct ExportReader::State {
  State(ImportLimits all_limits, Give give, ImportReport* report_to)
      : limits(all_limits),
        report(report_to),
        reader(limits, std::move(give), report),
        splitter(limits.max_conversation_bytes,
                 [this](RecordSplitter::Record record) { reader.Take(std::move(record)); }) {}

  // The splitter skips a byte order mark and white space, and says what a file is that has no form.
  void PushHead(std::string_view bytes) {
    head += bytes;
    const std::size_t skipped = SkipStart(head);
    splitter.Push(std::string_view(head).substr(0, skipped));
    head.erase(0, skipped);
    if (IsJson() || head.size() >= kTextHeadBytes) EndHead();
  }

  bool IsJson() const { return head.starts_with("[") || head.starts_with("{"); }

  void EndHead() {
    in_head = false;
    const std::string_view first = std::string_view(head).substr(0, kTextHeadBytes);
    if (const TextForm* const form = IsJson() ? nullptr : FindTextForm(first)) {
      text = form->read(first, limits, &reader, report);
    }
    Push(std::exchange(head, {}));
  }

  void Push(std::string_view bytes) {
    if (in_head) return PushHead(bytes);
    if (text != nullptr) return text->Push(bytes);
    splitter.Push(bytes);
  }

  void Finish() {
    if (in_head) EndHead();
    if (text != nullptr) {
      text->Finish();
    } else {
      splitter.Finish();
    }
    reader.Finish();
  }

  ImportLimits limits;
  ImportReport* report;
  RecordReader reader;
  RecordSplitter splitter;
  std::unique_ptr<TextReader> text;  // of a file that is no JSON
  bool in_head = true;
  std::string head;  // the first bytes, until they tell the form
};

ExportReader::ExportReader(ImportLimits limits, Give give, ImportReport* report)
    : state_(std::make_unique<State>(limits, std::move(give), report)) {}

ExportReader::~ExportReader() = default;

void ExportReader::Push(std::string_view bytes) { state_->Push(bytes); }

void ExportReader::Finish() { state_->Finish(); }

Conversation ConversationFromJson(const SendJson& send, std::size_t max_bytes) {
  JsonTree tree({kMaxNesting, max_bytes}, IsKeyOfAForm);
  const ParseResult result = tree.Read(send);
  Json& root = tree.root();
  if (result == ParseResult::kTooDeep) {
    throw Error(sqlstate::kProgramLimitExceeded, "conversation is nested too deeply")
        .Detail(Format("At most {} levels are read.", kMaxNesting))
        .Hint(std::string(kConversationHint));
  }
  if (result == ParseResult::kTooLarge) ThrowTooLarge(tree.bytes());
  const bool silent =
      root.is_list() && root.first() != nullptr &&
      std::none_of(root.begin(), root.end(), [](const Json& item) { return item.is_object(); });
  const Form* const form = FindForm(root);
  if (result == ParseResult::kInvalid || silent || form == nullptr ||
      form->gives != Gives::kConversation) {
    ThrowNoConversation(root);
  }
  RawConversation raw;
  raw.max_bytes = max_bytes;
  form->read(&root, &raw);
  tree.Clear();
  if (raw.bytes > max_bytes) ThrowTooLarge(raw.bytes);
  return RawToConversation(std::move(raw), nullptr);
}

}  // namespace soulprint
