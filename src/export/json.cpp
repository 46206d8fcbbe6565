#include "export/json.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "util/interrupts.hpp"

namespace soulprint {

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
    key_ = std::move(name);
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

  bool IsKept(Json::Kind kind) const {
    if (open_.empty()) return true;
    const Json* const in = open_.back().value;
    if (in == nullptr) return false;
    if (in->is_list()) return true;
    if (MapsIds(in->key()) || tree_.is_read_(key_)) return true;
    return tree_.lists_ && open_.size() == 1 && kind == Json::Kind::kList;
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
    open_.push_back({value_, nullptr});
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  struct Opened {
    Json* value;  // nullptr = not kept
    Json* last;   // in it
  };

  JsonTree& tree_;
  std::vector<Opened> open_;
  Json* value_ = nullptr;  // the last one, nullptr = not kept
  std::string key_;
  ParseResult why_ = ParseResult::kInvalid;
  InterruptsNowAndThen interrupts_;
};

ParseResult JsonTree::Read(const std::string& json) {
  JsonTreeBuilder builder(this);
  const bool complete = nlohmann::json::sax_parse(json.data(), json.data() + json.size(), &builder);
  return complete ? ParseResult::kRead : builder.why();
}

ParseResult JsonTree::Read(const SendJson& send) {
  JsonTreeBuilder builder(this);
  return send(&builder) ? ParseResult::kRead : builder.why();
}

}  // namespace soulprint
