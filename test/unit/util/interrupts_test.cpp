// Long computations check for interrupts, and end cleanly.

#include "util/interrupts.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "export/export_to_conversations.hpp"
#include "export/html_to_text.hpp"
#include "pipeline/conversation_to_chunks.hpp"
#include "pipeline/conversations_to_sample.hpp"
#include "pipeline/facts.hpp"
#include "util/error.hpp"
#include "util/json_reply.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

int asked = 0;
int until = 0;

void Ask() {
  if (++asked == until) throw Error("57014", "canceled");
}

// Runs a long computation: it must check for interrupts, and end with what a check threw.
void ExpectInterruptible(const std::string& what, const std::function<void()>& run) {
  interrupts_hook = Ask;
  asked = until = 0;
  run();
  EXPECT_GT(asked, 0) << what;
  const int all = asked;
  for (int last : {1, all / 2 + 1, all}) {
    asked = 0;
    until = last;
    EXPECT_THROW(run(), Error) << what << ": question " << last << " of " << all;
  }
  interrupts_hook = nullptr;
}

std::string Repeat(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

void ReadAll(const std::string& json) {
  ImportReport report;
  ExportReader reader(
      {1 << 20}, [](Conversation) {}, &report);
  reader.Push(json);
  reader.Finish();
}

TEST(Interrupts, AreLookedForInWhatTakesLong) {
  const std::string tree = R"([{"mapping":{)" +
                           Repeat(R"("n":{"parent":"n","message":{"weight":1}},)", 5000) +
                           R"("x":{}},"title":null}])";
  ExpectInterruptible("a conversation", [&] { ReadAll(tree); });
  ExpectInterruptible("what is skipped", [&] {
    ReadAll(R"([{"messages":[],"x":[)" + Repeat("null,", 10000) + "1]}]");
  });
  Conversation talk;
  talk.messages.resize(10);
  for (Message& message : talk.messages) message.text = Repeat("word. ", 100);
  ExpectInterruptible("chunks", [&] { ConversationToChunks(talk, {10, 0}); });
  ExpectInterruptible("a sample", [&] {
    FormatConversations(
        3, [&](std::size_t) { return talk; }, 1000, Share::kFair, Escape::kNone);
  });
  ExpectInterruptible("a ranking", [] { RankConversations(std::vector<Scored>(5000), 10); });
  ExpectInterruptible("facts", [] { MergeFacts(std::vector<Fact>(10)); });
  ExpectInterruptible("brackets", [] { ParseJsonReply(Repeat("{} ", 10000) + "{"); });
  ExpectInterruptible("a long answer",
                      [] { ParseJsonText("[\"" + std::string(200000, 'x') + "\"]"); });
  ExpectInterruptible("HTML", [] { HtmlToText(std::string(10000, 'x')); });
  ExpectInterruptible("cleaning", [] { CleanUtf8(Repeat("\xC3\xA9", 10000)); });
  ExpectInterruptible("blanks", [] { IsBlank(std::string(10000, ' ')); });
}

}  // namespace
}  // namespace soulprint
