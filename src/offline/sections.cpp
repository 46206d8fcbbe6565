#include "offline/sections.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "offline/sentences.hpp"
#include "offline/slots.hpp"
#include "offline/style.hpp"
#include "pipeline/prompt_format.hpp"
#include "util/dump_json.hpp"
#include "util/error.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

using nlohmann::ordered_json;
using Texts = std::vector<std::string>;

constexpr std::string_view kNotEnough = "not enough data";
constexpr std::size_t kMostListed = 15;  // texts in a list
constexpr int kOften = 30;               // per cent of the messages
constexpr int kSometimes = 10;

struct Said {
  std::string text;
  std::string day;  // "2024-03-20", "" = unknown
};

struct Material {
  std::vector<Said> messages;                               // of the user
  std::vector<std::pair<std::string, std::string>> memory;  // heading, text of a bullet
};

// Takes the bullet of a MEMORY line, without its marks.
void TakeMemoryLine(std::string_view line, std::string* heading, Material* read) {
  if (line.starts_with("## ")) *heading = line.substr(3);
  if (!line.starts_with("- ")) return;
  std::string text(line.substr(2));
  if (text.starts_with("**")) {
    text.erase(0, 2);
    text.erase(std::min(text.rfind("**"), text.size()), 2);
  }
  read->memory.emplace_back(*heading, std::move(text));
}

// Marks count only at the beginning of a line; inside a message they are indented.
Material Read(std::string_view material) {
  Material read;
  std::string day;
  std::string heading;
  bool in_memory = false;
  bool in_user = false;
  for (std::size_t at = 0; at < material.size();) {
    CheckForInterrupts();
    const std::size_t end = std::min(material.find('\n', at), material.size());
    const std::string_view line = material.substr(at, end - at);
    at = end + 1;
    in_memory = in_memory || line.starts_with(kMemoryMark);
    if (in_memory) {
      TakeMemoryLine(line, &heading, &read);
    } else if (line.starts_with(kHeaderBegin)) {
      const std::size_t bracket = line.rfind('(') + 1;
      day = line.substr(bracket, line.rfind(')') - bracket);
      if (day.starts_with("unknown")) day.clear();
      in_user = false;
    } else if (line.starts_with(kUserLabel)) {
      in_user = true;
      read.messages.push_back({std::string(line.substr(kUserLabel.size())), day});
    } else if (line.starts_with(kAssistantLabel) || line.starts_with(kMoreBegin)) {
      in_user = false;
    } else if (in_user) {
      read.messages.back().text.append("\n").append(line);
    }
  }
  return read;
}

// The message without the sentence in which it was cut.
std::string_view WholeSentences(std::string_view text) {
  text = Trim(text);
  if (!text.ends_with(kTruncated)) return text;
  text.remove_suffix(kTruncated.size());
  return text.substr(0, text.find_last_of(".!?\n") + 1);
}

std::string Joined(const Texts& texts, std::string_view joint) {
  std::string joined;
  for (const std::string& text : texts) joined.append(joined.empty() ? "" : joint).append(text);
  return joined.empty() ? std::string(kNotEnough) : joined;
}

void AddOnce(std::string text, Texts* texts) {
  if (texts->size() < kMostListed && std::find(texts->begin(), texts->end(), text) == texts->end())
    texts->push_back(std::move(text));
}

// Names that are no program's; the user's own name, job or home chooses, so that it stays.
std::string ChooseName(const ordered_json& user) {
  constexpr std::array<std::string_view, 16> kNames = {
      "Fennwick", "Marlowe", "Juniper", "Caspian", "Tamsin", "Orrin", "Linden", "Sorrel",
      "Brunel",   "Kestrel", "Wren",    "Halcyon", "Elowen", "Quill", "Corvin", "Verity"};
  std::uint64_t hash = 14695981039346656037U;
  for (const char* field : {"name", "occupation", "location"}) {
    const std::string value = user.value(field, std::string(kNotEnough));
    if (value == kNotEnough || value.empty()) continue;
    for (const char c : value) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    break;
  }
  return std::string(kNames[(hash >> 32) % kNames.size()]);
}

class Writer {
 public:
  explicit Writer(const Material& material) {
    for (const Said& message : material.messages) {
      CheckForInterrupts();
      style_.Add(message.text);
      for (const Sentence& sentence : ToOwnWords(WholeSentences(message.text)).sentences) {
        for (Reading& reading : ReadSlots(sentence)) {
          reading.day = message.day;
          slots_[reading.slot].push_back(std::move(reading));
        }
      }
    }
    const std::map<Slot, std::vector<Reading>> said = slots_;
    for (const auto& [heading, text] : material.memory) ReadMemory(heading, text, said);
  }

  ordered_json Write() const {
    const ordered_json user = User();
    return {{"soul", Soul()},
            {"identity", Identity(user)},
            {"user", user},
            {"agents", Agents(user)},
            {"tools", Tools()}};
  }

 private:
  void ReadMemory(const std::string& heading, const std::string& text,
                  const std::map<Slot, std::vector<Reading>>& said) {
    const Sentence sentence = ReadSentence(text);
    for (Reading& reading : ReadSlots(sentence)) {
      if (!said.contains(reading.slot)) slots_[reading.slot].push_back(std::move(reading));
    }
    if (heading == "Projects") AddOnce("\"" + text + "\"", &projects_);
    if (heading == "Personal Facts") AddOnce("\"" + text + "\"", &person_);
    if (Has(sentence.cues, Cue::kDislike)) return AddOnce("\"" + text + "\"", &dislikes_);
    if (!Has(sentence.cues, Cue::kTaste) && !Has(sentence.cues, Cue::kHabit)) return;
    for (const Hit& hit : sentence.cues) {
      if (hit.list->cue == Cue::kThing)
        AddOnce(LowerCase(TextOf(sentence.text, sentence.words, hit.begin, hit.end)), &interests_);
    }
  }

  std::string Holds(Slot slot) const {
    const auto readings = slots_.find(slot);
    if (readings == slots_.end()) return std::string(kNotEnough);
    const std::size_t holds = WhatHolds(readings->second);
    return holds < readings->second.size() ? readings->second[holds].value
                                           : std::string(kNotEnough);
  }

  Texts All(Slot slot, const std::string& before) const {
    Texts all;
    const auto readings = slots_.find(slot);
    if (readings == slots_.end()) return all;
    for (const Reading& reading : readings->second) AddOnce(before + reading.value, &all);
    return all;
  }

  // "often" or "sometimes" and the habit, if the share of messages allows it.
  static void Habit(int share, const std::string& before, const std::string& habit, Texts* texts) {
    if (share >= kSometimes)
      texts->push_back(before + (share >= kOften ? "often " : "sometimes ") + habit);
  }

  std::string Length(std::string_view shorter, std::string_view middle,
                     std::string_view longer) const {
    const std::size_t words = style_.MedianWords();
    return std::string(!style_.Enough() ? kNotEnough
                       : words < 12     ? shorter
                       : words < 45     ? middle
                                        : longer);
  }

  ordered_json Soul() const {
    Texts style;
    Texts traits;
    Texts tone;
    Texts emotions;
    if (style_.Enough())
      style.push_back(Length("writes short messages", "writes a few sentences at a time",
                             "writes long messages"));
    Habit(style_.ShareOf('?'), "", "asks questions", &style);
    if (style_.Language() != "English")
      style.push_back("writes in " + std::string(style_.Language()));
    if (style_.ShareOf('?') >= kOften) traits.emplace_back("curious: often asks questions");
    if (style_.Share(Cue::kThanks) >= kOften)
      traits.emplace_back("polite: often says please or thanks");
    if (style_.ShareOf('!') >= kOften) traits.emplace_back("lively: often uses exclamation marks");
    Habit(style_.Share(Cue::kThanks), "polite: ", "says please or thanks", &tone);
    Habit(style_.Share(Cue::kSlang), "relaxed: ", "uses slang", &tone);
    Habit(style_.Share(Cue::kDistress), "", "speaks of stress, worry or sadness", &emotions);
    Habit(style_.Share(Cue::kJoy), "", "speaks of joy", &emotions);
    const bool casual = style_.Share(Cue::kSlang) + style_.ShareOf('a') >= kOften;
    return {{"communication_style", Joined(style, ", ")},
            {"personality_traits", traits},
            {"tone_preferences", Joined(tone, ", ")},
            {"boundaries",
             dislikes_.empty() ? std::string(kNotEnough) : "says: " + Joined(dislikes_, "; ")},
            {"humor_style",
             style_.ShareOf('h') >= kSometimes ? "laughs in writing" : std::string(kNotEnough)},
            {"formality_level", !style_.Enough() ? std::string(kNotEnough)
                                : casual         ? "casual"
                                                 : "neither stiff nor casual"},
            {"emotional_patterns", Joined(emotions, ", ")}};
  }

  ordered_json Identity(const ordered_json& user) const {
    const int distress = style_.Share(Cue::kDistress);
    const int advice = style_.Share(Cue::kAdvice);
    const bool code = style_.Share(Cue::kCode) >= kOften;
    const bool listens = distress >= kSometimes && distress >= advice;
    const std::string name = user.at("name").get<std::string>();
    const int emoji = style_.ShareOf('e');
    return {{"ai_name", ChooseName(user)},
            {"archetype", code                   ? "The Workshop Partner"
                          : listens              ? "The Confidant"
                          : advice >= kSometimes ? "The Trail Guide"
                                                 : "The Thinking Companion"},
            {"vibe", code                   ? "focused and practical"
                     : listens              ? "calm and warm"
                     : advice >= kSometimes ? "encouraging and concrete"
                                            : "clear and attentive"},
            {"emoji_style", !style_.Enough() ? std::string(kNotEnough)
                            : emoji == 0     ? "none: the user writes without emoji"
                            : emoji < kOften ? "sparing, as the user does"
                                             : "frequent, as the user does"},
            {"signature_greeting", style_.Greeting(name == kNotEnough ? "" : name)}};
  }

  ordered_json User() const {
    Texts relationships;
    if (const std::string partner = Holds(Slot::kPartner); partner != kNotEnough)
      relationships.push_back(partner);
    for (std::string& relative : All(Slot::kRelative, ""))
      AddOnce(std::move(relative), &relationships);
    Texts interests = interests_;
    for (std::string& favorite : All(Slot::kFavorite, "favorite "))
      AddOnce(std::move(favorite), &interests);
    Texts context;
    if (const std::string age = Holds(Slot::kAge); age != kNotEnough)
      context.push_back(age + " years old when last said");
    if (const std::string diet = Holds(Slot::kDiet); diet != kNotEnough) context.push_back(diet);
    for (std::string& language : All(Slot::kLanguage, "speaks "))
      AddOnce(std::move(language), &context);
    context.insert(
        context.end(), person_.begin(),
        person_.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(4, person_.size())));
    const std::string name = Holds(Slot::kName);
    return {{"name", name},
            {"location", Holds(Slot::kHome)},
            {"occupation", Holds(Slot::kJob)},
            {"relationships", relationships},
            {"interests", interests},
            {"life_context", Joined(context, "; ")},
            {"preferred_address", name}};
  }

  ordered_json Agents(const ordered_json& user) const {
    Texts rules;
    Texts do_not;
    Texts remember;
    if (style_.Share(Cue::kAdvice) >= kSometimes)
      rules.emplace_back("Give concrete suggestions: the user asks for them");
    if (style_.Share(Cue::kDistress) >= kSometimes)
      rules.emplace_back("Acknowledge feelings before giving advice");
    if (style_.Share(Cue::kCode) >= kOften)
      rules.emplace_back("Answer programming questions with working code");
    if (style_.Language() != "English")
      rules.push_back("Answer in " + std::string(style_.Language()) + ", as the user writes");
    for (const std::string& dislike : dislikes_)
      do_not.push_back("Do not forget what the user says: " + dislike);
    for (const char* field : {"name", "occupation", "location"}) {
      const std::string value = user.at(field).get<std::string>();
      if (value != kNotEnough) remember.push_back("the " + std::string(field) + " " + value);
    }
    const Texts current(projects_.begin(),
                        projects_.begin() + static_cast<std::ptrdiff_t>(
                                                std::min<std::size_t>(3, projects_.size())));
    return {{"response_style", Length("short and direct, like the user's own messages",
                                      "a few sentences, like the user's own messages",
                                      "thorough, like the user's own messages")},
            {"behavioral_rules", rules},
            {"context_adaptation",
             current.empty() ? std::string(kNotEnough)
                             : "relate answers to what is under way: " + Joined(current, "; ")},
            {"memory_directives",
             remember.empty() ? std::string(kNotEnough) : "remember " + Joined(remember, ", ")},
            {"do_not", do_not}};
  }

  ordered_json Tools() const {
    struct Use {
      Cue cue;
      const char* use;
      const char* capability;
    };
    constexpr std::array<Use, 5> kUses = {{
        {Cue::kAdvice, "asking for suggestions", "suggestions that fit the user"},
        {Cue::kLearning, "learning how things work", "clear explanations"},
        {Cue::kCode, "help with code", "programming"},
        {Cue::kText, "writing and correcting texts", "writing and editing"},
        {Cue::kDistress, "talking about worries", "listening and encouragement"},
    }};
    Texts usage;
    Texts capabilities;
    for (const Use& use : kUses) {
      if (style_.Share(use.cue) < kSometimes) continue;
      usage.emplace_back(use.use);
      capabilities.emplace_back(use.capability);
    }
    const int brief = style_.Share(Cue::kBrief);
    const int detail = style_.Share(Cue::kDetail);
    return {{"likely_usage", usage},
            {"capabilities_emphasis", capabilities},
            {"output_preferences", style_.ShareOf('`') > 0
                                       ? "code in fenced blocks, as the user writes it"
                                       : std::string(kNotEnough)},
            {"depth_preference", detail > brief ? "detailed: the user asks for detail"
                                 : brief > 0    ? "brief: the user asks for short answers"
                                                : std::string(kNotEnough)}};
  }

  Style style_;
  std::map<Slot, std::vector<Reading>> slots_;
  Texts projects_;
  Texts person_;
  Texts dislikes_;
  Texts interests_;
};

}  // namespace

std::string AnswerSections(std::string_view material) {
  return DumpJson(Writer(Read(material)).Write());
}

std::string AnswerName(std::string_view material) {
  try {
    const ordered_json sections = ordered_json::parse(material);
    return DumpJson(ordered_json{{"ai_name", ChooseName(sections.at("user"))}});
  } catch (const nlohmann::json::exception& e) {
    throw Error(sqlstate::kInvalidTextRepresentation,
                "material of the name question is not an object of sections")
        .Detail(e.what());
  }
}

}  // namespace soulprint
