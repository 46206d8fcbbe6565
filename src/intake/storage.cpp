// See storage.hpp.  What decides is the status of the response: its body is nobody's business.

#include "intake/storage.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "error.hpp"
#include "net/url.hpp"
#include "pipeline/text.hpp"

namespace soulprint {
namespace {

constexpr std::chrono::milliseconds kTick{100};

std::vector<std::string_view> Components(std::string_view path) {
  std::vector<std::string_view> components;
  for (std::size_t slash; (slash = path.find('/')) != path.npos; path.remove_prefix(slash + 1)) {
    components.push_back(path.substr(0, slash));
  }
  components.push_back(path);
  return components;
}

// The sink of a download.
class FileWriter {
 public:
  FileWriter(int fd, std::uint64_t max_bytes) : fd_(fd), max_bytes_(max_bytes) {}

  bool Write(std::string_view bytes) {
    bytes_ += bytes.size();
    if (bytes_ > max_bytes_) return false;
    while (!bytes.empty()) {
      const ssize_t written = write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        error_ = errno;
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

  std::uint64_t bytes() const { return bytes_; }

  // Throws why writing was given up, if it was.
  void Check() const {
    if (bytes_ > max_bytes_) {
      throw Error("54000",
                  "the stored export is larger than " + std::to_string(max_bytes_ >> 20) + " MB",
                  "", "Raise soulprint.max_export_size, or store a smaller export.");
    }
    if (error_ != 0) {
      throw Error("53100", std::string("could not keep the stored export: ") + strerror(error_), "",
                  "The next attempt downloads it again.");
    }
  }

 private:
  int fd_;
  std::uint64_t max_bytes_;
  std::uint64_t bytes_ = 0;
  int error_ = 0;
};

HttpResponse Get(const StorageEndpoint& endpoint, HttpRequest request,
                 const std::function<void()>& waiting) {
  HttpPool pool(endpoint.http);
  pool.Start(std::move(request));
  while (true) {
    std::vector<HttpResponse> complete = pool.Wait(kTick, waiting);
    if (!complete.empty()) return std::move(complete.front());
  }
}

[[noreturn]] void ThrowMissing() {
  throw Error(sqlstate::kObjectNotInPrerequisiteState,
              "Storage has no object at the profile's storage_path", "",
              "Upload the export there, or correct storage_path, then ask for a full pass again.");
}

[[noreturn]] void ThrowRefused(int status) {
  throw Error(sqlstate::kCannotConnectNow,
              "Storage refuses to give the export: HTTP " + std::to_string(status), "",
              "Correct soulprint.storage_url, or put a valid service key into the file that "
              "soulprint.storage_key_file names; the pass is tried again by itself.");
}

// Throws unless the object has come or is unchanged.
void CheckStatus(const HttpResponse& response) {
  const int status = response.status;
  if (response.end == HttpEnd::kMisconfigured) {
    throw Error(sqlstate::kCannotConnectNow, "Storage cannot be asked: " + response.error, "",
                "Correct soulprint.storage_url or soulprint.ca_file; the pass is tried again by "
                "itself.");
  }
  if (status == 400 || status == 404 || status == 410) ThrowMissing();
  if (status >= 300 && status < 500 && status != 304 && status != 408 && status != 429) {
    ThrowRefused(status);
  }
  if (response.end == HttpEnd::kWhole && (status == 200 || status == 304)) return;
  throw Error("08006",
              "Storage could not give the export: " +
                  (response.error.empty() ? "HTTP " + std::to_string(status) : response.error),
              "", "The next attempt downloads it again.");
}

}  // namespace

std::string ObjectUrl(const std::string& url, std::string_view storage_path,
                      std::string_view user_id) {
  const std::vector<std::string_view> components = Components(storage_path);
  std::string object = url;
  while (object.ends_with('/')) object.pop_back();
  object += "/storage/v1/object";
  for (const std::string_view component : components) {
    if (component.empty() || component == "." || component == ".." || components.size() < 3) {
      throw Error(
          sqlstate::kInvalidParameterValue,
          "storage_path must be bucket/user-id/file, not \"" + std::string(storage_path) + "\"", "",
          "Set storage_path to where the application has stored this user's export.");
    }
    object += "/" + UrlComponent(std::string(component));
  }
  if (LowerCase(components[1]) != LowerCase(user_id)) {
    throw Error("42501",
                "storage_path \"" + std::string(storage_path) + "\" does not belong to user " +
                    std::string(user_id),
                "", "The second component of storage_path must be the user's own id.");
  }
  return object;
}

StoredObject DownloadObject(const StorageEndpoint& endpoint, const std::string& storage_path,
                            const std::string& user_id, const std::string& known_etag, int fd,
                            const std::function<void()>& waiting) {
  FileWriter file(fd, endpoint.max_bytes);
  HttpRequest request;
  request.url = ObjectUrl(endpoint.url, storage_path, user_id);
  std::string key = endpoint.key();
  request.headers = {"user-agent: soulprint", "authorization: Bearer " + key, "apikey: " + key};
  Wipe(&key);
  if (!known_etag.empty()) request.headers.push_back("if-none-match: " + known_etag);
  request.sink = [&](std::string_view bytes) { return file.Write(bytes); };
  const HttpResponse response = Get(endpoint, std::move(request), waiting);
  file.Check();
  CheckStatus(response);
  return {response.status == 304, std::string(response.Header("etag")), file.bytes()};
}

}  // namespace soulprint
