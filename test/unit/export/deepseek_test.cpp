// DeepSeek's fragments.

#include <gtest/gtest.h>

#include <string>

#include "export/visible_messages.hpp"
#include "record.hpp"

namespace soulprint {
namespace {

TEST(DeepSeek, FragmentsSayWhoSpeaks) {
  const Conversation c = RawToConversation(
      Read(R"({"mapping":{"1":{"message":{"fragments":[{"type":"REQUEST","content":"q"}]}},
        "2":{"parent":"1","message":{"fragments":[{"type":"THINK","content":"no"},
          {"type":"RESPONSE","content":"a"},{"type":"SEARCH","content":"no"},
          {"type":"RESPONSE","content":"b"}]}}}})"),
      nullptr);
  EXPECT_EQ(Texts(c), "qa\n\nb");
  EXPECT_EQ(c.messages[1].role, Role::kAssistant);
}

TEST(DeepSeek, EachRunOfFragmentsOfOneSpeakerIsAMessage) {
  const Conversation c = RawToConversation(
      Read(R"({"mapping":{"1":{"message":{"fragments":[{"type":"REQUEST","content":"q"},
        {"type":"THINK","content":"no"},{"type":"TEMPLATE_RESPONSE","content":"a"},
        {"type":"TIP","content":"no"},{"type":"REQUEST","content":" r "}]}},
        "2":{"parent":"1","message":{"fragments":[{"type":"THINK","content":"no"}]}}}})"),
      nullptr);
  EXPECT_EQ(Texts(c), "qar");
  EXPECT_EQ(c.messages[1].role, Role::kAssistant);
  EXPECT_EQ(c.messages[2].role, Role::kUser);
}

}  // namespace
}  // namespace soulprint
