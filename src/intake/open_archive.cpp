#include "intake/open_archive.hpp"

#include <locale.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <utility>

#include "error.hpp"
#include "pipeline/text.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 18;

// File names in a ZIP are converted to the thread's character set; in the C locale those that are
// not ASCII would be lost.
class Utf8Names {
 public:
  Utf8Names() : utf8_(newlocale(LC_CTYPE_MASK, "C.UTF-8", static_cast<locale_t>(nullptr))) {
    if (utf8_ != nullptr) before_ = uselocale(utf8_);
  }
  ~Utf8Names() {
    if (utf8_ == nullptr) return;
    uselocale(before_);
    freelocale(utf8_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t utf8_;
  locale_t before_ = nullptr;
};

[[noreturn]] void ThrowUnreadable(archive* from) {
  char const* const said = archive_error_string(from);
  std::string text = said == nullptr ? "" : CleanUtf8(said);
  std::string const lower = LowerCase(text);
  auto const says = [&](char const* word) { return lower.find(word) != std::string::npos; };
  if (!text.empty()) text = "The reader says: " + text + ".";
  if (says("passphrase") || says("encrypt")) {
    throw Error(sqlstate::kInvalidTextRepresentation, "export archive is encrypted", text,
                "Unpack it with its password and give the conversations.json inside it.");
  }
  // zlib's -5: it wanted more bytes than there are.
  if (says("truncated") || says("end of file") || says("failed (-5)")) {
    throw Error(sqlstate::kInvalidTextRepresentation, "export archive ends in the middle", text,
                "The file was cut off. Download or copy it again.");
  }
  throw Error(sqlstate::kInvalidTextRepresentation, "export archive cannot be read", text,
              "Unpack it and give the conversations.json inside it, or download it again.");
}

}  // namespace

void ThrowExportTooLarge(std::uint64_t limit) {
  throw Error(sqlstate::kProgramLimitExceeded,
              "export is larger than " + std::to_string(limit) + " bytes",
              "The conversation files together are larger when they are decompressed.",
              "Raise \"soulprint.max_export_size\" if this export is to be trusted.");
}

OpenArchive::OpenArchive(const ExportSource& source, Form form, const Check& check)
    : check_(check) {
  Prepare(form);
  int opened = ARCHIVE_OK;
  if (source.fd == -1) {
    opened = archive_read_open_memory(handle_.get(), source.bytes.data(), source.bytes.size());
  } else {
    lseek(source.fd, 0, SEEK_SET);
    opened = archive_read_open_fd(handle_.get(), source.fd, kBlockBytes);
  }
  if (opened != ARCHIVE_OK) ThrowUnreadable(handle_.get());
}

OpenArchive::OpenArchive(OpenArchive* outer, std::uint64_t max_bytes, const Check& check)
    : check_(check), outer_(outer), left_(max_bytes), max_bytes_(max_bytes) {
  Prepare(Form::kZip);
  if (archive_read_open(handle_.get(), this, nullptr, &ReadOuter, nullptr) != ARCHIVE_OK) Throw();
}

bool OpenArchive::Next() {
  check_();
  int result = ARCHIVE_OK;
  {
    Utf8Names const names;
    result = archive_read_next_header(handle_.get(), &entry_);
  }
  if (result == ARCHIVE_EOF) return false;
  if (result < ARCHIVE_WARN) Throw();
  return true;
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
    Throw();
  }
  void const* block = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  do {
    int const result = archive_read_data_block(handle_.get(), &block, &size, &offset);
    if (result == ARCHIVE_EOF) return {};
    if (result < ARCHIVE_OK) Throw();
  } while (size == 0);
  return {static_cast<char const*>(block), size};
}

void OpenArchive::Prepare(Form form) {
  handle_.reset(archive_read_new());
  if (handle_ == nullptr) throw std::bad_alloc();
  if (form == Form::kZip) {
    archive_read_support_format_zip(handle_.get());
  } else {
    archive_read_support_filter_gzip(handle_.get());
    archive_read_support_format_raw(handle_.get());
  }
}

void OpenArchive::Throw() {
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  ThrowUnreadable(handle_.get());
}

// Called by C code: nothing may be thrown through it.
la_ssize_t OpenArchive::ReadOuter(archive* inner, void* self_pointer, void const** block) {
  auto* const self = static_cast<OpenArchive*>(self_pointer);
  try {
    std::string_view const bytes = self->outer_->ReadBlock();
    if (bytes.size() > self->left_) ThrowExportTooLarge(self->max_bytes_);
    self->left_ -= bytes.size();
    *block = bytes.data();
    return static_cast<la_ssize_t>(bytes.size());
  } catch (...) {
    self->thrown_ = std::current_exception();
    archive_set_error(inner, EIO, "the archive around it cannot be read");
    return ARCHIVE_FATAL;
  }
}

}  // namespace soulprint
