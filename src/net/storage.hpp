// An export in Supabase Storage.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "net/http_message.hpp"

namespace soulprint {

struct StorageEndpoint {
  std::string url;                   // of the project, without /storage/v1
  std::function<std::string()> key;  // the service key, read before each request
  std::string buckets;               // allowed buckets, separated by commas; "" = all
  HttpSettings http;
  std::uint64_t max_bytes = 0;  // of an object
  std::string limit;            // name of the setting that max_bytes comes from
};

// The URL of an object.  Throws Error 22023 when storage_path is not bucket/user-id/file… or has
// more than 1024 bytes, 42501 when its second component is not user_id.
std::string ObjectUrl(const std::string& url, std::string_view storage_path,
                      std::string_view user_id);

struct StoredObject {
  bool unchanged = false;  // it still has the known ETag; nothing was written
  std::string etag;        // "" if the server sends none
};

// True if a file could not be written for want of space (ENOSPC, EDQUOT): somebody will make some.
bool IsDiskFull(int error);

// Writes an object to an open, empty file.  `known_etag` is the ETag of the previous download, ""
// if there is none.  Calls `waiting` at least every 100 ms; what it throws comes through.
// Throws Error as ObjectUrl and endpoint.key do, and
//   42501 when the bucket is not in endpoint.buckets,
//   55000 when the object does not exist,
//   54000 when it is larger than max_bytes,
//   58030 when the file cannot be written,
//   08006 when the download was incomplete although Storage answers,
// ServerUnavailable when the disk is full, and when Storage is unreachable, unavailable, or rejects
// the key or the URL.
StoredObject DownloadObject(const StorageEndpoint& endpoint, const std::string& storage_path,
                            const std::string& user_id, const std::string& known_etag, int fd,
                            const std::function<void()>& waiting);

}  // namespace soulprint
