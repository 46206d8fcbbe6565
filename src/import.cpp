// soulprint_import() and soulprint_import_file(): an export into raw_conversations, with the rights
// of the caller (CONTRACT 1).

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

#include "error.hpp"
#include "intake/archive.hpp"
#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pipeline/export_to_conversations.hpp"
#include "settings.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

struct Imported {
  std::int64_t imported = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  ImportReport report;
};

// A file on the server, open for reading.
class ServerFile {
 public:
  explicit ServerFile(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) {
      const int reason = errno;
      throw Error(reason == ENOENT ? "58P01" : "42501",
                  "could not open file \"" + path + "\": " + strerror(reason), {},
                  "Give the path of an export on the database server that the server can read.");
    }
    struct stat status;
    if (fstat(fd_, &status) == 0 && S_ISREG(status.st_mode)) return;
    close(fd_);
    throw Error("42809", "\"" + path + "\" is not a regular file", {},
                "Give the path of the export itself.");
  }
  ~ServerFile() { close(fd_); }
  ServerFile(const ServerFile&) = delete;
  ServerFile& operator=(const ServerFile&) = delete;

  int fd() const { return fd_; }

 private:
  int fd_;
};

// The conversations of one user, being imported.
class Importer {
 public:
  explicit Importer(std::string user_id)
      : user_id_(std::move(user_id)), table_(settings::AppTable("raw_conversations")) {
    pg::Query("SELECT soulprint.require_profile($1)").Uuid(user_id_).Run();
  }

  Imported Import(const ExportSource& source) {
    const ArchiveLimits archive_limits{static_cast<std::uint64_t>(settings::max_export_size) << 20};
    ImportLimits limits;
    limits.max_conversation_bytes = static_cast<std::size_t>(settings::max_conversation_size) << 20;
    imported_.report = ReadExport(
        source, archive_limits, limits,
        [this](Conversation conversation) { Store(std::move(conversation)); },
        [] { pg::CheckForInterrupts(); });
    if (imported_.imported + imported_.updated + imported_.unchanged == 0) ThrowEmpty();
    return std::move(imported_);
  }

 private:
  // The later updated_at wins, else the later import; what is the same stays the same row.
  void Store(Conversation conversation) {
    const std::string identity =
        conversation.id.empty() ? ConversationIdentity(conversation) : std::string();
    const auto messages = static_cast<std::int64_t>(conversation.messages.size());
    std::string json = MessagesToJson(conversation.messages);
    conversation.messages.clear();
    conversation.messages.shrink_to_fit();
    pg::Rows rows =
        pg::Query("INSERT INTO " + table_ +
                  " AS r (user_id, conversation_id, title, message_count, created_at, updated_at,"
                  " imported_at, messages) VALUES ($1, coalesce(nullif($2, ''), 'h-' ||"
                  " left(encode(sha256(convert_to($3, 'UTF8')), 'hex'), 32)), $4, $5,"
                  " $6, nullif($7, '-infinity'), now(), $8::jsonb)"
                  " ON CONFLICT (user_id, conversation_id) DO UPDATE SET title = excluded.title,"
                  " messages = excluded.messages, message_count = excluded.message_count,"
                  " created_at = excluded.created_at, updated_at = excluded.updated_at,"
                  " imported_at = excluded.imported_at"
                  " WHERE coalesce(excluded.updated_at >= r.updated_at, true)"
                  " AND (r.title, r.message_count, r.created_at, r.updated_at, r.messages)"
                  " IS DISTINCT FROM (excluded.title, excluded.message_count, excluded.created_at,"
                  " excluded.updated_at, excluded.messages)"
                  " RETURNING xmax = 0")
            .Uuid(user_id_)
            .Text(conversation.id)
            .Text(identity)
            .Text(conversation.title)
            .BigInt(messages)
            .Timestamp(conversation.created_at)
            .Timestamp(conversation.updated_at)
            .Text(std::move(json))
            .Run();
    std::int64_t& count = rows.empty()           ? imported_.unchanged
                          : rows.front().Bool(0) ? imported_.imported
                                                 : imported_.updated;
    ++count;
  }

  [[noreturn]] void ThrowEmpty() {
    std::string found = "Conversations found: " + std::to_string(imported_.report.found);
    for (const auto& [reason, count] : imported_.report.skipped) {
      found += ", skipped (" + reason + "): " + std::to_string(count);
    }
    throw Error(sqlstate::kInvalidTextRepresentation,
                "the export holds no conversation that can be used", found + ".",
                "Upload the archive that ChatGPT sends when data is exported.");
  }

  std::string user_id_;
  std::string table_;
  Imported imported_;
};

std::int64_t Sum(const std::map<std::string, std::size_t>& counts) {
  std::size_t sum = 0;
  for (const auto& [name, count] : counts) sum += count;
  return static_cast<std::int64_t>(sum);
}

// The function's result: one row of counts.
Datum ToRecord(FunctionCallInfo fcinfo, const Imported& imported) {
  const ImportReport& report = imported.report;
  Datum values[] = {
      Int64GetDatum(imported.imported),
      Int64GetDatum(imported.updated),
      Int64GetDatum(imported.unchanged),
      Int64GetDatum(Sum(report.skipped)),
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

Datum Run(FunctionCallInfo fcinfo, const ExportSource& source) {
  Importer importer(pg::FromUuid(PG_GETARG_DATUM(0)));
  return ToRecord(fcinfo, importer.Import(source));
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

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_import);
PG_FUNCTION_INFO_V1(soulprint_import_file);

Datum soulprint_import(PG_FUNCTION_ARGS) {
  using namespace soulprint;
  return pg::Enter([&]() -> Datum {
    RequireArguments(fcinfo, "export");
    return Run(fcinfo, ExportSource{pg::FromBytea(PG_GETARG_DATUM(1)), -1});
  });
}

Datum soulprint_import_file(PG_FUNCTION_ARGS) {
  using namespace soulprint;
  return pg::Enter([&]() -> Datum {
    RequireArguments(fcinfo, "path");
    RequireFileRights();
    const ServerFile file(pg::FromText(PG_GETARG_DATUM(1)));
    return Run(fcinfo, ExportSource{{}, file.fd()});
  });
}
}
