// Values of SQL functions ↔ C++ values: text, jsonb, uuid, bytea, and rows.
//
// Strings cross by copy.  Everything here may throw Error and is for use outside of Call.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pg/postgres.hpp"

namespace soulprint::pg {

// A text argument.
std::string FromText(Datum text);

// A text result.  Throws Error 22021 when value holds a NUL or is not in the server's encoding,
// 54000 when it is larger than 1 GB.
Datum ToText(std::string_view value);

// The same; nullopt = NULL.
std::optional<Datum> ToTextOrNull(const std::optional<std::string>& value);

// A text[] result.  Throws as ToText does.
Datum ToTextArray(const std::vector<std::string>& texts);

// Gives the elements of a jsonb[] argument, nullopt for NULL, each with the array's size in bytes.
void ForEachJsonb(Datum array,
                  const std::function<void(std::optional<Datum> element, std::size_t bytes)>& give);

// A jsonb result.  Throws Error 22P02 when json is none, 22P05 when it holds \u0000.
Datum ToJsonb(const std::string& json);

// A timestamptz result, from microseconds since 1970-01-01 UTC; nullopt = NULL.
std::optional<Datum> ToTimestamp(std::optional<std::int64_t> time);

// A uuid argument, in lower case with hyphens.
std::string FromUuid(Datum uuid);

// The bytes of a bytea argument, in place: valid until the function returns.
std::string_view FromBytea(Datum bytea);

// The rows of a function that returns TABLE (…) or SETOF a composite type:
//
//   pg::RowSet rows(fcinfo);
//   rows.Add({Int32GetDatum(rank), Int64GetDatum(score), pg::ToText(content)});
//   return (Datum)0;
//
// While it lives, allocations go into the memory of one row, which Add frees.
class RowSet {
 public:
  // Throws Error 0A000 when the caller cannot take a set.
  explicit RowSet(FunctionCallInfo fcinfo);
  ~RowSet();
  RowSet(const RowSet&) = delete;
  RowSet& operator=(const RowSet&) = delete;

  // One row; a value of nullopt is NULL.
  void Add(std::initializer_list<std::optional<Datum>> values);

 private:
  MemoryContext caller_;
  MemoryContext row_;
  Tuplestorestate* store_;
  TupleDesc columns_;
};

}  // namespace soulprint::pg
