// Who the user is comes from MEMORY.  How the user writes comes from the conversations: kHabits
// says what is counted.

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "offline/cues.hpp"
#include "offline/offline_model.hpp"
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
constexpr std::size_t kSometimes = 10;   // per cent of the messages
constexpr std::size_t kOften = 30;
constexpr std::size_t kMeasured = 1000;  // characters of a message; the rest may be a document

struct Habit {
  std::string_view field;
  Cue cue;
  std::string_view text;  // {} = often or sometimes
};
constexpr auto kHabits = std::to_array<Habit>({
    {"communication_style", Cue::kQuestion, "{} asks questions"},
    {"personality_traits", Cue::kQuestion, "curious: {} asks questions"},
    {"personality_traits", Cue::kThanks, "polite: {} says please or thanks"},
    {"personality_traits", Cue::kExclamation, "lively: {} uses exclamation marks"},
    {"humor_style", Cue::kLaughter, "{} laughs in writing"},
    {"formality_level", Cue::kSlang, "casual: {} uses slang"},
    {"emotional_patterns", Cue::kDistress, "{} speaks of stress, worry or sadness"},
    {"emoji_style", Cue::kEmoji, "the user {} writes emoji"},
    {"behavioral_rules", Cue::kAdvice, "Give concrete suggestions: the user {} asks for them"},
    {"likely_usage", Cue::kCode, "help with code"},
    {"likely_usage", Cue::kDistress, "talking about worries"},
    {"likely_usage", Cue::kAdvice, "asking for suggestions"},
    {"likely_usage", Cue::kLearning, "learning how things work"},
    {"likely_usage", Cue::kGenre, "writing and correcting texts"},
    {"depth_preference", Cue::kDetail, "the user {} asks for detail"},
    {"depth_preference", Cue::kBrief, "the user {} asks for short answers"},
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
    {"French", "le les je vous est une pour dans", "Bonjour {}, de quoi parlons-nous ?"},
    {"German", "ich der die und ist das nicht ein", "Hallo {}, worüber sprechen wir heute?"},
    {"Portuguese", "você não que uma para com os um", "Olá {}, sobre o que conversamos hoje?"},
    {"Italian", "il che di per sono una non della", "Ciao {}, di che cosa parliamo oggi?"},
    {"Dutch", "ik het een van niet de dat voor", "Hallo {}, waar hebben we het vandaag over?"},
    {"Indonesian", "saya yang dan untuk tidak ini", "Halo {}, apa yang ingin dibahas hari ini?"},
    {"Russian", "и в не на я что с как мне это", "Здравствуйте {}, о чём поговорим сегодня?"},
});

std::string Filled(std::string_view text, const std::string& value) {
  std::string filled(text);
  const std::string_view place = value.empty() && filled.find(" {}") < filled.size() ? " {}" : "{}";
  if (const std::size_t at = filled.find(place); at != std::string::npos)
    filled.replace(at, place.size(), value);
  return filled;
}

// The user's own name, job or home chooses, so that the name stays.
std::string ChooseName(const std::string& name, const std::string& job, const std::string& home) {
  constexpr std::array<std::string_view, 8> kNames = {"Fennwick", "Marlowe", "Juniper", "Caspian",
                                                      "Tamsin",   "Orrin",   "Linden",  "Sorrel"};
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : !name.empty() ? name : !job.empty() ? job : home)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return std::string(kNames[(hash >> 32) % kNames.size()]);
}

class Writer {
 public:
  explicit Writer(std::string_view material) {
    Texts messages;  // of the user
    bool user = false;
    std::string_view heading;  // of MEMORY
    for (const std::string_view line : Split(material, '\n')) {
      CheckForInterrupts();
      // Marks count only at the beginning of a line; inside a message they are indented.
      if (line.starts_with("## ")) heading = line.substr(3);
      const bool begins = line.starts_with(kUserLabel);
      user = begins || (user && heading.empty() && !line.starts_with(kAssistantLabel) &&
                        !line.starts_with(kHeaderBegin) && !line.starts_with(kMoreBegin));
      if (begins) messages.emplace_back();
      if (user) messages.back().append(line.substr(begins ? kUserLabel.size() : 0)).append("\n");
      if (!heading.empty() && line.starts_with("- ")) ReadBullet(heading, line.substr(2));
    }
    // MEMORY has the newest first.
    for (auto& [slot, readings] : readings_) std::reverse(readings.begin(), readings.end());
    for (const std::string& message : messages) {
      if (!IsBlank(message)) ReadMessage(message);
    }
    AddSlots();
    if (lengths_.size() >= kEnough) AddHabits();
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

  // A sentence of the user's own in MEMORY.
  void ReadBullet(std::string_view heading, std::string_view bullet) {
    std::string text(bullet.substr(0, std::min(bullet.find(" (said "), bullet.find(" (before: "))));
    for (std::size_t bold; (bold = text.find("**")) != std::string::npos;) text.erase(bold, 2);
    const Sentence sentence = ReadSentence(text);
    for (Reading& reading : ReadSlots(sentence)) {
      if (heading != "Decisions & Context") readings_[reading.slot].push_back(std::move(reading));
    }
    const std::string quoted = "\"" + text + "\"";
    const bool lasting = sentence.Has(Cue::kIdentity) || sentence.Has(Cue::kHealth);
    if (heading == "Personal Facts" && lasting) Add("life_context", quoted, 4);
    if (heading == "Projects") Add("context_adaptation", quoted, 3);
    if (sentence.Has(Cue::kDislike)) Add("boundaries", quoted);
    if (sentence.Has(Cue::kDislike)) Add("do_not", "Do not forget what the user says: " + quoted);
  }

  // The values that hold, and the first of them.
  Texts Values(Slot slot) {
    Texts values;
    for (const std::size_t place : ThatHold(readings_[slot]))
      values.push_back(readings_[slot][place].value);
    return values;
  }
  std::string Value(Slot slot) {
    const Texts values = Values(slot);
    return values.empty() ? "" : values[0];
  }

  void AddSlots() {
    const std::string name = Value(Slot::kName);
    const std::string home = Value(Slot::kHome);
    const std::string job = Value(Slot::kJob);
    const std::string age = Value(Slot::kAge);
    Add("name", name);
    Add("preferred_address", name);
    Add("location", home);
    Add("occupation", job);
    for (const std::string& value : {name, home, job})
      Add("memory_directives", value.empty() ? "" : "remember: " + value);
    Add("ai_name", ChooseName(name, job, home));
    Add("relationships", Value(Slot::kPartner));
    for (const std::string& kin : Values(Slot::kKin)) Add("relationships", kin);
    for (const std::string& thing : Values(Slot::kThing)) Add("interests", thing);
    for (const std::string& liked : Values(Slot::kFavorite)) Add("interests", "favorite " + liked);
    for (const std::string& spoken : Values(Slot::kLanguage))
      Add("life_context", "speaks " + spoken);
    Add("life_context", Value(Slot::kDiet));
    Add("life_context", age.empty() ? "" : "was " + age + " when last said");
    const Tongue& tongue =
        kTongues[std::max_element(spoken_.begin(), spoken_.end()) - spoken_.begin()];
    Add("signature_greeting", Filled(tongue.greeting, name));
    if (tongue.name == "English") return;
    Add("communication_style", "writes in " + std::string(tongue.name));
    Add("behavioral_rules", "Answer in " + std::string(tongue.name) + ", as the user writes");
  }

  void ReadMessage(std::string_view text) {
    const Words words = ToWords(FirstCharacters(text, kMeasured));
    lengths_.push_back(words.size());
    std::set<Cue> cues;
    for (const Hit& hit : FindCues(words)) cues.insert(hit.list->cue);
    for (const Cue cue : cues) ++counts_[cue];
    for (const Word& word : words) {
      for (const Tongue& tongue : kTongues)
        if (Among(word.text, tongue.words)) ++spoken_[&tongue - kTongues.data()];
    }
  }

  void AddHabits() {
    const auto share = [&](Cue cue) { return counts_[cue] * 100 / lengths_.size(); };
    std::sort(lengths_.begin(), lengths_.end());
    const std::size_t median = lengths_[lengths_.size() / 2];
    const std::string length = median < 12   ? "short"
                               : median < 45 ? "a few sentences long"
                                             : "long";
    Add("communication_style", "messages are mostly " + length);
    Add("response_style", "in length like the user's own messages, mostly " + length);
    if (counts_[Cue::kEmoji] == 0) Add("emoji_style", "none: the user writes without emoji");
    for (const auto& [field, cue, text] : kHabits) {
      if (share(cue) >= kSometimes)
        Add(field, Filled(text, share(cue) >= kOften ? "often" : "sometimes"));
    }
  }

  std::vector<std::size_t> lengths_;   // of messages, in words
  std::map<Cue, std::size_t> counts_;  // messages with the cue
  std::array<std::size_t, kTongues.size()> spoken_{};
  std::map<std::string_view, Texts> fields_;
  std::map<Slot, std::vector<Reading>> readings_;
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
