// An export that lies in Supabase Storage (CONTRACT 1).

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
  std::string buckets;               // that may be read, separated by commas; "" = all
  HttpSettings http;
  std::uint64_t max_bytes = 0;  // of an object
  std::string limit;            // the setting that max_bytes comes from
};

// The address of an object.  storage_path is bucket/user-id/file…: throws Error 22023 when it is
// not, or has more than 1024 bytes, 42501 when the second component is another user's id.
std::string ObjectUrl(const std::string& url, std::string_view storage_path,
                      std::string_view user_id);

struct StoredObject {
  bool unchanged = false;  // it still has the ETag that was known; nothing was written
  std::string etag;        // "" if the server gives none
};

// Writes an object to a file that is open and empty.  `known_etag`: of the download before, "" =
// there was none.  `waiting` is called at least every 100 ms; what it throws comes through.  Throws
// Error as ObjectUrl does, 42501 when the bucket is not among endpoint.buckets, and
//   55000 when there is no such object, 54000 when it is larger than max_bytes,
//   53100 when the file cannot be written, 08006 when only a part of the object came,
//   57P03 when Storage cannot be reached, cannot answer now, or refuses the key or the address,
// and what reading the key throws.
StoredObject DownloadObject(const StorageEndpoint& endpoint, const std::string& storage_path,
                            const std::string& user_id, const std::string& known_etag, int fd,
                            const std::function<void()>& waiting);

}  // namespace soulprint
