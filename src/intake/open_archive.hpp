// RAII over one open libarchive reader: its files one after the other, and the bytes of the one at
// hand.  Throws Error 22P02 when the archive is encrypted, cut off or damaged.

#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "intake/archive.hpp"

namespace soulprint {

// Throws Error 54000.
[[noreturn]] void ThrowExportTooLarge(std::uint64_t limit);

class OpenArchive {
 public:
  enum class Form { kZip, kGzip };
  using Check = std::function<void()>;

  // Keeps references to source and check.
  OpenArchive(const ExportSource& source, Form form, const Check& check);

  // A ZIP that is the file at hand of another archive; of that, at most max_bytes are read.
  OpenArchive(OpenArchive* outer, std::uint64_t max_bytes, const Check& check);

  OpenArchive(const OpenArchive&) = delete;
  OpenArchive& operator=(const OpenArchive&) = delete;

  // Goes to the next file; false at the end.
  bool Next();

  // "" for what is no file.
  std::string Path() const;

  // The next bytes of the file at hand, valid until the next call; empty at its end.
  std::string_view ReadBlock();

 private:
  struct Free {
    void operator()(archive* open) const { archive_read_free(open); }
  };

  void Prepare(Form form);
  [[noreturn]] void Throw();
  static la_ssize_t ReadOuter(archive* inner, void* self_pointer, void const** block);

  const Check& check_;
  OpenArchive* outer_ = nullptr;
  std::uint64_t left_ = 0;  // of max_bytes_
  std::uint64_t max_bytes_ = 0;
  std::exception_ptr thrown_;  // by the archive around this one
  std::unique_ptr<archive, Free> handle_;
  archive_entry* entry_ = nullptr;
};

}  // namespace soulprint
