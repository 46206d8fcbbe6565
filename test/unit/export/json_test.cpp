// The tree of a record's JSON: values kept, values skipped, limits.

#include "export/json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "export/forms.hpp"
#include "send_value.hpp"

namespace soulprint {
namespace {

// The tree as compact text.
std::string Shown(const Json& value) {
  std::string text = value.key().empty() ? "" : std::string(value.key()) + ":";
  if (value.is_object()) text += "{";
  if (value.is_list()) text += "[";
  if (value.is_string()) text += "'";
  text += value.text();
  for (const Json& item : value) text += Shown(item) + ",";
  if (value.is_object()) text += "}";
  if (value.is_list()) text += "]";
  return text;
}

TEST(JsonTree, TextAndParsedJsonGiveTheSame) {
  std::string text =
      R"({"create_time":-3,"id":7,"junk":{"mapping":{},"title":"no"},"mapping":{"x":{"other":[1],
      "parent":null}},"parts":["a",{"text":"b"},true,1.5,[]],"title":"T"})";
  JsonTree from_text({}, IsKeyOfAForm), from_json({}, IsKeyOfAForm);
  ASSERT_EQ(from_text.Read(&text), ParseResult::kRead);
  ASSERT_EQ(from_json.Read(Sender(nlohmann::json::parse(text))), ParseResult::kRead);
  for (JsonTree* tree : {&from_text, &from_json}) {
    EXPECT_EQ(
        Shown(tree->root()),
        "{create_time:-3,id:7,mapping:{x:{parent:,},},parts:['a,{text:'b,},,,[],],title:'T,}");
  }
}

// simdjson reads the first, nlohmann what is large, and what simdjson refuses.
TEST(JsonTree, BothParsersGiveTheSame) {
  const std::string value =
      R"({"id":"a\u00e9\n\"","title":null,"parts":[1,-2,18446744073709551615,0.5,1e3,true,"",[{}]],
      "messages":{"x\ty":1,"":{"junk":"\\"}}})";
  const std::string spaces(5 << 20, ' ');
  std::string small = value, large = value + spaces;
  JsonTree tree({}, IsKeyOfAForm);
  ASSERT_EQ(tree.Read(&small), ParseResult::kRead);
  const std::string shown = Shown(tree.root());
  EXPECT_EQ(shown,
            "{id:'a\u00e9\n\",title:,parts:[1,-2,18446744073709551615,,,,',[{},],],"
            "messages:{x\ty:1,{},},}");
  ASSERT_EQ(tree.Read(&large), ParseResult::kRead);
  EXPECT_EQ(Shown(tree.root()), shown);
  std::string integer = R"({"id":123456789012345678901234567890})";
  ASSERT_EQ(tree.Read(&integer), ParseResult::kRead);
  EXPECT_EQ(tree.root().Find("id")->number(), 1.2345678901234568e29);
  std::string invalid = R"({"junk":nul,"id":1})", invalid_large = invalid + spaces;
  EXPECT_EQ(tree.Read(&invalid), ParseResult::kInvalid);
  EXPECT_EQ(tree.Read(&invalid_large), ParseResult::kInvalid);
}

TEST(JsonTree, TheLastOfEqualMembersCounts) {
  JsonTree tree({}, IsKeyOfAForm);
  std::string text = R"({"id":"a","title":"","name":"n","id":"b"})";
  ASSERT_EQ(tree.Read(&text), ParseResult::kRead);
  EXPECT_EQ(tree.root().Find("id")->text(), "b");
  EXPECT_EQ(*tree.root().Text({"uuid", "title", "name"}), "n");
  EXPECT_EQ(tree.root().Find("id", Json::Kind::kList), nullptr);
  EXPECT_EQ(tree.root().Find("id")->Find("x"), nullptr);
}

TEST(JsonTree, ListsAroundRecordsAreKeptOnDemand) {
  std::string text = R"({"unknown":[{"id":1}],"more":{"id":2}})";
  JsonTree with({}, IsKeyOfAForm), without({}, IsKeyOfAForm);
  ASSERT_EQ(with.Read(&text, true), ParseResult::kRead);
  ASSERT_EQ(without.Read(&text), ParseResult::kRead);
  EXPECT_EQ(Shown(with.root()), "{unknown:[{id:1,},],}");
  EXPECT_EQ(Shown(without.root()), "{}");
}

TEST(JsonTree, RefusesWhatIsNoJsonAndWhatIsTooDeep) {
  const auto read = [](std::string text, std::size_t nesting = 512) {
    ParseLimits limits;
    limits.max_nesting = nesting;
    return JsonTree(limits, IsKeyOfAForm).Read(&text);
  };
  for (const char* text : {"", "{", "{\"a\":}", "{\"a\":1]", "[1,]", "{\"a\":\"\n\"}",
                           "{\"a\":1e999}", "{\"a\":\"\\x\"}"}) {
    EXPECT_EQ(read(text), ParseResult::kInvalid) << text;
  }
  EXPECT_EQ(read("{\"a\":" + std::string(100000, '[') + std::string(100000, ']') + "}"),
            ParseResult::kTooDeep);
  EXPECT_EQ(read("[[[]]]", 3), ParseResult::kRead);
  EXPECT_EQ(read("[[[]]]", 2), ParseResult::kTooDeep);
}

TEST(JsonTree, ReplacesWhatPostgresCannotStore) {
  const auto read = [](std::string text) {
    JsonTree tree({}, IsKeyOfAForm);
    EXPECT_EQ(tree.Read(&text), ParseResult::kRead) << text;
    return Shown(tree.root()) + std::to_string(tree.replaced_characters());
  };
  EXPECT_EQ(read(R"({"id":"a\ud800b"})"), "{id:'a\uFFFDb,}1");
  EXPECT_EQ(read(R"({"junk":["\udc00"],"id":"a"})"), "{id:'a,}1");
  EXPECT_EQ(read(R"({"id":"a\u0000b","title":"\u0000"})"), "{id:'a\uFFFDb,title:'\uFFFD,}2");
  EXPECT_EQ(read(R"({"messages":{"\u0000":1}})"), "{messages:{\uFFFD:1,},}1");
  EXPECT_EQ(read("{\"id\":\"a\xff\xed\xa0\x80\"}"), "{id:'a\uFFFD\uFFFD,}2");
  EXPECT_EQ(read(R"({"id":"\ud83d\ude00"})"), "{id:'\U0001F600,}0");
}

TEST(JsonTree, ATextThatGrowsOverTheLimitIsTooLarge) {
  std::string text = "{\"id\":\"" + std::string(100, '\xff') + "\"}";
  ParseLimits limits;
  limits.max_text_bytes = text.size() + 200;
  std::string copy = text;
  EXPECT_EQ(JsonTree(limits, IsKeyOfAForm).Read(&copy), ParseResult::kRead);
  --limits.max_text_bytes;
  EXPECT_EQ(JsonTree(limits, IsKeyOfAForm).Read(&text), ParseResult::kTooLarge);
}

TEST(JsonTree, WhatIsSkippedTakesNoMemory) {
  ParseLimits limits;
  limits.max_bytes = 10 * sizeof(Json);
  std::string skipped = R"({"junk":[1,2,3,4,5,6,7,8,9,10,11,12]})";
  std::string kept = R"({"parts":[1,2,3,4,5,6,7,8,9,10,11,12]})";
  EXPECT_EQ(JsonTree(limits, IsKeyOfAForm).Read(&skipped), ParseResult::kRead);
  EXPECT_EQ(JsonTree(limits, IsKeyOfAForm).Read(&kept), ParseResult::kTooLarge);
}

}  // namespace
}  // namespace soulprint
