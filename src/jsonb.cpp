// A jsonb as a stream of tokens ──► a JSON value.  Without recursion: a jsonb may be nested deeply.

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "error.hpp"
#include "pg/call.hpp"

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

}  // namespace soulprint
