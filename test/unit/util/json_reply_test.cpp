#include "util/json_reply.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <nlohmann/json.hpp>
#include <string>

namespace soulprint {
namespace {

std::string Parsed(std::string_view answer) {
  const auto json = ParseJsonReply(answer);
  return json ? json->dump() : "(none)";
}

std::string Repeat(std::string_view text, std::size_t times) {
  std::string repeated;
  while (times-- > 0) repeated += text;
  return repeated;
}

std::string Nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(ParseJsonReply, ReadsTheWholeText) {
  EXPECT_EQ(Parsed(R"( {"b":1,"a":[2]} )"), R"({"b":1,"a":[2]})");
  EXPECT_EQ(Parsed("\xEF\xBB\xBF\n{\"a\":1}"), R"({"a":1})");
  EXPECT_EQ(Parsed("[]"), "[]");
}

TEST(ParseJsonReply, ReadsTheInsideOfTheFirstFence) {
  EXPECT_EQ(Parsed("Here you are:\n```json\n{\"a\":1}\n```\nAnything else? {}"), R"({"a":1})");
  EXPECT_EQ(Parsed("```\n[1, 2]\n```"), "[1,2]");
  EXPECT_EQ(Parsed("```json{\"a\":1}```"), R"({"a":1})");
  EXPECT_EQ(Parsed("```json\n{\"a\":\"x ``` y\"}\n```"), R"({"a":"x ``` y"})");
  EXPECT_EQ(Parsed("```json\n{\"a\":1}"), R"({"a":1})");
}

TEST(ParseJsonReply, FindsTheLongestBalancedValue) {
  EXPECT_EQ(Parsed("Sure! {\"a\":{\"b\":[1,2]}} Hope it helps."), R"({"a":{"b":[1,2]}})");
  EXPECT_EQ(Parsed("I said \"{\" [1], see {this}: {\"a\":\"}\\\"]\"} ok"), R"({"a":"}\"]"})");
  EXPECT_EQ(Parsed("{ not this, but { {\"a\":1} } }"), R"({"a":1})");
  EXPECT_EQ(Parsed("text [\"a\", \"b\"]"), R"(["a","b"])");
}

TEST(ParseJsonReply, RefusesSeveralThatDiffer) {
  EXPECT_EQ(Parsed(R"({"a":1} or {"a":2})"), "(none)");
  EXPECT_EQ(Parsed(R"({"a":1} no, rather {"a":1,"b":2})"), "(none)");
  EXPECT_EQ(Parsed(R"({"a":1} and again {"a": 1})"), R"({"a":1})");
}

TEST(ParseJsonReply, RefusesWhatIsNoJson) {
  for (const char* answer :
       {"", " ", "not json", "{", "}", "{\"a\":1", "[1,2", "{'a':1}", "{\"a\"}", "{\"a\":1,}",
        "]{\"a\":1", "```", "``````", "```json\n```", "\\"}) {
    EXPECT_EQ(Parsed(answer), "(none)") << answer;
  }
}

TEST(ParseJsonReply, RefusesDeepNestingWithoutRecursion) {
  EXPECT_EQ(Parsed(Nested(100)), Nested(100));
  EXPECT_EQ(Parsed(Nested(101)), "(none)");
  EXPECT_EQ(Parsed("x " + Nested(101)), "(none)");
  EXPECT_EQ(Parsed(Nested(1000000)), "(none)");
  EXPECT_EQ(Parsed(Repeat("{\"a\":", 1000000)), "(none)");
}

TEST(ParseJsonReply, RefusesObjectsWithThousandsOfKeys) {
  const auto object = [](int keys) {
    std::string json = "{\"k\":{\"x\":1}";
    for (int i = 1; i < keys; ++i) json += ",\"k" + std::to_string(i) + "\":1";
    return json + "}";
  };
  EXPECT_EQ(Parsed(object(1000)), object(1000));
  EXPECT_EQ(Parsed(object(1001)), "(none)");
  EXPECT_EQ(Parsed("so: " + object(1001)), "(none)");
}

TEST(ParseJsonReply, StringsAreStorable) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(Parsed(R"({"a\u0000":"\u0000b"})"), "{\"a" + bad + "\":\"" + bad + "b\"}");
  EXPECT_EQ(Parsed(R"(["\ud83d","\ude00","\ud83d\ude00","\ud83dx","\ud83d\ud83d\ude00"])"),
            "[\"" + bad + "\",\"" + bad + "\",\"😀\",\"" + bad + "x\",\"" + bad + "😀\"]");
  EXPECT_EQ(Parsed(R"(["\\u0000","\\\u0000"])"), R"(["\\u0000","\\)" + bad + "\"]");
  EXPECT_EQ(Parsed("[\"\xFF\xED\xA0\x80\"]"), "[\"" + bad + bad + "\"]");
  EXPECT_EQ(Parsed("so: [\"\\udc00\"]"), "[\"" + bad + "\"]");
  EXPECT_EQ(Parsed(R"(["\u12"])"), "(none)");
  EXPECT_EQ(Parsed(R"(["\ud83d\u"])"), "(none)");
}

TEST(ParseJsonReply, HostileTextTakesLinearTime) {
  const std::size_t n = 50000;
  const std::clock_t start = std::clock();
  for (const std::string& text :
       {Repeat("{", n), Repeat("{\"", n), Repeat("[\"", n), Repeat("{\"a\":\"", n),
        Repeat("\"[\" ", n), "{" + Repeat("\"[\" ", n), Repeat("{}", n), Repeat("{x}", n),
        Repeat("[1,", 90) + Repeat("1,", n), Repeat("{x ", 90) + Repeat("\"[\" ]", n),
        Repeat("[", 99) + "x" + Repeat("{}", n) + Repeat("]", 99), Repeat("\\", n),
        "[\"" + Repeat("\\", n), Repeat("{\"\\\"", n), Repeat("[\\\"", n)}) {
    Parsed(text);
  }
  EXPECT_LT(std::clock() - start, 10 * CLOCKS_PER_SEC);
}

TEST(ParseJsonText, SearchesForNothing) {
  EXPECT_EQ(ParseJsonText(" {\"a\":\"\\u0000\"}\n")->dump(), "{\"a\":\"\xEF\xBF\xBD\"}");
  EXPECT_FALSE(ParseJsonText("x {\"a\":1}"));
  EXPECT_FALSE(ParseJsonText("```\n{\"a\":1}\n```"));
  EXPECT_FALSE(ParseJsonText(Nested(101)));
}

TEST(ParseJsonReply, WhatIsTooLargeIsUnreadable) {
  std::string numbers = "[1";
  for (int i = 0; i < 99990; ++i) numbers += ",1";
  EXPECT_TRUE(ParseJsonReply(numbers + "]"));
  EXPECT_FALSE(ParseJsonReply(numbers + ",1,1,1,1,1,1,1,1,1,1,1,1]"));
  const std::string blanks(17000000, ' ');
  EXPECT_FALSE(ParseJsonReply("{}" + blanks));
  EXPECT_FALSE(ParseJsonText("{}" + blanks));
}

TEST(ParseJsonReply, SearchesOnlySoFar) {
  // Each bracket is closed only at the far end, and nothing is valid JSON.
  const std::string deep = std::string(90, '[') + std::string(300000, 'x') + std::string(90, ']');
  EXPECT_FALSE(ParseJsonReply(deep + " {\"a\":1}"));
  const std::string shallow = std::string(9, '[') + std::string(300000, 'x') + std::string(9, ']');
  EXPECT_TRUE(ParseJsonReply(shallow + " {\"a\":1}"));
}

TEST(JsonReply, RawControlCharactersInStringsAreRead) {
  for (const char* text : {"{\"a\": \"x\ny\"}", "Here: {\"a\": \"x\ny\"} \"unbalanced",
                           "```json\n{\n\"a\": \"x\ny\"\n}\n```"}) {
    const auto json = ParseJsonReply(text);
    ASSERT_TRUE(json) << text;
    EXPECT_EQ(json->at("a"), "x\ny") << text;
  }
  EXPECT_EQ(ParseJsonReply("[\"tab\there\\\"\x01\"]")->at(0), "tab\there\"\x01");
  EXPECT_FALSE(ParseJsonText("[\"x\ny\"]")) << "what is stored is JSON";
}

}  // namespace
}  // namespace soulprint
