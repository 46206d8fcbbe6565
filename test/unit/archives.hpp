// Archives in memory, and their conversations.

#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "export/archive.hpp"
#include "util/error.hpp"

namespace soulprint {

using Files = std::vector<std::pair<std::string, std::string>>;

// An archive in memory, made by libarchive with these options.
inline std::string Pack(const Files& files, const std::string& format, const char* options) {
  std::string packed(1 << 20, '\0');
  for (const auto& file : files) packed.resize(packed.size() + 2 * file.second.size() + 4096);
  std::size_t used = 0;
  archive* const writer = archive_write_new();
  if (format == "raw") archive_write_add_filter_gzip(writer);
  EXPECT_EQ(archive_write_set_format_by_name(writer, format.c_str()), ARCHIVE_OK);
  EXPECT_EQ(archive_write_set_options(writer, options), ARCHIVE_OK) << archive_error_string(writer);
  archive_write_open_memory(writer, packed.data(), packed.size(), &used);
  for (const auto& [name, content] : files) {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry, name.back() == '/' ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    EXPECT_EQ(archive_write_header(writer, entry), ARCHIVE_OK) << archive_error_string(writer);
    archive_write_data(writer, content.data(), content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  packed.resize(used);
  return packed;
}

inline std::string Zip(const Files& files, const char* options = "") {
  return Pack(files, "zip", options);
}
inline std::string Gzip(const std::string& content) { return Pack({{"data", content}}, "raw", ""); }
inline std::string PackTar(const Files& files, const std::string& format) {
  return Pack(files, format, "");
}

inline std::string Bytes(std::uint64_t number, int size) {
  std::string bytes;
  for (; size > 0; --size, number >>= 8) bytes += static_cast<char>(number & 0xFF);
  return bytes;
}

// A ZIP64 of these files, stored, and this many empty ones without a name.
inline std::string ZipOfMany(std::size_t empty, const Files& files) {
  const std::string zip = Zip(files, "zip:compression=store");
  const std::size_t end_of_local = zip.find(files.empty() ? "PK\x05\x06" : "PK\x01\x02");
  std::string local = zip.substr(0, end_of_local);
  std::string directory = zip.substr(end_of_local, zip.rfind("PK\x05\x06") - end_of_local);
  // Version 2.0, stored, 1980; sizes, checksum, lengths and attributes are 0.
  const std::string same = Bytes(20, 2) + Bytes(0, 6) + Bytes(33, 2) + Bytes(0, 16);
  const std::string header = "PK\x03\x04" + same;
  const std::string entry = "PK\x01\x02" + Bytes(20, 2) + same + Bytes(0, 10);
  for (std::size_t i = 0; i < empty; ++i) {
    directory.append(entry).append(Bytes(local.size(), 4));
    local.append(header);
  }
  const std::string count = Bytes(empty + files.size(), 8);
  return local + directory + "PK\x06\x06" + Bytes(44, 8) + Bytes(45, 2) + Bytes(45, 2) +
         Bytes(0, 8) + count + count + Bytes(directory.size(), 8) + Bytes(local.size(), 8) +
         "PK\x06\x07" + Bytes(0, 4) + Bytes(local.size() + directory.size(), 8) + Bytes(1, 4) +
         "PK\x05\x06" + Bytes(0, 4) + Bytes(UINT32_MAX, 4) + Bytes(UINT64_MAX, 8) + Bytes(0, 2);
}

// An export of one conversation with this id.
inline std::string Export(const std::string& id, const std::string& text = "hi") {
  return R"([{"id":")" + id + R"(","messages":[{"role":"user","content":")" + text + R"("}]}])";
}

inline constexpr ImportLimits kImportLimits{std::size_t{1} << 20};

struct Result {
  std::string ids;
  ImportReport report;
};

inline Result Read(
    const ExportSource& source, ArchiveLimits limits = {},
    const std::function<void()>& check = [] {}) {
  Result result;
  const auto take = [&](Conversation c) { result.ids += c.id + " "; };
  result.report = ReadExport(source, limits, kImportLimits, take, check);
  return result;
}

inline void ExpectError(const std::string& bytes, const std::string& sqlstate,
                        const std::string& message, const std::string& detail = "",
                        ArchiveLimits limits = {}) {
  try {
    Read({bytes, -1}, limits);
    ADD_FAILURE() << "no error, expected: " << message;
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), sqlstate) << message;
    EXPECT_NE(std::string(error.what()).find(message), std::string::npos)
        << error.what() << ": " << error.detail();
    EXPECT_NE(error.detail().find(detail), std::string::npos) << error.detail();
    EXPECT_FALSE(error.hint().empty()) << message;
  }
}

}  // namespace soulprint
