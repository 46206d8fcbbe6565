// One SQL statement: typed parameters in, rows as values out.
//
//   pg::Query query("SELECT title, message_count FROM t WHERE user_id = $1");
//   for (const pg::Row& row : query.Uuid(user).Run()) Use(row.Text(0), row.BigInt(1));
//
// Needs an open transaction.  A statement's text must not carry values.  An ERROR of the statement
// is thrown as soulprint::Error.
//
// The names in the statement's text mean Postgres's own objects, unless they are qualified,
// whatever search_path says: nobody can put another operator or function in their place.  What the
// statement sets off (triggers, policies, defaults, expressions of indexes) sees the search_path of
// the session, or of the role that As names.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pg/role.hpp"

namespace soulprint::pg {

// A row's values, copied out of Postgres.
class Row {
 public:
  bool IsNull(std::size_t column) const;
  // The value in its type's text form, of jsonb its bytes; "" if it is NULL.
  const std::string& Text(std::size_t column) const;
  // The bytes of a jsonb (store/jsonb.hpp); nullptr if the column is of another type.
  const std::string* Jsonb(std::size_t column) const;
  std::optional<std::string> TextOrNull(std::size_t column) const;
  // Numbers and booleans; 0 and false if the value is NULL.
  std::int64_t BigInt(std::size_t column) const;
  double Double(std::size_t column) const;
  bool Bool(std::size_t column) const;
  // A timestamptz column, in microseconds since 1970-01-01 UTC; nullopt if it is NULL or infinite.
  // (Text of such a column is as DateStyle and TimeZone have it.)
  std::optional<std::int64_t> Timestamp(std::size_t column) const;

 private:
  friend class Query;
  std::vector<std::optional<std::string>> values_;
  std::vector<std::size_t> jsonb_;                           // columns
  std::vector<std::pair<std::size_t, std::int64_t>> times_;  // column, microseconds
};

using Rows = std::vector<Row>;

struct Received;

class Query {
 public:
  // `types`: those of the parameters, as SQL names them ("uuid, text[]"); Run and Execute fail with
  // XX000 if others are given.  nullptr = any.
  explicit Query(std::string sql, const char* types = nullptr);

  // The next parameter, $1 first.
  Query& Text(std::string value);
  Query& Text(std::string_view value);
  Query& Text(const char* value);
  Query& Text(const std::optional<std::string>& value);
  Query& Uuid(std::string_view value);  // text form; ERROR 22P02 from Run if it is none
  Query& BigInt(std::int64_t value);
  Query& BigInt(std::optional<std::int64_t> value);
  Query& Double(double value);
  Query& Bool(bool value);
  // timestamptz, in microseconds since 1970-01-01 UTC; nullopt = -infinity.
  Query& Timestamp(std::optional<std::int64_t> value);
  // timestamptz: now().
  Query& Now();
  Query& TextArray(std::vector<std::string> values);
  Query& BigIntArray(std::vector<std::int64_t> values);
  // `make` gives the Datum when the statement runs, in memory that goes with it.
  Query& Jsonb(std::function<std::uintptr_t()> make);

  // Runs it as that role, in a RoleScope.
  Query& As(Role role);

  // Only analyzes and plans the statement and checks permissions, with a value of its own for each
  // parameter that `types` names.  Keeps no plan.
  void Explain();

  // Runs the statement; its rows (of RETURNING, too).
  Rows Run();

  // Runs the statement; the number of rows it touched or found.
  std::uint64_t Execute();

 private:
  struct Parameter {
    std::uint32_t type = 0;  // Oid
    bool null = false;
    std::string text = {};  // Text and Uuid
    std::int64_t number = 0;
    double real = 0;
    std::vector<std::string> texts = {};
    std::vector<std::int64_t> numbers = {};
    std::function<std::uintptr_t()> make = {};
  };

  static std::uintptr_t ToDatum(const Parameter& parameter);
  static void CopyRows(const Received& received, Rows& rows);
  std::uint64_t RunInto(Rows* rows);
  std::uint64_t RunAsPresentRole(Rows* rows);

  void ExplainAsPresentRole();

  std::string sql_;
  const char* types_;
  std::optional<Role> role_;
  std::vector<Parameter> parameters_;
};

}  // namespace soulprint::pg
