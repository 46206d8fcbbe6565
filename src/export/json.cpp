#include "export/json.hpp"

#include <simdjson.h>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "util/interrupts.hpp"
#include "util/json_escapes.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

// simdjson takes up to fourteen times the memory of a text: a larger one goes to nlohmann, which is
// slower, and takes none.
constexpr std::size_t kParsedBytes = std::size_t{4} << 20;
constexpr std::size_t kKeptBytes = std::size_t{1} << 20;  // its memory is kept for the next text

}  // namespace

Json* Json::Find(std::string_view name) const {
  Json* found = nullptr;
  if (!is_object()) return found;
  for (Json& member : *this) {
    if (member.key() == name) found = &member;
  }
  return found;
}

Json* Json::Find(std::string_view name, Kind wanted) const {
  Json* const found = Find(name);
  return found != nullptr && found->kind == wanted ? found : nullptr;
}

std::string& Json::text() const {
  static std::string& none = *new std::string;
  if (kind == Kind::kString || kind == Kind::kInteger) return *link.text;
  none.clear();
  return none;
}

double Json::number() const {
  if (kind == Kind::kInteger) return std::strtod(link.text->c_str(), nullptr);
  return kind == Kind::kNumber ? link.number : 0;
}

std::string* Json::Text(std::initializer_list<std::string_view> names) const {
  for (std::string_view name : names) {
    Json* const found = Find(name, Kind::kString);
    if (found != nullptr && !found->text().empty()) return &found->text();
  }
  return nullptr;
}

// Adds each value at the end of the innermost list or object that is open.
class JsonTreeBuilder final : public JsonEvents {
 public:
  explicit JsonTreeBuilder(JsonTree* tree) : tree_(*tree) {}

  ParseResult why() const { return why_; }

  // The key of the next value; its bytes must stay until then.
  void Key(std::string_view name) {
    key_ = name;
    is_read_ = open_.back().value != nullptr && (open_.back().maps_ids || tree_.is_read_(name));
  }

  // False if a value of this kind, the next one, would only be skipped.
  bool IsKept(Json::Kind kind) const {
    if (open_.empty()) return true;
    const Json* const in = open_.back().value;
    if (in == nullptr) return false;
    if (in->is_list() || is_read_) return true;
    return tree_.lists_ && open_.size() == 1 && kind == Json::Kind::kList;
  }

  bool null() override { return Add(Json::Kind::kNull, {}, 0); }
  bool boolean(bool value) override { return Add(Json::Kind::kBoolean, {}, value ? 1 : 0); }
  bool number_integer(std::int64_t value) override { return AddInteger(value); }
  bool number_unsigned(std::uint64_t value) override { return AddInteger(value); }
  bool number_float(double value, const std::string&) override {
    return Add(Json::Kind::kNumber, {}, value);
  }
  bool binary(nlohmann::json::binary_t&) { return true; }
  bool string(std::string& value) override { return Add(Json::Kind::kString, std::move(value), 0); }
  bool key(std::string& name) override {
    name_ = std::move(name);
    Key(name_);
    return true;
  }
  bool start_object(std::size_t) override { return Open(Json::Kind::kObject); }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t) override { return Open(Json::Kind::kList); }
  bool end_array() override { return Close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
    return false;
  }

 private:
  template <typename Integer>
  bool AddInteger(Integer value) {
    return Add(Json::Kind::kInteger, std::to_string(value), 0);
  }

  static bool MapsIds(std::string_view key) {
    return key == "mapping" || key == "messages" || key == "project_memories";
  }

  bool Add(Json::Kind kind, std::string text, double number) {
    value_ = nullptr;
    interrupts_.Step();
    if (!IsKept(kind)) return true;
    const bool has_text = kind == Json::Kind::kString || kind == Json::Kind::kInteger;
    tree_.bytes_ += sizeof(Json) + key_.size() + (has_text ? sizeof(text) + text.size() : 0);
    if (tree_.bytes_ > tree_.limits_.max_bytes) {
      why_ = ParseResult::kTooLarge;
      return false;
    }
    value_ = open_.empty() ? &tree_.root_ : &tree_.values_.emplace_back();
    value_->kind = kind;
    if (kind == Json::Kind::kNumber || kind == Json::Kind::kBoolean) value_->link.number = number;
    if (has_text) value_->link.text = &tree_.texts_.emplace_back(std::move(text));
    if (open_.empty()) return true;
    Opened& in = open_.back();
    if (in.value->is_object()) SetKey(value_);
    (in.last == nullptr ? in.value->link.first : in.last->next) = value_;
    in.last = value_;
    return true;
  }

  void SetKey(Json* value) {
    if (key_.empty()) return;
    auto* const copy = static_cast<char*>(tree_.keys_.allocate(key_.size(), 1));
    std::memcpy(copy, key_.data(), key_.size());
    value->key_bytes = copy;
    value->key_size = static_cast<std::uint32_t>(key_.size());
  }

  bool Open(Json::Kind kind) {
    if (open_.size() >= tree_.limits_.max_nesting) {
      why_ = ParseResult::kTooDeep;
      return false;
    }
    if (!Add(kind, {}, 0)) return false;
    open_.push_back({value_, nullptr, value_ != nullptr && MapsIds(value_->key())});
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  struct Opened {
    Json* value;  // nullptr = not kept
    Json* last;   // in it
    bool maps_ids;
  };

  JsonTree& tree_;
  std::vector<Opened> open_;
  Json* value_ = nullptr;  // the last one, nullptr = not kept
  std::string name_;
  std::string_view key_;
  bool is_read_ = false;  // what has this key
  ParseResult why_ = ParseResult::kInvalid;
  InterruptsNowAndThen interrupts_;
};

// What simdjson has parsed ──► events, without what would only be skipped.  Recursive: the builder
// stops at max_nesting.  Stops at a null character: it must be replaced in the text.
class ElementSender {
 public:
  explicit ElementSender(JsonTreeBuilder* to) : to_(*to) {}

  bool found_null() const { return found_null_; }

  bool Send(simdjson::dom::element value) {
    using Type = simdjson::dom::element_type;
    switch (value.type()) {
      case Type::OBJECT:
        return SendObject(value);
      case Type::ARRAY:
        return SendList(value);
      case Type::STRING: {
        std::string text{std::string_view(value)};
        return HasNoNull(text) && to_.string(text);
      }
      case Type::INT64:
        return to_.number_integer(value);
      case Type::UINT64:
        return to_.number_unsigned(value);
      case Type::DOUBLE:
        return to_.number_float(value, {});
      case Type::BOOL:
        return to_.boolean(value);
      default:
        return to_.null();
    }
  }

 private:
  bool HasNoNull(std::string_view text) {
    found_null_ = text.find('\0') != std::string_view::npos;
    return !found_null_;
  }

  bool SendObject(const simdjson::dom::object& object) {
    if (!to_.start_object(0)) return false;
    for (const auto [name, value] : object) {
      to_.Key(name);
      const bool kept = to_.IsKept(value.is_array() ? Json::Kind::kList : Json::Kind::kNull);
      if (kept && !(HasNoNull(name) && Send(value))) return false;
    }
    return to_.end_object();
  }

  bool SendList(const simdjson::dom::array& list) {
    if (!to_.start_array(0)) return false;
    for (const simdjson::dom::element value : list) {
      if (!Send(value)) return false;
    }
    return to_.end_array();
  }

  JsonTreeBuilder& to_;
  bool found_null_ = false;
};

struct JsonTree::Parser {
  // nullopt if simdjson refuses the text: also where what is skipped is nested too deeply.
  std::optional<simdjson::dom::element> Parse(const std::string& json, std::size_t max_nesting) {
    simdjson::dom::element root;
    if (parser.max_depth() != max_nesting &&
        parser.allocate(json.size(), max_nesting) != simdjson::SUCCESS) {
      return std::nullopt;
    }
    if (parser.parse(json.data(), json.size(), false).get(root) != simdjson::SUCCESS) {
      return std::nullopt;
    }
    return root;
  }

  simdjson::dom::parser parser;
};

JsonTree::JsonTree(const ParseLimits& limits, IsRead is_read)
    : limits_(limits), is_read_(is_read) {}

JsonTree::~JsonTree() = default;

void JsonTree::Clear() {
  root_ = {};
  values_.clear();
  texts_.clear();
  keys_.release();
  bytes_ = 0;
}

ParseResult JsonTree::Read(std::string* json, bool lists) {
  Clear();
  lists_ = lists;
  replaced_ = 0;
  if (const auto result = ReadClean(json)) return *result;
  if (!IsCleanUtf8(*json)) *json = CleanUtf8(*json, &replaced_);
  replaced_ += RepairEscapes(json);
  Clear();  // of what stood before a null character
  if (json->size() > limits_.max_text_bytes) return ParseResult::kTooLarge;
  JsonTreeBuilder builder(this);
  const bool complete =
      nlohmann::json::sax_parse(json->data(), json->data() + json->size(), &builder);
  return complete ? ParseResult::kRead : builder.why();
}

// nullopt for what simdjson does not read: what is large or too deep, an integer of more than 64
// bits, characters that must be replaced, and what is no JSON.
std::optional<ParseResult> JsonTree::ReadClean(std::string* json) {
  if (json->size() > kParsedBytes) return std::nullopt;
  // simdjson looks at what follows, and nothing may depend on what happens to stand there.
  const std::size_t size = json->size();
  json->resize(size + simdjson::SIMDJSON_PADDING);
  json->resize(size);
  if (parser_ == nullptr) parser_ = std::make_unique<Parser>();
  JsonTreeBuilder builder(this);
  ElementSender sender(&builder);
  const auto root = parser_->Parse(*json, limits_.max_nesting);
  const bool complete = root && sender.Send(*root);
  if (json->size() > kKeptBytes) parser_.reset();
  if (!root || sender.found_null()) return std::nullopt;
  return complete ? ParseResult::kRead : builder.why();
}

ParseResult JsonTree::Read(const SendJson& send) {
  Clear();
  JsonTreeBuilder builder(this);
  return send(&builder) ? ParseResult::kRead : builder.why();
}

}  // namespace soulprint
