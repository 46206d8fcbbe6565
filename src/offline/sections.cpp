// The sections are filled from three sources: slots, sentences of MEMORY, and habits of writing,
// for which kHabits has a text each.

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "offline/answers.hpp"
#include "offline/cues.hpp"
#include "offline/lexicon.hpp"
#include "offline/sentences.hpp"
#include "offline/slots.hpp"
#include "pipeline/prompt_format.hpp"
#include "pipeline/section_schema.hpp"
#include "pipeline/types.hpp"
#include "util/dump_json.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

using nlohmann::ordered_json;
using Texts = std::vector<std::string>;

constexpr std::string_view kNotEnough = "not enough data";
constexpr std::size_t kEnough = 3;       // messages; with fewer there are no habits
constexpr std::size_t kMostListed = 12;  // texts in a field
constexpr std::size_t kOften = 30;       // per cent of the messages
constexpr std::size_t kMeasured = 1000;  // characters of a message; the rest may be a document

struct Habit {
  std::string_view field;
  Cue cue;
  std::size_t least;      // per cent of the messages
  std::string_view text;  // {} = often or sometimes
};
constexpr auto kHabits = std::to_array<Habit>({
    {"communication_style", Cue::kQuestion, 10, "{} asks questions"},
    {"personality_traits", Cue::kQuestion, 30, "curious: {} asks questions"},
    {"personality_traits", Cue::kThanks, 20, "polite: {} says please or thanks"},
    {"personality_traits", Cue::kExclamation, 30, "lively: {} uses exclamation marks"},
    {"tone_preferences", Cue::kThanks, 10, "polite"},
    {"tone_preferences", Cue::kSlang, 10, "relaxed"},
    {"humor_style", Cue::kLaughter, 5, "{} laughs in writing"},
    {"formality_level", Cue::kSlang, 20, "casual: {} uses slang"},
    {"formality_level", Cue::kThanks, 20, "polite: {} says please or thanks"},
    {"emotional_patterns", Cue::kDistress, 10, "{} speaks of stress, worry or sadness"},
    {"emotional_patterns", Cue::kJoy, 10, "{} speaks of joy"},
    {"archetype", Cue::kCode, 25, "The Workshop Partner"},
    {"archetype", Cue::kDistress, 15, "The Confidant"},
    {"archetype", Cue::kAdvice, 10, "The Trail Guide"},
    {"vibe", Cue::kCode, 25, "focused and practical"},
    {"vibe", Cue::kDistress, 15, "calm and warm"},
    {"vibe", Cue::kAdvice, 10, "encouraging and concrete"},
    {"archetype", Cue::kQuestion, 0, "The Thinking Companion"},
    {"vibe", Cue::kQuestion, 0, "clear and attentive"},
    {"emoji_style", Cue::kEmoji, 5, "the user {} writes emoji"},
    {"behavioral_rules", Cue::kAdvice, 10, "Give concrete suggestions: the user {} asks for them"},
    {"behavioral_rules", Cue::kDistress, 10, "Acknowledge feelings before giving advice"},
    {"behavioral_rules", Cue::kCode, 25, "Answer programming questions with working code"},
    {"likely_usage", Cue::kAdvice, 10, "asking for suggestions"},
    {"likely_usage", Cue::kLearning, 10, "learning how things work"},
    {"likely_usage", Cue::kCode, 10, "help with code"},
    {"likely_usage", Cue::kText, 10, "writing and correcting texts"},
    {"likely_usage", Cue::kDistress, 10, "talking about worries"},
    {"capabilities_emphasis", Cue::kAdvice, 10, "suggestions that fit the user"},
    {"capabilities_emphasis", Cue::kLearning, 10, "clear explanations"},
    {"capabilities_emphasis", Cue::kCode, 10, "programming"},
    {"capabilities_emphasis", Cue::kText, 10, "writing and editing"},
    {"capabilities_emphasis", Cue::kDistress, 10, "listening and encouragement"},
    {"output_preferences", Cue::kFence, 5, "code in fenced blocks, as the user writes it"},
    {"depth_preference", Cue::kDetail, 5, "the user {} asks for detail"},
    {"depth_preference", Cue::kBrief, 5, "the user {} asks for short answers"},
});

struct Tongue {
  std::string_view name;
  std::string_view words;     // the commonest
  std::string_view greeting;  // {} = the user's name
};
constexpr auto kTongues = std::to_array<Tongue>({
    {"English", "the and i is to you my a of it", "Hello {}, what is on your mind today?"},
    {"Chinese", "的 了 我 是 你 在 不 有 吗 很", "你好{}，今天想聊些什么？"},
    {"Japanese", "の は に が を た で す ま か", "こんにちは{}、今日は何を話しましょうか。"},
    {"Spanish", "el la que los para una por con es", "Hola {}, ¿de qué hablamos hoy?"},
    {"French", "le les je vous est une pour dans",
     "Bonjour {}, de quoi parlons-nous aujourd'hui ?"},
    {"German", "ich der die und ist das nicht ein", "Hallo {}, worüber sprechen wir heute?"},
    {"Portuguese", "você não que uma para com os um", "Olá {}, sobre o que conversamos hoje?"},
    {"Italian", "il che di per sono una non della", "Ciao {}, di che cosa parliamo oggi?"},
    {"Dutch", "ik het een van niet de dat voor", "Hallo {}, waar hebben we het vandaag over?"},
    {"Indonesian", "saya yang dan untuk tidak ini itu",
     "Halo {}, apa yang ingin dibahas hari ini?"},
    {"Russian", "и в не на я что с как мне это", "Здравствуйте {}, о чём поговорим сегодня?"},
});

std::string Filled(std::string_view text, std::string_view value) {
  std::string filled(text);
  const std::size_t at = filled.find("{}");
  if (at == std::string::npos) return filled;
  filled.replace(at, 2, value);
  if (value.empty() && at > 0 && filled[at - 1] == ' ') filled.erase(at - 1, 1);
  return filled;
}

// The user's own name, job or home chooses, so that the name stays.
std::string ChooseName(const std::string& name, const std::string& job, const std::string& home) {
  constexpr std::array<std::string_view, 16> kNames = {
      "Fennwick", "Marlowe", "Juniper", "Caspian", "Tamsin", "Orrin", "Linden", "Sorrel",
      "Brunel",   "Kestrel", "Wren",    "Halcyon", "Elowen", "Quill", "Corvin", "Verity"};
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : !name.empty() ? name : !job.empty() ? job : home)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return std::string(kNames[(hash >> 32) % kNames.size()]);
}

class Writer {
 public:
  // Marks count only at the beginning of a line; inside a message they are indented.
  explicit Writer(std::string_view material) {
    std::string message;  // of the user, "" = none is open
    std::string day;
    std::string_view heading;
    for (std::size_t at = 0; at < material.size();) {
      CheckForInterrupts();
      const std::size_t end = std::min(material.find('\n', at), material.size());
      const std::string_view line = material.substr(at, end - at);
      at = end + 1;
      const bool user = line.starts_with(kUserLabel);
      const bool header = line.starts_with(kHeaderBegin);
      const bool memory = line.starts_with("## ");
      if (user || header || memory || line.starts_with(kAssistantLabel) ||
          line.starts_with(kMoreBegin))
        ReadMessage(std::exchange(message, ""), day);
      if (user) message = line.substr(kUserLabel.size());
      if (!user && !message.empty()) message.append("\n").append(line);
      if (header)
        day = line.substr(line.rfind('(') + 1, line.ends_with("(unknown date) ===") ? 0 : 10);
      if (memory) heading = line.substr(3);
      if (line.starts_with("- ") && !heading.empty())
        ReadBullet(heading, std::string(line.substr(2)));
    }
    ReadMessage(message, day);
    FromSlots();
    FromHabits();
  }

  ordered_json Write() const {
    ordered_json sections;
    for (std::size_t i = 0; i < kSectionNames.size(); ++i) {
      ordered_json& section = sections[std::string(kSectionNames[i])];
      for (const SectionField& field : SectionSchema(i)) {
        const auto found = fields_.find(field.name);
        const Texts texts = found == fields_.end() ? Texts() : found->second;
        std::string joined(texts.empty() ? kNotEnough : "");
        for (const std::string& text : texts)
          joined.append(joined.empty() ? "" : "; ").append(text);
        section[std::string(field.name)] = field.list ? ordered_json(texts) : ordered_json(joined);
      }
    }
    return sections;
  }

 private:
  void Add(std::string_view field, const std::string& text, std::size_t most = kMostListed) {
    Texts& texts = fields_[field];
    const bool known = std::find(texts.begin(), texts.end(), text) != texts.end();
    if (!text.empty() && texts.size() < most && !known) texts.push_back(text);
  }

  void ReadMessage(std::string_view text, const std::string& day) {
    if (IsBlank(text)) return;
    if (text.ends_with(kTruncated)) {  // without the sentence in which it was cut
      text.remove_suffix(kTruncated.size());
      text = text.substr(0, text.find_last_of(".!?\n") + 1);
    }
    const OwnWords own = ToOwnWords(text);
    for (const Sentence& sentence : own.sentences) {
      if (own.order) break;
      for (Reading& reading : ReadSlots(sentence)) {
        reading.day = day;
        said_[reading.slot].push_back(std::move(reading));
      }
    }
    const Words words = ToWords(FirstCharacters(text, kMeasured));
    lengths_.push_back(words.size());
    std::set<Cue> cues;
    for (const Hit& hit : FindCues(words)) cues.insert(hit.cue);
    for (const Cue cue : cues) ++habits_[cue];
    for (const Word& word : words) {
      for (std::size_t i = 0; i < kTongues.size(); ++i)
        tongues_[i] += Among(word.text, kTongues[i].words) ? 1 : 0;
    }
  }

  // A sentence of the user's own in MEMORY.
  void ReadBullet(std::string_view heading, std::string text) {
    for (std::size_t bold; (bold = text.find("**")) != std::string::npos;) text.erase(bold, 2);
    const Sentence sentence = ReadSentence(text);
    for (Reading& reading : ReadSlots(sentence))
      remembered_[reading.slot].push_back(std::move(reading));
    const std::string quoted = "\"" + text + "\"";
    if (heading == "Projects") Add("context_adaptation", quoted, 3);
    const bool lasting = sentence.Has(Cue::kIdentity) || sentence.Has(Cue::kBeing) ||
                         sentence.Has(Cue::kNameIs) || sentence.Has(Cue::kHomeIs) ||
                         sentence.Has(Cue::kHealth);
    if (heading == "Personal Facts" && lasting) Add("life_context", quoted, 4);
    if (!sentence.Has(Cue::kDislike)) return;
    Add("boundaries", quoted);
    Add("do_not", "Do not forget what the user says: " + quoted);
  }

  // What the user said in the conversations, or else what MEMORY holds.
  const std::vector<Reading>& Readings(Slot slot) {
    return said_.contains(slot) ? said_[slot] : remembered_[slot];
  }

  std::string Holds(Slot slot) {
    const std::vector<Reading>& readings = Readings(slot);
    const std::size_t holds = WhatHolds(readings);
    return holds < readings.size() ? readings[holds].value : "";
  }

  void AddAll(Slot slot, std::string_view field, const std::string& before) {
    const std::vector<Reading>& readings = Readings(slot);
    for (const std::size_t place : AllThatHold(readings))
      Add(field, before + readings[place].value);
  }

  void FromSlots() {
    const std::string name = Holds(Slot::kName);
    const std::string home = Holds(Slot::kHome);
    const std::string job = Holds(Slot::kJob);
    Add("name", name);
    Add("preferred_address", name);
    Add("location", home);
    Add("occupation", job);
    for (const std::string& value : {name, home, job})
      Add("memory_directives", value.empty() ? "" : "remember: " + value);
    Add("ai_name", ChooseName(name, job, home));
    Add("relationships", Holds(Slot::kPartner));
    AddAll(Slot::kKin, "relationships", "");
    AddAll(Slot::kThing, "interests", "");
    AddAll(Slot::kFavorite, "interests", "favorite ");
    AddAll(Slot::kLanguage, "life_context", "speaks ");
    Add("life_context", Holds(Slot::kDiet));
    if (const std::string age = Holds(Slot::kAge); !age.empty())
      Add("life_context", "was " + age + " when last said");
    const auto most = std::max_element(tongues_.begin(), tongues_.end());
    const Tongue& tongue = kTongues[static_cast<std::size_t>(most - tongues_.begin())];
    Add("signature_greeting", Filled(tongue.greeting, name));
    if (tongue.name == "English") return;
    Add("communication_style", "writes in " + std::string(tongue.name));
    Add("behavioral_rules", "Answer in " + std::string(tongue.name) + ", as the user writes");
  }

  void FromHabits() {
    const bool enough = lengths_.size() >= kEnough;
    std::sort(lengths_.begin(), lengths_.end());
    const std::size_t median = enough ? lengths_[lengths_.size() / 2] : 0;
    const std::string length = median < 12   ? "short"
                               : median < 45 ? "a few sentences long"
                                             : "long";
    Add("communication_style", enough ? "messages are mostly " + length : "");
    Add("response_style", enough ? "in length like the user's own messages, mostly " + length : "");
    if (enough && habits_[Cue::kEmoji] == 0)
      Add("emoji_style", "none: the user writes without emoji");
    for (const Habit& habit : kHabits) {
      const std::size_t share = enough ? habits_[habit.cue] * 100 / lengths_.size() : 0;
      const bool single = habit.field == "archetype" || habit.field == "vibe";
      if (share >= habit.least)
        Add(habit.field, Filled(habit.text, share >= kOften ? "often" : "sometimes"),
            single ? 1 : kMostListed);
    }
  }

  std::map<std::string_view, Texts> fields_;
  std::map<Slot, std::vector<Reading>> said_;
  std::map<Slot, std::vector<Reading>> remembered_;
  std::map<Cue, std::size_t> habits_;  // messages with the cue
  std::vector<std::size_t> lengths_;   // of messages, in words
  std::array<std::size_t, kTongues.size()> tongues_{};
};

}  // namespace

std::string AnswerSections(std::string_view material) { return DumpJson(Writer(material).Write()); }

std::string AnswerName(std::string_view sections) {
  const ordered_json user = ordered_json::parse(sections).at("user");
  const auto field = [&](const char* name) {
    const std::string value = user.value(name, "");
    return value == kNotEnough ? "" : value;
  };
  return DumpJson(
      ordered_json{{"ai_name", ChooseName(field("name"), field("occupation"), field("location"))}});
}

}  // namespace soulprint
