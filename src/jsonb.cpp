// A jsonb as a stream of tokens ──► a JSON value, without recursion: a jsonb may be nested deeply.
// Messages ──► a jsonb, by the same tokens.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "error.hpp"
#include "pg/call.hpp"
#include "pipeline/time.hpp"

#include "jsonb.hpp"

namespace soulprint {

namespace {

using nlohmann::json;

std::string StringOf(const JsonbValue& value) {
  return std::string(value.val.string.val, value.val.string.len);
}

json NumberOf(const JsonbValue& value) {
  char* const text = pg::Call([&] {
    return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value.val.numeric)));
  });
  json number = json::parse(text, nullptr, false);
  if (number.is_discarded()) throw Error("22003", "a number in jsonb is out of range");
  pg::Call([&] { pfree(text); });
  return number;
}

// The tokens of one object of strings.  For use inside of Call.
class ObjectOfStrings {
 public:
  explicit ObjectOfStrings(JsonbParseState** state) : state_(state) {
    pushJsonbValue(state_, WJB_BEGIN_OBJECT, nullptr);
  }

  void Add(const char* key, std::string_view value) {
    pg_verifymbstr(value.data(), static_cast<int>(value.size()), false);
    Push(WJB_KEY, key);
    Push(WJB_VALUE, value);
  }

  void End() { pushJsonbValue(state_, WJB_END_OBJECT, nullptr); }

 private:
  // The string is not copied until the whole jsonb is.
  void Push(JsonbIteratorToken token, std::string_view text) {
    JsonbValue string;
    string.type = jbvString;
    string.val.string.len = static_cast<int>(text.size());
    string.val.string.val = const_cast<char*>(text.data());
    pushJsonbValue(state_, token, &string);
  }

  JsonbParseState** state_;
};

json ScalarOf(const JsonbValue& value) {
  if (value.type == jbvString) return StringOf(value);
  if (value.type == jbvNumeric) return NumberOf(value);
  if (value.type == jbvBool) return value.val.boolean;
  return nullptr;
}

json ReadTokens(JsonbContainer* container) {
  JsonbIterator* tokens = pg::Call([&] { return JsonbIteratorInit(container); });
  json root;
  std::vector<json*> open;  // the arrays and objects around the token
  std::string key;
  const auto add = [&](json value) {
    json* place = &root;
    if (!open.empty() && open.back()->is_object()) {
      place = &(*open.back())[key];
    } else if (!open.empty()) {
      place = &open.back()->emplace_back();
    }
    *place = std::move(value);
    return place;
  };
  for (;;) {
    JsonbValue value;
    switch (pg::Call([&] { return JsonbIteratorNext(&tokens, &value, false); })) {
      case WJB_KEY:
        key = StringOf(value);
        break;
      case WJB_VALUE:
      case WJB_ELEM:
        add(ScalarOf(value));
        break;
      case WJB_BEGIN_ARRAY:
        open.push_back(add(json::array()));
        break;
      case WJB_BEGIN_OBJECT:
        open.push_back(add(json::object()));
        break;
      case WJB_END_ARRAY:
      case WJB_END_OBJECT:
        open.pop_back();
        break;
      case WJB_DONE:
        return root;
    }
  }
}

}  // namespace

json ParseJsonb(Datum datum) {
  Jsonb* const jsonb = pg::Call([&] { return DatumGetJsonbP(datum); });
  json value = ReadTokens(&jsonb->root);
  // A scalar is stored as an array around it.
  if (JB_ROOT_IS_SCALAR(jsonb)) value = json(std::move(value[0]));
  if (PointerGetDatum(jsonb) != datum) pg::Call([&] { pfree(jsonb); });
  return value;
}

Datum MessagesToJsonb(const std::vector<Message>& messages) {
  std::vector<std::string> times;
  times.reserve(messages.size());
  for (const Message& message : messages) {
    times.push_back(message.at ? FormatTime(message.at) : std::string());
  }
  return pg::Call([&] {
    JsonbParseState* state = nullptr;
    pushJsonbValue(&state, WJB_BEGIN_ARRAY, nullptr);
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const Message& message = messages[i];
      ObjectOfStrings object(&state);
      if (!message.id.empty()) object.Add("id", message.id);
      object.Add("role", message.role == Role::kUser ? "user" : "assistant");
      object.Add("content", message.text);
      if (!times[i].empty()) object.Add("timestamp", times[i]);
      object.End();
    }
    return JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, nullptr)));
  });
}

}  // namespace soulprint
