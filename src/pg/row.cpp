// A row's values as C++ values.

#include <algorithm>
#include <charconv>

#include "pg/query.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint::pg {

namespace {

Error TypeMismatch(std::size_t column, const char* wanted, const std::string& text) {
  return Error(sqlstate::kInternalError,
               Format("column {} is not {}: \"{}\"", column, wanted, text));
}

template <typename Number>
Number ParseNumber(const std::string& text, std::size_t column) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw TypeMismatch(column, "a number of this kind", text);
  }
  return number;
}

}  // namespace

bool Row::IsNull(std::size_t column) const { return !values_.at(column).has_value(); }

const std::string& Row::Text(std::size_t column) const {
  static const auto& empty = *new std::string;
  const auto& value = values_.at(column);
  return value ? *value : empty;
}

const std::string* Row::Jsonb(std::size_t column) const {
  const bool is_jsonb = std::find(jsonb_.begin(), jsonb_.end(), column) != jsonb_.end();
  return is_jsonb ? &Text(column) : nullptr;
}

std::optional<std::string> Row::TextOrNull(std::size_t column) const { return values_.at(column); }

std::int64_t Row::BigInt(std::size_t column) const {
  return IsNull(column) ? 0 : ParseNumber<std::int64_t>(Text(column), column);
}

double Row::Double(std::size_t column) const {
  return IsNull(column) ? 0 : ParseNumber<double>(Text(column), column);
}

bool Row::Bool(std::size_t column) const {
  const std::string& text = Text(column);
  if (text != "t" && text != "f" && !IsNull(column)) throw TypeMismatch(column, "a boolean", text);
  return text == "t";
}

std::optional<std::int64_t> Row::Timestamp(std::size_t column) const {
  for (const auto& [at, time] : times_) {
    if (at == column) return time;
  }
  return std::nullopt;
}

}  // namespace soulprint::pg
