// Export files in every supported container.

#include "export/archive.hpp"

#include <gtest/gtest.h>

#include <clocale>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "archives.hpp"

namespace soulprint {
namespace {

std::string Ids(const std::string& bytes) {
  const std::string from_memory = Read({bytes, -1}).ids;
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

TEST(Archive, ReadsPartsAsTheyStand) {
  EXPECT_EQ(Ids(Zip({{"conversations-002.json", Export("c")},
                     {"conversations-10.json", Export("d")},
                     {"conversations.json", Export("single")},
                     {"conversations-000.json", Export("a")},
                     {"conversations-001.json", Export("b")}})),
            "c d single a b ");
}

TEST(Archive, ReadsPartsOfEveryOrderInLinearTime) {
  constexpr int kParts = 2000;
  Files parts;
  for (int i = kParts; i > 0; --i) {
    parts.emplace_back("conversations-" + std::to_string(i) + ".json", Export("a"));
  }
  const std::string zip = Zip(parts);
  for (const std::string& bytes : {zip, Zip({{"conversations.zip", zip}})}) {
    int calls = 0;
    EXPECT_EQ(Read({bytes, -1}, {}, [&] { ++calls; }).report.conversations, kParts);
    EXPECT_LT(calls, 10 * kParts);
  }
}

TEST(Archive, ReadsMoreFilesThan16BitsCount) {
  const std::string zip = ZipOfMany(70000, {{"conversations.json", Export("a")}});
  EXPECT_EQ(Read({zip, -1}).ids, "a ");
}

TEST(Archive, ReadsGeminisActivitiesInATakeout) {
  const std::string asked =
      R"([{"header":"Gemini Apps","title":"Prompted hi","time":"2025-01-01"}])";
  const std::string takeout = "Takeout/My Activity/";
  EXPECT_EQ(Ids(Zip({{takeout + "YouTube/MyActivity.json", "no JSON"},
                     {takeout + "Gemini Apps/MyActivity.json", asked}})),
            " ");
  EXPECT_EQ(
      Ids(Zip({{takeout + "Bard/MyActivity.json", asked}, {"conversations.json", Export("a")}})),
      " a ");
}

TEST(Archive, ReadsGeminisActivitiesInAnyLanguage) {
  const std::string asked =
      R"([{"header":"Gemini-Apps","title":"Prompted hi","time":"2025-01-01"}])";
  const auto found = [](const Files& files) { return Read({Zip(files), -1}).report.found; };
  EXPECT_EQ(found({{"Takeout/Meine Aktivitäten/Gemini-Apps/MeineAktivitäten.json", asked}}), 1U);
  EXPECT_EQ(found({{"Takeout/Mon activité/Applications Gemini/MonActivité.json", asked}}), 1U);
  EXPECT_EQ(found({{"Мои действия/Приложения с Gemini/МоиДействия.json", asked}}), 1U);
  EXPECT_EQ(found({{"Takeout/我的活动/Gemini Apps/我的活动记录.json", asked}}), 1U);
  // Files that the user uploaded to Gemini are in the same folder.
  EXPECT_EQ(found({{"Takeout/My Activity/Gemini Apps/data-1.json", "no JSON"},
                   {"Takeout/My Activity/Gemini Apps/photos.zip", "no ZIP"},
                   {"Takeout/My Activity/Gemini Apps/MyActivity.json", asked}}),
            1U);
  EXPECT_EQ(found({{"Takeout/Meine Aktivitäten/Gemini-Apps/data-1.json", "no JSON"},
                   {"Takeout/Meine Aktivitäten/Gemini-Apps/MeineAktivitäten.json", asked}}),
            1U);
  EXPECT_EQ(found({{"Takeout/My Activity/Gemini Apps/own.json", Export("own")},
                   {"Takeout/My Activity/Gemini Apps/My Activity.json", asked}}),
            1U);
  ExpectError(Zip({{"Takeout/Meine Aktivitäten/YouTube/MeineAktivitäten.json", asked}}), "22P02",
              "contains no conversations", "a Takeout without Gemini's activities. It contains");
}

TEST(Archive, ReadsAllFilesOfConversationsWhateverTheirKind) {
  EXPECT_EQ(Ids(Zip({{"conversations-000.json", Export("a")},
                     {"conversations.json", Export("b")},
                     {"claude/conversations.json", Export("c")},
                     {"other.json", Export("no")}})),
            "a b c ");
}

std::vector<std::string> LeftOutOf(const Files& files) {
  return Read({Zip(files), -1}).report.files_left_out;
}

TEST(Archive, NamesTheFilesThatItDoesNotRead) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(LeftOutOf({{"conversations.json", Export("a")}, {"x/", ""}, {"__MACOSX/._x", ""}}),
            Names());
  EXPECT_EQ(LeftOutOf({{"conversations.json", Export("a")},
                       {"user.json", "{}"},
                       {"file-1-own.json", Export("no")},
                       {"b/1.PNG", ""},
                       {"2.png", ""},
                       {"noise", ""}}),
            (Names{"user.json (holds no conversations)",
                   "file-1-own.json (lies beside an export, like a file that was uploaded in a "
                   "chat)",
                   "b/1.PNG and 1 more *.png (no kind of file that holds conversations)",
                   "noise (no kind of file that holds conversations)"}));
  EXPECT_EQ(
      LeftOutOf({{"Hives.json", Export("a")},
                 {"notes.json", "no JSON"},
                 {"settings.json", R"([{"theme":"dark"}])"},
                 {"photos.zip", "no ZIP"},
                 {"old.zip", Zip({{"x.txt", "x"}, {"deep.zip", ""}, {"b.json", Export("b")}})},
                 {"Takeout.tgz", ""}}),
      (Names{"notes.json (export is not a JSON array or object)",
             "settings.json (holds no conversations)", "photos.zip (export archive is damaged)",
             "old.zip/x.txt (export is not a JSON array or object)",
             "old.zip/deep.zip (an archive inside the export)",
             "Takeout.tgz (an archive inside the export)"}));
}

TEST(Archive, CountsWhatItReadsAndNothingElse) {
  const std::string note = R"([{"conversations_memory":"Likes fjords."}])";
  const std::string list = R"([{"id":"x","messages":[{"role":"tool","content":""}]},{"id":"y"},)";
  const std::string read = list.substr(0, list.size() - 1) + "]";
  const Result result = Read({Zip({{"a.json", read},
                                   {"memories.json", note},
                                   {"cut off.json", list},
                                   {"in.zip", Zip({{"b.json", read}, {"cut off.json", list}})},
                                   {"none.json", R"([{"id":"z"},{"id":"zz"}])"},
                                   {"none.zip", Zip({{"x.png", ""}})},
                                   {"c.json", Export("c")}}),
                              -1});
  const ImportReport& report = result.report;
  EXPECT_EQ(result.ids, "c ");
  EXPECT_EQ(report.found, 5U);
  EXPECT_EQ(report.conversations, 1U);
  EXPECT_EQ(report.skipped, (std::map<std::string, std::size_t>{{"no visible message", 2},
                                                                {"not a conversation", 2}}));
  EXPECT_EQ(report.skipped_ids, (std::vector<std::string>{"x", "y", "x", "y"}));
  EXPECT_EQ(report.hidden, (std::map<std::string, std::size_t>{{"tool", 2}}));
  EXPECT_EQ(report.memories, 1U);
  EXPECT_EQ(report.notes.at(0).text, "Likes fjords.");
  EXPECT_EQ(report.files_left_out.size(), 4U);
}

TEST(Archive, ReadsClaudesBatches) {
  const std::string remembered = R"([{"conversations_memory":"Likes fjords."}])";
  const std::string zip =
      Zip({{"conversations-000.zip", Zip({{"conversations.json", Export("a")}})},
           {"projects-000.zip", Zip({{"projects.json", "[]"}})},
           {"users-000.zip", Zip({{"users.json", "[]"}})},
           {"memories-000.zip", Zip({{"memories.json", remembered}})}});
  const Result result = Read({zip, -1});
  EXPECT_EQ(result.ids, "a ");
  EXPECT_EQ(result.report.memories, 1U);
  EXPECT_EQ(result.report.files_left_out,
            (std::vector<std::string>{"projects-000.zip (holds no conversations)",
                                      "users-000.zip (holds no conversations)"}));
}

TEST(Archive, ReadsTheExportsOfAllVendorsInOneArchive) {
  const std::string activities = "Takeout/My Activity/Gemini Apps/";
  EXPECT_EQ(Ids(Zip({{"old/conversations-000.json", Export("a")},
                     {"old/file-2.json", Export("no")},
                     {"claude/conversations.json", Export("b")},
                     {"claude/projects/p.json", Export("no")},
                     {activities + "MyActivity.json", "[]"},
                     {activities + "own.json", Export("no")},
                     {"Takeout/Chat/messages.json", Export("no")},
                     {"saved/Hives.json", Export("c")},
                     {"saved/conversations (1).json", Export("d")},
                     {"more.zip", Zip({{"conversations.json", Export("e")}})}})),
            "a b c d e ");
}

// An export of one conversation, as a line of JSON.
std::string Line(const std::string& id) {
  const std::string list = Export(id);
  return list.substr(1, list.size() - 2) + "\n";
}

TEST(Archive, TriesEachFileWhereNoNameIsKnown) {
  EXPECT_EQ(Ids(Zip({{"Hives in winter.json", Export("a")},
                     {"notes.json", "no JSON"},
                     {"empty.json", ""},
                     {"settings.json", R"({"theme":"dark"})"},
                     {"user.json", Export("no")},
                     {"design_chats/x.json", Export("b")},
                     {"chat.txt", Export("c")},
                     {"conversations (1).json", Export("d")},
                     {"lines.jsonl", Line("e") + Line("f")},
                     {"lines.NDJSON", Line("g")},
                     {".claude/projects/x/1.jsonl", Line("h")},
                     {"projects/x/1.json", Export("no")}})),
            "a b c d e f g h ");
  ExpectError(Zip({{"settings.json", R"({"theme":"dark"})"}}), "22P02", "contains no conversations",
              "settings.json (JSON object is not an export");
  // What was given before an error cannot be taken back.
  ExpectError(Zip({{"x.json", Export("a").substr(0, Export("a").size() - 1)}}), "22P02",
              "unexpected end of export", "In \"x.json\":");
}

TEST(Archive, GoesOneZipDeep) {
  const std::string inner = Zip({{"chat.html", "<html>"}, {"conversations.json", Export("a")}});
  const std::string parts =
      Zip({{"conversations-001.json", Export("c")}, {"conversations-000.json", Export("b")}});
  const std::string stored = Zip({{"conversations.json", Export("a")}}, "zip:compression=store");
  EXPECT_EQ(Ids(Zip({{"User Online Activity/Files__1.zip", "no zip"},
                     {"User Online Activity/Conversations__1-chatgpt-0002.zip", parts},
                     {"User Online Activity/Conversations__1-chatgpt-0001.zip", inner},
                     {"report.html", "<html>"}})),
            "c b a ");
  EXPECT_EQ(Ids(Zip({{"my-export.ZIP", inner}}, "zip:compression=store")), "a ");
  EXPECT_EQ(Ids(Zip({{"Conversations.zip", stored}})), "a ");
}

TEST(Archive, LooksIntoOtherZipsOnlyIfNoneIsOfConversations) {
  const std::string zip = Zip({{"conversations.json", Export("a")}});
  EXPECT_EQ(Ids(Zip({{"Support__x.zip", "no zip"}, {"Conversations__1.zip", zip}})), "a ");
  EXPECT_EQ(Ids(Zip({{"Support__x.zip", zip.substr(0, 50)}, {"Conversations__1.zip", zip}})), "a ");
  EXPECT_EQ(Ids(Zip({{"other.zip", Zip({{"x.txt", "x"}})}, {"my-export.zip", zip}})), "a ");
  ExpectError(Zip({{"Conversations__1.zip", "no zip"}, {"my-export.zip", zip}}), "22P02",
              "export archive is damaged", "In \"Conversations__1.zip\": The header of a file");
}

TEST(Archive, ReadsNamesThatAreNotAscii) {
  EXPECT_EQ(std::string(setlocale(LC_CTYPE, nullptr)), "C");
  std::string zip = Zip({{"XXXXXX/conversations.json", Export("a")}}, "zip:compression=store");
  for (std::size_t at = zip.find("XXXXXX"); at != std::string::npos; at = zip.find("XXXXXX")) {
    zip.replace(at, 6, "東京");
    // Bit 11 of the flags says UTF-8: 24 bytes before the name of a file, 38 in the directory.
    const std::size_t flags = at == 30 ? at - 24 : at - 38;
    zip[flags + 1] = static_cast<char>(zip[flags + 1] | 8);
  }
  EXPECT_EQ(Ids(zip), "a ");
  EXPECT_EQ(std::string(setlocale(LC_CTYPE, nullptr)), "C");
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

// Reads an archive and compares it with its answer key: all visible messages of each conversation,
// and no others.
void ExpectTruth(const std::string& name) {
  using nlohmann::json;
  const json truth = json::parse(ReadData(name + ".truth.json"));
  const std::string zip = ReadData(name + ".zip");
  std::size_t seen = 0;
  std::string output;
  const auto give = [&](Conversation conversation) {
    ++seen;
    json visible = json::array();
    for (const Message& message : conversation.messages) {
      visible.push_back({message.id, message.role == Role::kUser ? "user" : "assistant"});
      output += message.text + "\n";
    }
    output += conversation.title.value_or("") + "\n";
    EXPECT_EQ(visible, truth["expected"][conversation.id]["visible"]);
  };
  ReadExport({zip, -1}, {}, kImportLimits, give, [] {});
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
