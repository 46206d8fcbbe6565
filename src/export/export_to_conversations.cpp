#include "export/export_to_conversations.hpp"

#include <string_view>
#include <utility>

#include "export/import_report.hpp"
#include "export/limits.hpp"
#include "export/parser.hpp"
#include "export/raw_conversation.hpp"
#include "export/record_reader.hpp"
#include "export/splitter.hpp"
#include "export/visible_messages.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kConversationHint =
    "Give {\"title\": …, \"messages\": [{\"role\": \"user\", \"content\": …}]}.";

Conversation ConversationFrom(ParseResult result, RawConversation raw) {
  if (result == ParseResult::kTooDeep) {
    throw Error(sqlstate::kProgramLimitExceeded, "conversation is nested too deeply")
        .Detail(Format("At most {} levels are read.", kMaxNesting))
        .Hint(std::string(kConversationHint));
  }
  if (result == ParseResult::kTooLarge) {
    throw Error(sqlstate::kProgramLimitExceeded, "conversation consists of too many parts")
        .Detail(Format("Reading it takes more than {} MB of memory, many times its size.",
                       raw.bytes >> 20))
        .Hint("Leave out parts without text.");
  }
  const bool speaks = raw.type != "array" || !raw.silent || !raw.messages.empty();
  if ((raw.type != "object" && raw.type != "array") || !speaks) {
    throw Error(sqlstate::kInvalidTextRepresentation,
                "a conversation must be a JSON object or an array of messages")
        .Detail(Format(speaks ? "It is a JSON {}." : "It is a JSON {} without a single message.",
                       raw.type))
        .Hint(std::string(kConversationHint));
  }
  if (result == ParseResult::kInvalid || !IsConversation(raw)) {
    throw Error(sqlstate::kInvalidTextRepresentation, "JSON object is not a conversation")
        .Detail("It has neither \"mapping\" nor \"messages\" nor \"chat_messages\".")
        .Hint(std::string(kConversationHint));
  }
  return RawToConversation(std::move(raw), nullptr);
}

}  // namespace

struct ExportReader::State {
  State(ImportLimits limits, Give give, ImportReport* report)
      : reader(limits, std::move(give), report),
        splitter(limits.max_conversation_bytes,
                 [this](RecordSplitter::Record record) { reader.Take(std::move(record)); }) {}

  RecordReader reader;
  RecordSplitter splitter;
};

ExportReader::ExportReader(ImportLimits limits, Give give, ImportReport* report)
    : state_(std::make_unique<State>(limits, std::move(give), report)) {}

ExportReader::~ExportReader() = default;

void ExportReader::Push(std::string_view bytes) { state_->splitter.Push(bytes); }

void ExportReader::Finish() {
  state_->splitter.Finish();
  state_->reader.Finish();
}

Conversation ConversationFromJson(const SendJson& send, std::size_t max_bytes) {
  ParseLimits limits;
  limits.max_bytes = max_bytes;
  RawConversation raw;
  const ParseResult result = JsonToRaw(send, limits, &raw);
  return ConversationFrom(result, std::move(raw));
}

Conversation ConversationFromText(const std::string& json) {
  RawConversation raw;
  const ParseResult result = JsonToRaw(json, {}, &raw);
  return ConversationFrom(result, std::move(raw));
}

}  // namespace soulprint
