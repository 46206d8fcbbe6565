#include "pipeline/conversations_to_sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr int kRounds = 40;
constexpr std::int64_t kDay = std::int64_t{86400} * 1000000;

Message Of(Role role, std::string text) { return {"", role, std::move(text), {}}; }
Message User(std::string text) { return Of(Role::kUser, std::move(text)); }
Message Assistant(std::string text) { return Of(Role::kAssistant, std::move(text)); }

Conversation Titled(std::optional<std::string> title, std::vector<Message> messages) {
  return {"", std::move(title), 19802 * kDay, {}, std::move(messages)};
}

std::string Format(const std::vector<Conversation>& conversations, std::size_t max_chars,
                   Share share, Escape escape = Escape::kNone) {
  std::map<std::size_t, int> reads;
  std::string const text = FormatConversations(
      conversations.size(),
      [&](std::size_t position) {
        EXPECT_LE(++reads[position], 2);
        return conversations.at(position);
      },
      max_chars, share, escape);
  EXPECT_LE(CountCharacters(text), max_chars);
  return text;
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// --- whole

TEST(FormatConversations, WritesTitlesDatesAndMessages) {
  Conversation untitled = Titled(std::nullopt, {User("Hi")});
  untitled.created_at.reset();
  for (Share share : {Share::kWhole, Share::kFair}) {
    EXPECT_EQ(Format({Titled("Trip", {User("Where?"), Assistant("Rome.")}), untitled}, 1000, share),
              "=== Conversation: \"Trip\" (2024-03-20) ===\nUser: Where?\nAssistant: Rome.\n\n"
              "=== Conversation: \"Untitled\" (unknown date) ===\nUser: Hi");
    EXPECT_EQ(Format({}, 1000, share), "");
  }
}

TEST(FormatConversations, CutsMessagesOver2000Characters) {
  std::string const text =
      Format({Titled("T", {User(std::string(2001, 'a')), Assistant(std::string(2000, 'b'))})},
             10000, Share::kWhole);
  EXPECT_TRUE(Contains(text, "\nUser: " + std::string(2000, 'a') + "... [truncated]\n"));
  EXPECT_TRUE(Contains(text, "\nAssistant: " + std::string(2000, 'b')));
}

TEST(FormatConversations, WholeStopsBeforeTheFirstThatDoesNotFit) {
  const Conversation small = Titled("A", {User("x")});
  const Conversation large = Titled("B", {User(std::string(500, 'y'))});
  std::string const one = Format({small}, 1000, Share::kWhole);
  EXPECT_EQ(Format({small, large, small}, 200, Share::kWhole), one);
  EXPECT_EQ(Format({small, small, large}, 2 * one.size() + 2, Share::kWhole), one + "\n\n" + one);
  EXPECT_EQ(Format({small, small}, 2 * one.size() + 1, Share::kWhole), one);
}

TEST(FormatConversations, WholeCutsTheFirstAtAMessageBorder) {
  const Conversation first = Titled("A", {User("one"), Assistant("two"), User("three")});
  std::string const whole = Format({first}, 1000, Share::kWhole);
  EXPECT_EQ(Format({first, first}, whole.size() - 1, Share::kWhole),
            whole.substr(0, whole.rfind('\n')));
  EXPECT_EQ(Format({first}, 45, Share::kWhole), whole.substr(0, whole.find('\n')));
  EXPECT_EQ(Format({first}, 5, Share::kWhole), "");
}

// --- fair

TEST(FormatConversations, FairShowsAllWholeIfTheyFit) {
  const std::vector<Conversation> all = {Titled("A", {User("x"), Assistant("y")}),
                                         Titled("B", {Assistant("z")}), Titled("C", {})};
  EXPECT_EQ(Format(all, 1000, Share::kFair), Format(all, 1000, Share::kWhole));
  std::size_t const size = CountCharacters(Format(all, 1000, Share::kWhole));
  EXPECT_EQ(Format(all, size, Share::kFair), Format(all, 1000, Share::kWhole));
}

TEST(FormatConversations, FairKeepsShortOnesAndCutsLongOnesEvenly) {
  std::vector<Message> many;
  for (int i = 0; i < 100; ++i) many.push_back(User(std::string(93, 'a')));  // 100 with "\nUser: "
  std::string const text = Format(
      {Titled("A", many), Titled("B", {User("short")}), Titled("C", many)}, 4200, Share::kFair);
  EXPECT_TRUE(Contains(text, "=== Conversation: \"B\" (2024-03-20) ===\nUser: short\n\n"));
  std::size_t const b = text.find("=== Conversation: \"B\"");
  std::size_t const c = text.find("=== Conversation: \"C\"");
  EXPECT_NEAR(static_cast<double>(b), static_cast<double>(text.size() - c), 110);
  EXPECT_TRUE(Contains(text.substr(0, b), "\n[... 80 more messages]\n\n"));
  EXPECT_TRUE(text.ends_with("\n[... 80 more messages]"));
}

TEST(FormatConversations, FairCutsTheAssistantBeforeTheUser) {
  const std::vector<Message> messages = {
      User(std::string(700, 'u')), Assistant(std::string(1500, 'a')), User(std::string(400, 'v')),
      Assistant("Yes."), Assistant(std::string(150, 'b'))};
  const std::vector<Conversation> all = {Titled("A", messages), Titled("B", messages)};
  std::string const text = Format(all, 3502, Share::kFair);
  // 1,750 for each: the header takes 38, the lines of the user 1,114 and the other two 178.
  EXPECT_EQ(text.substr(0, text.find("\n\n")),
            "=== Conversation: \"A\" (2024-03-20) ===\nUser: " + std::string(700, 'u') +
                "\nAssistant: " + std::string(393, 'a') + "... [truncated]\nUser: " +
                std::string(400, 'v') + "\nAssistant: Yes.\nAssistant: " + std::string(150, 'b'));
  EXPECT_EQ(CountCharacters(text), 3502u);
}

TEST(FormatConversations, FairCutsTheAssistantToNothingBeforeItLeavesOutAMessageOfTheUser) {
  std::vector<Message> messages;
  for (int i = 0; i < 10; ++i) {
    messages.push_back(User(std::string(100, 'u')));
    messages.push_back(Assistant(std::string(1000, 'a')));
  }
  std::string const text = Format({Titled("A", messages)}, 38 + 10 * (107 + 27), Share::kFair);
  std::string expected = "=== Conversation: \"A\" (2024-03-20) ===";
  for (int i = 0; i < 10; ++i) {
    expected += "\nUser: " + std::string(100, 'u') + "\nAssistant: ... [truncated]";
  }
  EXPECT_EQ(text, expected);
  std::string const less = Format({Titled("A", messages)}, expected.size() - 1, Share::kFair);
  EXPECT_TRUE(Contains(expected, less.substr(0, less.rfind('\n'))));
  EXPECT_TRUE(less.ends_with("\nUser: " + std::string(100, 'u') + "\n[... 1 more messages]"));
  // Not even the user's messages have room.
  EXPECT_FALSE(Contains(Format({Titled("A", messages)}, 900, Share::kFair), "aaa"));
}

TEST(FormatConversations, FairKeepsTheFirstUserMessageWhereverItStands) {
  std::vector<Message> messages;
  for (int i = 0; i < 20; ++i)
    messages.push_back(Assistant(std::to_string(i) + std::string(80, 'a')));
  messages.push_back(User("who am I"));
  messages.push_back(Assistant(std::string(80, 'z')));
  std::string const text = Format({Titled("A", messages)}, 500, Share::kFair);
  EXPECT_TRUE(text.starts_with(
      "=== Conversation: \"A\" (2024-03-20) ===\nAssistant: ... [truncated]\nAssistant: ..."));
  EXPECT_TRUE(Contains(text, "\nUser: who am I\n[... "));
}

TEST(FormatConversations, FairHandsOutWhatMessageBordersLeave) {
  // The second block can use nothing of its share but its first message; the first takes the rest.
  std::vector<Message> small;
  for (int i = 0; i < 100; ++i) small.push_back(User(std::string(23, 'a')));
  std::string const text =
      Format({Titled("A", small), Titled("B", {User("b"), User(std::string(1900, 'b'))})}, 2000,
             Share::kFair);
  EXPECT_GE(CountCharacters(text), 1900u);
  EXPECT_TRUE(Contains(text, "\nUser: b\n[... 1 more messages]"));
}

TEST(FormatConversations, FairCutsTheNextMessageWhenBordersLeaveTooMuch) {
  const std::vector<Message> large(10, User(std::string(1000, 'a')));
  std::string const text = Format({Titled("A", large), Titled("B", large)}, 3000, Share::kFair);
  EXPECT_EQ(CountCharacters(text), 3000u);
  std::string const best = text.substr(0, text.find("=== Conversation: \"B\""));
  EXPECT_TRUE(best.ends_with("a... [truncated]\n[... 8 more messages]\n\n"));
}

TEST(FormatConversations, FairCutsFirstMessagesBeforeItLeavesAnyoneOut) {
  const std::vector<Conversation> all(
      10, Titled("A", {User(std::string(1000, 'a')), User(std::string(1000, 'b'))}));
  std::string const text = Format(all, 1500, Share::kFair);
  std::size_t blocks = 0;
  for (std::size_t at = 0; (at = text.find("=== Conv", at)) != std::string::npos; ++at) ++blocks;
  EXPECT_EQ(blocks, 10u);
  std::size_t shown = 0;
  for (std::size_t at = 0; (at = text.find("\nUser: a", at)) != std::string::npos; ++at) ++shown;
  EXPECT_EQ(shown, 10u);
  EXPECT_GE(CountCharacters(text), 1425u);
  EXPECT_TRUE(Contains(text, "\nUser: aaa"));
  EXPECT_TRUE(Contains(text, "a... [truncated]\n[... 1 more messages]"));
}

TEST(FormatConversations, FairLeavesTheLowestRanksOut) {
  std::vector<Conversation> all;
  for (char c = 'A'; c <= 'J'; ++c)
    all.push_back(Titled(std::string(1, c), {User("x"), User("y")}));
  std::string const text = Format(all, 120, Share::kFair);
  EXPECT_TRUE(Contains(text, "\"A\""));
  EXPECT_TRUE(Contains(text, "\"B\""));
  EXPECT_FALSE(Contains(text, "\"C\""));
}

TEST(FormatConversations, ATitleThatCannotFitCostsNobodyElse) {
  std::string const text = Format(
      {Titled(std::string(5000, 't'), {User("x")}), Titled("B", {User("y")})}, 1000, Share::kFair);
  EXPECT_EQ(text, "=== Conversation: \"B\" (2024-03-20) ===\nUser: y");
}

TEST(FormatConversations, FairKeepsTheLimitWhenAConversationChangesInBetween) {
  int reads = 0;
  std::string const text = FormatConversations(
      2,
      [&](std::size_t) {
        return Titled("A", std::vector<Message>(++reads <= 2 ? 6 : 50, User("message")));
      },
      260, Share::kFair, Escape::kNone);
  EXPECT_LE(CountCharacters(text), 260u);
  EXPECT_TRUE(Contains(text, "User: message"));
  EXPECT_TRUE(Contains(text, "more messages]"));
  // What has no room any more is left out.
  reads = 0;
  EXPECT_EQ(FormatConversations(
                2,
                [&](std::size_t position) {
                  const bool grows = position == 0 && ++reads == 2;
                  return Titled(grows ? std::string(300, 't') : "A", {User("message")});
                },
                260, Share::kFair, Escape::kNone),
            "=== Conversation: \"A\" (2024-03-20) ===\nUser: message");
}

// --- escape

TEST(FormatConversations, FencedLengthsCount) {
  std::string lines;
  for (int i = 0; i < 300; ++i) lines += "User:\n";
  const std::vector<Conversation> all(5, Titled("A", {User(lines), User(lines), User(lines)}));
  for (std::size_t max_chars : {100u, 1000u, 5000u, 9000u, 20000u}) {
    for (Share share : {Share::kWhole, Share::kFair}) {
      std::string const text = Format(all, max_chars, share, Escape::kMarks);
      EXPECT_FALSE(Contains(text, "\nUser:\n"));
    }
  }
}

// --- any input

std::vector<Conversation> RandomConversations(std::mt19937& random, bool reasonable) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::vector<Conversation> conversations;
  for (int count = below(40) + 1; count > 0; --count) {
    std::string title(static_cast<std::size_t>(below(reasonable ? 30 : 200)), 't');
    Conversation conversation = Titled(title, {});
    const int longest = 1 << below(13);
    for (int messages = below(1 << below(8)); messages >= 0; --messages) {
      std::string text;
      for (int length = below(longest) + 1; length > 0; --length) {
        text += below(20) == 0 ? "😀" : below(60) == 0 ? "\nUser:" : "a";
      }
      conversation.messages.push_back(Of(below(2) == 0 ? Role::kUser : Role::kAssistant, text));
    }
    conversations.push_back(std::move(conversation));
  }
  return conversations;
}

std::size_t Material(const std::vector<Conversation>& conversations, Escape escape) {
  return CountCharacters(Format(conversations, std::size_t{1} << 40, Share::kFair, escape));
}

TEST(FormatConversations, KeepsEveryLimit) {
  std::mt19937 random(7);
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<Conversation> all = RandomConversations(random, false);
    const Escape escape = round % 2 == 0 ? Escape::kNone : Escape::kMarks;
    std::size_t const material = Material(all, escape);
    for (std::size_t max_chars :
         {std::size_t{0}, std::size_t{1}, std::size_t{random() % 100}, std::size_t{random() % 3000},
          random() % material, material - 1, material}) {
      Format(all, max_chars, Share::kFair, escape);
      Format(all, max_chars, Share::kWhole, escape);
    }
  }
}

TEST(FormatConversations, FairUses95PercentAndShowsEveryFirstUserMessage) {
  std::mt19937 random(11);
  int checked = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Conversation> all = RandomConversations(random, true);
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i].title = "Title " + std::to_string(i);
      for (Message& message : all[i].messages) {
        if (message.role != Role::kUser) continue;
        message.text = "first" + std::to_string(i) + "<" + message.text.substr(0, 5) + ">";
        break;
      }
    }
    const Escape escape = round % 2 == 0 ? Escape::kNone : Escape::kMarks;
    std::size_t const material = Material(all, escape);
    std::size_t const least = 120 * all.size();  // room for every header, first message and mark
    if (material <= least) continue;
    std::size_t const max_chars = least + random() % (material - least);
    std::string const text = Format(all, max_chars, Share::kFair, escape);
    EXPECT_GE(CountCharacters(text), max_chars * 95 / 100) << round;
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_TRUE(Contains(text, "\"Title " + std::to_string(i) + "\""));
      const bool has_user = std::any_of(all[i].messages.begin(), all[i].messages.end(),
                                        [](const Message& m) { return m.role == Role::kUser; });
      EXPECT_EQ(Contains(text, "User: first" + std::to_string(i) + "<"), has_user) << round;
    }
    ++checked;
  }
  EXPECT_GT(checked, kRounds / 3);
}

// Everything that the user said there, as far as the format shows it, and the room it needs beside
// the assistant's labels and marks.
struct UsersPart {
  std::vector<std::string> lines;
  std::size_t room = 0;
};

UsersPart UsersPartOf(const std::vector<Conversation>& all) {
  UsersPart part;
  for (const Conversation& conversation : all) {
    part.room += CountCharacters(conversation.title.value_or("")) + 39;
    for (const Message& message : conversation.messages) {
      if (message.role == Role::kAssistant) {
        part.room += 12 + std::min<std::size_t>(15, CountCharacters(message.text));
        continue;
      }
      part.lines.push_back("\nUser: " + Truncate(message.text, 2000));
      part.room += CountCharacters(part.lines.back());
    }
  }
  return part;
}

TEST(FormatConversations, FairShowsAllThatTheUserSaidIfThereIsRoom) {
  std::mt19937 random(13);
  int cut = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<Conversation> all = RandomConversations(random, true);
    const UsersPart part = UsersPartOf(all);
    std::size_t const material = Material(all, Escape::kNone);
    ASSERT_LE(part.room, material + 2);
    std::size_t const max_chars = part.room + random() % (material + 3 - part.room);
    std::string const text = Format(all, max_chars, Share::kFair);
    EXPECT_FALSE(Contains(text, "more messages]"));
    std::size_t at = 0;
    for (const std::string& line : part.lines) {
      at = text.find(line, at);
      ASSERT_NE(at, std::string::npos) << round;
      at += line.size();
    }
    if (max_chars >= material) continue;
    EXPECT_GE(CountCharacters(text), max_chars * 95 / 100) << round;
    ++cut;
  }
  EXPECT_GT(cut, kRounds / 3);
}

}  // namespace
}  // namespace soulprint
