// One pass over a ZIP lists its files and finds which kind of file to read; a second pass reads all
// files of that kind.  If the conversations are in ZIPs inside the ZIP, one more pass lists all of
// those and another reads them: an inner ZIP is a stream whose bytes come from the outer one.

#include "export/archive.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "export/bytes.hpp"
#include "export/inflater.hpp"
#include "export/splitter.hpp"
#include "export/zip.hpp"
#include "pipeline/types.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kMaxFiles = 250000;
constexpr std::size_t kListedNames = 10;
constexpr std::size_t kNameCharacters = 60;
// Limit on the bytes read of inner ZIPs, media included, as a multiple of the limit on conversation
// files: inner ZIPs are read twice.
constexpr std::uint64_t kInnerFactor = 16;

// What a file is, by its name.  If some have the name of a file of conversations (from kActivities
// on), all of these are read; else those of the last kind that occurs.
enum class Kind {
  kNone,  // a folder, or a resource fork of macOS
  kOther,
  kJson,              // may be anything
  kZip,               // inside the ZIP
  kConversationsZip,  // inside the ZIP of OpenAI's Privacy Portal
  kGeminiJson,        // a file beside Gemini's activities, or these in an unknown language
  kActivities,        // MyActivity.json of Gemini
  kConversations,     // conversations.json
  kPart,              // conversations-NNN.json
};

// True if the name says that the file is an export.
bool IsNamed(Kind kind) { return kind >= Kind::kGeminiJson; }
bool IsZip(Kind kind) { return kind == Kind::kZip || kind == Kind::kConversationsZip; }

// Which files of an archive to read.
struct Plan {
  Kind kind = Kind::kNone;  // the last that occurs
  std::size_t files = 0;    // to read

  bool Takes(Kind other) const {
    return other == kind || (kind >= Kind::kActivities && other >= Kind::kActivities);
  }
};

struct Listing {
  Plan plan;
  std::size_t files = 0;
  std::vector<std::string> names;  // of the first files
};

std::string_view BaseName(std::string_view path) {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// The path of the folder that contains it; "" if there is none.
std::string_view Folder(std::string_view path) {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? "" : path.substr(0, slash);
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool IsResourceFork(std::string_view path) {
  return Contains(path, "__MACOSX/") || BaseName(path).starts_with("._");
}

// conversations-NNN.json
bool IsPart(std::string_view name) {
  constexpr std::string_view kBefore = "conversations-";
  constexpr std::string_view kAfter = ".json";
  if (!name.starts_with(kBefore) || !name.ends_with(kAfter)) return false;
  if (name.size() <= kBefore.size() + kAfter.size()) return false;
  name = name.substr(kBefore.size(), name.size() - kBefore.size() - kAfter.size());
  return name.size() <= 20 && name.find_first_not_of("0123456789") == std::string_view::npos;
}

Kind KindOfZip(std::string_view name) {
  const std::string lower = FoldCase(name);
  if (!lower.ends_with(".zip") || lower.starts_with("files")) return Kind::kOther;
  return lower.starts_with("conversations") ? Kind::kConversationsZip : Kind::kZip;
}

bool NamesGemini(std::string_view path) {
  return Contains(path, "Gemini") || Contains(path, "Bard");
}

std::string WithoutBlanks(std::string_view name) {
  std::string folded = FoldCase(name);
  std::erase(folded, ' ');
  return folded;
}

// A Takeout has the activities of each Google product in a folder of that name, and all names but
// the product's are in the user's language: Takeout/My Activity/Gemini Apps/MyActivity.json.  Files
// that the user uploaded are in the same folder.  Takeout/Gemini belongs to another product.
Kind KindOfActivities(std::string_view path) {
  const std::string_view name = BaseName(path);
  if (name == "MyActivity.json" && NamesGemini(path)) return Kind::kActivities;
  const std::string_view product = Folder(path);
  const std::string_view activity = BaseName(Folder(product));
  if (!name.ends_with(".json") || !NamesGemini(BaseName(product))) return Kind::kOther;
  if (activity.empty() || activity == "Takeout") return Kind::kOther;
  return WithoutBlanks(name) == WithoutBlanks(activity) + ".json" ? Kind::kActivities
                                                                  : Kind::kGeminiJson;
}

// What vendors put beside the conversations is no conversation of the user's: people, memories,
// settings, chats with others.
Kind KindOfJson(std::string_view path) {
  constexpr std::array<std::string_view, 14> kSideFiles = {"user.json",
                                                           "users.json",
                                                           "message_feedback.json",
                                                           "memories.json",
                                                           "user_settings.json",
                                                           "export_manifest.json",
                                                           "group_chats.json",
                                                           "projects.json",
                                                           "shopping.json",
                                                           "sora.json",
                                                           "codex.json",
                                                           "library_files.json",
                                                           "shared_conversations.json",
                                                           "model_comparisons.json"};
  const std::string name = LowerAscii(BaseName(path));
  const bool beside = std::find(kSideFiles.begin(), kSideFiles.end(), name) != kSideFiles.end() ||
                      Contains(path, "design_chats/") || Contains(path, "projects/");
  // A Takeout has a folder for each product of Google's.
  const bool of_takeout = Contains(path, "Takeout/");
  return name.ends_with(".json") && !beside && !of_takeout ? Kind::kJson : Kind::kOther;
}

Kind KindOf(std::string_view path) {
  if (path.empty() || IsResourceFork(path)) return Kind::kNone;
  const std::string_view name = BaseName(path);
  if (IsPart(name)) return Kind::kPart;
  if (name == "conversations.json") return Kind::kConversations;
  return std::max({KindOfActivities(path), KindOfZip(name), KindOfJson(path)});
}

std::string ShownName(std::string_view path) {
  return Truncate(Quoted(BaseName(path)), kNameCharacters);
}

[[noreturn]] void ThrowNoConversations(const Listing& listing) {
  std::string names;
  for (const std::string& name : listing.names) names += (names.empty() ? "" : ", ") + name;
  if (listing.files > listing.names.size()) {
    names += Format(" and {} more", listing.files - listing.names.size());
  }
  throw Error(sqlstate::kInvalidTextRepresentation, "export archive contains no conversations.json")
      .Detail(names.empty() ? "It contains no files." : Format("It contains {}.", names))
      .Hint(std::string(kExportHint));
}

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
    } else if (head.starts_with("\x1F\x8B")) {
      ReadGzip();
    } else {
      ReadPlain();
    }
    return std::move(report_);
  }

 private:
  void ReadPlain() {
    ByteReader in(SourceBlocks());
    ReadFile([&] {
      const std::string_view block = in.Peek();
      in.Drop(block.size());
      return block;
    });
  }

  void ReadGzip() {
    ByteReader in(SourceBlocks());
    Inflater gzip(Inflater::Form::kGzip, &in);
    ReadFile([&] { return gzip.Read(); });
  }

  // The blocks of the source.
  ByteReader::Next SourceBlocks() {
    return [this, offset = std::uint64_t{0}]() mutable {
      const std::string_view block = ReadSource(source_, offset, &buffer_);
      offset += block.size();
      return block;
    };
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

  Listing List(Zip* zip) {
    Listing listing;
    Plan& plan = listing.plan;
    while (zip->Next()) {
      if (++listed_ > kMaxFiles) ThrowTooManyFiles();
      const std::string& path = zip->path();
      const Kind kind = KindOf(path);
      if (kind == Kind::kNone) continue;
      ++listing.files;
      if (listing.names.size() < kListedNames) listing.names.push_back(ShownName(path));
      const Kind before = plan.kind;
      plan.kind = std::max(kind, before);
      if (!plan.Takes(before)) plan.files = 0;
      if (plan.Takes(kind)) ++plan.files;
    }
    return listing;
  }

  // Calls `found` at each planned file.  Errors name the archive member.
  void ForEach(Zip* zip, Plan plan, const std::function<void()>& found) {
    while (plan.files > 0 && zip->Next()) {
      const std::string& path = zip->path();
      if (!plan.Takes(KindOf(path))) continue;
      --plan.files;
      try {
        found();
      } catch (const Error& error) {
        if (caller_ || error.sqlstate() != sqlstate::kInvalidTextRepresentation) throw;
        throw Error(error.sqlstate(), error.what())
            .Detail(Format("In \"{}\": {}", ShownName(path), error.detail()))
            .Hint(error.hint());
      }
    }
    if (plan.files > 0) {
      throw Error(sqlstate::kIoError, "export archive changed while it was read")
          .Detail("It contains fewer files than before.")
          .Hint("Import it again when it is complete.");
    }
  }

  void ReadFiles(Zip* zip, const Plan& plan) {
    ForEach(zip, plan, [&] {
      const ByteReader::Next next = [&] { return zip->ReadBlock(); };
      if (IsNamed(plan.kind)) {
        ReadFile(next);
      } else {
        Try(next);
      }
    });
  }

  // Reads a file that may be no export.
  void Try(const ByteReader::Next& next) {
    const ImportReport before = report_;
    try {
      ReadFile(next);
    } catch (const Error& error) {
      const bool of_file = !caller_ && error.sqlstate() == sqlstate::kInvalidTextRepresentation;
      if (!of_file || report_.conversations > before.conversations) throw;
      report_ = before;
    }
  }

  void ReadZip() {
    const Listing listing = ListZip();
    if (listing.plan.kind == Kind::kJson || IsNamed(listing.plan.kind)) {
      ZipWithDirectory zip(source_, check_);
      ReadFiles(&zip, listing.plan);
      if (!IsNamed(listing.plan.kind) && report_.found == 0) ThrowNoConversations(listing);
    } else if (!IsZip(listing.plan.kind) || !ReadInnerZips(listing.plan)) {
      ThrowNoConversations(listing);
    }
  }

  Listing ListZip() {
    ZipWithDirectory zip(source_, check_);
    return List(&zip);
  }

  // False if none of the inner ZIPs contains conversations.
  bool ReadInnerZips(const Plan& outer) {
    std::vector<Plan> plans;
    ForEachInner(outer, [&](Zip* zip) { plans.push_back(List(zip).plan); });
    const auto has_conversations = [](const Plan& plan) { return IsNamed(plan.kind); };
    if (std::none_of(plans.begin(), plans.end(), has_conversations)) return false;
    auto plan = plans.begin();
    ForEachInner(outer, [&](Zip* zip) {
      if (IsNamed(plan->kind)) ReadFiles(zip, *plan);
      ++plan;
    });
    return true;
  }

  // Counts the bytes of the inner ZIPs, and again those that are inflated in them only to be
  // skipped.
  void ForEachInner(const Plan& outer, const std::function<void(Zip*)>& use) {
    const auto spend = [this](std::size_t bytes) {
      check_();
      inner_read_ += bytes;
      if (inner_read_ > max_inner_bytes_) ThrowTooLarge(max_inner_bytes_, "The ZIPs inside it");
    };
    ZipWithDirectory archive(source_, check_);
    ForEach(&archive, outer, [&] {
      const auto next = [&] {
        const std::string_view block = archive.ReadBlock();
        spend(block.size());
        return block;
      };
      ZipStream zip(next, spend);
      use(&zip);
    });
  }

  const ExportSource& source_;
  std::uint64_t max_bytes_;
  std::uint64_t max_inner_bytes_;
  ImportLimits import_limits_;
  ExportReader::Give give_;
  std::function<void()> check_;
  bool caller_ = false;  // inside `give` or `check`: an error is the caller's own
  ImportReport report_;
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
