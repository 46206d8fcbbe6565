// Fields in all their spellings.

#include <gtest/gtest.h>

#include <string>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/json.hpp"
#include "export/raw_conversation.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

Time TimeIn(const std::string& value) {
  JsonTree tree({}, IsKeyOfAForm);
  std::string json = "{\"timestamp\":" + value + "}";
  EXPECT_EQ(tree.Read(&json), ParseResult::kRead);
  return TimeOf(tree.root().Find("timestamp"));
}

TEST(TimeOf, ZeroAndWhatIsBefore1970AreUnknown) {
  for (const char* unknown : {"0", "0.0", "-1", "null", "true", "\"0001-01-01T00:00:00Z\"", "\"0\"",
                              "\"1970-01-01T00:00:00Z\"", "[]", "{}", "{\"$date\":null}"}) {
    EXPECT_EQ(TimeIn(unknown), std::nullopt) << unknown;
  }
  EXPECT_EQ(TimeIn("1.5"), 1500000);
  EXPECT_EQ(TimeIn("\"2024-03-20\""), 1710892800000000);
  EXPECT_EQ(TimeIn("{\"$date\":{\"$numberLong\":\"1767600000123\"}}"), 1767600000123000);
  EXPECT_EQ(TimeIn("{\"$date\":\"2024-03-20\"}"), 1710892800000000);
}

TEST(ReadHead, ATemporaryChatIsNotRemembered) {
  for (const char* flag : {"is_temporary_chat", "is_temporary", "is_do_not_remember"}) {
    JsonTree tree({}, IsKeyOfAForm);
    std::string json = "{\"" + std::string(flag) + "\":true}";
    tree.Read(&json);
    RawConversation raw;
    ReadHead(tree.root(), &raw);
    EXPECT_FALSE(raw.forget.empty()) << flag;
  }
}

TEST(IsPictureName, LooksAtTheEnding) {
  EXPECT_TRUE(IsPictureName("a.PNG"));
  EXPECT_TRUE(IsPictureName("a.b.jpeg"));
  EXPECT_FALSE(IsPictureName("png"));
  EXPECT_FALSE(IsPictureName(""));
}

TEST(SpeakerOf, LettersDoNotMatter) {
  EXPECT_EQ(SpeakerOf("Human"), "user");
  EXPECT_EQ(SpeakerOf("ASSISTANT"), "assistant");
  EXPECT_EQ(SpeakerOf("Tool"), "tool");
}

}  // namespace
}  // namespace soulprint
