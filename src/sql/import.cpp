// soulprint_import() and soulprint_import_file(): an export into raw_conversations, with the rights
// of the caller (CONTRACT 1).

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

#include "export/archive.hpp"
#include "pg/call.hpp"
#include "pg/query.hpp"
#include "sql/arguments.hpp"
#include "store/erasure.hpp"
#include "store/importer.hpp"
#include "store/request.hpp"
#include "util/error.hpp"
#include "util/visible.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

std::string_view StateOf(int reason) {
  if (reason == ENOENT || reason == ENOTDIR) return "58P01";
  return reason == EACCES || reason == EPERM ? "42501" : sqlstate::kIoError;
}

// A file on the server, open for reading.
class ServerFile {
 public:
  // Opening a FIFO would wait for its writer.
  explicit ServerFile(const std::string& path)
      : fd_(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
    if (fd_ < 0) {
      const int reason = errno;
      throw Error(StateOf(reason),
                  "could not open file \"" + Quoted(path) + "\": " + strerror(reason), {},
                  "Give the path of an export on the database server that the server can read.");
    }
    struct stat status;
    if (fstat(fd_, &status) == 0 && S_ISREG(status.st_mode)) return;
    close(fd_);
    throw Error("42809", "\"" + Quoted(path) + "\" is not a regular file", {},
                "Give the path of the export itself.");
  }
  ~ServerFile() { close(fd_); }
  ServerFile(const ServerFile&) = delete;
  ServerFile& operator=(const ServerFile&) = delete;

  int fd() const { return fd_; }

 private:
  int fd_;
};

// The function's result: one row of counts.
Datum ToRecord(FunctionCallInfo fcinfo, const Imported& imported) {
  const ImportReport& report = imported.report;
  Datum values[] = {
      Int64GetDatum(imported.imported),
      Int64GetDatum(imported.updated),
      Int64GetDatum(imported.unchanged),
      Int64GetDatum(CountSkipped(report)),
      pg::ToJsonb(nlohmann::json(report.skipped).dump()),
      pg::ToTextArray(report.skipped_ids),
      pg::ToJsonb(nlohmann::json(report.hidden).dump()),
      Int64GetDatum(static_cast<std::int64_t>(report.replaced_characters)),
  };
  return pg::Call([&] {
    bool nulls[lengthof(values)] = {};
    TupleDesc columns = nullptr;
    get_call_result_type(fcinfo, nullptr, &columns);
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(columns), values, nulls));
  });
}

Datum Run(FunctionCallInfo fcinfo, const ExportSource& source, const char* from) {
  const std::string user_id = pg::FromUuid(PG_GETARG_DATUM(0));
  RequireProfile(user_id);
  const Imported imported = ImportExport(user_id, source, [] { pg::CheckForInterrupts(); });
  RecordImport(user_id, {from}, imported);
  if (imported.taken_back) Unlearn(user_id);
  return ToRecord(fcinfo, imported);
}

void RequireArguments(FunctionCallInfo fcinfo, const char* second) {
  for (int i = 0; i < 2; ++i) {
    if (!PG_ARGISNULL(i)) continue;
    throw Error("22004", std::string(i == 0 ? "user_id" : second) + " must not be null", {},
                i == 0 ? "Pass the user_id of a row in user_profiles."
                       : "Pass the ZIP file of the ChatGPT data export.");
  }
}

void RequireFileRights() {
  if (pg::Call([] { return has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES); })) return;
  throw Error("42501", "permission denied to read a file on the server",
              "Only roles with the privileges of the role \"pg_read_server_files\" may.",
              "Use soulprint_import(), which takes the export itself.");
}

}  // namespace

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_import);
PG_FUNCTION_INFO_V1(soulprint_import_file);

Datum soulprint_import(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    RequireArguments(fcinfo, "export");
    return Run(fcinfo, ExportSource{pg::FromBytea(PG_GETARG_DATUM(1)), -1}, "argument");
  });
}

Datum soulprint_import_file(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    RequireArguments(fcinfo, "path");
    RequireFileRights();
    const ServerFile file(pg::FromText(PG_GETARG_DATUM(1)));
    return Run(fcinfo, ExportSource{{}, file.fd()}, "file");
  });
}
}
