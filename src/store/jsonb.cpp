// A jsonb in place, as events, without recursion: it may be nested deeply.  Facts and messages ──►
// a jsonb.

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pg/call.hpp"
#include "pipeline/facts.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/interrupts.hpp"
#include "util/time.hpp"

#include "store/jsonb.hpp"

namespace soulprint {

namespace {

using nlohmann::json;

json NumberOf(const JsonbValue& value) {
  char* const text = pg::Call([&] {
    return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value.val.numeric)));
  });
  json number = json::parse(text, nullptr, false);
  pg::Call([&] { pfree(text); });
  if (number.is_discarded())
    throw Error(sqlstate::kNumericValueOutOfRange, "a number in jsonb is out of range");
  return number;
}

bool SendNumber(const json& number, JsonEvents* reader) {
  if (number.is_number_unsigned()) return reader->number_unsigned(number.get<std::uint64_t>());
  if (number.is_number_integer()) return reader->number_integer(number.get<std::int64_t>());
  return reader->number_float(number.get<double>(), {});
}

bool SendScalar(const JsonbValue& value, JsonEvents* reader) {
  if (value.type == jbvNumeric) return SendNumber(NumberOf(value), reader);
  if (value.type == jbvBool) return reader->boolean(value.val.boolean);
  if (value.type != jbvString) return reader->null();
  std::string text(value.val.string.val, value.val.string.len);
  return reader->string(text);
}

bool SendToken(JsonbIteratorToken token, const JsonbValue& value, JsonEvents* reader) {
  switch (token) {
    case WJB_KEY: {
      std::string key(value.val.string.val, value.val.string.len);
      return reader->key(key);
    }
    case WJB_BEGIN_ARRAY:
      return reader->start_array(value.val.array.nElems);
    case WJB_BEGIN_OBJECT:
      return reader->start_object(value.val.object.nPairs);
    case WJB_END_ARRAY:
      return reader->end_array();
    case WJB_END_OBJECT:
      return reader->end_object();
    default:
      return SendScalar(value, reader);
  }
}

// Events ──► the text of their JSON.
class TextWriter final : public JsonEvents {
 public:
  std::string Take() { return std::move(text_); }

  bool null() override { return Put("null"); }
  bool boolean(bool value) override { return Put(value ? "true" : "false"); }
  bool number_integer(std::int64_t value) override { return Put(json(value).dump()); }
  bool number_unsigned(std::uint64_t value) override { return Put(json(value).dump()); }
  bool number_float(double value, const std::string&) override { return Put(json(value).dump()); }
  bool string(std::string& value) override { return Put(json(std::move(value)).dump()); }
  bool start_object(std::size_t) override { return Open('{'); }
  bool start_array(std::size_t) override { return Open('['); }
  bool end_object() override { return Close('}'); }
  bool end_array() override { return Close(']'); }
  bool key(std::string& name) override {
    string(name);
    text_ += ':';
    first_ = true;
    return true;
  }

 private:
  bool Put(std::string_view value) {
    if (!first_) text_ += ',';
    first_ = false;
    text_ += value;
    return true;
  }
  bool Open(char bracket) {
    Put({&bracket, 1});
    return first_ = true;
  }
  bool Close(char bracket) {
    first_ = false;
    text_ += bracket;
    return true;
  }

  std::string text_;
  bool first_ = true;  // no comma is needed
};

// Events ──► a value of nlohmann's.
class ValueBuilder final : public JsonEvents {
 public:
  explicit ValueBuilder(std::size_t max_bytes) : left_(max_bytes) {}

  json Take() { return std::move(root_); }

  bool null() override { return Add(nullptr); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(std::int64_t value) override { return Add(value); }
  bool number_unsigned(std::uint64_t value) override { return Add(value); }
  bool number_float(double value, const std::string&) override { return Add(value); }
  bool string(std::string& value) override {
    std::size_t const bytes = value.size();
    return Add(std::move(value), bytes);
  }
  bool start_object(std::size_t) override { return Open(json::object()); }
  bool start_array(std::size_t) override { return Open(json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool key(std::string& name) override {
    key_ = std::move(name);
    return Spend(kPairBytes + key_.size());
  }

 private:
  static constexpr std::size_t kValueBytes = 64;  // about, in a vector that grows, or on the heap
  static constexpr std::size_t kPairBytes = 64;

  bool Spend(std::size_t bytes) {
    const bool enough = bytes <= left_;
    left_ -= enough ? bytes : left_;
    return enough;
  }
  bool Add(json value, std::size_t bytes = 0) {
    if (!Spend(kValueBytes + bytes)) return false;
    place_ = &root_;
    if (!open_.empty() && open_.back()->is_object()) {
      place_ = &(*open_.back())[key_];
    } else if (!open_.empty()) {
      place_ = &open_.back()->emplace_back();
    }
    *place_ = std::move(value);
    return true;
  }
  bool Open(json value) {
    if (!Add(std::move(value))) return false;
    open_.push_back(place_);
    return true;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }

  json root_;
  json* place_ = nullptr;    // of the value added last
  std::vector<json*> open_;  // the arrays and objects around the next value
  std::string key_;
  std::size_t left_;
};

// A string in place.  For use inside of Call.
JsonbValue StringValue(std::string_view text) {
  pg_verifymbstr(text.data(), static_cast<int>(text.size()), false);
  JsonbValue value;
  value.type = jbvString;
  value.val.string.len = static_cast<int>(text.size());
  value.val.string.val = const_cast<char*>(text.data());
  return value;
}

// As jsonb keeps the keys of an object.
bool IsBefore(const JsonbPair& a, const JsonbPair& b) {
  std::string_view const left(a.key.val.string.val, a.key.val.string.len);
  std::string_view const right(b.key.val.string.val, b.key.val.string.len);
  return left.size() != right.size() ? left.size() < right.size() : left < right;
}

// What stands in its category's list.  `pairs` is taken from.  For use inside of Call.
JsonbValue FactValue(const Fact& fact, JsonbPair** pairs) {
  const auto& names = FieldNames(fact.category);
  if (names[1].empty()) return StringValue(fact.text);
  JsonbValue value;
  value.type = jbvObject;
  value.val.object.pairs = *pairs;
  value.val.object.nPairs = 0;
  for (std::size_t i = 0; i < names.size() && !names[i].empty(); ++i) {
    JsonbPair* const pair = (*pairs)++;
    pair->key = StringValue(names[i]);
    pair->value = StringValue(FieldValue(fact, i));
    ++value.val.object.nPairs;
  }
  std::sort(value.val.object.pairs, *pairs, IsBefore);
  return value;
}

}  // namespace

JsonbView::JsonbView(Datum datum) {
  Jsonb* const jsonb = pg::Call([&] { return DatumGetJsonbP(datum); });
  value_.type = jbvBinary;
  value_.val.binary.data = &jsonb->root;
  value_.val.binary.len = static_cast<int>(VARSIZE(jsonb) - VARHDRSZ);
  // A scalar is stored as an array around it.
  if (JB_ROOT_IS_SCALAR(jsonb)) *this = At(0);
}

bool JsonbView::IsObject() const {
  return value_.type == jbvBinary && JsonContainerIsObject(value_.val.binary.data);
}

bool JsonbView::IsArray() const {
  return value_.type == jbvBinary && JsonContainerIsArray(value_.val.binary.data);
}

std::string_view JsonbView::type() const {
  if (value_.type == jbvBinary) return IsObject() ? "object" : "array";
  if (value_.type == jbvString) return "string";
  if (value_.type == jbvNumeric) return "number";
  return value_.type == jbvBool ? "boolean" : "null";
}

std::size_t JsonbView::size() const { return JsonContainerSize(value_.val.binary.data); }

JsonbView JsonbView::At(std::size_t position) const {
  return JsonbView(pg::Call([&] {
    JsonbValue* const found =
        getIthJsonbValueFromContainer(value_.val.binary.data, static_cast<uint32>(position));
    JsonbValue const copy = *found;
    pfree(found);
    return copy;
  }));
}

std::optional<JsonbView> JsonbView::Find(std::string_view key) const {
  JsonbValue value;
  const bool found = pg::Call([&] {
    return getKeyJsonValueFromContainer(value_.val.binary.data, key.data(),
                                        static_cast<int>(key.size()), &value) != nullptr;
  });
  if (!found) return std::nullopt;
  return JsonbView(value);
}

bool JsonbView::Send(JsonEvents* reader) const {
  if (value_.type != jbvBinary) return SendScalar(value_, reader);
  JsonbIterator* tokens = pg::Call([&] { return JsonbIteratorInit(value_.val.binary.data); });
  for (;;) {
    CheckForInterrupts();
    JsonbValue value;
    const JsonbIteratorToken token =
        pg::Call([&] { return JsonbIteratorNext(&tokens, &value, false); });
    if (token == WJB_DONE) return true;
    if (!SendToken(token, value, reader)) return false;
  }
}

std::string JsonbView::ToText() const {
  if (value_.type == jbvString) return std::string(value_.val.string.val, value_.val.string.len);
  TextWriter writer;
  Send(&writer);
  return writer.Take();
}

json JsonbView::ToJson(std::size_t max_bytes) const {
  ValueBuilder builder(max_bytes);
  if (!Send(&builder)) {
    throw Error(sqlstate::kProgramLimitExceeded, "a value in jsonb consists of too many parts")
        .Detail(Format("It takes more than {} MB of memory, many times its size.", max_bytes >> 20))
        .Hint("Leave out empty parts.");
  }
  return builder.Take();
}

Datum JsonbView::Copy() const {
  JsonbValue value = value_;
  return pg::Call([&] { return JsonbPGetDatum(JsonbValueToJsonb(&value)); });
}

// The trees that JsonbValueToJsonb takes are made in two blocks: pushJsonbValue would take several
// times the memory.

Datum FactsToJsonb(const std::deque<Fact>& facts) {
  constexpr std::size_t kMaxFields = 3;
  return pg::Call([&] {
    std::size_t const count = facts.size();
    auto* const values = static_cast<JsonbValue*>(
        MemoryContextAllocHuge(CurrentMemoryContext, (count + 1) * sizeof(JsonbValue)));
    auto* pairs = static_cast<JsonbPair*>(
        MemoryContextAllocHuge(CurrentMemoryContext, (kMaxFields * count + 1) * sizeof(JsonbPair)));
    JsonbPair lists[kCategories.size()];
    JsonbValue* next = values;
    for (Category category : kCategories) {
      JsonbPair* const list = &lists[static_cast<std::size_t>(category)];
      list->key = StringValue(CategoryName(category));
      list->value.type = jbvArray;
      list->value.val.array.elems = next;
      list->value.val.array.rawScalar = false;
      for (const Fact& fact : facts) {
        CHECK_FOR_INTERRUPTS();
        if (fact.category == category) *next++ = FactValue(fact, &pairs);
      }
      list->value.val.array.nElems = static_cast<int>(next - list->value.val.array.elems);
    }
    std::sort(lists, lists + kCategories.size(), IsBefore);
    JsonbValue root;
    root.type = jbvObject;
    root.val.object.nPairs = static_cast<int>(kCategories.size());
    root.val.object.pairs = lists;
    return JsonbPGetDatum(JsonbValueToJsonb(&root));
  });
}

Datum MessagesToJsonb(const std::vector<Message>& messages) {
  constexpr std::size_t kMaxPairs = 4;
  std::vector<std::string> times;
  times.reserve(messages.size());
  for (const Message& message : messages) times.push_back(FormatTime(message.at));
  return pg::Call([&] {
    std::size_t const count = messages.size();
    auto* const values = static_cast<JsonbValue*>(
        MemoryContextAllocHuge(CurrentMemoryContext, (count + 1) * sizeof(JsonbValue)));
    auto* pair = static_cast<JsonbPair*>(
        MemoryContextAllocHuge(CurrentMemoryContext, (kMaxPairs * count + 1) * sizeof(JsonbPair)));
    const auto add = [&](const char* key, std::string_view text) {
      pair->key = StringValue(key);
      pair++->value = StringValue(text);
    };
    for (std::size_t i = 0; i < count; ++i) {
      CHECK_FOR_INTERRUPTS();
      const Message& message = messages[i];
      values[i].type = jbvObject;
      values[i].val.object.pairs = pair;
      // In the order of IsBefore.
      if (!message.id.empty()) add("id", message.id);
      add("role", message.role == Role::kUser ? "user" : "assistant");
      add("content", message.text);
      if (!times[i].empty()) add("timestamp", times[i]);
      values[i].val.object.nPairs = static_cast<int>(pair - values[i].val.object.pairs);
    }
    JsonbValue root;
    root.type = jbvArray;
    root.val.array.elems = values;
    root.val.array.nElems = static_cast<int>(count);
    root.val.array.rawScalar = false;
    return JsonbPGetDatum(JsonbValueToJsonb(&root));
  });
}

}  // namespace soulprint
