#include "offline/style.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kMeasured = 1000;  // characters of a message; the rest may be a document

struct Tongue {
  std::string_view name;
  std::string_view words;  // the commonest, of languages in Latin script
  char32_t first;          // else the script
  char32_t last;
  std::string_view greeting;  // {} = the user's name
};
constexpr std::array<Tongue, 17> kTongues = {{
    {"English", "the and i is to you my a of it", 0, 0, "Hello {}, what is on your mind today?"},
    {"Spanish", "el la que los para una por con", 0, 0, "Hola {}, ¿de qué hablamos hoy?"},
    {"French", "le les je vous est une pour dans", 0, 0,
     "Bonjour {}, de quoi parlons-nous aujourd'hui ?"},
    {"German", "ich der die und ist das nicht ein", 0, 0, "Hallo {}, worüber sprechen wir heute?"},
    {"Portuguese", "você não que uma para com os um", 0, 0,
     "Olá {}, sobre o que conversamos hoje?"},
    {"Italian", "il che di per sono una non della", 0, 0, "Ciao {}, di che cosa parliamo oggi?"},
    {"Dutch", "ik het een van niet de dat voor", 0, 0,
     "Hallo {}, waar hebben we het vandaag over?"},
    {"Indonesian", "saya yang dan untuk tidak ini itu aku", 0, 0,
     "Halo {}, apa yang ingin dibahas hari ini?"},
    {"Turkish", "bir ve bu için ben ne mi çok", 0, 0, "Merhaba {}, bugün ne konuşalım?"},
    {"Polish", "jest nie się na że jak czy to", 0, 0, "Cześć {}, o czym dziś porozmawiamy?"},
    {"Japanese", "", 0x3040, 0x30FF, "こんにちは{}、今日は何を話しましょうか。"},
    {"Chinese", "", 0x4E00, 0x9FFF, "你好{}，今天想聊些什么？"},
    {"Korean", "", 0xAC00, 0xD7AF, "안녕하세요 {}, 오늘은 무슨 이야기를 할까요?"},
    {"Russian", "", 0x400, 0x4FF, "Здравствуйте {}, о чём поговорим сегодня?"},
    {"Greek", "", 0x370, 0x3FF, "Γεια σας {}, τι θα συζητήσουμε σήμερα;"},
    {"Arabic", "", 0x600, 0x6FF, "مرحبا {}، عمّ نتحدث اليوم؟"},
    {"Hindi", "", 0x900, 0x97F, "नमस्ते {}, आज किस बारे में बात करें?"},
}};

// The language of a message: each word votes for those that it belongs to.
std::size_t TongueOf(const Words& words) {
  std::array<std::size_t, kTongues.size()> votes{};
  for (const Word& word : words) {
    std::size_t at = 0;
    const char32_t c = NextCharacter(word.text, &at);
    for (std::size_t i = 0; i < votes.size(); ++i) {
      const bool script = c >= kTongues[i].first && c <= kTongues[i].last;
      votes[i] += script || Among(word.text, kTongues[i].words) ? 1 : 0;
    }
  }
  return static_cast<std::size_t>(std::max_element(votes.begin(), votes.end()) - votes.begin());
}

bool IsEmoji(char32_t c) { return (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x2600 && c <= 0x27BF); }

std::set<char> MarksOf(std::string_view message, const Words& words) {
  std::set<char> marks;
  bool upper = false;
  bool lower = false;
  for (std::size_t at = 0; at < message.size();) {
    const char32_t c = NextCharacter(message, &at);
    if (c == '?' || c == U'？') marks.insert('?');
    if (c == '!' || c == U'！') marks.insert('!');
    if (IsEmoji(c)) marks.insert('e');
    upper = upper || (c >= 'A' && c <= 'Z');
    lower = lower || (c >= 'a' && c <= 'z');
  }
  if (lower && !upper && words.size() > 3) marks.insert('a');
  if (message.find("```") != std::string_view::npos) marks.insert('`');
  for (const Word& word : words) {
    if (Among(word.text, "haha hahaha hehe lol lmao rofl 哈")) marks.insert('h');
  }
  return marks;
}

}  // namespace

void Style::Add(std::string_view message) {
  message = FirstCharacters(message, kMeasured);
  const Words words = ToWords(message);
  lengths_.push_back(words.size());
  tongues_.resize(kTongues.size());
  ++tongues_[TongueOf(words)];
  std::set<Cue> cues;
  for (const Hit& hit : FindCues(words)) cues.insert(hit.list->cue);
  for (const Cue cue : cues) ++cues_[cue];
  for (const char mark : MarksOf(message, words)) ++marks_[mark];
}

int Style::Percent(std::size_t count) const {
  return Enough() ? static_cast<int>((count * 100 + lengths_.size() / 2) / lengths_.size()) : 0;
}

int Style::Share(Cue cue) const {
  const auto found = cues_.find(cue);
  return found == cues_.end() ? 0 : Percent(found->second);
}

int Style::ShareOf(char mark) const {
  const auto found = marks_.find(mark);
  return found == marks_.end() ? 0 : Percent(found->second);
}

std::size_t Style::MedianWords() const {
  if (lengths_.empty()) return 0;
  std::vector<std::size_t> lengths = lengths_;
  const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
  std::nth_element(lengths.begin(), middle, lengths.end());
  return *middle;
}

std::size_t Style::MainTongue() const {
  return static_cast<std::size_t>(std::max_element(tongues_.begin(), tongues_.end()) -
                                  tongues_.begin());
}

std::string_view Style::Language() const { return kTongues[MainTongue()].name; }

std::string Style::Greeting(const std::string& user_name) const {
  std::string greeting(kTongues[MainTongue()].greeting);
  const std::size_t name = greeting.find("{}");
  greeting.replace(name, 2, user_name);
  if (user_name.empty() && name > 0 && greeting[name - 1] == ' ') greeting.erase(name - 1, 1);
  return greeting;
}

}  // namespace soulprint
