// What a file of an archive is, by its path (doc/export_format.md, "Archive").

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

namespace soulprint {

enum class FileKind {
  kNone,        // a folder, or a resource fork of macOS
  kOther,       // no kind of file that holds conversations
  kSide,        // is known to hold none
  kUnknown,     // may hold conversations
  kUnknownZip,  // may contain files of conversations
  kChats,       // is tried, wherever it is
  kChatsZip,    // the same
  kExport,      // has the name of a file of conversations
  kExportZip,   // has the name of a ZIP of these
};

FileKind KindOf(std::string_view path);

// Why an archive inside an inner archive is not read.
inline constexpr std::string_view kInnerArchive = "an archive inside the export";

// Why a file of kind kOther or kSide is not read: a short phrase.
std::string_view WhyNotRead(std::string_view path);

// The name without its folders.
std::string_view BaseName(std::string_view path);

// The folders that contain a file with the name of an export.  An unknown file in one of them, or
// in a folder below it, belongs to that export: a file that the user uploaded in a chat.
class ExportFolders {
 public:
  // Adds the folder of a file of kExport or kExportZip.
  void Add(std::string_view path);

  // True if the file is in one of them or below it.  Linear in the path.
  bool Contain(std::string_view path) const;

 private:
  std::unordered_set<std::uint64_t> hashes_;
};

}  // namespace soulprint
