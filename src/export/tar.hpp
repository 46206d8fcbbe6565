// A tar archive: its files in order, and the bytes of the current file.
//
// Understands POSIX (ustar, pax) and GNU archives; links and devices are passed over.
// libarchive would give names that are not ASCII only in a UTF-8 locale, which a server need not
// have.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "export/bytes.hpp"
#include "export/container.hpp"

namespace soulprint {

// True if a file that begins with these bytes, at least 512, is a tar archive.
bool IsTar(std::string_view head);

class Tar final : public Container {
 public:
  // Keeps a pointer to `in`.  Calls `spend` with the size of each block that is read or skipped.
  Tar(ByteReader* in, std::function<void(std::size_t)> spend) : in_(in), spend_(std::move(spend)) {}

  bool Next() override;
  std::string_view ReadBlock() override;

 private:
  // What stands before the header of a file.
  struct Attributes {
    std::string long_name;  // of GNU
    std::string pax;
  };

  bool ReadAttributes(const std::string& header, Attributes* attributes);
  void Skip(std::uint64_t bytes);
  std::string TakeText(std::uint64_t size);

  ByteReader* in_;
  std::function<void(std::size_t)> spend_;
  std::uint64_t left_ = 0;     // of the current file
  std::uint64_t padding_ = 0;  // after it
};

}  // namespace soulprint
