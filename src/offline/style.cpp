#include "offline/style.hpp"

#include <algorithm>
#include <string>

#include "offline/words.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kMeasured =
    4000;  // bytes of a message; the rest of a longer one is a document

struct Script {
  std::string_view name;
  char32_t first;
  char32_t last;
};
constexpr std::array<Script, 10> kScriptRanges = {{{"Latin", 0x41, 0x24F},
                                                   {"Greek", 0x370, 0x3FF},
                                                   {"Cyrillic", 0x400, 0x52F},
                                                   {"Hebrew", 0x590, 0x5FF},
                                                   {"Arabic", 0x600, 0x77F},
                                                   {"Indic", 0x900, 0xDFF},
                                                   {"Thai", 0xE00, 0xE7F},
                                                   {"Japanese", 0x3040, 0x30FF},
                                                   {"Chinese", 0x4E00, 0x9FFF},
                                                   {"Korean", 0xAC00, 0xD7AF}}};

struct Cue {
  Habit habit;
  std::string_view words;  // any of these
};
constexpr std::array<Cue, 8> kWordCues = {{
    {Habit::kPlease, "please pls plz kindly"},
    {Habit::kThanks, "thank thanks thx appreciate grateful"},
    {Habit::kLaughter, "haha hahaha lol lmao rofl hehe"},
    {Habit::kSlang,
     "gonna wanna gotta kinda sorta dunno ya yeah yep nope dude bro omg btw tbh idk u ur lol cuz"},
    {Habit::kAdvice,
     "recommend recommendation recommendations suggestion suggestions suggest advice tips"},
    {Habit::kDistress,
     "stressed stress anxious anxiety worried worry sad lonely depressed upset overwhelmed nervous "
     "frustrated frustrating afraid exhausted tired hopeless helpless discouraged lost confused"},
    {Habit::kJoy,
     "happy excited glad wonderful amazing fantastic delighted proud awesome enjoyed fun joy "
     "joyful"},
    {Habit::kFeelings, "feel feeling feels felt mood emotions emotional"},
}};

struct PhraseCue {
  Habit habit;
  std::string_view phrase;
};
constexpr std::array<PhraseCue, 34> kPhraseCues = {{
    {Habit::kLearning, "how do i"},
    {Habit::kLearning, "how can i"},
    {Habit::kLearning, "how to"},
    {Habit::kLearning, "explain"},
    {Habit::kLearning, "what is the difference"},
    {Habit::kLearning, "help me understand"},
    {Habit::kLearning, "teach me"},
    {Habit::kWriting, "write a"},
    {Habit::kWriting, "write me"},
    {Habit::kWriting, "rewrite"},
    {Habit::kWriting, "proofread"},
    {Habit::kWriting, "grammar"},
    {Habit::kWriting, "summarize"},
    {Habit::kWriting, "translate"},
    {Habit::kCoding, "python"},
    {Habit::kCoding, "javascript"},
    {Habit::kCoding, "c++"},
    {Habit::kCoding, "sql"},
    {Habit::kCoding, "function"},
    {Habit::kCoding, "script"},
    {Habit::kCoding, "compile"},
    {Habit::kCoding, "debug"},
    {Habit::kCoding, "code"},
    {Habit::kSteps, "step by step"},
    {Habit::kSteps, "step-by-step"},
    {Habit::kBrevity, "be brief"},
    {Habit::kBrevity, "be concise"},
    {Habit::kBrevity, "keep it short"},
    {Habit::kBrevity, "short answer"},
    {Habit::kBrevity, "in one sentence"},
    {Habit::kDetail, "in detail"},
    {Habit::kDetail, "more detail"},
    {Habit::kDetail, "elaborate"},
    {Habit::kDetail, "in depth"},
}};

bool IsEmoji(char32_t c) { return (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x2600 && c <= 0x27BF); }

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

std::size_t Style::CountCharactersOf(std::string_view message, bool* emoji, bool* upper) {
  std::size_t words = 0;
  bool in_word = false;
  for (std::size_t at = 0; at < message.size();) {
    const char32_t c = NextCharacter(message, &at);
    const bool ideograph = (c >= 0x3040 && c <= 0x30FF) || (c >= 0x4E00 && c <= 0x9FFF);
    const bool space = IsSpace(c);
    if (ideograph || (!space && !in_word)) ++words;
    in_word = !space && !ideograph;
    *emoji = *emoji || IsEmoji(c);
    *upper = *upper || (c >= 'A' && c <= 'Z');
    for (std::size_t i = 0; i < kScripts; ++i) {
      if (c >= kScriptRanges[i].first && c <= kScriptRanges[i].last) {
        letters_[i] += ideograph ? 3 : 1;  // carries as much as a few letters
        break;
      }
    }
  }
  return words;
}

void Style::Add(std::string_view message) {
  for (const char c : message) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 1099511628211U;
  if (message.size() > kMeasured) message = FirstCharacters(message, kMeasured / 4);
  bool emoji = false;
  bool upper = false;
  lengths_.push_back(CountCharactersOf(message, &emoji, &upper));
  const std::string lower = AsciiLower(message);
  const Sentence sentence = ReadSentence(message, lower);
  const std::size_t end = sentence.words.size();
  Mark(Habit::kQuestion, Has(message, "?") || Has(message, "？"));
  Mark(Habit::kExclamation, Has(message, "!") || Has(message, "！"));
  Mark(Habit::kEmoji, emoji);
  Mark(Habit::kCode, Has(message, "```"));
  Mark(Habit::kAllLowerCase,
       !upper && end > 3 && lower.find_first_of("abcdefghijklmnopqrstuvwxyz") < lower.size());
  Mark(Habit::kGreeting,
       AnyAmong(sentence, 0, 3, "hi hello hey morning afternoon evening") || Has(message, "你好"));
  std::array<bool, static_cast<std::size_t>(Habit::kCount)> shown{};
  for (const Cue& cue : kWordCues) {
    shown[static_cast<std::size_t>(cue.habit)] = AnyAmong(sentence, 0, end, cue.words);
  }
  for (const PhraseCue& cue : kPhraseCues) {
    if (Has(lower, cue.phrase)) shown[static_cast<std::size_t>(cue.habit)] = true;
  }
  shown[static_cast<std::size_t>(Habit::kThanks)] |= Has(message, "谢谢");
  shown[static_cast<std::size_t>(Habit::kAdvice)] |= Has(message, "建议") || Has(message, "推荐");
  for (std::size_t i = 0; i < shown.size(); ++i) Mark(static_cast<Habit>(i), shown[i]);
}

int Style::Share(Habit habit) const {
  return lengths_.empty()
             ? 0
             : static_cast<int>((Count(habit) * 100 + lengths_.size() / 2) / lengths_.size());
}

std::size_t Style::MedianWords() const {
  if (lengths_.empty()) return 0;
  std::vector<std::size_t> lengths = lengths_;
  const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
  std::nth_element(lengths.begin(), middle, lengths.end());
  return *middle;
}

std::string_view Style::Script() const {
  const auto* most = std::max_element(letters_.begin(), letters_.end());
  return *most == 0 ? "" : kScriptRanges[static_cast<std::size_t>(most - letters_.begin())].name;
}

}  // namespace soulprint
