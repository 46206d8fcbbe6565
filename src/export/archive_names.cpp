#include "export/archive_names.hpp"

#include <algorithm>
#include <array>

#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kSlashes = "/\\";

// What vendors put beside the conversations.
struct SideFile {
  std::string_view name;  // of the file, in small letters
  std::string_view why;
};
constexpr std::string_view kNoChats = "holds no conversations";
constexpr std::string_view kRepeats = "repeats parts of the conversations";
constexpr SideFile kSideFiles[] = {
    {"chat.html", kRepeats},
    {"model_comparisons.json", kRepeats},
    {"shared_conversations.json", kNoChats},
    {"message_feedback.json", kNoChats},
    {"user.json", kNoChats},
    {"users.json", kNoChats},
    {"user_settings.json", kNoChats},
    {"export_manifest.json", kNoChats},
    {"projects.json", kNoChats},
    {"shopping.json", kNoChats},
    {"sora.json", kNoChats},
    {"library_files.json", kNoChats},
    {"codex.json", "holds tasks for code"},
    {"conversation_asset_file_names.json", kNoChats},
    {"group_chats.json", "holds chats of several people"},
    {"archive_browser.html", kNoChats},
};

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// The path of the folder that contains it; "" if there is none.
std::string_view Folder(std::string_view path) {
  const std::size_t slash = path.find_last_of(kSlashes);
  return slash == std::string_view::npos ? "" : path.substr(0, slash);
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

bool NamesGemini(std::string_view path) {
  return Contains(path, "Gemini") || Contains(path, "Bard");
}

std::string WithoutBlanks(std::string_view name) {
  std::string folded = FoldCase(name);
  std::erase(folded, ' ');
  return folded;
}

// A Takeout has the activities of each Google product in a folder of that name, and all names but
// the product's are in the user's language: Takeout/My Activity/Gemini Apps/MyActivity.json.
// Takeout/Gemini belongs to another product.
bool IsGeminisActivities(std::string_view path) {
  const std::string_view name = BaseName(path);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view ending = name.substr(dot);
  if (ending != ".json" && ending != ".html") return false;
  const std::string_view stem = name.substr(0, dot);
  if (stem == "MyActivity") return NamesGemini(path);
  const std::string_view product = Folder(path);
  const std::string_view activity = BaseName(Folder(product));
  return NamesGemini(BaseName(product)) && !activity.empty() && activity != "Takeout" &&
         WithoutBlanks(stem) == WithoutBlanks(activity);
}

bool IsExport(std::string_view path) {
  const std::string_view name = BaseName(path);
  return name == "conversations.json" || name == "prod-grok-backend.json" || IsPart(name) ||
         IsGeminisActivities(path);
}

// A Takeout has a folder for each product of Google's.
bool OfAnotherProduct(std::string_view path) {
  return Contains(path, "Takeout/") && !NamesGemini(path) && !Contains(path, "AI Studio");
}

// Claude's export has a folder for its projects; Claude Code has one for its sessions.
bool OfAProject(std::string_view path, std::string_view lower_name) {
  return Contains(path, "projects/") && !lower_name.ends_with(".jsonl");
}

// Claude's batches, and what Grok keeps about the account.
bool IsSideBatch(std::string_view lower_name) {
  return (lower_name.ends_with(".zip") &&
          (lower_name.starts_with("projects-") || lower_name.starts_with("users-"))) ||
         (lower_name.starts_with("prod-mc-") && lower_name.ends_with(".json"));
}

const SideFile* FindSideFile(std::string_view lower_name) {
  const auto* const found =
      std::find_if(std::begin(kSideFiles), std::end(kSideFiles),
                   [&](const SideFile& file) { return file.name == lower_name; });
  return found == std::end(kSideFiles) ? nullptr : found;
}

bool IsSideFile(std::string_view lower_name) {
  return FindSideFile(lower_name) != nullptr || IsSideBatch(lower_name);
}

// AI Studio gives its files no ending.
bool IsText(std::string_view path, std::string_view lower_name) {
  constexpr std::array<std::string_view, 7> kEndings = {".json", ".jsonl", ".ndjson", ".html",
                                                        ".htm",  ".csv",   ".txt"};
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return lower_name.ends_with(ending); }) ||
         (Contains(path, "AI Studio/") && !Contains(lower_name, "."));
}

std::uint64_t Hash(std::uint64_t before, char c) {
  return (before ^ static_cast<unsigned char>(c)) * 0x100000001B3;
}

// Calls `found` with the hash of each folder on the path, the outermost first; stops when it
// returns true, and returns that.
template <typename Found>
bool AnyFolder(std::string_view path, const Found& found) {
  std::uint64_t hash = 0xCBF29CE484222325;
  if (found(hash)) return true;
  for (char c : path) {
    const bool slash = kSlashes.find(c) != std::string_view::npos;
    hash = Hash(hash, slash ? '/' : c);
    if (slash && found(hash)) return true;
  }
  return false;
}

}  // namespace

std::string_view BaseName(std::string_view path) {
  const std::size_t slash = path.find_last_of(kSlashes);
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

FileKind KindOf(std::string_view path) {
  if (path.empty() || IsResourceFork(path)) return FileKind::kNone;
  if (IsExport(path)) return FileKind::kExport;
  const std::string lower = FoldCase(BaseName(path));
  if (IsSideFile(lower)) return FileKind::kSide;
  if (lower.ends_with(".zip")) {
    if (lower.starts_with("conversations")) return FileKind::kExportZip;
    if (lower.starts_with("memories")) return FileKind::kChatsZip;
    return lower.starts_with("files") ? FileKind::kOther : FileKind::kUnknownZip;
  }
  if (!IsText(path, lower) || OfAnotherProduct(path) || OfAProject(path, lower)) {
    return FileKind::kOther;
  }
  const bool chats = lower.starts_with("conversations") || lower == "memories.json" ||
                     Contains(path, "design_chats/");
  return chats ? FileKind::kChats : FileKind::kUnknown;
}

std::string_view WhyNotRead(std::string_view path) {
  const std::string lower = FoldCase(BaseName(path));
  if (const SideFile* const file = FindSideFile(lower)) return file->why;
  if (OfAnotherProduct(path)) return "belongs to another product";
  if (OfAProject(path, lower) || IsSideBatch(lower)) return kNoChats;
  if (lower.ends_with(".zip")) return "holds media";
  constexpr std::array<std::string_view, 6> kArchives = {".tgz", ".gz",  ".tar",
                                                         ".7z",  ".rar", ".xz"};
  const bool archive =
      std::any_of(kArchives.begin(), kArchives.end(),
                  [&](std::string_view ending) { return lower.ends_with(ending); });
  return archive ? kInnerArchive : "no kind of file that holds conversations";
}

void ExportFolders::Add(std::string_view path) {
  std::uint64_t last = 0;
  AnyFolder(path, [&](std::uint64_t hash) {
    last = hash;
    return false;
  });
  hashes_.insert(last);
}

bool ExportFolders::Contain(std::string_view path) const {
  return AnyFolder(path, [&](std::uint64_t hash) { return hashes_.count(hash) > 0; });
}

}  // namespace soulprint
