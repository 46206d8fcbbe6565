// Values of type jsonb as C++ values.  Functions may throw Error: use them outside of Call.

#pragma once

#include <cstddef>
#include <deque>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/types.hpp"
#include "util/json_events.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

// A value in a jsonb, in place: valid as long as the memory that it is in.
class JsonbView {
 public:
  // An argument, or the bytes of a column.  One that is compressed, or not in its row, is copied
  // into the present context.
  explicit JsonbView(Datum jsonb);

  bool IsObject() const;
  bool IsArray() const;
  bool IsNull() const { return value_.type == jbvNull; }

  // "object", "array", "string", "number", "boolean", "null"
  std::string_view type() const;

  // The size of an object or array in the jsonb, in bytes.
  std::size_t bytes() const { return static_cast<std::size_t>(value_.val.binary.len); }

  // Elements of an array, pairs of an object.
  std::size_t size() const;

  // An element of an array.
  JsonbView At(std::size_t position) const;

  // The value of an object's key.
  std::optional<JsonbView> Find(std::string_view key) const;

  // Sends the value, without recursion.  False when the reader had enough.  Throws Error 22003 when
  // a number is too large for a double.
  bool Send(JsonEvents* reader) const;

  // The string itself, or the text of other JSON.  Throws as Send does.
  std::string ToText() const;

  // As a value of nlohmann's.  Throws as Send does, and 54000 when it takes more than max_bytes.
  nlohmann::json ToJson(std::size_t max_bytes) const;

  // As a jsonb of its own.
  Datum Copy() const;

 private:
  explicit JsonbView(const JsonbValue& value) : value_(value) {}

  JsonbValue value_;
};

// The categories with their facts, without quotes and sources.  Throws Error 22021 when a text is
// not storable.
Datum FactsToJsonb(const std::deque<Fact>& facts);

// raw_conversations.messages: [{"id":…,"role":"user"|"assistant","content":…,"timestamp":…}], id
// and timestamp where known.  Made without its text, which would take several times its memory.
// Throws Error 22021 when a text is not storable.
Datum MessagesToJsonb(const std::vector<Message>& messages);

}  // namespace soulprint
