// Takeout's page of Gemini's activities: cells, titles, times, answers, and the same as JSON.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "../export_files.hpp"
#include "../messages_json.hpp"
#include "export/export_to_conversations.hpp"
#include "util/error.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

// Each conversation: its time, and its messages.
std::string Texts(const FileResult& result) {
  std::string texts;
  for (const Conversation& conversation : result.conversations) {
    texts += FormatTime(conversation.created_at);
    for (const Message& message : conversation.messages) {
      texts += (message.role == Role::kUser ? "|U:" : "|A:") + message.text;
    }
    texts += "\n";
  }
  return texts;
}

std::string CellOf(const std::string& content, const std::string& product = "Gemini Apps") {
  return "<div class=\"outer-cell mdl-cell mdl-cell--12-col mdl-shadow--2dp\"><div "
         "class=\"mdl-grid\"><div class=\"header-cell mdl-cell mdl-cell--12-col\"><p "
         "class=\"mdl-typography--title\">" +
         product +
         "<br></p></div><div class=\"content-cell mdl-cell mdl-cell--6-col "
         "mdl-typography--body-1\">" +
         content +
         "</div><div class=\"content-cell mdl-cell mdl-cell--6-col mdl-typography--body-1 "
         "mdl-typography--text-right\"></div><div class=\"content-cell mdl-cell "
         "mdl-cell--12-col mdl-typography--caption\"><b>Products:</b><br>&emsp;NEVER<br></div>"
         "</div></div>";
}

std::string PageOf(const std::string& cells) {
  return "<html><head><title>My Activity</title><style>.a > .b{}</style></head><body>"
         "<div class=\"mdl-grid\">" +
         cells + "</div><footer>NEVER</footer></body></html>";
}

std::string Read(const std::string& content) {
  const std::string page = PageOf(CellOf(content));
  const std::string texts = Texts(ReadAll(page));
  EXPECT_EQ(Texts(ReadAll(page, 1)), texts) << content;
  EXPECT_EQ(texts.find("NEVER"), std::string::npos) << content;
  return texts;
}

const std::string kTime = "Jan 5, 2026, 9:00:00\u202FAM CET";
const std::string kAt = "2026-01-05T08:00:00Z";

TEST(GeminiHtml, ACellIsAPromptAndItsAnswer) {
  EXPECT_EQ(
      Read("Prompted&nbsp;I keep bees in Lom.<br>" + kTime + "<br><p>Nice &amp; warm.</p><p>x"),
      kAt + "|U:I keep bees in Lom.|A:Nice & warm.\n\nx\n");
  EXPECT_EQ(Read("Prompted hi<br>" + kTime + "<br>"), kAt + "|U:hi\n");
  EXPECT_EQ(Read("\r\n  Prompted\r\n  hi <BR />\r\n  " + kTime + "\r\n  <br/>\r\n a<br>b"),
            kAt + "|U:hi|A:a\nb\n");
  EXPECT_EQ(Read("Created a canvas<br>" + kTime + "<br>"), "");
}

TEST(GeminiHtml, ThePageMayBeWrittenInOtherWays) {
  for (const char* page :
       {"<!DOCTYPE html>\n<DIV id='1' CLASS='mdl-cell outer-cell'>\n<div data-x=\"a>b\" "
        "class=header-cell>Gemini\n Apps</div>\n<div class=\"x content-cell\"\n>Prompted hi<br\n>"
        "2026-01-05 08:00:00<hr><div><div>a</div></div></div></DIV>",
        "\xEF\xBB\xBF\n <div class=\"outer-cell\"><div class=\"content-cell\">Prompted <b>hi</b>"
        "<br>2026-01-05 08:00:00<br>a<div class=\"header-cell\"><h1>Bard</h1></div></div></div>",
        "<!-- <div class=outer-cell> --><div class=outer-cell><div class=header-cell>Gemini"
        "<div class=content-cell>Prompted hi<div>2026-01-05 08:00:00</div>a",
        "<div class=outer-cell><p class=header-cell>Gemini</p><p class='content-cell"
        " mdl-typography--caption'>NEVER</p><p class='content-cell "
        "mdl-typography--text-right'>NEVER</p><p class=content-cell> </p><p class=content-cell>"
        "Prompted hi<br>2026-01-05 08:00:00<br>a</p></div></div>NEVER"}) {
    EXPECT_EQ(Texts(ReadAll(page)), kAt + "|U:hi|A:a\n") << page;
    EXPECT_EQ(Texts(ReadAll(page, 1)), kAt + "|U:hi|A:a\n") << page;
  }
}

TEST(GeminiHtml, APromptKeepsItsLines) {
  EXPECT_EQ(Read("Prompted a  b\r\n\r\n  c<br>    d<br><br>\n  e<br>" + kTime + "<br>x"),
            kAt + "|U:a  b\n\n  c\n    d\n\ne|A:x\n");
  EXPECT_EQ(Read("Prompted &lt;br&gt; &#x1F41D;<br>" + kTime + "<br>x"),
            kAt + "|U:<br> \U0001F41D|A:x\n");
}

TEST(GeminiHtml, AttachedFilesAreNotThePrompt) {
  const std::string files =
      "<br>Attached 2 files.<br>-&nbsp; <a href=\"leaf.jpg\">leaf.jpg</a><br>- <a "
      "href=\"a%20b.pdf\">a b.pdf</a><br>";
  EXPECT_EQ(Read("Prompted Is it an aloe?" + files + kTime + "<br>Yes."),
            kAt + "|U:Is it an aloe?|A:Yes.\n");
  EXPECT_EQ(Read("Prompted&nbsp;" + files + kTime + "<br>A leaf."), kAt + "|U:[image]|A:A leaf.\n");
  EXPECT_EQ(Read("Prompted<br>" + kTime + "<br>A leaf.<img src=\"1.png\">"),
            kAt + "|U:[image]|A:A leaf.\n");
  EXPECT_EQ(Read("Prompted<br>" + kTime + "<br>A<a href=1.pdf><img src=\"http://x/1.png\">"),
            kAt + "|A:A\n");
  EXPECT_EQ(Read("Prompted x<br>2 Datei(en) angeh&auml;ngt.<br>- <a href=b.pdf>b</a><br>" + kTime),
            kAt + "|U:x\n");
  EXPECT_EQ(Read("Prompted x<br>- <a href=b.pdf>b</a><br>and 2<br>" + kTime),
            kAt + "|U:x\n- b\nand 2\n");
  EXPECT_EQ(Read("Prompted x<br>y<br>- <a href=b.pdf>b</a><br>" + kTime), kAt + "|U:x\ny\n");
}

TEST(GeminiHtml, AListOrALinkOfTheUsersIsThePrompt) {
  EXPECT_EQ(Read("Prompted Buy<br>- milk<br>- 2 eggs<br>" + kTime),
            kAt + "|U:Buy\n- milk\n- 2 eggs\n");
  EXPECT_EQ(Read("Prompted Read<br><a href=\"http://x/1\">http://x/1</a><br>" + kTime),
            kAt + "|U:Read\nhttp://x/1\n");
  EXPECT_EQ(Read("Prompted<br>" + kTime + "<br>A<a href=\"http://x/1.png\">B</a>"),
            kAt + "|A:AB\n");
}

TEST(GeminiHtml, ATimeThatCannotBeReadIsUnknown) {
  EXPECT_EQ(Read("Prompted hi<br>5 qqq 2026, 09:00:00<br>a"), "|U:hi|A:a\n");
  EXPECT_EQ(Read("Prompted hi<br>۱۵ دی ۱۴۰۴، ۹:۰۰:۰۰<br>a"), "|U:hi|A:a\n");
  EXPECT_EQ(Read("Prompted hi<br><p>a"), "|U:hi|A:a\n");
  EXPECT_EQ(Read("Prompted hi"), "|U:hi\n");
  EXPECT_EQ(Read("Prompted on 5 Jan 2026, 09:00:00<br>a"), "|U:on 5 Jan 2026, 09:00:00|A:a\n");
}

TEST(GeminiHtml, TheVerbOfAnyLanguageIsLearned) {
  std::string cells;
  for (const char* prompt : {"Ich bin Fischer", "Wie trockne ich Fisch", "Plane eine Reise"}) {
    cells += CellOf(
        std::string("Eingegebener Prompt: ") + prompt + "<br>05.01.2026, 09:00:00 MEZ<br><p>;</p>",
        "Gemini-Apps");
  }
  cells +=
      CellOf("Eingegebener Prompt: Ich mag Tee<br>05.01.2026, 08:59:00 MEZ<br>", "Gemini-Apps");
  EXPECT_EQ(Texts(ReadAll(PageOf(cells))),
            "2026-01-05T07:59:00Z|U:Ich mag Tee|U:Plane eine Reise|A:;|U:Wie trockne ich "
            "Fisch|A:;|U:Ich bin Fischer|A:;\n");
}

TEST(GeminiHtml, OtherProductsAreSkippedAndCounted) {
  const FileResult result = ReadAll(PageOf(CellOf("Watched NEVER<br>" + kTime, "YouTube") +
                                           CellOf("Prompted hi<br>" + kTime) + CellOf("x", "")));
  EXPECT_EQ(Texts(result), kAt + "|U:hi\n");
  EXPECT_EQ(result.report.found, 3u);
  EXPECT_EQ(result.report.skipped.at("activity of another product"), 2u);
}

void ExpectError(const std::string& page, const std::string& message, const std::string& detail,
                 const std::string& hint) {
  try {
    ReadAll(page);
    ADD_FAILURE() << page;
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), sqlstate::kInvalidTextRepresentation);
    EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << error.what();
    EXPECT_NE(error.detail().find(detail), std::string::npos) << error.detail();
    EXPECT_NE(error.hint().find(hint), std::string::npos) << error.hint();
  }
}

TEST(GeminiHtml, AnotherPageIsAnError) {
  ExpectError("<p>hi", "HTML page is not an export", "an HTML or XML page", "Gemini");
  ExpectError("<title>ChatGPT Data Export</title>", "HTML page is not an export", "chat.html",
              "conversations.json");
  ExpectError("<title>My Activity</title>", "HTML page is not an export", "another Google product",
              "My Activity > Gemini Apps");
  ExpectError(PageOf(CellOf("Watched a<br>" + kTime, "YouTube")), "no activities of Gemini",
              "of \"YouTube\"", "choose My Activity > Gemini Apps");
  ExpectError(PageOf(CellOf("a", "")), "no activities of Gemini", "name no product", "Gemini Apps");
}

TEST(GeminiHtml, APageThatIsCutOffIsAnError) {
  const std::string cell = CellOf("Prompted hi<br>" + kTime + "<br>");
  const std::string page = PageOf(cell);
  for (std::size_t size : {page.size() - 1, page.find("hi") + 1}) {
    ExpectError(page.substr(0, size), "unexpected end of export", "without </html>", "again");
  }
  EXPECT_EQ(Texts(ReadAll(cell)), Texts(ReadAll(page)));  // a part of a page, without <html>
}

TEST(GeminiHtml, ACellThatIsTooLargeCostsThatCellOnly) {
  const std::string x(kMaxBytes / 2 + 1, 'x');
  for (const std::string& large :
       {"Prompted " + x + "<br>" + kTime, "Prompted a<br>" + kTime + "<br>" + x,
        "Prompted a<br>" + kTime + "<br>b<img src=\"" + x + x + "\">"}) {
    const std::string page =
        PageOf(CellOf(large) + CellOf("Prompted hi<br>" + kTime) + CellOf(large));
    for (std::size_t step : {std::size_t{1000}, SIZE_MAX}) {
      const FileResult result = ReadAll(page, step);
      EXPECT_EQ(Texts(result), kAt + "|U:hi\n");
      EXPECT_EQ(result.report.found, 3u);
      EXPECT_EQ(result.report.skipped.at("too large"), 2u);
    }
  }
}

TEST(GeminiHtml, BytesThatAreNoUtf8AreReplaced) {
  const FileResult result =
      ReadAll(PageOf(CellOf("Prompted a\xFF<br>" + kTime + "<br>&#xD800;b\xFF")));
  EXPECT_EQ(Texts(result), kAt + "|U:a\uFFFD|A:\uFFFDb\uFFFD\n");
  EXPECT_EQ(result.report.replaced_characters, 2u);
}

// As Takeout gives one account in both ways.
TEST(GeminiHtml, GivesTheSameAsJson) {
  struct Given {
    const char* title;
    const char* html_title;
    const char* time;
    const char* html_time;
    const char* answer;
  };
  const std::vector<Given> all = {
      {"Prompted\u00A0And with oat milk?", "Prompted&nbsp;And with oat milk?",
       "2026-01-05T08:29:59.900Z", "Jan 5, 2026, 9:29:59 AM CET", "<p>Yes &amp; <b>no</b>.</p>"},
      {"Branched two\\nlines", "Branched two\nlines", "2026-01-05T08:29:59.500Z",
       "Jan 5, 2026, 9:29:59 AM CET", "<ul><li>a</li></ul>"},
      {"Gave feedback", "Gave feedback", "2026-01-05T08:00:01Z", "Jan 5, 2026, 9:00:01 AM CET", ""},
      {"Prompted 1 < 2 & 3", "Prompted 1 &lt; 2 &amp; 3", "2026-01-05T07:59:59.100Z",
       "Jan 5, 2026, 8:59:59 AM CET", ""},
      {"Prompted apart", "Prompted apart", "2026-01-05T07:29:58.999Z",
       "Jan 5, 2026, 8:29:58 AM CET", "<p>x</p>"}};
  std::string json;
  std::string cells;
  for (const Given& given : all) {
    json += std::string(json.empty() ? "" : ",") + R"({"header":"Gemini Apps","title":")" +
            given.title + R"(","time":")" + given.time + R"(","safeHtmlItem":[{"html":")" +
            given.answer + "\"}]}";
    cells +=
        CellOf(std::string(given.html_title) + "<br>" + given.html_time + "<br>" + given.answer);
  }
  const FileResult from_json = ReadAll("[" + json + "]");
  const FileResult from_html = ReadAll(PageOf(cells));
  ASSERT_EQ(from_json.conversations.size(), 2u);
  ASSERT_EQ(from_html.conversations.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    const Conversation& a = from_json.conversations[i];
    const Conversation& b = from_html.conversations[i];
    EXPECT_EQ(FormatTime(a.created_at), FormatTime(b.created_at));
    EXPECT_EQ(FormatTime(a.updated_at), FormatTime(b.updated_at));
    EXPECT_EQ(MessagesToJson(a.messages), MessagesToJson(b.messages));
  }
  EXPECT_EQ(from_json.report.skipped, from_html.report.skipped);
}

}  // namespace
}  // namespace soulprint
