// Who the user is comes from MEMORY.  How the user writes comes from the conversations: kHabits
// says what is counted.

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "offline/offline_model.hpp"
#include "offline/sentences.hpp"
#include "pipeline/prompt_format.hpp"
#include "pipeline/section_schema.hpp"
#include "pipeline/types.hpp"
#include "util/dump_json.hpp"
#include "util/format.hpp"
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

// What a field says of each value that holds, or of phrases that many messages hold.
template <typename What>
struct Row {
  std::string_view field;
  What what;
  std::string_view text;  // {} = the value, or often or sometimes
};
constexpr auto kKnown = std::to_array<Row<Slot>>({
    {"name", Slot::kName, "{}"},
    {"preferred_address", Slot::kName, "{}"},
    {"location", Slot::kHome, "{}"},
    {"occupation", Slot::kJob, "{}"},
    {"relationships", Slot::kPartner, "{}"},
    {"relationships", Slot::kKin, "{}"},
    {"interests", Slot::kThing, "{}"},
    {"interests", Slot::kFavorite, "favorite {}"},
    {"life_context", Slot::kLanguage, "speaks {}"},
    {"life_context", Slot::kDiet, "{}"},
    {"life_context", Slot::kAge, "was {} when last said"},
});

constexpr auto kHabits = std::to_array<Row<Cue>>({
    {"communication_style", Cue::kQuestion, "{} asks questions"},
    {"personality_traits", Cue::kThanks, "polite: {} says please or thanks"},
    {"emoji_style", Cue::kEmoji, "the user {} writes emoji"},
    {"behavioral_rules", Cue::kAdvice, "Give concrete suggestions: the user {} asks for them"},
    {"likely_usage", Cue::kCode, "help with code"},
    {"likely_usage", Cue::kAdvice, "asking for suggestions"},
    {"likely_usage", Cue::kGenre, "writing and correcting texts"},
});

struct Tongue {
  std::string_view name;
  std::string_view words;     // the commonest
  std::string_view hello;     // before the user's name
  std::string_view question;  // after it
};
constexpr auto kTongues = std::to_array<Tongue>({
    {"English", "the and i is to you my a of it", "Hello ", ", what is on your mind today?"},
    {"Chinese", "的 了 我 是 你 在 不 有 吗 很", "你好", "，今天想聊些什么？"},
    {"Japanese", "の は に が を た で す ま か", "こんにちは", "、今日は何を話しましょうか。"},
    {"Spanish", "el la que los para una por con es", "Hola ", ", ¿de qué hablamos hoy?"},
    {"French", "le les je vous est une pour dans", "Bonjour ", ", de quoi parlons-nous ?"},
    {"German", "ich der die und ist das nicht ein", "Hallo ", ", worüber sprechen wir heute?"},
    {"Portuguese", "você não que uma para com os um", "Olá ", ", sobre o que conversamos hoje?"},
    {"Italian", "il che di per sono una non della", "Ciao ", ", di che cosa parliamo oggi?"},
    {"Russian", "и в не на я что с как мне это", "Здравствуйте ", ", о чём поговорим сегодня?"},
});

// The user's own name, job or home chooses, so that the name stays.
std::string_view NameFor(const ordered_json& user) {
  constexpr std::array<std::string_view, 8> kNames = {"Fennwick", "Marlowe", "Juniper", "Caspian",
                                                      "Tamsin",   "Orrin",   "Linden",  "Sorrel"};
  std::string said;
  for (const char* field : {"location", "occupation", "name"})
    if (const std::string value = user.value(field, ""); value != kNotEnough) said = value;
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : said) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return kNames[(hash >> 32) % kNames.size()];
}

class Writer {
 public:
  explicit Writer(std::string_view material) {
    Texts messages;  // of the user
    bool user = false;
    bool in_memory = false;
    for (const std::string_view line : Split(material, '\n')) {
      CheckForInterrupts();
      // Marks count only at the beginning of a line; inside a message they are indented.
      in_memory = in_memory || line.starts_with(kMemoryMark);
      const bool begins = line.starts_with(kUserLabel);
      user = begins || (user && !in_memory && !line.starts_with(kAssistantLabel) &&
                        !line.starts_with(kHeaderBegin) && !line.starts_with(kMoreBegin));
      if (begins) messages.emplace_back();
      if (user) messages.back().append(line.substr(begins ? kUserLabel.size() : 0)).append("\n");
      if (in_memory && line.starts_with("- ")) ReadBullet(line.substr(2));
    }
    // MEMORY has the newest first.
    for (auto& [slot, readings] : readings_) std::reverse(readings.begin(), readings.end());
    for (const std::string& message : messages)
      if (!IsBlank(message)) ReadMessage(message);
    AddKnown();
    if (lengths_.size() >= kEnough) AddHabits();
  }

  ordered_json Write() {
    ordered_json sections;
    for (std::size_t i = 0; i < kSectionNames.size(); ++i) {
      ordered_json& section = sections[std::string(kSectionNames[i])];
      for (const SectionField& field : SectionSchema(i)) {
        const Texts& texts = fields_[field.name];
        std::string joined(texts.empty() ? kNotEnough : "");
        for (const std::string& text : texts)
          joined.append(joined.empty() ? "" : "; ").append(text);
        section[std::string(field.name)] = field.list ? ordered_json(texts) : ordered_json(joined);
      }
    }
    sections["identity"]["ai_name"] = NameFor(sections["user"]);
    return sections;
  }

 private:
  void Add(std::string_view field, const std::string& text, std::size_t most = kMostListed) {
    Texts& texts = fields_[field];
    const bool known = std::find(texts.begin(), texts.end(), text) != texts.end();
    if (texts.size() < most && !known) texts.push_back(text);
  }

  // A sentence of the user's own in MEMORY.
  void ReadBullet(std::string_view bullet) {
    std::string text(bullet.substr(0, std::min(bullet.find(" (said "), bullet.find(" (before: "))));
    for (std::size_t bold; (bold = text.find("**")) != std::string::npos;) text.erase(bold, 2);
    const Sentence sentence = ReadSentence(text);
    for (Reading& reading : ReadSlots(sentence))
      readings_[reading.slot].push_back(std::move(reading));
    const std::string quoted = "\"" + text + "\"";
    if (sentence.Has(Cue::kIdentity) || sentence.Has(Cue::kHealth)) Add("life_context", quoted, 4);
    if (sentence.Has(Cue::kDislike)) Add("boundaries", quoted);
  }

  void AddKnown() {
    for (const auto& [field, slot, text] : kKnown)
      for (const Reading& reading : ThatHold(readings_[slot]))
        Add(field, Format(text, reading.value));
    const Tongue& tongue =
        kTongues[std::max_element(spoken_.begin(), spoken_.end()) - spoken_.begin()];
    const Texts& name = fields_["name"];
    const std::string hello = std::string(tongue.hello) + (name.empty() ? "" : name[0]);
    Add("signature_greeting", Format("{}{}", Trim(hello), tongue.question));
    if (tongue.name == "English") return;
    Add("communication_style", Format("writes in {}", tongue.name));
    Add("behavioral_rules", Format("Answer in {}, as the user writes", tongue.name));
  }

  void ReadMessage(std::string_view text) {
    const Words words = ToWords(FirstCharacters(text, kMeasured));
    lengths_.push_back(words.size());
    std::set<Cue> cues;
    for (const Hit& hit : FindCues(words)) cues.insert(hit.list->cue);
    for (const Cue cue : cues) ++counts_[cue];
    for (const Word& word : words)
      for (const Tongue& tongue : kTongues)
        if (Among(word.text, tongue.words)) ++spoken_[&tongue - kTongues.data()];
  }

  void AddHabits() {
    const auto share = [&](Cue cue) { return counts_[cue] * 100 / lengths_.size(); };
    std::sort(lengths_.begin(), lengths_.end());
    const std::size_t median = lengths_[lengths_.size() / 2];
    const std::string length = median < 25 ? "short" : "long";
    Add("communication_style", "messages are mostly " + length);
    Add("response_style", "in length like the user's own messages, mostly " + length);
    if (counts_[Cue::kEmoji] == 0) Add("emoji_style", "none: the user writes without emoji");
    for (const auto& [field, cue, text] : kHabits)
      if (share(cue) >= kSometimes)
        Add(field, Format(text, share(cue) < kOften ? "sometimes" : "often"));
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
  return DumpJson(ordered_json{{"ai_name", NameFor(user)}});
}

}  // namespace soulprint
