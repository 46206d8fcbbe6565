// SPI from connect to finish, one C call at a time.
//
// Everything that a run allocates in Postgres lies in SPI's own context and goes with SPI_finish,
// or with the rollback when an ERROR leaves it out.

#include "pg/query.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "pg/call.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint::pg {

namespace {

// From 1970-01-01 to 2000-01-01, where Postgres counts from.
constexpr std::int64_t kEpochDistance =
    (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * std::int64_t{USECS_PER_DAY};

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

// Plans of this session, by statement text and parameter types.
SPIPlanPtr& KeptPlan(const std::string& sql, const std::vector<Oid>& types) {
  static auto& plans = *new std::unordered_map<std::string, SPIPlanPtr>;
  std::string key = sql;
  key.push_back('\0');
  key.append(reinterpret_cast<const char*>(types.data()), types.size() * sizeof(Oid));
  return plans[key];
}

// Throws what SPI reports by a code instead of an ERROR.
void Check(int code, const std::string& sql) {
  if (code >= 0) return;
  throw Error(sqlstate::kInternalError, SPI_result_code_string(code))
      .Detail(Format("The statement was: {}", sql));
}

struct NamedType {
  std::string_view name;
  Oid type;
  const char* sample;  // a value
};

// The types that are named so, separated by ", ".
std::vector<NamedType> TypesOf(std::string_view names) {
  constexpr NamedType kTypes[] = {{"uuid", UUIDOID, "00000000-0000-0000-0000-000000000000"},
                                  {"text", TEXTOID, ""},
                                  {"text[]", TEXTARRAYOID, "{}"},
                                  {"bigint", INT8OID, "0"},
                                  {"bigint[]", INT8ARRAYOID, "{}"},
                                  {"boolean", BOOLOID, "t"},
                                  {"timestamptz", TIMESTAMPTZOID, "epoch"},
                                  {"jsonb", JSONBOID, "[]"}};
  std::vector<NamedType> types;
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(", "));
    names.remove_prefix(std::min(names.size(), name.size() + 2));
    const auto* const known = std::find_if(std::begin(kTypes), std::end(kTypes),
                                           [&](const auto& type) { return type.name == name; });
    if (known == std::end(kTypes)) {
      throw Error(sqlstate::kInternalError, Format("no parameter is of type {}", name));
    }
    types.push_back(*known);
  }
  return types;
}

bool AreOfTypes(const std::vector<Oid>& types, const char* names) {
  const std::vector<NamedType> named = TypesOf(names);
  return std::equal(types.begin(), types.end(), named.begin(), named.end(),
                    [](Oid type, const NamedType& wanted) { return type == wanted.type; });
}

Datum SampleOf(const NamedType& type) {
  return Call([&] {
    Oid input;
    Oid parameter;
    getTypeInputInfo(type.type, &input, &parameter);
    return OidInputFunctionCall(input, const_cast<char*>(type.sample), parameter, -1);
  });
}

SPIPlanPtr PlanOf(const std::string& sql, const char* declared, std::vector<Oid>& types) {
  SPIPlanPtr& kept = KeptPlan(sql, types);
  if (kept != nullptr) return kept;
  if (declared != nullptr && !AreOfTypes(types, declared)) {
    throw Error(sqlstate::kInternalError, Format("parameters are not {}", declared))
        .Detail(Format("The statement was: {}", sql));
  }
  // Use a generic plan: a custom plan copies large parameters.
  const bool large = std::find(types.begin(), types.end(), JSONBOID) != types.end();
  const SPIPlanPtr plan = Call([&] {
    SPIPlanPtr const fresh = SPI_prepare_cursor(sql.c_str(), static_cast<int>(types.size()),
                                                types.data(), large ? CURSOR_OPT_GENERIC_PLAN : 0);
    if (fresh != nullptr) SPI_keepplan(fresh);
    return fresh;
  });
  if (plan == nullptr) Check(SPI_result, sql);
  kept = plan;
  return plan;
}

Datum ToBigIntArray(const std::vector<std::int64_t>& numbers) {
  return Call([&] {
    auto* elements = static_cast<Datum*>(palloc((numbers.size() + 1) * sizeof(Datum)));
    for (std::size_t i = 0; i < numbers.size(); ++i) elements[i] = Int64GetDatum(numbers[i]);
    return PointerGetDatum(construct_array(elements, static_cast<int>(numbers.size()), INT8OID,
                                           sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
  });
}

// A column of one row.
struct Cell {
  HeapTuple tuple;
  TupleDesc columns;
  int number;  // 1 is the first
};

std::optional<std::string> CopyText(const Cell& cell) {
  bool null = false;
  const Datum value =
      Call([&] { return SPI_getbinval(cell.tuple, cell.columns, cell.number, &null); });
  if (null) return std::nullopt;
  // Text is by far the largest that passes here: one copy less.
  if (SPI_gettypeid(cell.columns, cell.number) == TEXTOID) return FromText(value);
  char* const text = Call([&] { return SPI_getvalue(cell.tuple, cell.columns, cell.number); });
  std::string copy(text);
  Call([&] { pfree(text); });
  return copy;
}

// The microseconds of a timestamptz that is finite.
std::optional<std::int64_t> CopyTime(const Cell& cell) {
  bool null = false;
  const Datum value =
      Call([&] { return SPI_getbinval(cell.tuple, cell.columns, cell.number, &null); });
  const TimestampTz time = null ? DT_NOBEGIN : DatumGetTimestampTz(value);
  std::int64_t unix_time;
  // The last 30 years that Postgres knows are out of reach of a count from 1970.
  if (TIMESTAMP_NOT_FINITE(time) || __builtin_add_overflow(time, kEpochDistance, &unix_time)) {
    return std::nullopt;
  }
  return unix_time;
}

}  // namespace

bool Row::IsNull(std::size_t column) const { return !values_.at(column).has_value(); }

const std::string& Row::Text(std::size_t column) const {
  static const auto& empty = *new std::string;
  const auto& value = values_.at(column);
  return value ? *value : empty;
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

Query::Query(std::string sql, const char* types) : sql_(std::move(sql)), types_(types) {}

Query& Query::Text(std::string value) {
  parameters_.push_back({.type = TEXTOID, .text = std::move(value)});
  return *this;
}

Query& Query::Text(std::string_view value) { return Text(std::string(value)); }

Query& Query::Text(const char* value) { return Text(std::string(value)); }

Query& Query::Text(const std::optional<std::string>& value) {
  parameters_.push_back({.type = TEXTOID, .null = !value, .text = value.value_or("")});
  return *this;
}

Query& Query::Uuid(std::string_view value) {
  parameters_.push_back({.type = UUIDOID, .text = std::string(value)});
  return *this;
}

Query& Query::BigInt(std::int64_t value) { return BigInt(std::optional(value)); }

Query& Query::BigInt(std::optional<std::int64_t> value) {
  parameters_.push_back({.type = INT8OID, .null = !value, .number = value.value_or(0)});
  return *this;
}

Query& Query::Double(double value) {
  parameters_.push_back({.type = FLOAT8OID, .real = value});
  return *this;
}

Query& Query::Bool(bool value) {
  parameters_.push_back({.type = BOOLOID, .number = value});
  return *this;
}

Query& Query::Timestamp(std::optional<std::int64_t> value) {
  std::int64_t time = DT_NOBEGIN;
  if (value &&
      (__builtin_sub_overflow(*value, kEpochDistance, &time) || !IS_VALID_TIMESTAMP(time))) {
    throw Error(sqlstate::kDatetimeFieldOverflow, Format("timestamp out of range: {}", *value));
  }
  parameters_.push_back({.type = TIMESTAMPTZOID, .number = time});
  return *this;
}

Query& Query::TextArray(std::vector<std::string> values) {
  parameters_.push_back({.type = TEXTARRAYOID, .texts = std::move(values)});
  return *this;
}

Query& Query::BigIntArray(std::vector<std::int64_t> values) {
  parameters_.push_back({.type = INT8ARRAYOID, .numbers = std::move(values)});
  return *this;
}

Query& Query::Jsonb(std::function<std::uintptr_t()> make) {
  parameters_.push_back({.type = JSONBOID, .make = std::move(make)});
  return *this;
}

// The parameter as Postgres takes it.
std::uintptr_t Query::ToDatum(const Parameter& parameter) {
  if (parameter.null) return Datum{0};
  switch (parameter.type) {
    case TEXTOID:
      return ToText(parameter.text);
    case UUIDOID:
      return Call(
          [&] { return DirectFunctionCall1(uuid_in, CStringGetDatum(parameter.text.c_str())); });
    case FLOAT8OID:
      return Float8GetDatum(parameter.real);
    case BOOLOID:
      return BoolGetDatum(parameter.number != 0);
    case TEXTARRAYOID:
      return ToTextArray(parameter.texts);
    case INT8ARRAYOID:
      return ToBigIntArray(parameter.numbers);
    case JSONBOID:
      return parameter.make();
    default:  // int8 and timestamptz
      return Int64GetDatum(parameter.number);
  }
}

// Copies the rows of the last statement.
void Query::CopyRows(Rows& rows) {
  const SPITupleTable* const table = SPI_tuptable;
  if (table == nullptr) return;
  rows.reserve(table->numvals);
  for (std::uint64_t i = 0; i < table->numvals; ++i) {
    Row& row = rows.emplace_back();
    for (int number = 1; number <= table->tupdesc->natts; ++number) {
      const Cell cell{table->vals[i], table->tupdesc, number};
      row.values_.push_back(CopyText(cell));
      if (SPI_gettypeid(cell.columns, number) != TIMESTAMPTZOID) continue;
      if (const auto time = CopyTime(cell)) row.times_.emplace_back(number - 1, *time);
    }
  }
}

Query& Query::As(RoleId role) {
  role_ = role;
  return *this;
}

std::uint64_t Query::RunInto(Rows* rows) {
  if (!role_) return RunAsPresentRole(rows);
  return AsRole(*role_, [&] { return RunAsPresentRole(rows); });
}

std::uint64_t Query::RunAsPresentRole(Rows* rows) {
  Call([] { SPI_connect(); });
  std::vector<Oid> types;
  std::vector<Datum> values;
  std::string nulls;
  for (const Parameter& parameter : parameters_) {
    types.push_back(parameter.type);
    values.push_back(ToDatum(parameter));
    nulls.push_back(parameter.null ? 'n' : ' ');
  }
  const SPIPlanPtr plan = PlanOf(sql_, types_, types);
  Check(Call([&] { return SPI_execute_plan(plan, values.data(), nulls.c_str(), false, 0); }), sql_);
  std::uint64_t const processed = SPI_processed;
  if (rows != nullptr) CopyRows(*rows);
  Call([] { SPI_finish(); });
  return processed;
}

void Query::ExplainAsPresentRole() {
  const std::string sql = "EXPLAIN " + sql_;
  Call([] { SPI_connect(); });
  std::vector<Oid> types;
  std::vector<Datum> values;
  for (const NamedType& type : TypesOf(types_ == nullptr ? "" : types_)) {
    types.push_back(type.type);
    values.push_back(SampleOf(type));
  }
  const SPIPlanPtr plan =
      Call([&] { return SPI_prepare(sql.c_str(), static_cast<int>(types.size()), types.data()); });
  if (plan == nullptr) Check(SPI_result, sql);
  Check(Call([&] { return SPI_execute_plan(plan, values.data(), nullptr, false, 0); }), sql);
  Call([] { SPI_finish(); });
}

void Query::Explain() {
  if (!role_) return ExplainAsPresentRole();
  AsRole(*role_, [&] { ExplainAsPresentRole(); });
}

Rows Query::Run() {
  Rows rows;
  RunInto(&rows);
  return rows;
}

std::uint64_t Query::Execute() { return RunInto(nullptr); }

}  // namespace soulprint::pg
