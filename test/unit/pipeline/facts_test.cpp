// Facts as values: JSON form, coercion, merging.

#include "pipeline/facts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "../facts_json.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

using nlohmann::json;

Fact Preference(std::string text, std::vector<Source> sources = {}) {
  Fact fact;
  fact.text = std::move(text);
  fact.sources = std::move(sources);
  return fact;
}

// The facts that FactsFromJson reads, and the number of items it dropped.
std::string Read(const json& facts) {
  const ReadFacts read = FactsFromJson(facts);
  return FactsToJson(read.facts) + " " + std::to_string(read.dropped.malformed);
}

std::string Only(std::string_view category, const json& list) {
  const ReadFacts read = FactsFromJson({{std::string(category), list}});
  std::string all;
  for (const Fact& fact : read.facts) all += FactToJson(fact).dump();
  return all + " " + std::to_string(read.dropped.malformed);
}

TEST(Facts, TheSixCategoriesAreReadAndWrittenAlike) {
  const std::string facts =
      R"({"person":["p"],"preferences":["tea"],"projects":[{"name":"n","description":"d","details":"x"}],)"
      R"("dates":[{"event":"e","date":"2024-03"}],"beliefs":["b"],)"
      R"("decisions":[{"decision":"d","context":"c"}]})";
  EXPECT_EQ(Read(json::parse(facts)), facts + " 0");
}

TEST(Facts, InvisibleCharactersAreTakenOut) {
  EXPECT_EQ(Only("dates", {{{"event", "Wed\u202Eding"}, {"date", "2024\u200B"}}}),
            R"({"event":"Wedding","date":"2024"} 0)");
}

TEST(Facts, AStoredFactHasTheKeyOfItsStatement) {
  EXPECT_EQ(StoredFactKey("preferences", "\"Likes TEA\""), "preferences: likes tea");
  EXPECT_EQ(StoredFactKey("dates", R"({"event":"Wedding","date":"2024"})"), "dates: wedding");
  for (const char* stored : {"null", "{}", "no JSON"}) {
    EXPECT_EQ(StoredFactKey("preferences", stored), "") << stored;
  }
  EXPECT_EQ(StoredFactKey("habits", "\"Likes tea\""), "");
}

TEST(Facts, AStoredFactIsOneLine) {
  const auto line = [](std::string_view category, std::string_view stored) {
    return FactLine(FactFromStored(category, stored).value_or(Fact()));
  };
  EXPECT_EQ(line("preferences", "\"Likes\\n tea\""), "Likes tea");
  EXPECT_EQ(line("projects", R"({"name":"Boat","description":"","details":"in Rust"})"),
            "Boat: in Rust");
  EXPECT_EQ(line("projects", R"({"name":"Boat","description":"sails","details":"in Rust"})"),
            "Boat: sails; in Rust");
  EXPECT_EQ(line("dates", R"({"event":"Wedding","date":"2024"})"), "Wedding: 2024");
  EXPECT_EQ(line("habits", "1"), "");
}

TEST(Facts, AMissingOrNullCategoryIsEmpty) {
  const std::string none =
      R"({"person":[],"preferences":[],"projects":[],"dates":[],"beliefs":[],"decisions":[]} 0)";
  EXPECT_EQ(Read(json::object()), none);
  EXPECT_EQ(Read({{"preferences", nullptr}, {"other", 1}}), none);
}

TEST(Facts, WhatIsNoObjectIsAnErrorThatSaysWhatItIs) {
  for (const json& wrong : {json(7), json("x"), json::array(), json(nullptr)}) {
    try {
      FactsFromJson(wrong);
      FAIL() << wrong;
    } catch (const Error& error) {
      EXPECT_EQ(error.sqlstate(), "22P02");
      EXPECT_EQ(error.what(), std::string("facts must be a JSON object, not ") + wrong.type_name());
      EXPECT_NE(error.hint(), "");
    }
  }
}

TEST(Facts, AClearItemOfAWrongTypeIsCoerced) {
  EXPECT_EQ(Only("projects", {"Boat"}), R"({"name":"Boat","description":"","details":""} 0)");
  EXPECT_EQ(Only("dates", {"Wedding"}), R"({"event":"Wedding","date":""} 0)");
  EXPECT_EQ(Only("decisions", {"Sell"}), R"({"decision":"Sell","context":""} 0)");
  EXPECT_EQ(Only("dates", {{{"event", "Born"}, {"date", 1984}}}),
            R"({"event":"Born","date":"1984"} 0)");
  EXPECT_EQ(Only("projects", {{{"name", "Boat"}, {"details", {"oak", 7, "", nullptr}}}}),
            R"({"name":"Boat","description":"","details":"oak; 7"} 0)");
  EXPECT_EQ(Only("projects", {{{"title", "Boat"}}}),
            R"({"name":"Boat","description":"","details":""} 0)");
  EXPECT_EQ(Only("preferences", {42}), R"("42" 0)");
  for (const char* name : {"text", "preference", "belief", "fact", "value"}) {
    EXPECT_EQ(Only("preferences", {{{name, "tea"}}}), R"("tea" 0)");
    EXPECT_EQ(Only("beliefs", {{{name, "tea"}}}), R"("tea" 0)");
  }
}

TEST(Facts, AListThatIsOneItemIsTaken) {
  EXPECT_EQ(Only("preferences", "tea"), R"("tea" 0)");
  EXPECT_EQ(Only("projects", {{"name", "Boat"}}),
            R"({"name":"Boat","description":"","details":""} 0)");
}

TEST(Facts, WhatIsNoFactIsDroppedAndCounted) {
  EXPECT_EQ(Only("preferences", {nullptr, true, json::array({"x"}), json::object(), "", " \n"}),
            " 6");
  EXPECT_EQ(Only("projects", {{{"description", "no name"}}, {{"name", "  "}}, {{"name", {}}}}),
            " 3");
  EXPECT_EQ(Only("dates", true), " 1");
}

TEST(Facts, AnItemNeverCostsItsNeighbours) {
  EXPECT_EQ(Only("beliefs", {"a", nullptr, "b"}), R"("a""b" 1)");
}

TEST(Facts, TextIsTrimmedAndCut) {
  EXPECT_EQ(Only("preferences", {" tea\n"}), R"("tea" 0)");
  const std::string longest(3000, 'x');
  const ReadFacts read = FactsFromJson(
      {{"projects", {{{"name", longest}, {"description", longest}, {"quote", longest}}}}});
  EXPECT_EQ(read.facts[0].text, Truncate(longest, 1000));
  EXPECT_EQ(read.facts[0].more[0], Truncate(longest, 2000));
  EXPECT_EQ(read.facts[0].quote, Truncate(longest, 2000));
}

TEST(Facts, QuotesFromOutsideAreUnverified) {
  const ReadFacts read =
      FactsFromJson({{"beliefs", {{{"text", "b"}, {"quote", "q"}, {"verified", true}}}}});
  EXPECT_EQ(read.facts[0].quote, "q");
  EXPECT_FALSE(read.facts[0].verified);
  EXPECT_EQ(FactToJson(read.facts[0]).dump(), R"("b")");
}

TEST(Facts, DeepNestingIsOnlyDropped) {
  std::string deep(5000, '[');
  deep += std::string(5000, ']');
  EXPECT_EQ(Only("preferences", {json::parse(deep)}), " 1");
}

TEST(Facts, SchemaDemandsWhatTheServerDemands) {
  const json schema = json::parse(FactsSchema({kCategories.begin(), kCategories.end()},
                                              {{"quote", {{"type", "string"}}}},
                                              {{"importance", {{"type", "integer"}}}}));
  EXPECT_EQ(schema["required"].size(), 6U);
  EXPECT_EQ(schema["additionalProperties"], false);
  for (Category category : kCategories) {
    const json item = schema["properties"][std::string(CategoryName(category))]["items"];
    EXPECT_EQ(item["additionalProperties"], false);
    EXPECT_EQ(item["required"], json({"quote", FieldNames(category)[0], "importance"}));
    for (const json& name : item["required"]) EXPECT_TRUE(item["properties"].contains(name));
  }
}

TEST(MergeFacts, EqualIgnoringCaseAndSurroundingWhiteSpaceIsOneFact) {
  const std::vector<Fact> merged =
      MergeFacts({Preference("Likes tea"), Preference("Has a dog"), Preference(" LIKES TEA\n")});
  ASSERT_EQ(merged.size(), 2U);
  EXPECT_EQ(merged[0].text, " LIKES TEA\n");  // the newest wording, at the first one's place
  EXPECT_EQ(merged[1].text, "Has a dog");
}

TEST(MergeFacts, InnerWhiteSpaceAndOtherCategoriesAreDifferent) {
  Fact belief = Preference("tea");
  belief.category = Category::kBeliefs;
  EXPECT_EQ(MergeFacts({Preference("a b"), Preference("a  b"), Preference("tea"), belief}).size(),
            4U);
}

TEST(MergeFacts, TheNewerStatementWinsAndItsBlanksAreFilled) {
  const std::vector<Fact> merged =
      MergeFacts(FactsFromJson({{"projects",
                                 {{{"name", "Boat"}, {"description", "oak"}, {"details", "12 m"}},
                                  {{"name", "boat"}, {"description", "steel"}, {"details", ""}}}}})
                     .facts);
  ASSERT_EQ(merged.size(), 1U);
  EXPECT_EQ(FactToJson(merged[0]).dump(),
            R"({"name":"boat","description":"steel","details":"12 m"})");
}

TEST(Facts, AnImportanceIsOneOfThree) {
  for (const auto& [given, importance] :
       {std::pair<json, int>(3, 3), {"1", 1}, {0, 2}, {7, 2}, {33, 2}, {"x", 2}, {nullptr, 2}}) {
    EXPECT_EQ(FactFromJson(Category::kPerson, {{"text", "t"}, {"importance", given}})->importance,
              importance)
        << given;
  }
}

TEST(MergeFacts, AQuoteIsNotLostToNone) {
  Fact older = Preference("tea");
  older.quote = "tea";
  EXPECT_EQ(MergeFacts({older, Preference("Tea")})[0].quote, "tea");
}

TEST(MergeFacts, TheHighestImportanceStays) {
  Fact minor = Preference("tea");
  minor.importance = 1;
  Fact major = Preference("tea");
  major.importance = 3;
  EXPECT_EQ(MergeFacts({minor, major})[0].importance, 3);
  EXPECT_EQ(MergeFacts({major, minor})[0].importance, 3);
}

TEST(MergeFacts, AVerifiedQuoteIsNotLostToAnUnverifiedOne) {
  Fact older = Preference("tea");
  older.quote = "I like tea";
  older.verified = true;
  older.more[0] = "green";
  older.sources = {{"c1", 0, 0, 10}};
  Fact newer = Preference("TEA");
  newer.quote = "made up";
  newer.more[0] = "of gold";
  newer.sources = {{"c2", 0, 0, 20}};
  for (const std::vector<Fact>& facts : {std::vector{older, newer}, std::vector{newer, older}}) {
    const Fact merged = MergeFacts(facts)[0];
    EXPECT_EQ(merged.quote, "I like tea");
    EXPECT_EQ(merged.text, "tea");
    EXPECT_EQ(merged.more[0], "green");
    EXPECT_TRUE(merged.verified);
    EXPECT_EQ(LastSaid(merged), Time(10));
  }
  newer.verified = true;
  EXPECT_EQ(MergeFacts({older, newer})[0].quote, "made up");
}

TEST(MergeFacts, AllSourcesAreKeptOldestFirstEachOnce) {
  const std::vector<Fact> merged =
      MergeFacts({Preference("a", {{"c2", 0, -1, 20}, {"c1", 1, -1, 10}}),
                  Preference("a", {{"c2", 0, -1, 20}, {"c0", 0, -1, {}}})});
  EXPECT_EQ(MergeFacts({Preference("a", {{"c", 0, 4, 1}, {"c", 1, 4, 1}, {"c", 1, 5, 2}})})[0]
                .sources.size(),
            2U);  // chunks overlap: the same message
  EXPECT_EQ(MergeFacts({Preference(
                "a", {{"c", 0, 0, 1}, {"c", 0, 2, 1}, {"c", 0, -1, 1}, {"c", 2, -1, 1}})})[0]
                .sources.size(),
            4U);
  std::string order;
  for (const Source& source : merged[0].sources) order.append(source.conversation_id).append(" ");
  EXPECT_EQ(order, "c0 c1 c2 ");
  EXPECT_EQ(LastSaid(merged[0]), Time(20));
  EXPECT_EQ(LastSaid(Preference("a")), std::nullopt);
}

// The best of three runs, in processor time, so that a busy machine does not count.
double MergeMilliseconds(const std::vector<Fact>& facts, std::size_t expected) {
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    std::vector<Fact> copy = facts;
    const std::clock_t start = std::clock();
    const std::vector<Fact> merged = MergeFacts(std::move(copy));
    best = std::min(best, 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    EXPECT_EQ(merged.size(), expected);
  }
  return best;
}

TEST(MergeFacts, TwentyThousandFactsTakeMilliseconds) {
  std::vector<Fact> facts;
  std::vector<Fact> same;
  for (int i = 0; i < 20000; ++i) {
    const Source source{"c" + std::to_string(i), 0, -1, i};
    facts.push_back(
        Preference("The user's favourite number is " + std::to_string(i % 7000), {source}));
    same.push_back(Preference("x", {source}));
  }
  // The promise of 50 ms is for an optimised build; an unoptimised one gets more.
  constexpr double kLimit = 200;
  const double many = MergeMilliseconds(facts, 7000);
  const double one = MergeMilliseconds(same, 1);
  RecordProperty("milliseconds", std::to_string(many));
  EXPECT_LT(many, kLimit);
  EXPECT_LT(one, kLimit);
}

TEST(FactMerger, GivesWhatMergeFactsGives) {
  std::vector<Fact> facts;
  for (const char* text : {"Likes tea", "Likes milk", " likes TEA"}) {
    Fact fact;
    fact.text = text;
    fact.sources = {{"c", static_cast<int>(facts.size()), -1, std::nullopt}};
    facts.push_back(fact);
  }
  FactMerger merger;
  for (const Fact& fact : facts) merger.Add(fact);
  EXPECT_GT(merger.bytes(), 2 * sizeof(Fact));
  const std::deque<Fact> merged = merger.Take();
  EXPECT_EQ(FactsToJson({merged.begin(), merged.end()}), FactsToJson(MergeFacts(facts)));
}

}  // namespace
}  // namespace soulprint
