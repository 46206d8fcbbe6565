// One pass over an archive lists its files, to find the folders with files of conversations; a
// second pass reads all files that are, or may be, of conversations.  A ZIP inside a ZIP is a
// stream whose bytes come from the outer one; it is read twice, too.

#include "export/archive.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "export/archive_names.hpp"
#include "export/bytes.hpp"
#include "export/container.hpp"
#include "export/inflater.hpp"
#include "export/left_out.hpp"
#include "export/rejection.hpp"
#include "export/tar.hpp"
#include "export/zip.hpp"
#include "pipeline/types.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kMaxFiles = 250000;
constexpr std::size_t kNamesInError = 10;
constexpr std::size_t kTarHeadBytes = 512;
constexpr std::size_t kKeptPaths = 200;
constexpr std::size_t kKeptPathBytes = 300;
// Limit on the bytes that are read of inner ZIPs and of tar archives, media included, as a multiple
// of the limit on conversation files: they are read twice.
constexpr std::uint64_t kInnerFactor = 16;

bool IsZip(FileKind kind) {
  return kind == FileKind::kUnknownZip || kind == FileKind::kChatsZip ||
         kind == FileKind::kExportZip;
}

// True if the name says that the file is an export.
bool IsNamed(FileKind kind) { return kind == FileKind::kExport || kind == FileKind::kExportZip; }

[[noreturn]] void ThrowTooManyFiles() {
  throw Error(sqlstate::kProgramLimitExceeded,
              Format("export archive contains more than {} files", kMaxFiles))
      .Detail("The files of ZIP files inside it count too.")
      .Hint("Unpack it and give the conversations.json inside it.");
}

[[noreturn]] void ThrowTooLarge(std::uint64_t limit, const std::string& what) {
  throw Error(sqlstate::kProgramLimitExceeded, Format("export is larger than {} bytes", limit))
      .Detail(Format("{} are larger in total when decompressed.", what))
      .Hint("Raise soulprint.max_export_size if you trust this export.");
}

// Reads one export, with an ExportReader for each conversation file.
class ArchiveReader {
 public:
  ArchiveReader(const ExportSource& source, const ArchiveLimits& archive_limits,
                const ImportLimits& import_limits, const ExportReader::Give& give,
                const std::function<void()>& check)
      : source_(source),
        max_bytes_(archive_limits.max_bytes),
        max_inner_bytes_(std::min(max_bytes_, UINT64_MAX / kInnerFactor) * kInnerFactor),
        import_limits_(import_limits),
        give_([&, this](Conversation conversation) {
          caller_ = true;
          give(std::move(conversation));
          caller_ = false;
        }),
        check_([&, this] {
          caller_ = true;
          check();
          caller_ = false;
        }) {}

  ImportReport Read() {
    const std::string_view head = ReadSource(source_, 0, &buffer_).substr(0, 4);
    if (head == "PK\x03\x04" || head == "PK\x05\x06" || head == "PK\x07\x08") {
      ReadZip();
    } else {
      ReadStream(head.starts_with("\x1F\x8B"));
    }
    report_.files_left_out = left_out_.List();
    return std::move(report_);
  }

 private:
  // The bytes of the source, decompressed.
  struct Stream {
    Stream(ArchiveReader* reader, bool gzip)
        : source([reader, offset = std::uint64_t{0}]() mutable {
            const std::string_view block = ReadSource(reader->source_, offset, &reader->buffer_);
            offset += block.size();
            return block;
          }),
          bytes([this] {
            if (inflater) return inflater->Read();
            const std::string_view block = source.Peek();
            source.Drop(block.size());
            return block;
          }) {
      if (gzip) inflater.emplace(Inflater::Form::kGzip, &source);
    }
    Stream(const Stream&) = delete;

    ByteReader source;
    std::optional<Inflater> inflater;
    ByteReader bytes;
  };

  void ReadStream(bool gzip) {
    Stream stream(this, gzip);
    if (IsTar(stream.bytes.Peek(kTarHeadBytes))) return ReadTar(gzip);
    ReadFile([&] {
      const std::string_view block = stream.bytes.Peek();
      stream.bytes.Drop(block.size());
      return block;
    });
  }

  void ReadFile(const ByteReader::Next& next) {
    ExportReader reader(import_limits_, give_, &report_);
    for (;;) {
      check_();
      const std::string_view block = next();
      if (block.empty()) break;
      read_ += block.size();
      if (read_ > max_bytes_) ThrowTooLarge(max_bytes_, "The conversation files");
      reader.Push(block);
    }
    reader.Finish();
  }

  struct Listing {
    ExportFolders exports;
    std::size_t files = 0;
    std::size_t named = 0;  // of these, with the name of an export
  };

  Listing List(Container* archive) {
    Listing listing;
    while (archive->Next()) {
      if (++listed_ > kMaxFiles) ThrowTooManyFiles();
      ++listing.files;
      if (!IsNamed(KindOf(archive->path()))) continue;
      ++listing.named;
      listing.exports.Add(archive->path());
    }
    return listing;
  }

  // Reads what may be of conversations.  `inner` reads a ZIP inside, if that can be; `folder`
  // stands before the names of what is left out.
  void ReadFiles(Container* archive, Listing listing, const std::string& folder,
                 const std::function<void()>& inner) {
    const auto whole = [&] { ReadFile([&] { return archive->ReadBlock(); }); };
    while (listing.files > 0 && archive->Next()) {
      --listing.files;
      const std::string& path = archive->path();
      const FileKind kind = KindOf(path);
      if (kind == FileKind::kNone) continue;
      if (IsNamed(kind)) --listing.named;
      if (paths_.size() < kKeptPaths && path.size() < kKeptPathBytes) paths_.push_back(path);
      const std::string name = folder + path;
      const bool unknown = kind == FileKind::kUnknown || kind == FileKind::kUnknownZip;
      if (kind == FileKind::kOther) {
        left_out_.AddAlike(name, WhyNotRead(path));
      } else if (kind == FileKind::kSide) {
        left_out_.Add(name, WhyNotRead(path));
      } else if (unknown && listing.exports.Contain(path)) {
        left_out_.Add(name, "lies beside an export, like a file that was uploaded in a chat");
      } else if (IsZip(kind) && !inner) {
        left_out_.Add(name, kInnerArchive);
      } else {
        ReadOne(path, name, kind, IsZip(kind) ? inner : whole);
      }
    }
    if (listing.files > 0 || listing.named != 0) {
      throw Error(sqlstate::kIoError, "export archive changed while it was read")
          .Detail("It contains other files than before.")
          .Hint("Import it again when it is complete.");
    }
  }

  // A file with the name of an export must be one.  What was given of another one cannot be taken
  // back.
  void ReadOne(const std::string& path, const std::string& name, FileKind kind,
               const std::function<void()>& read) {
    ImportReport before = std::exchange(report_, {});
    try {
      read();
    } catch (const Error& error) {
      if (caller_ || error.sqlstate() != sqlstate::kInvalidTextRepresentation) throw;
      if (IsNamed(kind) || report_.conversations > 0) {
        throw Error(error.sqlstate(), error.what())
            .Detail(Format("In \"{}\": {}", ShownName(path), error.detail()))
            .Hint(error.hint());
      }
      report_ = std::move(before);
      return left_out_.Add(name, error.what());
    }
    ImportReport found = std::exchange(report_, std::move(before));
    if (!IsZip(kind) && kind != FileKind::kExport && found.FoundNothing()) {
      return left_out_.Add(name, "holds no conversations");
    }
    report_.Add(std::move(found));
    if (!IsZip(kind)) ++exports_;
  }

  void ReadZip() {
    const Listing listing = [&] {
      ZipWithDirectory zip(source_, check_);
      return List(&zip);
    }();
    ZipWithDirectory zip(source_, check_);
    ReadFiles(&zip, listing, "", [&] { ReadInnerZip(&zip); });
    if (exports_ == 0) ThrowNoConversations();
  }

  // The current file.  What is inflated in it only to be skipped counts again.
  void ReadInnerZip(ZipWithDirectory* outer) {
    const auto next = [&] {
      const std::string_view block = outer->ReadBlock();
      SpendInner(block.size(), "The ZIPs inside it");
      return block;
    };
    const auto spend = [&](std::size_t bytes) { SpendInner(bytes, "The ZIPs inside it"); };
    const Listing listing = [&] {
      ZipStream zip(next, spend);
      return List(&zip);
    }();
    outer->Rewind();
    ZipStream zip(next, spend);
    ReadFiles(&zip, listing, outer->path() + "/", nullptr);
  }

  void ReadTar(bool gzip) {
    const auto spend = [&](std::size_t bytes) { SpendInner(bytes, "The files of the archive"); };
    const Listing listing = [&] {
      Stream stream(this, gzip);
      Tar tar(&stream.bytes, spend);
      return List(&tar);
    }();
    Stream stream(this, gzip);
    Tar tar(&stream.bytes, spend);
    ReadFiles(&tar, listing, "", nullptr);
    if (exports_ == 0) ThrowNoConversations();
  }

  void SpendInner(std::size_t bytes, const char* what) {
    check_();
    inner_read_ += bytes;
    if (inner_read_ > max_inner_bytes_) ThrowTooLarge(max_inner_bytes_, what);
  }

  [[noreturn]] void ThrowNoConversations() const {
    const std::vector<std::string> files = left_out_.List();
    std::string names;
    for (std::size_t i = 0; i < std::min(files.size(), kNamesInError); ++i) {
      names += (i == 0 ? "" : ", ") + files[i];
    }
    if (files.size() > kNamesInError) names += Format(" and {} more", files.size() - kNamesInError);
    Rejection rejection = RejectionOfNames(paths_);
    if (!rejection.what.empty()) rejection.what += ' ';
    throw Error(sqlstate::kInvalidTextRepresentation, "export archive contains no conversations")
        .Detail(rejection.what +
                (names.empty() ? "It contains no files." : Format("It contains {}.", names)))
        .Hint(rejection.hint);
  }

  const ExportSource& source_;
  std::uint64_t max_bytes_;
  std::uint64_t max_inner_bytes_;
  ImportLimits import_limits_;
  ExportReader::Give give_;
  std::function<void()> check_;
  bool caller_ = false;  // inside `give` or `check`: an error is the caller's own
  ImportReport report_;
  LeftOut left_out_;
  std::vector<std::string> paths_;  // the first ones, to recognize what the archive is
  std::size_t exports_ = 0;         // files read
  std::vector<char> buffer_;
  std::uint64_t read_ = 0;
  std::uint64_t inner_read_ = 0;
  std::size_t listed_ = 0;
};

}  // namespace

ImportReport ReadExport(const ExportSource& source, const ArchiveLimits& archive_limits,
                        const ImportLimits& import_limits, const ExportReader::Give& give,
                        const std::function<void()>& check) {
  return ArchiveReader(source, archive_limits, import_limits, give, check).Read();
}

}  // namespace soulprint
