// The fields of the sections, as doc/behavior.md lists them.

#include "pipeline/section_schema.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "pipeline/types.hpp"

namespace soulprint {
namespace {

std::string Fields(std::size_t section) {
  std::string fields;
  for (const SectionField& field : SectionSchema(section)) {
    fields.append(field.name).append(field.list ? "[] " : " ");
  }
  return fields;
}

TEST(SectionSchema, ListsTheFieldsOfEachSectionInOrder) {
  ASSERT_EQ(kSectionNames.size(), 5U);
  EXPECT_EQ(Fields(0),
            "communication_style personality_traits[] tone_preferences boundaries humor_style "
            "formality_level emotional_patterns ");
  EXPECT_EQ(Fields(1), "ai_name archetype vibe emoji_style signature_greeting ");
  EXPECT_EQ(Fields(2),
            "name location occupation relationships[] interests[] life_context preferred_address ");
  EXPECT_EQ(Fields(3),
            "response_style behavioral_rules[] context_adaptation memory_directives do_not[] ");
  EXPECT_EQ(Fields(4),
            "likely_usage[] capabilities_emphasis[] output_preferences depth_preference ");
}

TEST(SectionSchema, EachFieldHasAMeaningOfItsOwn) {
  std::set<std::string_view> meanings;
  for (std::size_t section = 0; section < kSectionNames.size(); ++section) {
    EXPECT_NE(SectionMeaning(section), "");
    for (const SectionField& field : SectionSchema(section)) {
      EXPECT_GT(field.meaning.size(), 30U) << field.name;
      EXPECT_EQ(field.meaning.find('\n'), std::string_view::npos) << field.name;
      EXPECT_TRUE(meanings.insert(field.meaning).second) << field.name;
    }
  }
  EXPECT_EQ(meanings.size(), 28U);
}

}  // namespace
}  // namespace soulprint
