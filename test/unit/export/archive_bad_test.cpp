// Bad export files.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "archives.hpp"
#include "export/archive.hpp"
#include "util/error.hpp"

namespace soulprint {
namespace {

TEST(Archive, BadFilesAreClearErrors) {
  ExpectError("", "22P02", "export is empty");
  ExpectError("%PDF-1.4 conversations.json", "22P02", "not a JSON array or object", "a PDF");
  ExpectError(Gzip("%PDF-1.4"), "22P02", "not a JSON array or object", "a PDF");
  ExpectError(Gzip(Zip({{"conversations.json", "[]"}})), "22P02", "not a JSON", "a ZIP archive");
  ExpectError(Zip({}), "22P02", "contains no conversations", "contains no files");
  ExpectError(
      Zip({{"a/photo.png", "x"}, {"chat.html", "y"}}), "22P02", "contains no conversations",
      "It contains chat.html (repeats parts of the conversations), a/photo.png (no kind of file");
  ExpectError(Zip({{"a\nforged\x1B[31m\u202E.txt", "x"}}), "22P02", "contains no conversations",
              "It contains a\\x0aforged\\x1b[31m.txt (export is not");
  ExpectError(Zip({{"other.zip", Zip({{"x.txt", "x"}})}}), "22P02", "contains no conversations",
              "other.zip/x.txt (export is not a JSON");
  ExpectError(Zip({{"conversations.json", "<html>"}}), "22P02", "HTML page is not an export");
  ExpectError(Zip({{"conversations.json", "[{\"id\":"}}), "22P02", "unexpected end of export");
  ExpectError(Zip({{"conversations.zip", "PK\x03\x04 is not all"}}), "22P02", "export archive");
  Files many;
  for (int i = 0; i < 30; ++i) many.emplace_back("file" + std::to_string(i) + ".txt", "");
  ExpectError(Zip(many), "22P02", "contains no conversations",
              "file9.txt (export is empty) and 20 more");
  for (auto& [name, content] : many) name += ".png";
  ExpectError(Zip(many), "22P02", "contains no conversations",
              "file0.txt.png and 29 more *.png (no kind");
}

TEST(Archive, CutOffFilesAreClearErrors) {
  std::string noise;
  for (unsigned i = 1; noise.size() < 300000; i = i * 1664525 + 1013904223) {
    noise += static_cast<char>('a' + (i >> 16) % 26);
  }
  const std::string zip = Zip({{"conversations.json", Export("a", noise)}, {"b.txt", noise}});
  const std::string gzip = Gzip(Export("a", noise));
  const std::string nested = Zip({{"conversations.zip", zip}});
  for (double part : {0.1, 0.3, 0.45, 0.7, 0.9}) {
    const auto cut = [&](const std::string& whole) {
      return whole.substr(0, static_cast<std::size_t>(static_cast<double>(whole.size()) * part));
    };
    ExpectError(cut(zip), "22P02", "export archive is truncated");
    ExpectError(cut(gzip), "22P02", "export archive is truncated");
    ExpectError(cut(nested), "22P02", "export archive is truncated");
  }
  const std::string parts =
      Zip({{"conversations-0.json", Export("a")}, {"conversations-1.json", Export("b")}},
          "zip:compression=store");
  ExpectError(parts.substr(0, parts.find("PK\x03\x04", 4)), "22P02", "export archive");
  for (std::size_t size = 4; size < 40; ++size) {
    EXPECT_THROW(Read({std::string_view(zip).substr(0, size), -1}), Error) << size;
    EXPECT_THROW(Read({std::string_view(gzip).substr(0, size), -1}), Error) << size;
  }
}

TEST(Archive, DamagedFilesEndInAnErrorOrInConversations) {
  const std::string whole =
      Zip({{"conversations.json", Export("a", std::string(3000, 'x'))}, {"user.json", "{}"}});
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    try {
      Read({damaged, -1});
    } catch (const Error& error) {
      EXPECT_FALSE(error.sqlstate().empty());
    }
  }
}

TEST(Archive, GzipThatIsNotAllThereEndsInTheMiddle) {
  for (const std::string& gzip : {Gzip(Export("a")), Gzip("")}) {
    for (std::size_t size = 2; size < gzip.size(); ++size) {
      ExpectError(gzip.substr(0, size), "22P02", "export archive is truncated");
    }
  }
  ExpectError(Gzip(""), "22P02", "export is empty");
}

TEST(Archive, AnErrorInAFileOfAZipNamesIt) {
  const std::string good = Export("a");
  const auto zip = [&](const std::string& second) {
    return Zip({{"conversations-000.json", good}, {"x/conversations-001.json", second}});
  };
  ExpectError(zip(""), "22P02", "export is empty",
              "In \"x/conversations-001.json\": The file has 0 bytes");
  ExpectError(zip("<html>"), "22P02", "HTML page is not an export",
              "In \"x/conversations-001.json\": It is an HTML");
  ExpectError(zip("[{"), "22P02", "unexpected end of export",
              "In \"x/conversations-001.json\": The JSON is not");
  ExpectError(Zip({{"conversations-1.zip", zip("")}}), "22P02", "export is empty",
              "In \"conversations-1.zip\": In \"x/conversations-001.json\": The file");
  ExpectError(Zip({{"conversations\xFF" + std::string(100, 'x') + ".zip", "x"}}), "22P02",
              "export archive is damaged",
              "In \"conversations\uFFFD" + std::string(100, 'x') + ".zip\": The header of");
}

TEST(Archive, WhatTheCallerThrowsKeepsItsDetail) {
  const std::string zip = Zip({{"conversations.zip", Zip({{"conversations.json", Export("a")}})}});
  const auto fail = [] { throw Error("22P02", "mine").Detail("my detail"); };
  const auto expect_mine = [&](const ExportReader::Give& give, const std::function<void()>& check) {
    try {
      ReadExport({zip, -1}, {}, kImportLimits, give, check);
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.detail(), "my detail");
    }
  };
  expect_mine([&](Conversation) { fail(); }, [] {});
  for (int last = 0; last < 8; ++last) {
    int left = last;
    expect_mine([&](Conversation) { fail(); },
                [&] {
                  if (left-- == 0) fail();
                });
  }
}

TEST(Archive, AFileThatChangesIsAClearError) {
  const std::string whole = Zip({{"conversations.json", Export("a")}});
  const std::string other = Zip({{"con.json", "[]"}});
  bool changed = false;
  for (int last = 0; last < 8; ++last) {
    std::FILE* const file = std::tmpfile();
    const auto put = [&](const std::string& bytes) {
      EXPECT_EQ(ftruncate(fileno(file), 0), 0);
      EXPECT_EQ(pwrite(fileno(file), bytes.data(), bytes.size(), 0),
                static_cast<ssize_t>(bytes.size()));
    };
    put(whole);
    int left = last;
    try {
      Read({{}, fileno(file)}, {}, [&] {
        if (left-- == 0) put(other);
      });
    } catch (const Error& error) {
      changed = changed || std::string(error.what()) == "export archive changed while it was read";
      EXPECT_FALSE(error.hint().empty()) << error.what();
    }
    std::fclose(file);
  }
  EXPECT_TRUE(changed);
}

TEST(Archive, EncryptedFilesAreClearErrors) {
  std::string zip = Zip({{"conversations.json", Export("a")}}, "zip:compression=store");
  // Bit 0 of the flags, in the file's header and in the directory.
  zip[zip.find("PK\x03\x04") + 6] |= 1;
  zip[zip.find("PK\x01\x02") + 8] |= 1;
  ExpectError(zip, "22P02", "export archive is encrypted");
  ExpectError(Zip({{"conversations.zip", zip}}), "22P02", "export archive is encrypted");
}

TEST(Archive, LimitsEndWhatIsTooLarge) {
  const std::string bomb = "[" + std::string(10000000, ' ') + "]";
  ArchiveLimits limits;
  limits.max_bytes = 1000000;
  ExpectError(bomb, "54000", "larger than 1000000 bytes", "", limits);
  ExpectError(Gzip(bomb), "54000", "larger than 1000000 bytes", "", limits);
  ExpectError(Zip({{"conversations.json", bomb}}), "54000", "larger than 1000000 bytes", "",
              limits);
  const std::string half = "[" + std::string(700000, ' ') + "]";
  ExpectError(Zip({{"conversations-0.json", half}, {"conversations-1.json", half}}), "54000",
              "larger than 1000000 bytes", "", limits);
  ExpectError(Zip({{"conversations.zip", bomb}}), "22P02", "export archive", "", limits);
  ExpectError(Zip({{"conversations.zip", Zip({{"conversations.json", bomb}})}}), "54000",
              "larger than", "", limits);
}

TEST(Archive, ZipsInsideAreLimitedTogether) {
  ArchiveLimits limits;
  limits.max_bytes = 1000000;
  const std::string media =
      Zip({{"media", std::string(6000000, ' ')}, {"conversations.json", Export("a")}},
          "zip:compression=store");
  EXPECT_EQ(Read({Zip({{"1.zip", media}}), -1}, limits).ids, "a ");
  ExpectError(Zip({{"1.zip", media}, {"2.zip", media}, {"3.zip", media}}), "54000",
              "larger than 16000000 bytes", "The ZIPs inside it are larger", limits);
}

TEST(Archive, TooManyFilesAreAClearError) {
  const std::string message = "export archive contains more than 250000 files";
  std::string many = ZipOfMany(250001, {});
  ExpectError(many, "54000", message);
  ExpectError(Zip({{"1.zip", many.substr(0, many.find("PK\x01\x02"))}}), "54000", message);
  // The directory says that it has one entry.
  const std::size_t counts = many.rfind("PK\x06\x06") + 24;
  ExpectError(many.replace(counts, 16, Bytes(1, 8) + Bytes(1, 8)), "54000", message);
  int calls = 0;
  EXPECT_THROW(Read({many, -1}, {}, [&] { ++calls; }), Error);
  EXPECT_GT(calls, 20) << "the directory cannot be interrupted";
}

TEST(Archive, CheckIsCalledOftenAndMayThrow) {
  const std::string large = "[" + std::string(1500000, ' ') + "]";
  for (const std::string& bytes : {large, Gzip(large), Zip({{"conversations.json", large}}),
                                   Zip({{"conversations.zip", Zip({{"conversations.json", large}},
                                                                  "zip:compression=store")}})}) {
    int calls = 0;
    Read({bytes, -1}, {}, [&] { ++calls; });
    EXPECT_GE(calls, 4);
    for (int last = 1; last <= calls; ++last) {
      int left = last;
      const auto stop = [&] {
        if (--left == 0) throw Error("57014", "canceled");
      };
      try {
        Read({bytes, -1}, {}, stop);
        ADD_FAILURE() << "not canceled";
      } catch (const Error& error) {
        EXPECT_EQ(error.sqlstate(), "57014") << error.what();
      }
    }
  }
}

TEST(Archive, WhatGiveThrowsComesThrough) {
  const std::string zip = Zip({{"conversations.zip", Zip({{"conversations.json", Export("a")}})}});
  const auto give = [](Conversation) { throw Error("02000", "gone"); };
  EXPECT_THROW(ReadExport({zip, -1}, {}, kImportLimits, give, [] {}), Error);
}

TEST(Archive, AFileThatCannotBeReadIsAnIoError) {
  try {
    Read({{}, 999});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), "58030");
  }
}

}  // namespace
}  // namespace soulprint
