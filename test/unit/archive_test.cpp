// Exports as files: every container they come in, and every way such a file can be bad.

#include "intake/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "error.hpp"

namespace soulprint {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

// An archive in memory, made by libarchive with these options.
std::string Pack(const Files& files, bool gzip, const char* options) {
  std::string packed(1 << 20, '\0');
  for (const auto& file : files) packed.resize(packed.size() + 2 * file.second.size() + 4096);
  std::size_t used = 0;
  archive* const writer = archive_write_new();
  if (gzip) {
    archive_write_add_filter_gzip(writer);
    archive_write_set_format_raw(writer);
  } else {
    archive_write_set_format_zip(writer);
  }
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

std::string Zip(const Files& files, const char* options = "") {
  return Pack(files, false, options);
}
std::string Gzip(const std::string& content) { return Pack({{"data", content}}, true, ""); }

// An export of one conversation with this id.
std::string Export(const std::string& id, const std::string& text = "hi") {
  return R"([{"id":")" + id + R"(","messages":[{"role":"user","content":")" + text + R"("}]}])";
}

struct Result {
  std::string ids;
  ImportReport report;
};

Result Read(
    const ExportSource& source, ArchiveLimits limits = {},
    const std::function<void()>& check = [] {}) {
  Result result;
  result.report = ReadExport(
      source, limits, {}, [&](Conversation c) { result.ids += c.id + " "; }, check);
  return result;
}

std::string Ids(const std::string& bytes) {
  std::string const from_memory = Read({bytes, -1}).ids;
  std::FILE* const file = std::tmpfile();
  std::fwrite(bytes.data(), 1, bytes.size(), file);
  std::fflush(file);
  EXPECT_EQ(Read({{}, fileno(file)}).ids, from_memory);
  EXPECT_EQ(Read({{}, fileno(file)}).ids, from_memory);  // whatever its position is
  std::fclose(file);
  return from_memory;
}

TEST(Archive, ReadsEveryContainer) {
  EXPECT_EQ(Ids(Export("a")), "a ");
  EXPECT_EQ(Ids(Gzip(Export("a"))), "a ");
  EXPECT_EQ(Ids(Gzip(Export("a")) + Gzip(" ")), "a ");
  EXPECT_EQ(Ids(Zip({{"user.json", "{}"}, {"conversations.json", Export("a")}})), "a ");
  EXPECT_EQ(Ids(Zip({{"conversations.json", Export("a")}}, "zip:compression=store")), "a ");
  EXPECT_EQ(Ids(Zip({{"conversations.json", Export("a")}}, "zip:zip64")), "a ");
  EXPECT_EQ(Ids(Zip({{"my export/", ""}, {"my export/conversations.json", Export("a")}})), "a ");
}

TEST(Archive, IgnoresWhatOnlyLooksLikeConversations) {
  EXPECT_EQ(Ids(Zip({{"__MACOSX/._conversations.json", "junk"},
                     {"__MACOSX/conversations.json", "junk"},
                     {"x/._conversations.json", "junk"},
                     {"conversations.json.index", "junk"},
                     {"shared_conversations.json", "junk"},
                     {"conversations-x.json", "junk"},
                     {"conversations-.json", "junk"},
                     {"conversations.json/", ""},
                     {"../../conversations.json", Export("a")}})),
            "a ");
}

TEST(Archive, ReadsPartsInNumberOrderAndOneSetOnly) {
  EXPECT_EQ(Ids(Zip({{"conversations-002.json", Export("c")},
                     {"conversations-10.json", Export("d")},
                     {"conversations.json", Export("single")},
                     {"conversations-000.json", Export("a")},
                     {"conversations-001.json", Export("b")}})),
            "a b c d ");
}

TEST(Archive, ReadsGeminisActivitiesInATakeout) {
  std::string const asked =
      R"([{"header":"Gemini Apps","title":"Prompted hi","time":"2025-01-01"}])";
  std::string const takeout = "Takeout/My Activity/";
  EXPECT_EQ(Ids(Zip({{takeout + "YouTube/MyActivity.json", "no JSON"},
                     {takeout + "Gemini Apps/MyActivity.json", asked}})),
            " ");
  EXPECT_EQ(
      Ids(Zip({{takeout + "Bard/MyActivity.json", asked}, {"conversations.json", Export("a")}})),
      "a ");
}

TEST(Archive, GoesOneZipDeep) {
  std::string const inner = Zip({{"chat.html", "<html>"}, {"conversations.json", Export("a")}});
  std::string const parts =
      Zip({{"conversations-001.json", Export("c")}, {"conversations-000.json", Export("b")}});
  std::string const stored = Zip({{"conversations.json", Export("a")}}, "zip:compression=store");
  EXPECT_EQ(Ids(Zip({{"User Online Activity/Files__1.zip", "no zip"},
                     {"User Online Activity/Conversations__1-chatgpt-0002.zip", parts},
                     {"User Online Activity/Conversations__1-chatgpt-0001.zip", inner},
                     {"report.html", "<html>"}})),
            "a b c ");
  EXPECT_EQ(Ids(Zip({{"my-export.ZIP", inner}}, "zip:compression=store")), "a ");
  EXPECT_EQ(Ids(Zip({{"Conversations.zip", stored}})), "a ");
}

TEST(Archive, ReadsNamesThatAreNotAscii) {
  EXPECT_EQ(std::string(setlocale(LC_CTYPE, nullptr)), "C");
  std::string zip = Zip({{"XXXXXX/conversations.json", Export("a")}}, "zip:compression=store");
  for (std::size_t at = zip.find("XXXXXX"); at != std::string::npos; at = zip.find("XXXXXX")) {
    zip.replace(at, 6, "東京");
    // Bit 11 of the flags says UTF-8: 24 bytes before the name of a file, 38 in the directory.
    std::size_t const flags = at == 30 ? at - 24 : at - 38;
    zip[flags + 1] = static_cast<char>(zip[flags + 1] | 8);
  }
  EXPECT_EQ(Ids(zip), "a ");
  EXPECT_EQ(std::string(setlocale(LC_CTYPE, nullptr)), "C");
}

void ExpectError(const std::string& bytes, const std::string& sqlstate, const std::string& message,
                 const std::string& detail = "", ArchiveLimits limits = {}) {
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

TEST(Archive, BadFilesAreClearErrors) {
  ExpectError("", "22P02", "export is empty");
  ExpectError("%PDF-1.4 conversations.json", "22P02", "not a JSON array or object", "a PDF");
  ExpectError(Gzip("%PDF-1.4"), "22P02", "not a JSON array or object", "a PDF");
  ExpectError(Gzip(Zip({{"conversations.json", "[]"}})), "22P02", "not a JSON", "a ZIP archive");
  ExpectError(Zip({}), "22P02", "holds no conversations.json", "no files at all");
  ExpectError(Zip({{"a/photo.png", "x"}, {"chat.html", "y"}}), "22P02",
              "holds no conversations.json", "photo.png, chat.html");
  ExpectError(Zip({{"other.zip", Zip({{"x.txt", "x"}})}}), "22P02", "holds no conversations.json",
              "other.zip");
  ExpectError(Zip({{"conversations.json", "<html>"}}), "22P02", "not a JSON array or object");
  ExpectError(Zip({{"conversations.json", "[{\"id\":"}}), "22P02", "export ends in the middle");
  ExpectError(Zip({{"conversations.zip", "PK\x03\x04 is not all"}}), "22P02", "export archive");
  Files many;
  for (int i = 0; i < 30; ++i) many.emplace_back("file" + std::to_string(i), "");
  ExpectError(Zip(many), "22P02", "holds no conversations.json", "file9 and 20 more");
}

TEST(Archive, CutOffFilesAreClearErrors) {
  std::string noise;
  for (unsigned i = 1; noise.size() < 300000; i = i * 1664525 + 1013904223) {
    noise += static_cast<char>('a' + (i >> 16) % 26);
  }
  std::string const zip = Zip({{"conversations.json", Export("a", noise)}, {"b.txt", noise}});
  std::string const gzip = Gzip(Export("a", noise));
  std::string const nested = Zip({{"conversations.zip", zip}});
  for (double part : {0.1, 0.3, 0.45, 0.7, 0.9}) {
    auto const cut = [&](const std::string& whole) {
      return whole.substr(0, static_cast<std::size_t>(static_cast<double>(whole.size()) * part));
    };
    ExpectError(cut(zip), "22P02", "export archive ends in the middle");
    ExpectError(cut(gzip), "22P02", "export archive ends in the middle");
    ExpectError(cut(nested), "22P02", "export archive ends in the middle");
  }
  std::string const parts =
      Zip({{"conversations-0.json", Export("a")}, {"conversations-1.json", Export("b")}},
          "zip:compression=store");
  ExpectError(parts.substr(0, parts.find("PK\x03\x04", 4)), "22P02", "export archive");
  for (std::size_t size = 4; size < 40; ++size) {
    EXPECT_THROW(Read({std::string_view(zip).substr(0, size), -1}), Error) << size;
    EXPECT_THROW(Read({std::string_view(gzip).substr(0, size), -1}), Error) << size;
  }
}

TEST(Archive, DamagedFilesEndInAnErrorOrInConversations) {
  std::string const whole =
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

TEST(Archive, EncryptedFilesAreClearErrors) {
  std::string zip = Zip({{"conversations.json", Export("a")}}, "zip:compression=store");
  // Bit 0 of the flags, in the file's header and in the directory.
  zip[zip.find("PK\x03\x04") + 6] |= 1;
  zip[zip.find("PK\x01\x02") + 8] |= 1;
  ExpectError(zip, "22P02", "export archive is encrypted");
  ExpectError(Zip({{"conversations.zip", zip}}), "22P02", "export archive is encrypted");
}

TEST(Archive, LimitsEndWhatIsTooLarge) {
  std::string const bomb = "[" + std::string(10000000, ' ') + "]";
  ArchiveLimits limits;
  limits.max_bytes = 1000000;
  ExpectError(bomb, "54000", "larger than 1000000 bytes", "", limits);
  ExpectError(Gzip(bomb), "54000", "larger than 1000000 bytes", "", limits);
  ExpectError(Zip({{"conversations.json", bomb}}), "54000", "larger than 1000000 bytes", "",
              limits);
  std::string const half = "[" + std::string(700000, ' ') + "]";
  ExpectError(Zip({{"conversations-0.json", half}, {"conversations-1.json", half}}), "54000",
              "larger than 1000000 bytes", "", limits);
  ExpectError(Zip({{"conversations.zip", bomb}}), "22P02", "export archive", "", limits);
  ExpectError(Zip({{"conversations.zip", Zip({{"conversations.json", bomb}})}}), "54000",
              "larger than", "", limits);
}

TEST(Archive, CheckIsCalledOftenAndMayThrow) {
  std::string const large = "[" + std::string(3000000, ' ') + "]";
  for (const std::string& bytes : {large, Gzip(large), Zip({{"conversations.json", large}}),
                                   Zip({{"conversations.zip", Zip({{"conversations.json", large}},
                                                                  "zip:compression=store")}})}) {
    int calls = 0;
    Read({bytes, -1}, {}, [&] { ++calls; });
    EXPECT_GE(calls, 4);
    for (int last = 1; last <= calls; last += 3) {
      int left = last;
      auto const stop = [&] {
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
  std::string const zip = Zip({{"conversations.zip", Zip({{"conversations.json", Export("a")}})}});
  auto const give = [](Conversation) { throw Error("02000", "gone"); };
  EXPECT_THROW(ReadExport({zip, -1}, {}, {}, give, [] {}), Error);
}

TEST(Archive, AFileThatCannotBeReadIsAnIoError) {
  try {
    Read({{}, 999});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), "58030");
  }
}

std::string ReadData(const std::string& name) {
  std::string path = __FILE__;
  path.resize(path.rfind("unit/"));
  std::ifstream file(path + "data/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

// Reads an archive and compares with its answer key: the visible messages of each conversation to
// the last id, and nothing of what must not be seen.
void ExpectTruth(const std::string& name) {
  using nlohmann::json;
  json const truth = json::parse(ReadData(name + ".truth.json"));
  std::string const zip = ReadData(name + ".zip");
  std::size_t seen = 0;
  std::string output;
  auto const give = [&](Conversation conversation) {
    ++seen;
    json visible = json::array();
    for (const Message& message : conversation.messages) {
      visible.push_back({message.id, message.role == Role::kUser ? "user" : "assistant"});
      output += message.text + "\n";
    }
    output += conversation.title.value_or("") + "\n";
    EXPECT_EQ(visible, truth["expected"][conversation.id]["visible"]);
  };
  ReadExport({zip, -1}, {}, {}, give, [] {});
  EXPECT_EQ(seen, truth["expected"].size());
  for (const auto& canaries : truth["canaries"]) {
    for (const auto& canary : canaries) {
      EXPECT_EQ(output.find(canary.get<std::string>()), std::string::npos) << canary;
    }
  }
}

TEST(Archive, AgreesWithTheAnswerKeys) {
  ExpectTruth("emily");
  ExpectTruth("persona_rich");
}

}  // namespace
}  // namespace soulprint
