// What is handed in that is no export, each with the hint of its vendor.

#include "export/rejection.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "../archives.hpp"

namespace soulprint {
namespace {

struct Case {
  std::string bytes;
  std::string detail;
  std::string hint;
};

void ExpectRejected(const Case& given) {
  try {
    const ImportReport report = Read({given.bytes, -1}).report;
    EXPECT_EQ(report.conversations, 0U);
    EXPECT_EQ(report.rejection.what, given.detail) << given.bytes;
    EXPECT_NE(report.rejection.hint.find(given.hint), std::string::npos) << report.rejection.hint;
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), "22P02");
    EXPECT_TRUE(error.detail().starts_with(given.detail)) << error.detail();
    EXPECT_NE(error.hint().find(given.hint), std::string::npos) << error.hint();
  }
}

TEST(Rejection, RecognizesAFileByItsFirstBytes) {
  const std::vector<Case> cases = {
      {"%PDF-1.7", "It is a PDF document.", "export of ChatGPT, Claude, Gemini"},
      {"7z\xBC\xAF\x27\x1C", "It is a 7z archive.", "Unpack it"},
      {"Rar!\x1A\x07", "It is a RAR archive.", "Unpack it"},
      {"\xFD"
       "7zXZ",
       "It is compressed with xz.", "Unpack it"},
      {"BZh91AY", "It is compressed with bzip2.", "Unpack it"},
      {"\x28\xB5\x2F\xFD", "It is compressed with zstd.", "Unpack it"},
      {"\xFF\xFE[", "It is text in UTF-16; UTF-8 is needed.", "Save it as UTF-8"},
      {"<html><head><title>ChatGPT Data Export</title>", "It is the page chat.html of ChatGPT",
       "conversations.json beside it"},
      {"<html><body>Sign in", "It is an HTML or XML page.", "export of ChatGPT, Claude, Gemini"},
      {"# My chat", "It starts with \"# My chat\".", "export of ChatGPT, Claude, Gemini"},
  };
  for (const Case& given : cases) ExpectRejected(given);
}

TEST(Rejection, RecognizesJsonByItsKeys) {
  const std::vector<Case> cases = {
      {R"({"export_id":"x","created_at":"2026","files":[{"name":"a.zip","url":"u"}]})",
       "It is Claude's list of download links.", "Open the links"},
      {R"([{"uuid":"a","full_name":"n","email_address":"x@y"}])", "It is Claude's list of users.",
       "In Claude choose"},
      {R"([{"uuid":"a","name":"n","prompt_template":"t","docs":[]}])",
       "It is Claude's list of projects.", "In Claude choose"},
      {R"({"id":"a","email":"x@y","chatgpt_plus_user":true})",
       "It is ChatGPT's description of the user.", "In ChatGPT choose"},
      {R"([{"id":"a","conversation_id":"c","rating":"thumbsUp"}])",
       "It is ChatGPT's list of ratings.", "In ChatGPT choose"},
      {R"([{"id":"a","conversation_id":"c","title":"t","is_anonymous":true}])",
       "It is ChatGPT's list of shared links.", "In ChatGPT choose"},
      {R"([{"header":"YouTube","title":"Watched x","titleUrl":"u","time":"2026-01-01T00:00:00Z"}])",
       "It is the activity of another Google product.", "choose My Activity > Gemini Apps"},
      {R"({"projects":[],"tasks":[],"media_posts":[]})", "It is Grok's export, without",
       "In Grok choose"},
      {R"({"theme":"dark"})", "Its first keys are \"theme\".", "export of ChatGPT, Claude, Gemini"},
      {R"([{"theme":"dark"}])", "", "export of ChatGPT, Claude, Gemini"},
  };
  for (const Case& given : cases) ExpectRejected(given);
}

TEST(Rejection, RecognizesAnArchiveByItsFiles) {
  const std::vector<std::pair<std::vector<std::string>, Case>> cases = {
      {{"Takeout/archive_browser.html", "Takeout/YouTube/history.json"},
       {"", "It is a Takeout without Gemini's activities.", "choose My Activity > Gemini Apps"}},
      {{"users.json", "projects/p.json"}, {"", "It is a part of Claude's export", "In Claude"}},
      {{"user.json", "chat.html"}, {"", "It is a part of ChatGPT's export", "In ChatGPT choose"}},
      {{"ttl/30d/export_data/x/prod-mc-billing.json"},
       {"", "It is Grok's export, without", "In Grok choose"}},
      {{"[Content_Types].xml", "word/document.xml"},
       {"", "It is an Office document.", "export of"}},
      {{"photo.png"}, {"", "It contains photo.png", "export of ChatGPT, Claude, Gemini"}},
  };
  for (const auto& [names, expected] : cases) {
    Files files;
    for (const std::string& name : names) files.emplace_back(name, "{}");
    ExpectRejected({Zip(files), expected.detail, expected.hint});
    ExpectRejected({PackTar(files, "gnutar"), expected.detail, expected.hint});
  }
}

}  // namespace
}  // namespace soulprint
