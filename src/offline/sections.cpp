#include "offline/sections.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "offline/conversation.hpp"
#include "offline/identity.hpp"
#include "offline/portrait.hpp"
#include "offline/sample.hpp"
#include "offline/statement.hpp"
#include "offline/style.hpp"
#include "pipeline/types.hpp"
#include "util/dump_json.hpp"

namespace soulprint {
namespace {

using nlohmann::ordered_json;
using Texts = std::vector<std::string>;

constexpr std::string_view kNotEnough = "not enough data";
constexpr std::size_t kEnoughMessages = 3;  // with fewer, shares mean nothing
constexpr int kOften = 20;                  // per cent of the messages
constexpr int kSometimes = 8;

std::string OrNotEnough(std::string text) { return text.empty() ? std::string(kNotEnough) : text; }

std::string Percent(int share) { return std::to_string(share) + "% of messages"; }

std::string Joined(const Texts& texts, std::size_t most) {
  std::string joined;
  for (std::size_t i = 0; i < std::min(most, texts.size()); ++i)
    joined += (i == 0 ? "" : ", ") + texts[i];
  return joined;
}

// Writes the sections from a portrait and a style; decides what counts as evidence.
class Writer {
 public:
  Writer(const Portrait& portrait, const Style& style) : portrait_(portrait), style_(style) {}

  ordered_json Soul() const {
    return {
        {"communication_style", CommunicationStyle()},
        {"personality_traits", PersonalityTraits()},
        {"tone_preferences", Tone()},
        {"boundaries",
         OrNotEnough(portrait_.dislikes.empty() ? ""
                                                : "dislikes " + Joined(portrait_.dislikes, 5))},
        {"humor_style", Shows(Habit::kLaughter, kSometimes)
                            ? "laughs in writing (" + Percent(style_.Share(Habit::kLaughter)) + ")"
                            : std::string(kNotEnough)},
        {"formality_level", Formality()},
        {"emotional_patterns", Emotions()}};
  }

  ordered_json User() const {
    return {{"name", OrNotEnough(portrait_.name)},
            {"location", OrNotEnough(portrait_.location)},
            {"occupation", OrNotEnough(portrait_.occupation)},
            {"relationships", portrait_.relationships},
            {"interests", portrait_.interests},
            {"life_context", LifeContext()},
            {"preferred_address", OrNotEnough(portrait_.name)}};
  }

  ordered_json Agents() const {
    Texts rules;
    if (Shows(Habit::kAdvice, kOften))
      rules.push_back("Give concrete recommendations: asked for in " +
                      Percent(style_.Share(Habit::kAdvice)));
    if (Shows(Habit::kSteps, 1))
      rules.push_back("Explain step by step when asked how to do something");
    if (Shows(Habit::kDistress, kSometimes)) {
      rules.push_back(
          "Acknowledge feelings before giving advice: stress or worry is mentioned in " +
          Percent(style_.Share(Habit::kDistress)));
    }
    if (Shows(Habit::kCoding, kOften))
      rules.push_back("Answer programming questions with working code");
    if (!EnglishOrUnknown())
      rules.push_back("Answer in the language of the message: most are written in " +
                      std::string(style_.Script()) + " script");
    Texts do_not;
    for (const std::string& dislike : portrait_.dislikes)
      do_not.push_back("Do not suggest " + dislike);
    Texts remember;
    if (!portrait_.name.empty()) remember.push_back("the name " + portrait_.name);
    if (!portrait_.interests.empty())
      remember.push_back("interests such as " + Joined(portrait_.interests, 3));
    if (!portrait_.projects.empty())
      remember.push_back("what is under way: " + Joined(portrait_.projects, 3));
    return {{"response_style", ResponseStyle()},
            {"behavioral_rules", rules},
            {"context_adaptation",
             portrait_.projects.empty()
                 ? std::string(kNotEnough)
                 : "Relate answers to current projects: " + Joined(portrait_.projects, 3)},
            {"memory_directives",
             remember.empty() ? std::string(kNotEnough) : "Remember " + Joined(remember, 3)},
            {"do_not", do_not}};
  }

  ordered_json Tools() const {
    Texts usage;
    Texts emphasis;
    const auto add = [&](Habit habit, const char* use, const char* capability) {
      if (!Shows(habit, kSometimes)) return;
      usage.push_back(std::string(use) + " (" + Percent(style_.Share(habit)) + ")");
      emphasis.emplace_back(capability);
    };
    add(Habit::kAdvice, "asking for suggestions and recommendations",
        "recommendations that fit the user's interests");
    add(Habit::kLearning, "learning how things work", "clear explanations");
    add(Habit::kCoding, "help with code", "programming");
    add(Habit::kWriting, "writing and correcting texts", "writing and editing");
    add(Habit::kDistress, "talking about stress and worries", "listening and encouragement");
    Texts output;
    if (Shows(Habit::kCode, 1)) output.emplace_back("code in fenced blocks, as the user writes it");
    if (Shows(Habit::kSteps, 1)) output.emplace_back("numbered steps");
    if (Shows(Habit::kBrevity, 1)) output.emplace_back("short answers");
    std::string depth(kNotEnough);
    if (Shows(Habit::kDetail, 1) && style_.Count(Habit::kDetail) > style_.Count(Habit::kBrevity)) {
      depth = "detailed: asks for more detail (" + std::to_string(style_.Count(Habit::kDetail)) +
              " messages)";
    } else if (Shows(Habit::kBrevity, 1)) {
      depth = "brief: asks for short answers (" + std::to_string(style_.Count(Habit::kBrevity)) +
              " messages)";
    }
    return {{"likely_usage", usage},
            {"capabilities_emphasis", emphasis},
            {"output_preferences", OrNotEnough(Joined(output, 3))},
            {"depth_preference", depth}};
  }

 private:
  bool Enough() const { return style_.messages() >= kEnoughMessages; }
  bool Shows(Habit habit, int share) const { return Enough() && style_.Share(habit) >= share; }
  bool EnglishOrUnknown() const { return style_.Script().empty() || style_.Script() == "Latin"; }

  std::string CommunicationStyle() const {
    if (!Enough()) return std::string(kNotEnough);
    const std::size_t words = style_.MedianWords();
    std::string result = words < 12   ? "short messages"
                         : words < 40 ? "messages of a few sentences"
                                      : "long messages";
    result += " (median " + std::to_string(words) + " words)";
    if (Shows(Habit::kQuestion, kOften))
      result += ", asks questions (" + Percent(style_.Share(Habit::kQuestion)) + ")";
    if (Shows(Habit::kCode, kSometimes)) result += ", shares code";
    if (!EnglishOrUnknown()) result += ", writes in " + std::string(style_.Script()) + " script";
    return result;
  }

  Texts PersonalityTraits() const {
    Texts traits;
    const auto add = [&](Habit habit, int share, const std::string& trait, const std::string& why) {
      if (Shows(habit, share))
        traits.push_back(trait + " (" + why + " in " + Percent(style_.Share(habit)) + ")");
    };
    add(Habit::kQuestion, 40, "curious", "asks questions");
    add(Habit::kThanks, kOften, "appreciative", "says thanks");
    add(Habit::kPlease, kOften, "polite", "says please");
    add(Habit::kExclamation, 35, "enthusiastic", "uses exclamation marks");
    add(Habit::kFeelings, 15, "reflective", "speaks of feelings");
    add(Habit::kAdvice, kOften, "open to advice", "asks for suggestions");
    return traits;
  }

  std::string Tone() const {
    Texts tones;
    if (Shows(Habit::kGreeting, kOften))
      tones.push_back("friendly, opens with greetings (" + Percent(style_.Share(Habit::kGreeting)) +
                      ")");
    if (Shows(Habit::kThanks, kOften))
      tones.push_back("warm, says thanks (" + Percent(style_.Share(Habit::kThanks)) + ")");
    if (Shows(Habit::kSlang, kOften)) tones.emplace_back("relaxed, uses slang");
    return OrNotEnough(Joined(tones, 3));
  }

  std::string Formality() const {
    if (!Enough() || !EnglishOrUnknown()) return std::string(kNotEnough);
    const int casual = style_.Share(Habit::kSlang) + style_.Share(Habit::kAllLowerCase) +
                       style_.Share(Habit::kLaughter);
    const int formal = style_.Share(Habit::kPlease) + style_.Share(Habit::kThanks);
    if (casual >= 30 && casual > formal) return "casual (slang or all lower case)";
    if (formal >= 30 && formal > casual) return "polite, neither stiff nor slangy";
    return "neutral";
  }

  std::string Emotions() const {
    Texts patterns;
    if (Shows(Habit::kDistress, kSometimes))
      patterns.push_back("mentions stress, worry or sadness in " +
                         Percent(style_.Share(Habit::kDistress)));
    if (Shows(Habit::kJoy, kSometimes))
      patterns.push_back("mentions joy or excitement in " + Percent(style_.Share(Habit::kJoy)));
    return OrNotEnough(Joined(patterns, 2));
  }

  std::string LifeContext() const {
    Texts parts = portrait_.projects;
    parts.insert(parts.end(), portrait_.traits.begin(), portrait_.traits.end());
    std::string joined;
    for (std::size_t i = 0; i < std::min<std::size_t>(6, parts.size()); ++i)
      joined += (i == 0 ? "" : "; ") + parts[i];
    return OrNotEnough(std::move(joined));
  }

  std::string ResponseStyle() const {
    if (!Enough()) return std::string(kNotEnough);
    const std::size_t words = style_.MedianWords();
    std::string result = words < 12 ? "Short and direct, like the user's own messages"
                         : words < 40
                             ? "A few sentences, conversational, like the user's own messages"
                             : "Thorough, like the user's own messages";
    if (Shows(Habit::kAdvice, kOften)) result += "; lead with concrete suggestions";
    return result;
  }

  const Portrait& portrait_;
  const Style& style_;
};

// Newer statements win, whatever the rank of their conversation in the sample.
void OldestFirst(std::vector<SpokenConversation>* conversations) {
  const auto age = [](const SpokenConversation& c) {
    return c.date.starts_with("unknown") ? std::string_view() : std::string_view(c.date);
  };
  std::stable_sort(conversations->begin(), conversations->end(),
                   [&](const auto& a, const auto& b) { return age(a) < age(b); });
}

}  // namespace

std::string AnswerSections(std::string_view material) {
  Sample sample = ReadSample(material);
  OldestFirst(&sample.conversations);
  Style style;
  std::vector<Statement> statements = MemoryToStatements(sample.memory_md);
  std::reverse(statements.begin(), statements.end());  // MEMORY has the newest first
  for (const SpokenConversation& conversation : sample.conversations) {
    for (Statement& statement : ConversationToStatements(conversation))
      statements.push_back(std::move(statement));
    for (const Spoken& message : conversation.messages) {
      if (message.role == Role::kUser) style.Add(message.text);
    }
  }
  const Portrait portrait = StatementsToPortrait(statements);
  const Identity identity = ChooseIdentity(style, portrait.name);
  const Writer writer(portrait, style);
  const ordered_json sections = {{"soul", writer.Soul()},
                                 {"identity",
                                  {{"ai_name", identity.ai_name},
                                   {"archetype", identity.archetype},
                                   {"vibe", identity.vibe},
                                   {"emoji_style", identity.emoji_style},
                                   {"signature_greeting", identity.signature_greeting}}},
                                 {"user", writer.User()},
                                 {"agents", writer.Agents()},
                                 {"tools", writer.Tools()}};
  return DumpJson(sections);
}

}  // namespace soulprint
