// Functions that fail in every way the border between C++ and Postgres must stand, for
// test/t/010_wall.pl.  Never installed.

#include <fstream>
#include <new>
#include <stdexcept>
#include <string>

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "util/error.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

using soulprint::Error;
namespace pg = soulprint::pg;

namespace {

int live_objects = 0;

// An object that must not be skipped.
class Counted {
 public:
  Counted() { ++live_objects; }
  ~Counted() { --live_objects; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::string held_ = std::string(100, 'x');
};

void Fail(const std::string& kind) {
  const Counted counted;
  if (kind == "postgres") {
    pg::Call([] {
      ereport(ERROR, (errcode(MAKE_SQLSTATE('P', '9', '9', '9', '9')), errmsg("raised in C"),
                      errdetail("A detail of C."), errhint("A hint of C.")));
    });
  }
  if (kind == "error") throw Error("08006", "thrown in C++").Detail("A detail.").Hint("A hint.");
  if (kind == "bad_alloc") throw std::bad_alloc();
  if (kind == "runtime") throw std::runtime_error("thrown by a library");
  if (kind == "int") throw 42;
  if (kind == "empty") throw Error("", "");
  if (kind == "invalid") throw Error("22023", "caf\xc3\xa9 and \xff\xc3");
  if (kind == "long")
    throw Error("22023", std::string(10'000'000, 'm')).Detail(std::string(100, 'd'));
  if (kind == "query") pg::Query("SELECT 1 / $1").BigInt(0).Run();
  if (kind == "prepare") pg::Query("SELECT nonsense FROM nowhere").Run();
  if (kind == "uuid") pg::Query("SELECT $1").Uuid("no uuid").Run();
  if (kind == "encoding") pg::Query("SELECT $1").Text("\xff").Run();
  if (kind == "nul") pg::Query("SELECT $1").Text(std::string(3, '\0')).Run();
  if (kind == "commit") pg::Query("COMMIT").Run();
  if (kind == "json") pg::ToJsonb("{");
  if (kind == "number") pg::Query("SELECT 'x'").Run().at(0).BigInt(0);
  if (kind == "column") pg::Query("SELECT 1").Run().at(0).Text(1);
  if (kind == "interrupt") {
    for (;;) pg::CheckForInterrupts();
  }
}

// One transaction of the worker: two out of three fail.
void Attempt(std::int64_t i) {
  const Counted counted;
  pg::Transaction transaction;
  pg::Query("INSERT INTO public.wall_kept VALUES ($1)").BigInt(i).Execute();
  if (i % 3 == 1) Fail("error");
  if (i % 3 == 2) Fail("query");
  transaction.Commit();
}

void Record(std::int64_t i, const Error& error) {
  pg::Transaction transaction;
  pg::Query("INSERT INTO public.wall_failed VALUES ($1, $2)")
      .BigInt(i)
      .Text(error.sqlstate())
      .Execute();
  transaction.Commit();
}

}  // namespace

extern "C" {

PG_MODULE_MAGIC;

PGDLLEXPORT Datum wall_fail(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum wall_live(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum wall_private_memory(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum wall_run(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum wall_repeat(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum wall_values(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum wall_arguments(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum wall_log(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum wall_work(PG_FUNCTION_ARGS);
PGDLLEXPORT void wall_worker_main(Datum count);

PG_FUNCTION_INFO_V1(wall_fail);
PG_FUNCTION_INFO_V1(wall_live);
PG_FUNCTION_INFO_V1(wall_private_memory);
PG_FUNCTION_INFO_V1(wall_run);
PG_FUNCTION_INFO_V1(wall_repeat);
PG_FUNCTION_INFO_V1(wall_values);
PG_FUNCTION_INFO_V1(wall_arguments);
PG_FUNCTION_INFO_V1(wall_log);
PG_FUNCTION_INFO_V1(wall_work);

Datum wall_fail(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const Counted counted;
    Fail(pg::FromText(PG_GETARG_DATUM(0)));
    return Datum{0};
  });
}

Datum wall_live([[maybe_unused]] PG_FUNCTION_ARGS) { return Int32GetDatum(live_objects); }

// RssAnon of this process, in kB.
Datum wall_private_memory([[maybe_unused]] PG_FUNCTION_ARGS) {
  return pg::Enter([]() -> Datum {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
      if (line.rfind("RssAnon:", 0) == 0) return Int64GetDatum(std::stoll(line.substr(8)));
    }
    throw Error("58030", "could not find RssAnon");
  });
}

// The first value that a statement returns.
Datum wall_run(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const Counted counted;
    const pg::Rows rows = pg::Query(pg::FromText(PG_GETARG_DATUM(0))).Run();
    return pg::ToText(rows.empty() ? "no rows" : rows.front().TextOrNull(0).value_or("NULL"));
  });
}

// Runs a statement with one text parameter of the given length, many times.
Datum wall_repeat(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const std::string sql = pg::FromText(PG_GETARG_DATUM(0));
    const std::string parameter(PG_GETARG_INT32(1), 'p');
    std::int64_t processed = 0;
    for (int i = 0; i < PG_GETARG_INT32(2); ++i) {
      processed += pg::Query(sql).Text(parameter).Execute();
      pg::CheckForInterrupts();
    }
    return Int64GetDatum(processed);
  });
}

// Every kind of parameter, there and back.
Datum wall_values(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    pg::RowSet rows(fcinfo);
    const auto add = [&](std::string_view name, const std::optional<std::string>& value) {
      rows.Add({pg::ToText(name), value ? std::optional(pg::ToText(*value)) : std::nullopt});
    };
    const auto time = [](const std::optional<std::int64_t>& t) {
      return t ? std::to_string(*t) : "none";
    };
    const pg::Row row = pg::Query("SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12")
                            .Text("naïve ' \" \\")
                            .Text(std::optional<std::string>())
                            .Uuid("9F2C0000-0000-4000-8000-000000000001")
                            .BigInt(-9'223'372'036'854'775'807)
                            .BigInt(std::optional<std::int64_t>())
                            .Double(0.1)
                            .Bool(true)
                            .Timestamp(-1'500'000)
                            .Timestamp(std::nullopt)
                            .TextArray({"a,b", "", "\"{"})
                            .TextArray({})
                            .BigIntArray({3, -4})
                            .Run()
                            .at(0);
    add("text", row.TextOrNull(0));
    add("null text", row.TextOrNull(1));
    add("null as text", row.Text(1));
    add("uuid", row.Text(2));
    add("bigint", std::to_string(row.BigInt(3)));
    add("null bigint", std::to_string(row.BigInt(4)) + (row.IsNull(4) ? " null" : ""));
    add("double", row.Double(5) == 0.1 ? "equal" : "different");
    add("bool", row.Bool(6) ? "true" : "false");
    add("timestamp", time(row.Timestamp(7)) + " " + row.Text(7));
    add("infinite timestamp", time(row.Timestamp(8)) + " " + row.Text(8));
    add("text[]", row.Text(9));
    add("empty text[]", row.Text(10));
    add("bigint[]", row.Text(11));
    return Datum{0};
  });
}

// A jsonb as its text.
static std::string TextOf(Datum datum) {
  return pg::Call([&] {
    Jsonb* const jsonb = DatumGetJsonbP(datum);
    return JsonbToCString(nullptr, &jsonb->root, VARSIZE(jsonb));
  });
}

// text, jsonb, jsonb[], uuid, bytea → one jsonb array that holds them all.
Datum wall_arguments(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const pg::Row quoted =
        pg::Query("SELECT to_json($1)").Text(pg::FromText(PG_GETARG_DATUM(0))).Run().at(0);
    std::string json = "[" + quoted.Text(0) + "," + TextOf(PG_GETARG_DATUM(1));
    pg::ForEachJsonb(PG_GETARG_DATUM(2), [&](std::optional<Datum> element, std::size_t) {
      json += "," + (element ? TextOf(*element) : "null");
    });
    json += ",\"" + pg::FromUuid(PG_GETARG_DATUM(3)) + "\",\"";
    json += pg::FromBytea(PG_GETARG_DATUM(4));
    return pg::ToJsonb(json + "\"]");
  });
}

Datum wall_log([[maybe_unused]] PG_FUNCTION_ARGS) {
  return pg::Enter([]() -> Datum {
    pg::Log(NOTICE, "noticed %s", "A detail %d.", "A hint.");
    return Datum{0};
  });
}

// Starts a worker in this database that tries as many transactions, and waits for its end.
Datum wall_work(PG_FUNCTION_ARGS) {
  BackgroundWorker worker{};
  worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
  worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
  worker.bgw_restart_time = BGW_NEVER_RESTART;
  worker.bgw_main_arg = PG_GETARG_DATUM(0);
  worker.bgw_notify_pid = MyProcPid;
  snprintf(worker.bgw_name, BGW_MAXLEN, "wall worker");
  snprintf(worker.bgw_library_name, sizeof(worker.bgw_library_name), "%s",
           text_to_cstring(PG_GETARG_TEXT_PP(1)));
  snprintf(worker.bgw_function_name, BGW_MAXLEN, "wall_worker_main");
  memcpy(worker.bgw_extra, &MyDatabaseId, sizeof(Oid));
  BackgroundWorkerHandle* handle;
  if (!RegisterDynamicBackgroundWorker(&worker, &handle)) {
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_RESOURCES), errmsg("no free worker slot")));
  }
  WaitForBackgroundWorkerShutdown(handle);
  PG_RETURN_VOID();
}

void wall_worker_main(Datum count) {
  Oid database;
  memcpy(&database, MyBgworkerEntry->bgw_extra, sizeof(Oid));
  BackgroundWorkerUnblockSignals();
  BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
  pg::Enter([&] {
    for (std::int64_t i = 0; i < DatumGetInt32(count); ++i) {
      try {
        Attempt(i);
      } catch (const Error& error) {
        Record(i, error);
      }
    }
    pg::Transaction transaction;
    pg::Query("INSERT INTO public.wall_live VALUES ($1, $2, $3)")
        .BigInt(live_objects)
        .Bool(pg::Transaction::IsOpen())
        .Bool(IsTransactionBlock())
        .Execute();
    transaction.Commit();
  });
}
}
