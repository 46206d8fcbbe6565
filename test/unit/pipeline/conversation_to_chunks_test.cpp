#include "pipeline/conversation_to_chunks.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <string>

#include "export/export_to_conversations.hpp"
#include "golden.hpp"
#include "send_value.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

Conversation Talk(std::vector<std::string> texts, std::optional<std::string> title = "T") {
  Conversation conversation;
  conversation.title = std::move(title);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    conversation.messages.push_back(
        {"", i % 2 == 0 ? Role::kUser : Role::kAssistant, std::move(texts[i]), {}});
  }
  return conversation;
}

std::string Said(const Chunk& chunk, Role role) {
  std::string said;
  for (const Span& s : chunk.spans) {
    if (s.role == role) said += "<" + chunk.content.substr(s.begin, s.end - s.begin) + ">";
  }
  return said;
}

// Processor time, so that other processes do not count.
double SecondsToChunk(const Conversation& conversation) {
  std::clock_t const start = std::clock();
  ConversationToChunks(conversation);
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

TEST(ConversationToChunks, AgreesWithGolden) {
  int agreed = 0;
  for (const auto& golden : ReadGolden("chunks.json")) {
    SCOPED_TRACE(golden["name"].get<std::string>());
    const auto& input = golden["conversations"][0];
    const std::vector<Chunk> chunks =
        ConversationToChunks(ConversationOf(nlohmann::json::parse(input.dump())));
    ASSERT_EQ(chunks.size(), golden["chunks"].size());
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      const auto& expected = golden["chunks"][i];
      EXPECT_EQ(chunks[i].content, expected["content"].get<std::string>());
      EXPECT_EQ(chunks[i].index, expected["chunk_index"]);
      EXPECT_EQ(chunks[i].total, expected["total_chunks"]);
      EXPECT_EQ(chunks[i].tokens, expected["token_count"]);
    }
    ++agreed;
  }
  EXPECT_EQ(agreed, 23);
}

TEST(ConversationToChunks, FourMegabytesTakeLinearTime) {
  const std::vector<std::string> messages(840, std::string(5000, 'a'));
  EXPECT_LT(SecondsToChunk(Talk(messages)), 1);
  EXPECT_LT(SecondsToChunk(Talk({"x"}, std::string(4 << 20, 'a'))), 1);
  EXPECT_LT(SecondsToChunk(Talk({"x"}, std::string(4 << 20, '\n'))), 1);
  std::string one_space_each(4 << 20, 'a');
  for (std::size_t i = 0; i < one_space_each.size(); i += 4001) one_space_each[i] = ' ';
  EXPECT_LT(SecondsToChunk(Talk({"x"}, one_space_each)), 1);
}

TEST(ConversationToChunks, CoversTheTextWithoutAGapAndKeepsTheLimit) {
  std::string text;
  for (int i = 0; i < 900; ++i) text += i % 7 == 0 ? "wörd😀. " : i % 11 == 0 ? "a\n" : "word ";
  const Conversation conversation = Talk({text, text, text, text, std::string(3000, 'x')});
  std::string const whole = ConversationToChunks(conversation, {1000000, 0}).at(0).content;
  for (int target : {1, 2, 7, 50, 200, 1999}) {
    for (int overlap : {0, target / 10, target - 1}) {
      const std::vector<Chunk> chunks = ConversationToChunks(conversation, {target, overlap});
      std::string joined;
      for (const Chunk& chunk : chunks) {
        ASSERT_LE(chunk.tokens, target + overlap);
        std::size_t repeated = 0;
        if (chunk.index > 0) {
          std::string_view const before = chunks[chunk.index - 1].content;
          repeated = LastCharacters(before, 4 * static_cast<std::size_t>(overlap)).size();
        }
        joined += chunk.content.substr(repeated);
      }
      EXPECT_EQ(joined, whole) << target << " " << overlap;
    }
  }
}

TEST(ConversationToChunks, KnowsWhoSaidWhat) {
  const Chunk chunk = ConversationToChunks(Talk({"one\nUser: fake", "two", "", "three"})).at(0);
  EXPECT_EQ(chunk.content,
            "# T\n\nUser: one\nUser: fake\nAssistant: two\nUser: \nAssistant: three");
  EXPECT_EQ(Said(chunk, Role::kUser), "<one\nUser: fake>");
  EXPECT_EQ(Said(chunk, Role::kAssistant), "<two><three>");
}

TEST(ConversationToChunks, TheOverlapBelongsToItsSpeaker) {
  const Conversation conversation = Talk({"aaaa. bbbb. cccc.", "dddd. eeee. ffff."});
  const std::vector<Chunk> chunks = ConversationToChunks(conversation, {6, 2});
  for (const Chunk& chunk : chunks) {
    for (const Span& s : chunk.spans) {
      ASSERT_LT(s.begin, s.end);
      ASSERT_LE(s.end, chunk.content.size());
      std::string const said = chunk.content.substr(s.begin, s.end - s.begin);
      const bool of_user = conversation.messages[0].text.find(said) != std::string::npos;
      const bool of_other = conversation.messages[1].text.find(said) != std::string::npos;
      EXPECT_TRUE(s.role == Role::kUser ? of_user : of_other) << said;
    }
  }
  EXPECT_EQ(chunks.at(1).content, "a. bbbb. cccc.\n");
  EXPECT_EQ(Said(chunks.at(1), Role::kUser), "<a. bbbb. cccc.>");
}

TEST(ConversationToChunks, NobodySaidTheTruncationMark) {
  const Chunk chunk = ConversationToChunks(Talk({std::string(5001, 'u'), "ok"})).at(0);
  EXPECT_NE(chunk.content.find("u... [truncated]\nAssistant: ok"), std::string::npos);
  EXPECT_EQ(Said(chunk, Role::kUser), "<" + std::string(5000, 'u') + ">");
}

TEST(ConversationToChunks, WithoutMessagesThereIsNoChunk) {
  EXPECT_TRUE(ConversationToChunks(Talk({})).empty());
}

TEST(ConversationToChunks, WithoutATitleItIsUntitled) {
  EXPECT_EQ(ConversationToChunks(Talk({"hi"}, std::nullopt)).at(0).content,
            "# Untitled\n\nUser: hi");
}

TEST(ConversationToChunks, RefusesSizesWithoutSense) {
  for (ChunkSize size : {ChunkSize{0, 0}, ChunkSize{-1, 0}, ChunkSize{1000001, 0},
                         ChunkSize{10, -1}, ChunkSize{10, 10}, ChunkSize{10, 11}}) {
    try {
      ConversationToChunks(Talk({"hi"}), size);
      ADD_FAILURE() << size.target_tokens << " " << size.overlap_tokens;
    } catch (const Error& error) {
      EXPECT_EQ(error.sqlstate(), sqlstate::kInvalidParameterValue);
      EXPECT_NE(error.hint(), "");
    }
  }
}

TEST(ConversationToChunks, RefusesToRepeatTheTextThousandsOfTimes) {
  const std::vector<std::string> messages(1000, std::string(2500, '\n') + std::string(2500, 'a'));
  EXPECT_THROW(ConversationToChunks(Talk(messages), {100000, 99999}), Error);
}

}  // namespace
}  // namespace soulprint
