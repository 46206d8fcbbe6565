// The examples of the facts question keep its rules.

#include "pipeline/facts_wording.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/facts.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

using Json = nlohmann::ordered_json;

// What follows this mark at the beginning of a line, for each such line.
std::vector<Json> After(std::string_view mark) {
  std::vector<Json> found;
  const std::string begin = "\n" + std::string(mark);
  for (std::size_t at = kFactsWording.find(begin); at != std::string_view::npos;
       at = kFactsWording.find(begin, at + 1)) {
    const std::size_t value = at + begin.size();
    found.push_back(
        Json::parse(kFactsWording.substr(value, kFactsWording.find('\n', value) - value)));
  }
  return found;
}

std::vector<std::string> UsersMessages(const Json& document) {
  std::vector<std::string> texts;
  for (const Json& conversation : document.at("conversations")) {
    EXPECT_TRUE(conversation.at("messages").at(0).contains("date"));
    for (const Json& message : conversation.at("messages")) {
      if (message.at("role") == "user") texts.push_back(message.at("text"));
    }
  }
  return texts;
}

std::vector<std::string> Keys(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

std::vector<std::string> Fields(Category category) {
  std::vector<std::string> fields = {"quote"};
  for (std::string_view field : FieldNames(category)) {
    if (!field.empty()) fields.emplace_back(field);
  }
  fields.emplace_back("importance");
  return fields;
}

void ExpectGoodItem(Category category, const Json& item, const std::vector<std::string>& texts) {
  EXPECT_EQ(Keys(item), Fields(category)) << item;
  EXPECT_GE(item.at("importance").get<int>(), 1) << item;
  EXPECT_LE(item.at("importance").get<int>(), 3) << item;
  const std::string quote = item.at("quote");
  const auto holding = std::count_if(texts.begin(), texts.end(), [&](const std::string& text) {
    return text.find(quote) != std::string::npos;
  });
  EXPECT_EQ(holding, 1) << item;
  EXPECT_GE(std::count(quote.begin(), quote.end(), ' ') + (quote.size() > 20 ? 2 : 0), 2) << item;
  const std::string said = " " + FoldCase(item.at(Fields(category)[1]).get<std::string>()) + " ";
  for (std::string_view word : {" i ", " my ", " user", " he ", " she ", "yesterday", "last week",
                                "last month", "next ", "today", " now ", "currently", ". "}) {
    EXPECT_EQ(said.find(word), std::string::npos) << item << word;
  }
}

TEST(FactsWording, IsLongEnoughToBeCachedAndNoLonger) {
  EXPECT_GE(CountCharacters(kFactsWording), 18000U);  // 4,096 tokens, carefully
  EXPECT_LE(CountCharacters(kFactsWording), 24000U);
}

TEST(FactsWording, TheExamplesKeepTheRules) {
  const std::vector<Json> documents = After("Document: ");
  const std::vector<Json> answers = After("Answer: ");
  ASSERT_EQ(documents.size(), 6U);
  ASSERT_EQ(answers.size(), 6U);
  std::array<int, kCategories.size()> items{};
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const std::vector<std::string> texts = UsersMessages(documents[i]);
    EXPECT_EQ(answers[i].size(), kCategories.size());
    for (Category category : kCategories) {
      for (const Json& item : answers[i].at(std::string(CategoryName(category)))) {
        ExpectGoodItem(category, item, texts);
        ++items[static_cast<std::size_t>(category)];
      }
    }
  }
  for (int count : items) EXPECT_GT(count, 0);  // each category is shown
}

TEST(FactsWording, OneExampleIsHostileAndItsSecretIsNotNoted) {
  const Json hostile = After("Document: ").at(4);
  EXPECT_NE(hostile.dump().find("IGNORE ALL RULES"), std::string::npos);
  EXPECT_NE(hostile.dump().find("Tulpe!77x"), std::string::npos);
  const std::string answer = After("Answer: ").at(4).dump();
  for (std::string_view word : {"Tulpe", "CEO", "obey", "yacht", "Oslo"}) {
    EXPECT_EQ(answer.find(word), std::string::npos) << word;
  }
}

TEST(FactsWording, DescribesTheAnswer) {
  for (Category category : kCategories) {
    std::string fields;
    for (const std::string& field : Fields(category)) {
      fields += (fields.empty() ? "\"" : ", \"") + field + "\"";
    }
    const std::string line = "\"" + std::string(CategoryName(category)) + "\": [{" + fields + "}]";
    EXPECT_NE(kFactsWording.find(line), std::string_view::npos) << line;
  }
}

}  // namespace
}  // namespace soulprint
