// A SAX parser keeps the Context of each open object and array, and knows for each key of a context
// what to do with its value.  Values in an unknown context are skipped.

#include "export/parser.hpp"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "export/schema.hpp"
#include "util/interrupts.hpp"
#include "util/json_events.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

using nlohmann::json;

// Memory for a node, with its entry in the index of nodes.
constexpr std::size_t kNodeBytes = sizeof(RawNode) + 100;

class ConversationParser final : public JsonEvents {
 public:
  ConversationParser(const ParseLimits& limits, RawConversation* result)
      : limits_(limits), result_(*result), message_(&result->itself) {}

  // Why parsing stopped before the end.
  ParseResult why() const { return why_; }

  bool null() override { return Scalar("null"); }
  bool boolean(bool value) override {
    switch (contexts_.empty() ? Context::kSkipped : contexts_.back()) {
      case Context::kConversation:
        if (key_ == "is_do_not_remember") result_.do_not_remember = value;
        break;
      case Context::kMetadata:
        if (key_ == "is_visually_hidden_from_conversation") message_->hidden = value;
        if (key_ == "is_user_system_message") message_->custom_instructions = value;
        break;
      default:
        break;
    }
    return Scalar("boolean");
  }
  bool number_integer(std::int64_t value) override {
    return Number(static_cast<double>(value), [&] { return std::to_string(value); });
  }
  bool number_unsigned(std::uint64_t value) override {
    return Number(static_cast<double>(value), [&] { return std::to_string(value); });
  }
  bool number_float(double value, const std::string&) override {
    return Number(value, [] { return std::string(); });
  }
  bool binary(json::binary_t&) { return true; }

  bool string(std::string& value) override {
    const Context context = contexts_.empty() ? Context::kSkipped : contexts_.back();
    if (context != Context::kSkipped && context != Context::kMetadata)
      result_.bytes += value.size();
    switch (context) {
      case Context::kConversation:
        StringOfConversation(value);
        break;
      case Context::kNode:
        if (key_ == "parent") node().parent = std::move(value);
        break;
      case Context::kChildren:
        result_.bytes += sizeof value;
        node().children.push_back(std::move(value));
        break;
      case Context::kMessage:
        StringOfMessage(value);
        break;
      case Context::kAuthor:
        if (key_ == "role") message_->role = std::move(value);
        break;
      case Context::kContent:
        if (key_ == "content_type") message_->content_type = std::move(value);
        break;
      case Context::kParts:
        AddPart(std::move(value));
        break;
      case Context::kPart:
        StringOfPart(value);
        break;
      case Context::kTurn:
        StringOfTurn(value);
        break;
      case Context::kBlock:
      case Context::kFragment:
        StringOfBlock(value);
        break;
      case Context::kAttachment:
        if (key_ == "extracted_content") AppendParagraph(std::move(value), &message_->attached);
        break;
      case Context::kFile:
        if (key_ == "file_kind" && value == "image") message_->picture = true;
        break;
      case Context::kHtmlItem:
        result_.bytes += sizeof value;
        if (key_ == "html") result_.activity.html.push_back(std::move(value));
        break;
      default:
        break;
    }
    return Scalar("string") && Fits();
  }

  bool key(std::string& value) override {
    key_ = std::move(value);
    const Context context = contexts_.back();
    if (context == Context::kNode && key_ == "parent") node().has_parent_field = true;
    if (context != Context::kConversation) return true;
    if (key_ == "mapping") result_.has_mapping = true;
    if (key_ == "messages") result_.has_messages = true;
    if (key_ == "chat_messages") result_.has_chat_messages = true;
    if (key_ == "title") result_.has_title = true;
    if (key_ == "content") result_.itself.has_content = true;
    return true;
  }

  bool start_object(std::size_t) override {
    const Context context =
        contexts_.empty() ? Context::kConversation : NextContext(contexts_.back(), key_, false);
    switch (context) {
      case Context::kNode:
        result_.bytes += kNodeBytes + key_.size();
        result_.nodes.emplace_back().key = std::move(key_);
        break;
      case Context::kMessage:
        if (contexts_.back() == Context::kMessages) {
          result_.bytes += sizeof *message_;
          message_ = &result_.messages.emplace_back();
        } else {
          node().has_message = true;
          message_ = &node().message;
        }
        break;
      case Context::kTurn:
        result_.bytes += kNodeBytes;
        result_.nodes.emplace_back().has_message = true;
        message_ = &node().message;
        break;
      case Context::kBlock:
      case Context::kFragment:
        block_type_.clear();
        block_text_.clear();
        break;
      default:
        break;
    }
    return Open(context);
  }

  bool start_array(std::size_t) override {
    const Context context =
        contexts_.empty() ? Context::kMessages : NextContext(contexts_.back(), key_, true);
    if (context == Context::kMessages) result_.has_messages = true;
    return Scalar("array") && Open(context);
  }

  bool end_object() override {
    if (contexts_.back() == Context::kBlock) AddBlock();
    if (contexts_.back() == Context::kFragment) AddFragment();
    if (contexts_.size() == 1) ReadClaudeNames();
    return Close();
  }
  bool end_array() override { return Close(); }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
    return false;
  }

 private:
  RawNode& node() { return result_.nodes.back(); }

  // Any value but an object: neither a message of a bare list nor a conversation.
  bool Scalar(std::string_view type) {
    interrupts_.Step();
    if (contexts_.empty()) result_.type = type;
    result_.silent =
        result_.silent || (contexts_.size() == 1 && contexts_[0] == Context::kMessages);
    return true;
  }

  bool Fits() {
    if (result_.bytes <= limits_.max_bytes) return true;
    why_ = ParseResult::kTooLarge;
    return false;
  }

  bool Open(Context context) {
    interrupts_.Step();
    if (contexts_.size() >= limits_.max_nesting) {
      why_ = ParseResult::kTooDeep;
      return false;
    }
    contexts_.push_back(context);
    return Fits();
  }

  bool Close() {
    contexts_.pop_back();
    if (contexts_.size() == 1) message_ = &result_.itself;
    return true;
  }

  template <typename Text>
  bool Number(double value, Text text) {
    const Context context = contexts_.empty() ? Context::kSkipped : contexts_.back();
    if (context == Context::kConversation) {
      if (IsCreated()) result_.created_at = TimeFromNumber(value);
      if (IsUpdated()) result_.updated_at = TimeFromNumber(value);
      if (key_ == "timestamp") result_.itself.at = TimeFromNumber(value);
      if (key_ == "id") result_.id = text();
    } else if (context == Context::kMessage) {
      if (IsCreated() || key_ == "timestamp") message_->at = TimeFromNumber(value);
      if (key_ == "weight") message_->weightless = value == 0;
      if (key_ == "id") message_->id = text();
    }
    return Scalar("number");
  }

  bool IsCreated() const {
    return key_ == "create_time" || key_ == "created_at" || key_ == "createdAt" ||
           key_ == "inserted_at";
  }
  bool IsUpdated() const {
    return key_ == "update_time" || key_ == "updated_at" || key_ == "updatedAt";
  }

  void StringOfConversation(std::string& value) {
    if (key_ == "title") {
      result_.title = std::move(value);
    } else if (key_ == "id") {
      if (value.size() <= kIdBytes) result_.id = std::move(value);
    } else if (key_ == "conversation_id") {
      if (value.size() <= kIdBytes) result_.conversation_id = std::move(value);
    } else if (key_ == "uuid") {
      if (value.size() <= kIdBytes) uuid_ = std::move(value);
    } else if (key_ == "name") {
      name_ = std::move(value);
    } else if (key_ == "current_node" || key_ == "current_leaf_message_uuid") {
      result_.current_node = std::move(value);
    } else if (IsCreated()) {
      result_.created_at = ParseTime(value);
    } else if (IsUpdated()) {
      result_.updated_at = ParseTime(value);
    } else if (key_ == "role" || key_ == "content" || key_ == "timestamp") {
      StringOfMessage(value);
    } else {
      StringOfActivity(value);
    }
  }

  void StringOfActivity(std::string& value) {
    RawActivity& activity = result_.activity;
    if (key_ == "header") {
      activity.of_gemini =
          value.find("Gemini") != std::string::npos || value.find("Bard") != std::string::npos;
    } else if (key_ == "time") {
      activity.at = ParseTime(value);
    } else if (key_ == "description") {
      activity.description = std::move(value);
    } else if (key_ == "imageFile") {
      activity.picture = true;
    }
  }

  // A string in a message, or in an object that may turn out to be one.
  void StringOfMessage(std::string& value) {
    if (key_ == "role") {
      message_->role = std::move(value);
    } else if (key_ == "content") {
      message_->plain_content = true;
      message_->text = std::move(value);
    } else if (key_ == "id") {
      if (value.size() <= kIdBytes) message_->id = std::move(value);
    } else if (key_ == "recipient") {
      message_->tool_call = !value.empty() && value != "all";
    } else if (key_ == "channel") {
      message_->analysis = value == "analysis";
    } else if (IsCreated() || key_ == "timestamp") {
      message_->at = ParseTime(value);
    }
  }

  void StringOfPart(std::string& value) {
    if (key_ == "text") {
      AddPart(std::move(value));
    } else if (key_ == "content_type" && value == "image_asset_pointer") {
      message_->picture = true;
    }
  }

  void StringOfBlock(std::string& value) {
    if (key_ == "type") {
      block_type_ = std::move(value);
    } else if (key_ == "text" || key_ == "content") {
      block_text_ = std::move(value);
    }
  }

  void StringOfTurn(std::string& value) {
    if (key_ == "uuid") {
      if (value.size() > kIdBytes) return;
      message_->id = value;
      node().key = std::move(value);
    } else if (key_ == "parent_message_uuid") {
      node().parent = std::move(value);
    } else if (key_ == "sender") {
      message_->role = value == "human" ? "user" : std::move(value);
    } else if (key_ == "text") {
      message_->plain_text = std::move(value);
    } else if (IsCreated()) {
      message_->at = ParseTime(value);
    }
  }

  static void AppendParagraph(std::string text, std::string* to) {
    if (to->empty()) {
      *to = std::move(text);
    } else {
      (*to += "\n\n") += text;
    }
  }

  void AddBlock() {
    if (block_type_ == "text" || block_type_.empty()) {
      AppendParagraph(std::move(block_text_), &message_->text);
    } else if (block_type_ == "image") {
      message_->picture = true;
    } else if (message_->content_type.empty()) {
      message_->content_type = std::move(block_type_);
    }
  }

  void AddFragment() {
    const bool asks = block_type_ == "REQUEST";
    if (asks || message_->role.empty()) message_->role = asks ? "user" : "assistant";
    if (asks || block_type_ == "RESPONSE") AppendParagraph(std::move(block_text_), &message_->text);
  }

  // Claude's "uuid" and "name" are the id and the title.
  void ReadClaudeNames() {
    if (result_.id.empty()) result_.id = std::move(uuid_);
    if (result_.has_chat_messages && !result_.has_title) result_.title = std::move(name_);
  }

  void AddPart(std::string value) {
    if (message_->parts++ == 0) {
      message_->text = std::move(value);
    } else {
      (message_->text += '\n') += value;
    }
  }

  ParseLimits limits_;
  RawConversation& result_;
  RawMessage* message_;
  std::vector<Context> contexts_;
  std::string key_;
  std::string block_type_;  // of the current block or fragment
  std::string block_text_;
  std::string uuid_;
  std::optional<std::string> name_;
  ParseResult why_ = ParseResult::kInvalid;
  InterruptsNowAndThen interrupts_;
};

}  // namespace

ParseResult JsonToRaw(const std::string& text, const ParseLimits& limits, RawConversation* result) {
  ConversationParser parser(limits, result);
  const bool complete = json::sax_parse(text.data(), text.data() + text.size(), &parser);
  return complete ? ParseResult::kRead : parser.why();
}

ParseResult JsonToRaw(const SendJson& send, const ParseLimits& limits, RawConversation* result) {
  ConversationParser parser(limits, result);
  return send(&parser) ? ParseResult::kRead : parser.why();
}

}  // namespace soulprint
