#include "offline/lexicon.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "offline/cues.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

// Words, and ends of words, that stand for other words.
constexpr std::string_view kWhole =
    "|im=i am|ive=i have|dont=do not|cant=can not|can't=can not|cannot=can not|won't=will not|"
    "gonna=going to|favourite=favorite|let's=let us|";
constexpr std::string_view kEnds = "|n't=not|'m=am|'s=s|'d=would|'ve=have|'re=are|'ll=will|";
constexpr std::string_view kAdverbs =
    "just also really actually still very quite totally absolutely currently already especially "
    "particularly truly definitely honestly";

bool IsIdeograph(char32_t c) {
  return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF);
}

// Punctuation, and emoji.
bool IsMark(char32_t c) {
  constexpr std::string_view kAscii = ".,;:!?\"()[]{}<>|/\\*_`~=#";
  if (c < 0x80) return kAscii.find(static_cast<char>(c)) != std::string_view::npos;
  return (c >= 0x2010 && c <= 0x2027 && c != 0x2019) || (c >= 0x2600 && c <= 0x27BF) ||
         (c >= 0x3000 && c <= 0x303F) || (c >= 0xFF00 && c <= 0xFF1F) || c >= 0x1F300;
}

void Add(std::string_view text, const Word& place, Words* words) {
  if (text.empty() || Among(text, kAdverbs)) return;
  words->push_back(place);
  words->back().text = text;
}

// What `written` stands for in one of the lists above, "" = nothing.
std::string_view Meant(std::string_view written, std::string_view list) {
  const std::size_t at = list.find("|" + std::string(written) + "=");
  if (at == std::string_view::npos) return "";
  const std::size_t begin = at + written.size() + 2;
  return list.substr(begin, list.find('|', begin) - begin);
}

// Adds the words that the word at `place` stands for.
void AddExpanded(std::string text, const Word& place, Words* words) {
  for (std::size_t curly; (curly = text.find("’")) != std::string::npos;)
    text.replace(curly, 3, "'");
  const bool whole_word = Among(text, "im ive dont cant cannot gonna favourite");
  if (!whole_word && text.find('\'') == std::string::npos) return Add(text, place, words);
  std::string_view first = text;
  std::string_view second;
  if (const std::string_view whole = Meant(text, kWhole); !whole.empty()) {
    first = whole.substr(0, whole.find(' '));
    second = whole.substr(std::min(first.size() + 1, whole.size()));
  } else {
    const std::size_t cut =
        text.ends_with("n't") ? text.size() - 3 : std::min(text.rfind('\''), text.size());
    second = Meant(first.substr(cut), kEnds);
    if (!second.empty()) first = first.substr(0, cut);
  }
  Add(first, place, words);
  Add(second, place, words);
}

// As cues.hpp must write a phrase: spaces between words, none between ideographs.
std::string Written(const Words& words) {
  std::string text;
  for (const Word& word : words) {
    if (!text.empty() && !IsIdeograph(word)) text += ' ';
    text += word.text;
  }
  return text;
}

class Lexicon {
 public:
  Lexicon() {
    for (const CueList& list : kCueLists) {
      for (std::string_view rest = list.phrases; !rest.empty();) {
        const std::string_view phrase = rest.substr(0, rest.find('|'));
        rest.remove_prefix(std::min(phrase.size() + 1, rest.size()));
        AddPhrase(list, phrase);
      }
    }
    for (const auto& [word, phrases] : by_first_word_) {
      for (const Phrase& phrase : phrases) CheckReached(phrase);
    }
  }

  std::vector<Hit> Find(const Words& words) const {
    std::vector<Hit> hits;
    for (std::size_t at = 0; at < words.size(); ++at) {
      const auto found = by_first_word_.find(words[at].text);
      if (found == by_first_word_.end()) continue;
      for (const auto& [list, phrase] : found->second) {
        const std::size_t end = at + phrase.size();
        std::size_t same = 0;
        while (same < phrase.size() && at + same < words.size() &&
               words[at + same].text == phrase[same].text)
          ++same;
        if (same == phrase.size())
          hits.push_back({list->cue, list->weight, list->category, at, end});
      }
    }
    return hits;
  }

 private:
  using Phrase = std::pair<const CueList*, Words>;

  [[noreturn]] static void Refuse(std::string_view phrase, std::string_view why) {
    throw Error(sqlstate::kInternalError,
                Format("the lexicon has the phrase \"{}\" {}", phrase, why));
  }

  // Adds a phrase in each form that it stands for.
  void AddPhrase(const CueList& list, std::string_view phrase) {
    if (phrase.ends_with("+")) {
      phrase.remove_suffix(1);
      AddPhrase(list, std::string(phrase) + "s");
    }
    if (phrase.starts_with("@ ")) {
      phrase.remove_prefix(2);
      AddPhrase(list, "i " + std::string(phrase));
      const bool am = phrase.starts_with("am ");
      return AddPhrase(list, (am ? "we are" : "we ") + std::string(phrase.substr(am ? 2 : 0)));
    }
    const Words words = ToWords(phrase);
    if (words.empty() || Written(words) != phrase) Refuse(phrase, "that no text can hold");
    by_first_word_[words.front().text].emplace_back(&list, words);
  }

  // The only phrase of its cue in its own words is itself.
  void CheckReached(const Phrase& phrase) const {
    const std::vector<Hit> hits = Find(phrase.second);
    const auto same = [&](const Hit& hit) { return hit.cue == phrase.first->cue; };
    if (std::count_if(hits.begin(), hits.end(), same) > 1)
      Refuse(Written(phrase.second), "twice under one cue, whole or in part");
  }

  std::unordered_map<std::string, std::vector<Phrase>> by_first_word_;
};

}  // namespace

bool IsIdeograph(const Word& word) {
  std::size_t at = 0;
  return IsIdeograph(NextCharacter(word.text, &at));
}

Words ToWords(std::string_view text) {
  Words words;
  Word open;  // the word being read
  const auto close = [&](std::size_t at) {
    while (open.begin < at && text[open.begin] == '\'') ++open.begin;
    while (open.begin < at && text[at - 1] == '\'') --at;
    open.end = at;
    if (at > open.begin)
      AddExpanded(FoldCase(text.substr(open.begin, at - open.begin)), open, &words);
    open.capital = false;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = NextCharacter(text, &at);
    const bool single = IsMark(c) || IsIdeograph(c);
    if (single || IsSpace(c)) {
      close(begin);
      if (single) Add(text.substr(begin, at - begin), {"", begin, at, false, IsMark(c)}, &words);
      open.begin = at;
    } else if (open.begin == begin) {
      open.capital = (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE);
    }
  }
  close(text.size());
  return words;
}

std::string_view TextOf(std::string_view text, const Words& words, std::size_t begin,
                        std::size_t end) {
  return begin < end ? text.substr(words[begin].begin, words[end - 1].end - words[begin].begin)
                     : "";
}

bool Among(std::string_view word, std::string_view list) {
  for (std::size_t at = list.find(word); at != std::string_view::npos && !word.empty();
       at = list.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || list[at - 1] == ' ') && (end == list.size() || list[end] == ' ')) return true;
  }
  return false;
}

std::vector<Hit> FindCues(const Words& words) {
  static const auto& lexicon = *new Lexicon();
  return lexicon.Find(words);
}

}  // namespace soulprint
