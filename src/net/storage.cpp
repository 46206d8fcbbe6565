// The status of the response decides.  Storage answers nearly every error with HTTP 400 and puts
// the actual status into the body; the rest of a body is never shown.

#include "net/storage.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "net/http.hpp"
#include "net/http_message.hpp"
#include "net/secret_file.hpp"
#include "net/url.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/json_reply.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"
#include "util/zero_secret.hpp"

namespace soulprint {
namespace {

constexpr std::chrono::milliseconds kDownloadTick{100};
constexpr std::size_t kLongestPath = 1024;  // bytes; three times that when encoded

std::vector<std::string_view> Components(std::string_view path) {
  std::vector<std::string_view> components;
  for (std::size_t slash; (slash = path.find('/')) != path.npos; path.remove_prefix(slash + 1)) {
    components.push_back(path.substr(0, slash));
  }
  components.push_back(path);
  return components;
}

// The path as a message shows it, short enough to leave room for the hint in full_pass_error.
std::string Named(std::string_view storage_path) {
  constexpr std::size_t kAtMost = 200;
  return Format("storage_path \"{}\"", FirstCharacters(Quoted(storage_path), kAtMost));
}

std::string Size(std::uint64_t bytes) {
  const bool whole_mb = bytes % (1U << 20) == 0;
  return whole_mb ? Format("{} MB", bytes >> 20) : Format("{} kB", bytes >> 10);
}

// The sink of a download.
class FileWriter {
 public:
  FileWriter(int fd, const StorageEndpoint& endpoint) : fd_(fd), endpoint_(endpoint) {}

  bool Write(std::string_view bytes) {
    bytes_ += bytes.size();
    if (bytes_ > endpoint_.max_bytes) return false;
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

  // Throws if Write has failed.
  void Check() const {
    if (bytes_ > endpoint_.max_bytes) {
      throw Error(sqlstate::kProgramLimitExceeded,
                  Format("stored export is larger than {}", Size(endpoint_.max_bytes)))
          .Hint(Format("Raise {}, or store a smaller export.", endpoint_.limit));
    }
    if (error_ == 0) return;
    const std::string problem =
        Format("could not write downloaded export to temporary file: {}", strerror(error_));
    if (IsDiskFull(error_)) throw ServerUnavailable(problem, DiskFull::kHint);
    throw Error(sqlstate::kIoError, problem)
        .Hint("Make sure the server can write to its data directory.");
  }

 private:
  int fd_;
  const StorageEndpoint& endpoint_;
  std::uint64_t bytes_ = 0;
  int error_ = 0;
};

HttpResponse Get(const StorageEndpoint& endpoint, HttpRequest request,
                 const std::function<void()>& waiting) {
  HttpPool pool(endpoint.http);
  pool.Start(std::move(request));
  while (true) {
    std::vector<HttpResponse> complete = pool.Wait(kDownloadTick, waiting);
    if (!complete.empty()) return std::move(complete.front());
  }
}

// The status in the body of an HTTP 400; 400 if there is none.
int StatusInBody(const std::string& body) {
  constexpr std::size_t kLongestBody = 4096;
  const auto json = body.size() > kLongestBody ? std::nullopt : ParseJsonText(body);
  if (!json || !json->is_object()) return 400;
  const auto code = json->find("statusCode");
  if (code == json->end()) return 400;
  const std::string digits = code->is_string() ? code->get<std::string>() : code->dump();
  const bool error = digits.size() == 3 && (digits[0] == '4' || digits[0] == '5') &&
                     digits.find_first_not_of("0123456789") == digits.npos;
  return error ? std::stoi(digits) : 400;
}

[[noreturn]] void ThrowMissing() {
  throw Error(sqlstate::kObjectNotInPrerequisiteState,
              "object at the profile's storage_path does not exist")
      .Hint("Upload the export there, or correct storage_path; then request a full pass again.");
}

[[noreturn]] void ThrowRejected(int status, const std::string& reason) {
  const bool denied = status == 401 || status == 403;
  throw ServerUnavailable(
      Format(denied ? "could not download export: access denied ({})"
                    : "could not download export: request rejected ({})",
             reason),
      "Correct soulprint.storage_url, or put a valid service key into the file named by "
      "soulprint.storage_key_file; the pass is retried automatically.");
}

[[noreturn]] void ThrowOutage(const std::string& reason) {
  throw ServerUnavailable(
      Format("could not download export: {}", reason),
      "The pass is retried automatically; if this continues, make sure that Storage is running "
      "and that soulprint.storage_url is its URL.");
}

// Counts as an attempt: an object that always breaks off, while Storage answers, must not be
// downloaded for ever.
[[noreturn]] void ThrowIncomplete(const std::string& reason) {
  throw Error(sqlstate::kConnectionFailure, Format("download of export was incomplete: {}", reason))
      .Hint("If this happens again, store the export again and request a full pass.");
}

bool IsSuccess(int status) { return status >= 200 && status < 300; }

// Throws unless the object was downloaded or is unchanged.
void CheckStatus(const HttpResponse& response) {
  if (response.end == HttpEnd::kMisconfigured) {
    throw ServerUnavailable(
        Format("could not connect to Storage: {}", response.error),
        "Correct soulprint.storage_url or soulprint.ca_file; the pass is retried automatically.");
  }
  std::string reason = Format("HTTP {}", response.status);
  int status = response.status;
  if (status == 400) status = StatusInBody(response.body);
  if (status != response.status) reason += Format(", statusCode {}", status);
  if (status == 404 || status == 410) ThrowMissing();
  if (status >= 300 && status < 500 && status != 304 && status != 408 && status != 429) {
    ThrowRejected(status, reason);
  }
  if (response.end == HttpEnd::kWhole && (status == 200 || status == 304)) return;
  if (!response.error.empty()) reason = response.error;
  if (IsSuccess(status)) ThrowIncomplete(reason);
  ThrowOutage(reason);
}

HttpRequest RequestFor(const StorageEndpoint& endpoint, const std::string& url) {
  HttpRequest request;
  request.url = url;
  std::string key = endpoint.key();
  request.headers.push_back("user-agent: soulprint");
  request.headers.push_back(SecretLine("authorization: Bearer ", key));
  request.headers.push_back(SecretLine("apikey: ", key));
  ZeroSecret(&key);
  return request;
}

// After a download broke off: throws if Storage does not even begin to send the object now.
void RequireAnswer(const StorageEndpoint& endpoint, const std::string& url,
                   const std::function<void()>& waiting) {
  HttpRequest request = RequestFor(endpoint, url);
  request.headers.push_back("range: bytes=0-0");
  request.sink = [](std::string_view) { return false; };
  const HttpResponse response = Get(endpoint, std::move(request), waiting);
  if (!IsSuccess(response.status)) CheckStatus(response);
}

void RequireBucket(const StorageEndpoint& endpoint, const std::string& storage_path) {
  if (endpoint.buckets.empty()) return;
  if (IsListed(Components(storage_path).front(), endpoint.buckets)) return;
  throw Error(sqlstate::kInsufficientPrivilege,
              Format("{} is not in an allowed bucket", Named(storage_path)))
      .Hint("Store the export in one of the buckets in soulprint.storage_buckets.");
}

}  // namespace

std::string ObjectUrl(const std::string& url, std::string_view storage_path,
                      std::string_view user_id) {
  if (storage_path.size() > kLongestPath) {
    throw Error(sqlstate::kInvalidParameterValue,
                Format("{} is longer than {} bytes", Named(storage_path), kLongestPath))
        .Hint("Store the export under a shorter name, and set storage_path to it.");
  }
  const std::vector<std::string_view> components = Components(storage_path);
  std::string object = url;
  while (object.ends_with('/')) object.pop_back();
  object += "/storage/v1/object";
  for (const std::string_view component : components) {
    if (component.empty() || component == "." || component == ".." || components.size() < 3) {
      throw Error(sqlstate::kInvalidParameterValue,
                  Format("{} is not of the form bucket/user-id/file", Named(storage_path)))
          .Hint("Set storage_path to the place where the application stored this user's export.");
    }
    object += "/" + UrlComponent(std::string(component));
  }
  if (LowerAscii(components[1]) != LowerAscii(user_id)) {
    throw Error(sqlstate::kInsufficientPrivilege,
                Format("{} does not belong to user {}", Named(storage_path), user_id))
        .Hint("The second component of storage_path must be the user's own id.");
  }
  return object;
}

bool IsDiskFull(int error) { return error == ENOSPC || error == EDQUOT; }

StoredObject DownloadObject(const StorageEndpoint& endpoint, const std::string& storage_path,
                            const std::string& user_id, const std::string& known_etag, int fd,
                            const std::function<void()>& waiting) {
  RequireBucket(endpoint, storage_path);
  FileWriter file(fd, endpoint);
  const std::string url = ObjectUrl(endpoint.url, storage_path, user_id);
  HttpRequest request = RequestFor(endpoint, url);
  if (!known_etag.empty()) request.headers.push_back("if-none-match: " + known_etag);
  request.sink = [&](std::string_view bytes) { return file.Write(bytes); };
  const HttpResponse response = Get(endpoint, std::move(request), waiting);
  file.Check();
  if (response.end == HttpEnd::kBroken && IsSuccess(response.status)) {
    RequireAnswer(endpoint, url, waiting);
  }
  CheckStatus(response);
  return {response.status == 304, std::string(response.Header("etag"))};
}

}  // namespace soulprint
