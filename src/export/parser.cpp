// How it works: a SAX reader knows for each open object or array which place in the export it is,
// and for each key of that place what to do with its value.  Values in no known place are skipped.

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

// A node, and what it takes to find it among the others.
constexpr std::size_t kNodeBytes = sizeof(ExportedNode) + 100;

class Reader final : public JsonEvents {
 public:
  Reader(const ReadLimits& limits, ExportedConversation* result)
      : limits_(limits), result_(*result), message_(&result->itself) {}

  // Why reading stopped before the end.
  ReadJson why() const { return why_; }

  bool null() override { return Scalar("null"); }
  bool boolean(bool value) override {
    switch (places_.empty() ? Place::kSkipped : places_.back()) {
      case Place::kConversation:
        if (key_ == "is_do_not_remember") result_.do_not_remember = value;
        break;
      case Place::kMetadata:
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
    const Place place = places_.empty() ? Place::kSkipped : places_.back();
    if (place != Place::kSkipped && place != Place::kMetadata) result_.bytes += value.size();
    switch (place) {
      case Place::kConversation:
        StringOfConversation(value);
        break;
      case Place::kNode:
        if (key_ == "parent") node().parent = std::move(value);
        break;
      case Place::kChildren:
        result_.bytes += sizeof value;
        node().children.push_back(std::move(value));
        break;
      case Place::kMessage:
        StringOfMessage(value);
        break;
      case Place::kAuthor:
        if (key_ == "role") message_->role = std::move(value);
        break;
      case Place::kContent:
        if (key_ == "content_type") message_->content_type = std::move(value);
        break;
      case Place::kParts:
        AddPart(std::move(value));
        break;
      case Place::kPart:
        if (key_ == "text") AddPart(std::move(value));
        if (key_ == "content_type" && value == "image_asset_pointer") message_->picture = true;
        break;
      case Place::kTurn:
        StringOfTurn(value);
        break;
      case Place::kBlock:
      case Place::kFragment:
        if (key_ == "type") block_type_ = std::move(value);
        if (key_ == "text" || key_ == "content") block_text_ = std::move(value);
        break;
      case Place::kAttachment:
        if (key_ == "extracted_content") AppendParagraph(std::move(value), &message_->attached);
        break;
      case Place::kFile:
        if (key_ == "file_kind" && value == "image") message_->picture = true;
        break;
      case Place::kHtmlItem:
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
    const Place place = places_.back();
    if (place == Place::kNode && key_ == "parent") node().has_parent_field = true;
    if (place != Place::kConversation) return true;
    if (key_ == "mapping") result_.has_mapping = true;
    if (key_ == "messages") result_.has_messages = true;
    if (key_ == "chat_messages") result_.has_chat_messages = true;
    if (key_ == "title") result_.has_title = true;
    if (key_ == "content") result_.itself.has_content = true;
    return true;
  }

  bool start_object(std::size_t) override {
    const Place place =
        places_.empty() ? Place::kConversation : Behind(places_.back(), key_, false);
    switch (place) {
      case Place::kNode:
        result_.bytes += kNodeBytes + key_.size();
        result_.nodes.emplace_back().key = std::move(key_);
        break;
      case Place::kMessage:
        if (places_.back() == Place::kMessages) {
          result_.bytes += sizeof *message_;
          message_ = &result_.messages.emplace_back();
        } else {
          node().has_message = true;
          message_ = &node().message;
        }
        break;
      case Place::kTurn:
        result_.bytes += kNodeBytes;
        result_.nodes.emplace_back().has_message = true;
        message_ = &node().message;
        break;
      case Place::kBlock:
      case Place::kFragment:
        block_type_.clear();
        block_text_.clear();
        break;
      default:
        break;
    }
    return Open(place);
  }

  bool start_array(std::size_t) override {
    const Place place = places_.empty() ? Place::kMessages : Behind(places_.back(), key_, true);
    if (place == Place::kMessages) result_.has_messages = true;
    return Scalar("array") && Open(place);
  }

  bool end_object() override {
    if (places_.back() == Place::kBlock) AddBlock();
    if (places_.back() == Place::kFragment) AddFragment();
    if (places_.size() == 1) Name();
    return Close();
  }
  bool end_array() override { return Close(); }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
    return false;
  }

 private:
  ExportedNode& node() { return result_.nodes.back(); }

  // What is no object: no message of a bare list, and no conversation alone.
  bool Scalar(std::string_view type) {
    interrupts_.Step();
    if (places_.empty()) result_.type = type;
    result_.silent = result_.silent || (places_.size() == 1 && places_[0] == Place::kMessages);
    return true;
  }

  bool Fits() {
    if (result_.bytes <= limits_.max_bytes) return true;
    why_ = ReadJson::kTooLarge;
    return false;
  }

  bool Open(Place place) {
    interrupts_.Step();
    if (places_.size() >= limits_.max_nesting) {
      why_ = ReadJson::kTooDeep;
      return false;
    }
    places_.push_back(place);
    return Fits();
  }

  bool Close() {
    places_.pop_back();
    if (places_.size() == 1) message_ = &result_.itself;
    return true;
  }

  template <typename Text>
  bool Number(double value, Text text) {
    const Place place = places_.empty() ? Place::kSkipped : places_.back();
    if (place == Place::kConversation) {
      if (IsCreated()) result_.created_at = TimeFromNumber(value);
      if (IsUpdated()) result_.updated_at = TimeFromNumber(value);
      if (key_ == "timestamp") result_.itself.at = TimeFromNumber(value);
      if (key_ == "id") result_.id = text();
    } else if (place == Place::kMessage) {
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
    ExportedActivity& activity = result_.activity;
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

  // Of a message, or of an object that may turn out to be one.
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

  // Claude's names of what others call id and title.
  void Name() {
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

  ReadLimits limits_;
  ExportedConversation& result_;
  ExportedMessage* message_;
  std::vector<Place> places_;
  std::string key_;
  std::string block_type_;  // of the block or fragment at hand
  std::string block_text_;
  std::string uuid_;
  std::optional<std::string> name_;
  ReadJson why_ = ReadJson::kInvalid;
  InterruptsNowAndThen interrupts_;
};

}  // namespace

ReadJson JsonToExported(const std::string& text, const ReadLimits& limits,
                        ExportedConversation* result) {
  Reader reader(limits, result);
  const bool complete = json::sax_parse(text.data(), text.data() + text.size(), &reader);
  return complete ? ReadJson::kRead : reader.why();
}

ReadJson JsonToExported(const SendJson& send, const ReadLimits& limits,
                        ExportedConversation* result) {
  Reader reader(limits, result);
  return send(&reader) ? ReadJson::kRead : reader.why();
}

}  // namespace soulprint
