// See storage.hpp.  What decides is the status of the response.  Storage answers nearly every error
// with HTTP 400 and names the status in the body; nothing else of a body is anybody's business.

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
#include "util/json_reply.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"
#include "util/zero_secret.hpp"

namespace soulprint {
namespace {

constexpr std::chrono::milliseconds kTick{100};
constexpr std::size_t kLongestPath = 1024;  // bytes; three times that when encoded

std::vector<std::string_view> Components(std::string_view path) {
  std::vector<std::string_view> components;
  for (std::size_t slash; (slash = path.find('/')) != path.npos; path.remove_prefix(slash + 1)) {
    components.push_back(path.substr(0, slash));
  }
  components.push_back(path);
  return components;
}

// As an error names it: full_pass_error has room for its hint, too.
std::string Named(std::string_view storage_path) {
  constexpr std::size_t kAtMost = 200;
  return "storage_path \"" + std::string(FirstCharacters(Quoted(storage_path), kAtMost)) + "\"";
}

std::string Size(std::uint64_t bytes) {
  const bool whole_mb = bytes % (1U << 20) == 0;
  return whole_mb ? std::to_string(bytes >> 20) + " MB" : std::to_string(bytes >> 10) + " kB";
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

  // Throws why writing was given up, if it was.
  void Check() const {
    if (bytes_ > endpoint_.max_bytes) {
      throw Error(sqlstate::kProgramLimitExceeded,
                  "the stored export is larger than " + Size(endpoint_.max_bytes), "",
                  "Raise " + endpoint_.limit + ", or store a smaller export.");
    }
    if (error_ != 0) {
      throw Error(sqlstate::kDiskFull,
                  std::string("could not keep the stored export: ") + strerror(error_), "",
                  "Make room where the server keeps its data.");
    }
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
    std::vector<HttpResponse> complete = pool.Wait(kTick, waiting);
    if (!complete.empty()) return std::move(complete.front());
  }
}

// The status in the body of an HTTP 400, 400 if it names no other error.
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
              "Storage has no object at the profile's storage_path", "",
              "Upload the export there, or correct storage_path, then ask for a full pass again.");
}

[[noreturn]] void ThrowRefused(const std::string& said) {
  throw ServerUnavailable(
      "Storage refuses to give the export: " + said,
      "Correct soulprint.storage_url, or put a valid service key into the file that "
      "soulprint.storage_key_file names; the pass is tried again by itself.");
}

[[noreturn]] void ThrowOutage(const std::string& said) {
  throw ServerUnavailable(
      "Storage could not give the export: " + said,
      "The pass is tried again by itself; if this lasts, see that Storage works and that "
      "soulprint.storage_url is its address.");
}

// Charged, unlike an outage: what breaks each time would be sent each time.
[[noreturn]] void ThrowIncomplete(const std::string& said) {
  throw Error(sqlstate::kConnectionFailure, "Storage did not give the whole export: " + said, "",
              "If this happens again, store the export anew and ask for a full pass.");
}

// Throws unless the object has come or is unchanged.
void CheckStatus(const HttpResponse& response) {
  if (response.end == HttpEnd::kMisconfigured) {
    throw ServerUnavailable(
        "Storage cannot be asked: " + response.error,
        "Correct soulprint.storage_url or soulprint.ca_file; the pass is tried again by "
        "itself.");
  }
  std::string said = "HTTP " + std::to_string(response.status);
  int status = response.status;
  if (status == 400) status = StatusInBody(response.body);
  if (status != response.status) said += ", statusCode " + std::to_string(status);
  if (status == 404 || status == 410) ThrowMissing();
  if (status >= 300 && status < 500 && status != 304 && status != 408 && status != 429) {
    ThrowRefused(said);
  }
  if (response.end == HttpEnd::kWhole && (status == 200 || status == 304)) return;
  if (!response.error.empty()) said = response.error;
  if (status >= 200 && status < 300) ThrowIncomplete(said);
  ThrowOutage(said);
}

void RequireBucket(const StorageEndpoint& endpoint, const std::string& storage_path) {
  if (endpoint.buckets.empty()) return;
  const std::string_view bucket = Components(storage_path).front();
  std::istringstream buckets(endpoint.buckets);
  for (std::string allowed; std::getline(buckets, allowed, ',');) {
    if (Trim(allowed) == bucket) return;
  }
  throw Error(sqlstate::kInsufficientPrivilege,
              Named(storage_path) + " is in a bucket that may not be read", "",
              "Store the export in one of the buckets in soulprint.storage_buckets.");
}

}  // namespace

std::string ObjectUrl(const std::string& url, std::string_view storage_path,
                      std::string_view user_id) {
  if (storage_path.size() > kLongestPath) {
    throw Error(sqlstate::kInvalidParameterValue,
                Named(storage_path) + " is longer than " + std::to_string(kLongestPath) + " bytes",
                "", "Store the export under a shorter name, and set storage_path to it.");
  }
  const std::vector<std::string_view> components = Components(storage_path);
  std::string object = url;
  while (object.ends_with('/')) object.pop_back();
  object += "/storage/v1/object";
  for (const std::string_view component : components) {
    if (component.empty() || component == "." || component == ".." || components.size() < 3) {
      throw Error(sqlstate::kInvalidParameterValue,
                  Named(storage_path) + " is not bucket/user-id/file", "",
                  "Set storage_path to where the application has stored this user's export.");
    }
    object += "/" + UrlComponent(std::string(component));
  }
  if (LowerCase(components[1]) != LowerCase(user_id)) {
    throw Error(sqlstate::kInsufficientPrivilege,
                Named(storage_path) + " does not belong to user " + std::string(user_id), "",
                "The second component of storage_path must be the user's own id.");
  }
  return object;
}

StoredObject DownloadObject(const StorageEndpoint& endpoint, const std::string& storage_path,
                            const std::string& user_id, const std::string& known_etag, int fd,
                            const std::function<void()>& waiting) {
  RequireBucket(endpoint, storage_path);
  FileWriter file(fd, endpoint);
  HttpRequest request;
  request.url = ObjectUrl(endpoint.url, storage_path, user_id);
  std::string key = endpoint.key();
  request.headers.push_back("user-agent: soulprint");
  request.headers.push_back(SecretLine("authorization: Bearer ", key));
  request.headers.push_back(SecretLine("apikey: ", key));
  ZeroSecret(&key);
  if (!known_etag.empty()) request.headers.push_back("if-none-match: " + known_etag);
  request.sink = [&](std::string_view bytes) { return file.Write(bytes); };
  const HttpResponse response = Get(endpoint, std::move(request), waiting);
  file.Check();
  CheckStatus(response);
  return {response.status == 304, std::string(response.Header("etag"))};
}

}  // namespace soulprint
