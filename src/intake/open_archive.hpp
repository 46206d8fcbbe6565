// RAII over one open libarchive reader: its files one after the other, and the bytes of the one at
// hand.  Throws Error 22P02 when the archive is encrypted, cut off or damaged, 54000 when it holds
// too many files, 58030 when the source cannot be read.

#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "intake/archive.hpp"

namespace soulprint {

// What an archive may hold.  An entry of a ZIP's directory takes about 170 bytes of memory.
inline constexpr std::size_t kMaxFiles = 250000;

// Throws Error 54000.
[[noreturn]] void ThrowTooManyFiles();

// The next bytes of the source, at most 256 KB; empty at its end.  Valid until the buffer changes.
// Throws Error 58030.
std::string_view ReadSource(const ExportSource& source, std::uint64_t offset,
                            std::vector<char>* buffer);

class OpenArchive {
 public:
  enum class Form { kZip, kGzip };
  using Check = std::function<void()>;
  using Spend = std::function<void(std::size_t)>;

  // Keeps references to source and check.  Of a ZIP, more than kMaxFiles are an Error.
  OpenArchive(const ExportSource& source, Form form, const Check& check);

  // A ZIP that is the file at hand of another archive.  `spend` is called with the size of each
  // block that is read of it and may throw; it must outlive this.
  OpenArchive(OpenArchive* outer, const Spend& spend, const Check& check);

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
    void operator()(locale_t locale) const { freelocale(locale); }
  };

  OpenArchive(Form form, const Check& check);
  void Open();
  void Require(bool well);
  std::string_view ReadInput();
  void CountDirectory(std::string_view bytes);
  static la_ssize_t Read(archive* handle, void* self_pointer, void const** block);
  static la_int64_t Seek(archive* handle, void* self_pointer, la_int64_t offset, int whence);

  const Check& check_;
  ExportSource source_;  // unless there is an outer_
  std::int64_t offset_ = 0;
  std::int64_t size_ = 0;
  std::vector<char> buffer_;
  OpenArchive* outer_ = nullptr;
  const Spend* spend_ = nullptr;
  std::exception_ptr thrown_;  // below C code
  std::size_t directory_ = 0;  // entries seen of it
  bool in_directory_ = false;
  std::unique_ptr<std::remove_pointer_t<locale_t>, Free> utf8_;
  std::unique_ptr<archive, Free> handle_;
  archive_entry* entry_ = nullptr;
};

}  // namespace soulprint
