// soulprint_import() and soulprint_import_file(): import an export into raw_conversations, with the
// rights of the caller (doc/behavior.md, "Import").

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

#include "export/import_report.hpp"
#include "export/source.hpp"
#include "pg/call.hpp"
#include "pg/transaction.hpp"
#include "sql/arguments.hpp"
#include "store/erasure.hpp"
#include "store/importer.hpp"
#include "store/locks.hpp"
#include "store/request.hpp"
#include "util/error.hpp"
#include "util/file_descriptor.hpp"
#include "util/format.hpp"
#include "util/visible.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

std::string_view SqlstateOf(int reason) {
  if (reason == ENOENT || reason == ENOTDIR) return sqlstate::kUndefinedFile;
  return reason == EACCES || reason == EPERM ? sqlstate::kInsufficientPrivilege
                                             : sqlstate::kIoError;
}

// Opens a regular file on the server for reading.
FileDescriptor OpenExport(const std::string& path) {
  // Without O_NONBLOCK opening a FIFO would wait for its writer.
  FileDescriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file) {
    const int reason = errno;
    throw Error(SqlstateOf(reason),
                Format("could not open file \"{}\": {}", Quoted(path), strerror(reason)))
        .Hint("Pass the path of an export on the database server that the server can read.");
  }
  struct stat status;
  if (fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode)) return file;
  throw Error(sqlstate::kWrongObjectType, Format("\"{}\" is not a regular file", Quoted(path)))
      .Hint("Pass the path of the export itself.");
}

// The result of the functions: one row of counts.
Datum ToRecord(FunctionCallInfo fcinfo, const Imported& imported) {
  const ImportReport& report = imported.report;
  Datum values[] = {
      Int64GetDatum(imported.imported),
      Int64GetDatum(imported.updated),
      Int64GetDatum(imported.unchanged),
      Int64GetDatum(imported.memories),
      Int64GetDatum(CountSkipped(report)),
      pg::ToJsonb(nlohmann::json(report.skipped).dump()),
      pg::ToTextArray(report.skipped_ids),
      pg::ToJsonb(nlohmann::json(report.hidden).dump()),
      Int64GetDatum(static_cast<std::int64_t>(report.replaced_characters)),
      pg::ToTextArray(report.files_left_out),
  };
  return pg::Call([&] {
    bool nulls[lengthof(values)] = {};
    TupleDesc columns = nullptr;
    get_call_result_type(fcinfo, nullptr, &columns);
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(columns), values, nulls));
  });
}

Datum Import(FunctionCallInfo fcinfo, const std::string& user_id, const ExportSource& source,
             const char* from) {
  {
    // Without keeping a lock on the table for the time of the import.
    const pg::Subtransaction rolled_back;
    RequireProfile(user_id);
  }
  const Imported imported = ImportExport(
      user_id, source, [] { pg::CheckForInterrupts(); }, [&] { LockProfileRow(user_id); });
  RecordImport(user_id, {from}, imported);
  if (imported.taken_back) Unlearn(user_id);
  return ToRecord(fcinfo, imported);
}

// The second argument, which is the export or leads to it.
Datum ExportArgument(FunctionCallInfo fcinfo, const char* name, const char* hint) {
  if (!PG_ARGISNULL(1)) return PG_GETARG_DATUM(1);
  throw Error(sqlstate::kNullValueNotAllowed, Format("{} must not be null", name)).Hint(hint);
}

void RequireFileRights() {
  if (pg::Call([] { return has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES); })) return;
  throw Error(sqlstate::kInsufficientPrivilege, "permission denied to read a file on the server")
      .Detail("Only roles with privileges of the \"pg_read_server_files\" role may read files.")
      .Hint("Use soulprint_import(), which takes the export as an argument.");
}

}  // namespace

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_import);
PG_FUNCTION_INFO_V1(soulprint_import_file);

Datum soulprint_import(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const std::string user_id = UserIdArgument(fcinfo);
    const Datum bytes = ExportArgument(fcinfo, "export", "Pass the bytes of the export.");
    return Import(fcinfo, user_id, ExportSource{pg::FromBytea(bytes), -1}, "argument");
  });
}

Datum soulprint_import_file(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const std::string user_id = UserIdArgument(fcinfo);
    const Datum path = ExportArgument(fcinfo, "path", "Pass the path of the export.");
    RequireFileRights();
    const FileDescriptor file = OpenExport(pg::FromText(path));
    return Import(fcinfo, user_id, ExportSource{{}, file.get()}, "file");
  });
}
}
