// How it works: one pass over a ZIP lists its files and makes the plan, which of them to read in
// which order.  Further passes read them; each takes as many as stand in the planned order, so that
// a usual export is read in one.  A ZIP inside the ZIP is a second archive whose bytes come out of
// the first.

#include "intake/archive.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "error.hpp"
#include "intake/open_archive.hpp"
#include "pipeline/text.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 18;
constexpr std::size_t kListedNames = 10;
// What may be read of a ZIP inside a ZIP, media and all, for each byte of conversations.
constexpr std::uint64_t kInnerFactor = 8;
constexpr std::string_view kHint =
    "Give the ZIP file of the ChatGPT data export, or the conversations.json inside it.";

std::string_view BaseName(std::string_view path) {
  std::size_t const slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// A file that is wanted: the position-th of its archive.
struct Wanted {
  std::size_t position = 0;
  std::string order;  // the files are read in the order of this
};

// What an archive holds.
struct Listing {
  std::vector<Wanted> single;      // conversations.json, more than one if several folders have it
  std::vector<Wanted> parts;       // conversations-NNN.json
  std::vector<Wanted> inner;       // ZIP files that may hold conversations
  std::vector<Wanted> activities;  // MyActivity.json of Gemini
  std::vector<std::string> names;
  std::size_t files = 0;

  // One set only: they hold the same conversations.
  const std::vector<Wanted>& Conversations() const {
    if (!parts.empty()) return parts;
    return single.empty() ? activities : single;
  }
};

bool IsResourceFork(std::string_view path) {
  return path.find("__MACOSX/") != std::string_view::npos || BaseName(path).substr(0, 2) == "._";
}

// The number of conversations-NNN.json as text that sorts like it; "" if it is no such name.
std::string PartNumber(std::string_view name) {
  constexpr std::string_view kBefore = "conversations-";
  constexpr std::string_view kAfter = ".json";
  if (name.size() <= kBefore.size() + kAfter.size() || name.substr(0, kBefore.size()) != kBefore ||
      name.substr(name.size() - kAfter.size()) != kAfter) {
    return "";
  }
  name.remove_prefix(kBefore.size());
  name.remove_suffix(kAfter.size());
  if (name.size() > 20 || name.find_first_not_of("0123456789") != std::string_view::npos) return "";
  return std::string(20 - name.size(), '0') + std::string(name);
}

// Where a ZIP inside the ZIP stands among those to look into; "" if it is none.
std::string InnerOrder(std::string_view name) {
  std::string const lower = LowerCase(name);
  if (lower.size() < 4 || lower.compare(lower.size() - 4, 4, ".zip") != 0) return "";
  if (lower.compare(0, 5, "files") == 0) return "";
  return (lower.compare(0, 13, "conversations") == 0 ? "0" : "1") + lower;
}

// A Takeout has a MyActivity.json of each of Google's products, in a folder named after it.
bool IsOfGemini(std::string_view path) {
  return BaseName(path) == "MyActivity.json" && (path.find("Gemini") != std::string_view::npos ||
                                                 path.find("Bard") != std::string_view::npos);
}

void AddToListing(const std::string& path, std::size_t position, Listing* listing) {
  if (path.empty() || IsResourceFork(path)) return;
  std::string_view const name = BaseName(path);
  ++listing->files;
  if (listing->names.size() < kListedNames) {
    listing->names.push_back(Truncate(CleanUtf8(name), 60));
  }
  std::string const part = PartNumber(name);
  std::string const inner = InnerOrder(name);
  if (name == "conversations.json") listing->single.push_back({position, path});
  if (IsOfGemini(path)) listing->activities.push_back({position, path});
  if (!part.empty()) listing->parts.push_back({position, part + path});
  if (!inner.empty()) listing->inner.push_back({position, inner});
}

Listing List(OpenArchive* opened) {
  Listing listing;
  for (std::size_t position = 0; opened->Next(); ++position) {
    AddToListing(opened->Path(), position, &listing);
  }
  for (auto* wanted : {&listing.single, &listing.parts, &listing.inner, &listing.activities}) {
    std::sort(wanted->begin(), wanted->end(),
              [](const Wanted& a, const Wanted& b) { return a.order < b.order; });
  }
  return listing;
}

[[noreturn]] void ThrowNoConversations(const Listing& listing) {
  std::string names;
  for (const std::string& name : listing.names) names += (names.empty() ? "" : ", ") + name;
  if (listing.files > listing.names.size()) {
    names += " and " + std::to_string(listing.files - listing.names.size()) + " more";
  }
  throw Error(sqlstate::kInvalidTextRepresentation, "export archive holds no conversations.json",
              names.empty() ? "It holds no files at all." : "It holds " + names + ".",
              std::string(kHint));
}

// Reads one export; each conversation file in it has an ExportReader of its own.
class Intake {
 public:
  Intake(const ExportSource& source, const ArchiveLimits& archive_limits,
         const ImportLimits& import_limits, const ExportReader::Give& give,
         const OpenArchive::Check& check)
      : source_(source),
        max_bytes_(archive_limits.max_bytes),
        import_limits_(import_limits),
        give_(give),
        check_(check) {}

  ImportReport Read() {
    char head[4] = {};
    std::size_t const size = ReadAt(0, head, sizeof head);
    std::string_view const begins(head, size);
    if (begins == "PK\x03\x04" || begins == "PK\x05\x06" || begins == "PK\x07\x08") {
      ReadZip();
    } else if (begins.substr(0, 2) == "\x1F\x8B") {
      OpenArchive gzip(source_, OpenArchive::Form::kGzip, check_);
      if (gzip.Next()) ReadMember(&gzip);
    } else {
      ReadPlain();
    }
    return std::move(report_);
  }

 private:
  using Open = std::function<void(const std::function<void(OpenArchive*)>&)>;

  std::size_t ReadAt(std::uint64_t offset, char* to, std::size_t size) {
    if (source_.fd == -1) {
      if (offset >= source_.bytes.size()) return 0;
      return source_.bytes.copy(to, size, offset);
    }
    ssize_t got = 0;
    do {
      got = pread(source_.fd, to, size, static_cast<off_t>(offset));
    } while (got == -1 && errno == EINTR);
    if (got == -1) {
      throw Error(sqlstate::kIoError,
                  std::string("could not read the export: ") + std::strerror(errno));
    }
    return static_cast<std::size_t>(got);
  }

  void Push(std::string_view bytes, ExportReader* reader) {
    read_ += bytes.size();
    if (read_ > max_bytes_) ThrowExportTooLarge(max_bytes_);
    reader->Push(bytes);
  }

  void ReadPlain() {
    ExportReader reader(import_limits_, give_, &report_);
    std::vector<char> block(kBlockBytes);
    std::uint64_t offset = 0;
    while (std::size_t const size = ReadAt(offset, block.data(), block.size())) {
      check_();
      Push({block.data(), size}, &reader);
      offset += size;
    }
    reader.Finish();
  }

  void ReadMember(OpenArchive* opened) {
    ExportReader reader(import_limits_, give_, &report_);
    for (;;) {
      std::string_view const block = opened->ReadBlock();
      if (block.empty()) break;
      Push(block, &reader);
    }
    reader.Finish();
  }

  // Opens the archive as often as it takes to reach all that is wanted, in this order.
  void ForEach(const Open& open, const std::vector<Wanted>& wanted,
               const std::function<void(OpenArchive*, std::size_t)>& found) {
    for (std::size_t next = 0; next < wanted.size();) {
      std::size_t const before = next;
      open([&](OpenArchive* opened) {
        for (std::size_t position = 0; next < wanted.size() && opened->Next(); ++position) {
          if (position == wanted[next].position) found(opened, next++);
        }
      });
      if (next == before) {
        throw Error(sqlstate::kIoError, "export archive changed while it was read");
      }
    }
  }

  void ReadConversations(const Open& open, const Listing& listing) {
    ForEach(open, listing.Conversations(),
            [&](OpenArchive* opened, std::size_t) { ReadMember(opened); });
  }

  void ReadZip() {
    Open const open = [&](const std::function<void(OpenArchive*)>& use) {
      OpenArchive opened(source_, OpenArchive::Form::kZip, check_);
      use(&opened);
    };
    Listing listing;
    open([&](OpenArchive* opened) { listing = List(opened); });
    if (!listing.Conversations().empty()) {
      ReadConversations(open, listing);
    } else if (listing.inner.empty() || !ReadInnerZips(open, listing)) {
      ThrowNoConversations(listing);
    }
  }

  // False if none of the ZIPs inside the ZIP holds conversations.
  bool ReadInnerZips(const Open& open, const Listing& outer) {
    bool found = false;
    for (const Wanted& inner : outer.inner) {
      Open const open_inner = [&](const std::function<void(OpenArchive*)>& use) {
        ForEach(open, {inner}, [&](OpenArchive* opened, std::size_t) {
          OpenArchive zip(opened, InnerLimit(), check_);
          use(&zip);
        });
      };
      Listing listing;
      open_inner([&](OpenArchive* zip) { listing = List(zip); });
      if (listing.Conversations().empty()) continue;
      found = true;
      ReadConversations(open_inner, listing);
    }
    return found;
  }

  std::uint64_t InnerLimit() const {
    constexpr std::uint64_t kMost = UINT64_MAX / kInnerFactor;
    return std::min(max_bytes_, kMost) * kInnerFactor;
  }

  const ExportSource& source_;
  std::uint64_t max_bytes_;
  ImportLimits import_limits_;
  const ExportReader::Give& give_;
  const OpenArchive::Check& check_;
  ImportReport report_;
  std::uint64_t read_ = 0;
};

}  // namespace

ImportReport ReadExport(const ExportSource& source, const ArchiveLimits& archive_limits,
                        const ImportLimits& import_limits, const ExportReader::Give& give,
                        const std::function<void()>& check) {
  return Intake(source, archive_limits, import_limits, give, check).Read();
}

}  // namespace soulprint
