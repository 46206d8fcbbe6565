// An archive as a row of files.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

class Container {
 public:
  virtual ~Container() = default;

  // Goes to the next file or folder; false at the end.  Throws Error 22P02 when the archive is
  // damaged or truncated.
  virtual bool Next() = 0;

  // The next bytes of the current file, valid until the next call; empty at its end.  Throws Error
  // 22P02 when the file is encrypted, compressed by an unknown method, damaged or truncated.
  virtual std::string_view ReadBlock() = 0;

  // Of the current file; "" for a folder.
  const std::string& path() const { return path_; }

 protected:
  std::string path_;
};

}  // namespace soulprint
