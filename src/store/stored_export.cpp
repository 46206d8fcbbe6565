#include "store/stored_export.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "export/source.hpp"
#include "net/secret_file.hpp"
#include "net/storage.hpp"
#include "net/url.hpp"
#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "pipeline/progress.hpp"
#include "settings.hpp"
#include "store/app_statements.hpp"
#include "store/app_tables.hpp"
#include "store/erasure.hpp"
#include "store/identity.hpp"
#include "store/importer.hpp"
#include "util/error.hpp"
#include "util/file_descriptor.hpp"
#include "util/format.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

constexpr const char* kFolder = "base/" PG_TEMP_FILES_DIR;

// A file without a name: it is gone with the process, even after a crash.
FileDescriptor OpenNamelessFile() {
  pg::Call([] { MakePGDirectory(kFolder); });  // it may exist already
  FileDescriptor file(open(kFolder, O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (file) return file;
  // Not every file system knows O_TMPFILE.
  std::string name = std::string(kFolder) + "/" PG_TEMP_FILE_PREFIX "_soulprint.XXXXXX";
  file = FileDescriptor(mkostemp(name.data(), O_CLOEXEC));
  if (!file) {
    const int error = errno;
    const std::string problem = Format("could not create a temporary file: {}", strerror(error));
    if (IsDiskFull(error)) throw ServerUnavailable(problem, DiskFull::kHint);
    throw Error(sqlstate::kIoError, problem)
        .Hint("Make sure the server can write to its data directory.");
  }
  unlink(name.c_str());
  return file;
}

StorageEndpoint EndpointFromSettings() {
  StorageEndpoint endpoint;
  endpoint.url = settings::storage_url;
  endpoint.key = [] {
    return ReadSecretFile(settings::storage_key_file, "soulprint.storage_key_file");
  };
  endpoint.buckets = settings::storage_buckets;
  endpoint.http = settings::Http();
  endpoint.max_bytes = static_cast<std::uint64_t>(settings::max_export_size) << 20;
  endpoint.limit = "soulprint.max_export_size";
  const std::uint64_t temporary = static_cast<std::uint64_t>(temp_file_limit) << 10;
  if (temp_file_limit >= 0 && temporary < endpoint.max_bytes) {
    endpoint.max_bytes = temporary;
    endpoint.limit = "temp_file_limit";
  }
  return endpoint;
}

void RequireStorage() {
  if (*settings::storage_url == '\0') {
    throw Error(sqlstate::kObjectNotInPrerequisiteState,
                "the export lies in Storage, and soulprint.storage_url is not set")
        .Hint(
            "Set soulprint.storage_url and soulprint.storage_key_file, or import the export with "
            "soulprint_import(); then request a full pass again.");
  }
  const std::string problem = UrlProblem(settings::storage_url, settings::plain_http_hosts);
  if (problem.empty()) return;
  throw ServerUnavailable(Format("soulprint.storage_url {}", problem),
                          "Correct soulprint.storage_url; the pass is retried automatically.");
}

// Where the conversations of a user come from.
struct Sources {
  std::optional<std::string> storage_path;
  std::string etag;            // of the last import from storage_path, "" = unknown
  bool conversations = false;  // raw_conversations has some
};

Sources FindSources(const std::string& user_id) {
  pg::Transaction transaction;
  Sources sources;
  const pg::Rows profile = AppQuery(app::kFindSources).Uuid(user_id).Run();
  if (!profile.empty()) {
    sources.storage_path = profile.front().TextOrNull(0);
    sources.conversations = profile.front().Bool(1);
  }
  // What was left out may fit the settings, or the table, now.
  const pg::Rows imports = OwnQuery(R"(
    SELECT etag FROM soulprint.imports
    WHERE user_id = $1 AND storage_path = $2
    AND NOT skipped_because ? 'too large' AND skipped_because::text !~ '"refused by the table'
    ORDER BY id DESC LIMIT 1)")
                               .Uuid(user_id)
                               .Text(sources.storage_path)
                               .Run();
  if (!imports.empty()) sources.etag = imports.front().Text(0);
  transaction.Commit();
  return sources;
}

void Import(PassLease& lease, int fd, const ImportOrigin& origin) {
  pg::Transaction transaction;
  const Imported imported = ImportExport(
      lease.user_id(), ExportSource{{}, fd}, [&] { lease.Check(); }, [&] { lease.TouchPass(); });
  // Only now, as this locks the queue and the profile.
  lease.Touch();
  RecordImport(lease.user_id(), origin, imported);
  const bool unlearned = imported.taken_back && EraseLearnedFromGone(lease.user_id());
  // An import of this pass is no reason for another pass.
  OwnQuery(R"(
    UPDATE soulprint.full_passes
    SET taken_at = (SELECT max(imported_at) FROM soulprint.imports WHERE user_id = $2),
        unlearned = unlearned OR $3
    WHERE id = $1 AND user_id = $2)")
      .BigInt(lease.id())
      .Uuid(lease.user_id())
      .Bool(unlearned)
      .Execute();
  transaction.Commit();
}

}  // namespace

void ImportStoredExport(PassLease& lease) {
  const Sources sources = FindSources(lease.user_id());
  lease.SetStoragePath(sources.storage_path.value_or(""));
  if (!sources.storage_path) return;
  if (*settings::storage_url == '\0' && sources.conversations) return;
  RequireStorage();
  lease.Report({.stage = Stage::kDownload});
  const FileDescriptor file = OpenNamelessFile();
  const StoredObject object = DownloadObject(
      EndpointFromSettings(), *sources.storage_path, lease.user_id(),
      sources.conversations ? sources.etag : "", file.get(), [&] { lease.WaitForServer(); });
  if (object.unchanged) return;
  lease.Report({.stage = Stage::kImport});
  Import(lease, file.get(), {"storage", *sources.storage_path, object.etag});
}

}  // namespace soulprint
