// How it works: libarchive asks for bytes with Read and goes to places with Seek.  Nothing may be
// thrown through it, so that what is thrown below it waits in thrown_ until it has returned.

#include "intake/open_archive.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "error.hpp"
#include "pipeline/text.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 18;
constexpr std::string_view kDirectoryEntry = "PK\x01\x02";

// File names in a ZIP are converted to the thread's character set; in the C locale those that are
// not ASCII would be lost.
class ThreadLocale {
 public:
  explicit ThreadLocale(locale_t locale)
      : before_(uselocale(locale)) {}  // a null pointer changes nothing
  ~ThreadLocale() { uselocale(before_); }
  ThreadLocale(const ThreadLocale&) = delete;
  ThreadLocale& operator=(const ThreadLocale&) = delete;

 private:
  locale_t before_;
};

[[noreturn]] void ThrowUnreadable(archive* from) {
  char const* const said = archive_error_string(from);
  std::string const text = said == nullptr ? "The reader wanted more bytes than there are."
                                           : "The reader says: " + CleanUtf8(said) + ".";
  std::string const lower = LowerCase(text);
  auto const says = [&](char const* word) { return lower.find(word) != std::string::npos; };
  if (says("passphrase") || says("encrypt")) {
    throw Error(sqlstate::kInvalidTextRepresentation, "export archive is encrypted", text,
                "Unpack it with its password and give the conversations.json inside it.");
  }
  // zlib's -5: it wanted more bytes than there are.
  if (said == nullptr || says("truncated") || says("end of file") || says("failed (-5)")) {
    throw Error(sqlstate::kInvalidTextRepresentation, "export archive ends in the middle", text,
                "The file was cut off. Download or copy it again.");
  }
  throw Error(sqlstate::kInvalidTextRepresentation, "export archive cannot be read", text,
              "Unpack it and give the conversations.json inside it, or download it again.");
}

std::int64_t SourceSize(const ExportSource& source) {
  return source.fd == -1 ? static_cast<std::int64_t>(source.bytes.size())
                         : lseek(source.fd, 0, SEEK_END);
}

}  // namespace

void ThrowTooManyFiles() {
  throw Error(sqlstate::kProgramLimitExceeded,
              "export archive holds more than " + std::to_string(kMaxFiles) + " files",
              "The files of ZIP files inside it count too.",
              "Unpack it and give the conversations.json inside it.");
}

std::string_view ReadSource(const ExportSource& source, std::uint64_t offset,
                            std::vector<char>* buffer) {
  if (source.fd == -1) {
    if (offset >= source.bytes.size()) return {};
    return source.bytes.substr(offset, kBlockBytes);
  }
  buffer->resize(kBlockBytes);
  ssize_t got = 0;
  do {
    got = pread(source.fd, buffer->data(), buffer->size(), static_cast<off_t>(offset));
  } while (got == -1 && errno == EINTR);
  if (got == -1) {
    throw Error(sqlstate::kIoError,
                std::string("could not read the export: ") + std::strerror(errno));
  }
  return {buffer->data(), static_cast<std::size_t>(got)};
}

OpenArchive::OpenArchive(Form form, const Check& check)
    : check_(check),
      utf8_(newlocale(LC_CTYPE_MASK, "C.UTF-8", static_cast<locale_t>(nullptr))),
      handle_(archive_read_new()) {
  if (handle_ == nullptr) throw std::bad_alloc();
  if (form == Form::kZip) {
    archive_read_support_format_zip(handle_.get());
  } else {
    archive_read_support_filter_gzip(handle_.get());
    archive_read_support_format_raw(handle_.get());
    archive_read_support_format_empty(handle_.get());
  }
}

OpenArchive::OpenArchive(const ExportSource& source, Form form, const Check& check)
    : OpenArchive(form, check) {
  source_ = source;
  size_ = SourceSize(source);
  archive_read_set_seek_callback(handle_.get(), &Seek);
  Open();
  // Of a header that is not all there, libarchive makes nothing but bytes.
  Require(form == Form::kZip || archive_filter_code(handle_.get(), 0) == ARCHIVE_FILTER_GZIP);
}

OpenArchive::OpenArchive(OpenArchive* outer, const Spend& spend, const Check& check)
    : OpenArchive(Form::kZip, check) {
  outer_ = outer;
  spend_ = &spend;
  Open();
}

void OpenArchive::Open() {
  Require(archive_read_open(handle_.get(), this, nullptr, &Read, nullptr) == ARCHIVE_OK);
  in_directory_ = outer_ == nullptr;
}

bool OpenArchive::Next() {
  check_();
  ThreadLocale const names(utf8_.get());
  int const result = archive_read_next_header(handle_.get(), &entry_);
  Require(result >= ARCHIVE_WARN);
  in_directory_ = false;
  return result != ARCHIVE_EOF;
}

std::string OpenArchive::Path() const {
  if (archive_entry_filetype(entry_) != AE_IFREG) return "";
  char const* path = archive_entry_pathname_utf8(entry_);
  if (path == nullptr) path = archive_entry_pathname(entry_);
  return path == nullptr ? "" : path;
}

std::string_view OpenArchive::ReadBlock() {
  check_();
  if (archive_entry_is_encrypted(entry_)) {
    archive_set_error(handle_.get(), EINVAL, "encrypted file");
    ThrowUnreadable(handle_.get());
  }
  void const* block = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  do {
    int const result = archive_read_data_block(handle_.get(), &block, &size, &offset);
    Require(result >= ARCHIVE_OK);
    if (result == ARCHIVE_EOF) return {};
  } while (size == 0);
  return {static_cast<char const*>(block), size};
}

// To be called after everything that may read: libarchive does not pass on every failure.
void OpenArchive::Require(bool well) {
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  if (!well) ThrowUnreadable(handle_.get());
}

std::string_view OpenArchive::ReadInput() {
  if (outer_ != nullptr) {
    std::string_view const bytes = outer_->ReadBlock();
    (*spend_)(bytes.size());
    return bytes;
  }
  check_();
  std::string_view const bytes = ReadSource(source_, static_cast<std::uint64_t>(offset_), &buffer_);
  offset_ += static_cast<std::int64_t>(bytes.size());
  if (in_directory_) CountDirectory(bytes);
  return bytes;
}

// The first file of a ZIP is given when all of its directory is in memory.  What the directory says
// of its own size need not be true.
void OpenArchive::CountDirectory(std::string_view bytes) {
  for (std::size_t at = bytes.find(kDirectoryEntry); at != std::string_view::npos;
       at = bytes.find(kDirectoryEntry, at + kDirectoryEntry.size())) {
    if (++directory_ > kMaxFiles) ThrowTooManyFiles();
  }
}

la_ssize_t OpenArchive::Read(archive* handle, void* self_pointer, void const** block) {
  auto* const self = static_cast<OpenArchive*>(self_pointer);
  try {
    if (!self->thrown_) {
      std::string_view const bytes = self->ReadInput();
      *block = bytes.data();
      return static_cast<la_ssize_t>(bytes.size());
    }
  } catch (...) {
    self->thrown_ = std::current_exception();
  }
  archive_set_error(handle, EIO, "its bytes cannot be read");
  return ARCHIVE_FATAL;
}

la_int64_t OpenArchive::Seek(archive*, void* self_pointer, la_int64_t offset, int whence) {
  auto* const self = static_cast<OpenArchive*>(self_pointer);
  std::int64_t const from =
      whence == SEEK_SET ? 0 : (whence == SEEK_CUR ? self->offset_ : self->size_);
  std::int64_t to = 0;
  if (__builtin_add_overflow(from, offset, &to) || to < 0 || to > self->size_) return ARCHIVE_FATAL;
  self->offset_ = to;
  return to;
}

}  // namespace soulprint
