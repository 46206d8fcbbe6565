// Archives with false headers or unsupported methods.

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "archives.hpp"

namespace soulprint {
namespace {

std::string Deflated(const std::string& content) {
  // After the ten bytes of the gzip header, before the eight of the trailer.
  const std::string gzip = Gzip(content);
  return gzip.substr(10, gzip.size() - 18);
}

std::uint32_t Checksum(const std::string& content) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())));
}

enum class Descriptor { kNone, kMarked, kBare, kWide };

// A file of a ZIP whose sizes follow it.
std::string Streamed(const std::string& name, const std::string& content, int method,
                     Descriptor descriptor = Descriptor::kMarked) {
  const std::string body = method == 8 ? Deflated(content) : content;
  std::string file = "PK\x03\x04" + Bytes(20, 2) + Bytes(8, 2) +
                     Bytes(static_cast<std::uint64_t>(method), 2) + Bytes(0, 16) +
                     Bytes(name.size(), 2) + Bytes(0, 2) + name + body;
  if (descriptor == Descriptor::kNone) return file;
  const int width = descriptor == Descriptor::kWide ? 8 : 4;
  if (descriptor != Descriptor::kBare) file += "PK\x07\x08";
  return file + Bytes(Checksum(content), 4) + Bytes(body.size(), width) +
         Bytes(content.size(), width);
}

std::string InZip(const std::string& files) {
  return Zip({{"conversations.zip", files + "PK\x05\x06" + Bytes(0, 18)}});
}

std::string Changed(std::string zip, const char* mark, std::size_t offset, std::uint64_t number,
                    int size) {
  return zip.replace(zip.find(mark) + offset, static_cast<std::size_t>(size), Bytes(number, size));
}

TEST(ArchiveBudget, OneGzipOnly) {
  ExpectError(Gzip(Gzip(Export("a"))), "22P02", "not a JSON", "It is compressed with gzip");
  // A gzip header with an endless file name.
  const std::string name = "\x1F\x8B\x08\x08" + Bytes(0, 6) + std::string(1000000, 'A');
  ExpectError(name, "22P02", "export archive is truncated");
  ExpectError(Gzip(name), "22P02", "not a JSON", "It is compressed with gzip");
  std::string named = Gzip(Export("a"));
  named[3] = 8;
  EXPECT_EQ(Read({named.insert(10, std::string(1000000, 'A') + '\0'), -1}).ids, "a ");
}

TEST(ArchiveBudget, OnlyStoredAndDeflatedFilesAreRead) {
  const std::string zip = Zip({{"conversations.json", Export("a")}}, "zip:compression=store");
  for (const auto& [method, name] : {std::pair{1, "shrinking"},
                                     {6, "imploding"},
                                     {9, "Deflate64"},
                                     {12, "bzip2"},
                                     {14, "LZMA"},
                                     {93, "Zstandard"},
                                     {95, "XZ"},
                                     {98, "PPMd"},
                                     {99, "encryption (AES)"},
                                     {77, "77"}}) {
    const auto number = static_cast<std::uint64_t>(method);
    const std::string other =
        Changed(Changed(zip, "PK\x03\x04", 8, number, 2), "PK\x01\x02", 10, number, 2);
    const std::string message =
        std::string("unsupported compression method in export archive: ") + name;
    ExpectError(other, "22P02", message, "In \"conversations.json\"");
    ExpectError(InZip(Streamed("conversations.json", "x", method)), "22P02", message);
  }
  const std::string beside = Zip({{"a.bin", "x"}, {"conversations.json", Export("a")}});
  EXPECT_EQ(
      Read({Changed(Changed(beside, "PK\x03\x04", 8, 14, 2), "PK\x01\x02", 10, 14, 2), -1}).ids,
      "a ");
}

TEST(ArchiveBudget, SizesBehindTheFileAreFound) {
  for (int method : {0, 8}) {
    // Bytes that look like the end of the file, many times.
    const std::string media = "PPK\x07\x08PK\x07\x08" + std::string(100000, 'P') + "PK\x07\x08" +
                              Bytes(0, 12) + std::string(40, 'x');
    for (Descriptor form : {Descriptor::kMarked, Descriptor::kBare, Descriptor::kWide}) {
      if (method == 0 && form == Descriptor::kBare) continue;  // nothing marks the end
      EXPECT_EQ(Read({InZip(Streamed("a.bin", media, method, form) +
                            Streamed("conversations.json", Export("a"), method, form)),
                      -1})
                    .ids,
                "a ")
          << method;
    }
    ExpectError(InZip(Streamed("conversations.json", Export("a"), method, Descriptor::kNone)),
                "22P02", "export archive");
  }
}

TEST(ArchiveBudget, WhatIsOnlyGonePastIsCounted) {
  ArchiveLimits limits;
  limits.max_bytes = 100000;
  const std::string zip = InZip(Streamed("a.bin", std::string(10000000, ' '), 8) +
                                Streamed("conversations.json", "[]", 8));
  ExpectError(zip, "54000", "larger than 1600000 bytes", "The ZIPs inside it", limits);
  int calls = 0;
  Read({zip, -1}, {}, [&] { ++calls; });
  EXPECT_GT(calls, 300) << "a file that is gone past cannot be interrupted";
}

TEST(ArchiveBudget, LiesAreClearErrors) {
  const std::string zip = Zip({{"conversations.json", Export("a")}});
  ExpectError(Changed(zip, "PK\x03\x04", 8, 14, 2), "22P02", "export archive is damaged",
              "contradicts the directory");
  ExpectError(Changed(zip, "PK\x01\x02", 16, 1, 4), "22P02", "export archive is damaged",
              "does not match its header");
  ExpectError(Changed(zip, "PK\x01\x02", 24, 5, 4), "22P02", "export archive is damaged",
              "larger than its header says");
  ExpectError(Changed(zip, "PK\x01\x02", 42, 5, 4), "22P02", "export archive is damaged",
              "not where the directory says");
  ExpectError(Changed(zip, "PK\x01\x02", 42, 0xFFFFFFF0, 4), "22P02",
              "export archive is truncated");
  ExpectError(Changed(zip, "PK\x05\x06", 16, 5, 4), "22P02", "export archive is damaged",
              "not where the directory says");
  ExpectError(Changed(zip, "PK\x05\x06", 12, 0xFFFFFFF0, 4), "22P02", "export archive is damaged",
              "larger than the file");
  ExpectError("MZ" + zip, "22P02", "not a JSON array or object");
}

TEST(ArchiveBudget, APrefixIsNotCounted) {
  const std::string zip = Zip({{"conversations.json", Export("a")}});
  EXPECT_EQ(Read({"PK\x03\x04 is what it begins with" + zip, -1}).ids, "a ");
}

TEST(ArchiveBudget, EntriesOfOneFileCountEachTime) {
  const std::string blanks = "[" + std::string(600000, ' ') + "]";
  const std::string zip = Zip({{"conversations-0.json", blanks}});
  const std::size_t entry = zip.find("PK\x01\x02");
  const std::size_t end = zip.rfind("PK\x05\x06");
  std::string directory;
  for (int i = 0; i < 3; ++i) directory += zip.substr(entry, end - entry);
  const std::string twice = zip.substr(0, entry) + directory +
                            Changed(zip.substr(end), "PK\x05\x06", 12, directory.size(), 4);
  ArchiveLimits limits;
  limits.max_bytes = 1000000;
  ExpectError(twice, "54000", "larger than 1000000 bytes", "", limits);
}

}  // namespace
}  // namespace soulprint
