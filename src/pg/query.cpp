// A statement from text to rows, one C call at a time.
//
// Everything that a run allocates in Postgres lies in SPI's own context and goes with SPI_finish,
// or with the rollback when an ERROR leaves it out.

#include "pg/query.hpp"

#include <algorithm>
#include <utility>

#include "pg/call.hpp"
#include "pg/plans.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint::pg {

// The rows of a statement as Postgres hands them over.
struct Received {
  DestReceiver receiver;
  MemoryContext context;
  TupleDesc columns;  // nullptr if the statement returns no rows
  List* rows;
};

namespace {

// From 1970-01-01 to 2000-01-01, where Postgres counts from.
constexpr std::int64_t kEpochDistance =
    (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * std::int64_t{USECS_PER_DAY};

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
  Oid type;    // for a domain that of its values
};

// A domain's values are as those of the type below it.
Oid ColumnType(TupleDesc columns, int number) {
  const Oid type = SPI_gettypeid(columns, number);
  return type < FirstGenbkiObjectId ? type : Call([type] { return getBaseType(type); });
}

std::string FromJsonb(Datum jsonb) {
  const varlena* const bytes = Call([&] { return PG_DETOAST_DATUM(jsonb); });
  return {reinterpret_cast<const char*>(bytes), VARSIZE(bytes)};
}

std::optional<std::string> CopyText(const Cell& cell) {
  bool null = false;
  const Datum value =
      Call([&] { return SPI_getbinval(cell.tuple, cell.columns, cell.number, &null); });
  if (null) return std::nullopt;
  // Text is by far the largest that passes here: one copy less.
  if (cell.type == TEXTOID) return FromText(value);
  if (cell.type == JSONBOID) return FromJsonb(value);
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

// The parameters as the executor takes them: nullptr for none.
ParamListInfo ToParams(const std::vector<Oid>& types, const std::vector<Datum>& values,
                       const std::string& nulls) {
  if (types.empty()) return nullptr;
  return Call([&] {
    const ParamListInfo params = makeParamList(static_cast<int>(types.size()));
    for (std::size_t i = 0; i < types.size(); ++i) {
      params->params[i] = {values[i], nulls[i] == 'n', PARAM_FLAG_CONST, types[i]};
    }
    return params;
  });
}

void Start(DestReceiver* self, int, TupleDesc columns) {
  auto* const received = reinterpret_cast<Received*>(self);
  const MemoryContext caller = MemoryContextSwitchTo(received->context);
  received->columns = CreateTupleDescCopy(columns);
  MemoryContextSwitchTo(caller);
}

bool Receive(TupleTableSlot* row, DestReceiver* self) {
  auto* const received = reinterpret_cast<Received*>(self);
  const MemoryContext caller = MemoryContextSwitchTo(received->context);
  received->rows = lappend(received->rows, ExecCopySlotHeapTuple(row));
  MemoryContextSwitchTo(caller);
  return true;
}

void Nothing(DestReceiver*) {}

// Runs the plans; the number of rows that the statement touched or found.
std::uint64_t RunPlans(const std::string& sql, List* plans, ParamListInfo params,
                       Received* received) {
  return Call([&] {
    const Portal portal = CreateNewPortal();
    portal->visible = false;
    // Any tag does, but there must be one for Postgres to count rows.
    PortalDefineQuery(portal, nullptr, sql.c_str(), CMDTAG_SELECT, plans, nullptr);
    PortalStart(portal, params, 0, InvalidSnapshot);
    QueryCompletion completion;
    InitializeQueryCompletion(&completion);
    RunPortal(portal, &received->receiver, &completion);
    PortalDrop(portal, false);
    return completion.nprocessed;
  });
}

// Checks the permissions of the plans, as EXPLAIN does.
void CheckPlans(const std::string& sql, List* plans, ParamListInfo params) {
  Call([&] {
    ListCell* cell;
    foreach (cell, plans) {
      auto* const plan = static_cast<PlannedStmt*>(lfirst(cell));
      if (plan->utilityStmt != nullptr) continue;
      QueryDesc* const query = CreateQueryDesc(plan, sql.c_str(), GetActiveSnapshot(),
                                               InvalidSnapshot, None_Receiver, params, nullptr, 0);
      ExecutorStart(query, EXEC_FLAG_EXPLAIN_ONLY);
      ExecutorEnd(query);
      FreeQueryDesc(query);
    }
  });
}

}  // namespace

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

Query& Query::Now() {
  parameters_.push_back({.type = TIMESTAMPTZOID, .number = GetCurrentTransactionStartTimestamp()});
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

void Query::CopyRows(const Received& received, Rows& rows) {
  if (received.columns == nullptr) return;
  std::vector<Oid> types;
  for (int number = 1; number <= received.columns->natts; ++number) {
    types.push_back(ColumnType(received.columns, number));
  }
  rows.reserve(static_cast<std::size_t>(list_length(received.rows)));
  for (int i = 0; i < list_length(received.rows); ++i) {
    CheckForInterrupts();
    Row& row = rows.emplace_back();
    for (int number = 1; number <= received.columns->natts; ++number) {
      const Cell cell{static_cast<HeapTuple>(list_nth(received.rows, i)), received.columns, number,
                      types[number - 1]};
      row.values_.push_back(CopyText(cell));
      if (cell.type == JSONBOID) row.jsonb_.push_back(number - 1);
      if (cell.type != TIMESTAMPTZOID) continue;
      if (const auto time = CopyTime(cell)) row.times_.emplace_back(number - 1, *time);
    }
  }
}

Query& Query::As(Role role) {
  role_ = std::move(role);
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
  if (types_ != nullptr && !AreOfTypes(types, types_)) {
    throw Error(sqlstate::kInternalError, Format("parameters are not {}", types_))
        .Detail(Format("The statement was: {}", sql_));
  }
  const ParamListInfo params = ToParams(types, values, nulls);
  // Rows may point to values stored elsewhere: copy them while the snapshot is there.
  Call([] {
    CommandCounterIncrement();
    PushActiveSnapshot(GetTransactionSnapshot());
  });
  Received received{};
  received.receiver = {Receive, Start, Nothing, Nothing, DestTuplestore};
  received.context = CurrentMemoryContext;
  const Plans plans = PlansOf(sql_, types, params);
  const std::uint64_t processed = RunPlans(sql_, plans.list, params, &received);
  if (rows != nullptr) CopyRows(received, *rows);
  Call([] {
    PopActiveSnapshot();
    CommandCounterIncrement();
    SPI_finish();
  });
  return processed;
}

void Query::ExplainAsPresentRole() {
  Call([] { SPI_connect(); });
  std::vector<Oid> types;
  std::vector<Datum> values;
  for (const NamedType& type : TypesOf(types_ == nullptr ? "" : types_)) {
    types.push_back(type.type);
    values.push_back(SampleOf(type));
  }
  const ParamListInfo params = ToParams(types, values, std::string(types.size(), ' '));
  Call([] { PushActiveSnapshot(GetTransactionSnapshot()); });
  CheckPlans(sql_, MakePlans(sql_, types, params), params);
  Call([] {
    PopActiveSnapshot();
    SPI_finish();
  });
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
