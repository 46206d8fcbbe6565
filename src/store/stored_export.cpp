#include "store/stored_export.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "net/secret_file.hpp"
#include "net/storage.hpp"
#include "net/url.hpp"
#include "pg/call.hpp"
#include "settings.hpp"
#include "util/error.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

constexpr const char* kFolder = "base/" PG_TEMP_FILES_DIR;

// A file without a name: gone with the process, whatever becomes of it.
class NamelessFile {
 public:
  NamelessFile() {
    pg::Call([] { MakePGDirectory(kFolder); });  // it may well exist
    fd_ = open(kFolder, O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd_ < 0) OpenAndUnlink();
    if (fd_ >= 0) return;
    throw Error(sqlstate::kIoError,
                std::string("could not create a temporary file: ") + strerror(errno), {},
                "See that the server can write into its data directory.");
  }
  ~NamelessFile() {
    if (fd_ >= 0) close(fd_);
  }
  NamelessFile(const NamelessFile&) = delete;
  NamelessFile& operator=(const NamelessFile&) = delete;

  int fd() const { return fd_; }

 private:
  // Where the file system knows no O_TMPFILE.
  void OpenAndUnlink() {
    std::string name = std::string(kFolder) + "/" PG_TEMP_FILE_PREFIX "_soulprint.XXXXXX";
    fd_ = mkostemp(name.data(), O_CLOEXEC);
    if (fd_ >= 0) unlink(name.c_str());
  }

  int fd_ = -1;
};

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
                "the export lies in Storage, and soulprint.storage_url is not set", {},
                "Set soulprint.storage_url and soulprint.storage_key_file, or import the export "
                "with soulprint_import(); then ask for a full pass again.");
  }
  const std::string problem = UrlProblem(settings::storage_url, settings::plain_http_hosts);
  if (problem.empty()) return;
  throw Error(sqlstate::kCannotConnectNow, "soulprint.storage_url " + problem, {},
              "Correct soulprint.storage_url; the pass is tried again by itself.");
}

}  // namespace

void ImportStoredExport(SqlStore& store, const std::string& user_id) {
  const Readable readable = store.FindReadable();
  if (!readable.storage_path) return;
  if (*settings::storage_url == '\0' && readable.conversations) return;
  RequireStorage();
  store.Report({.stage = "download"});
  const NamelessFile file;
  const StoredObject object = DownloadObject(EndpointFromSettings(), *readable.storage_path,
                                             user_id, readable.conversations ? readable.etag : "",
                                             file.fd(), [&] { store.WaitingForRequests(); });
  if (object.unchanged) return;
  store.Report({.stage = "import"});
  store.ImportExport(file.fd(), {"storage", *readable.storage_path, object.etag});
}

}  // namespace soulprint
