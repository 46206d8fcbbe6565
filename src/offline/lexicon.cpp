#include "offline/lexicon.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "util/error.hpp"
#include "util/format.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

// Punctuation, and emoji.
bool IsMark(char32_t c) {
  constexpr std::string_view kAscii = ".,;:!?\"()[]{}<>|/\\*_`~=#";
  if (c < 0x80) return kAscii.find(static_cast<char>(c)) != std::string_view::npos;
  return (c >= 0x2010 && c <= 0x2027 && c != 0x2019) || (c >= 0x2600 && c <= 0x27BF) ||
         (c >= 0x3000 && c <= 0x303F) || (c >= 0xFF00 && c <= 0xFF1F) || c >= 0x1F300;
}

// Adds the words that the word at `place` stands for.
void Add(std::string_view written, Word place, Words* words) {
  static const auto& short_forms = *new auto(Split(kShortForms, '|'));
  std::string text = " " + FoldCase(written);
  for (std::size_t curly; (curly = text.find("’")) != std::string::npos;)
    text.replace(curly, 3, "'");
  for (const std::string_view form : short_forms) {
    const std::size_t size = form.find('=');
    if (text.ends_with(form.substr(0, size)))
      text.replace(text.size() - size, size, form.substr(size + 1));
  }
  for (const std::string_view word : Split(text, ' ')) {
    if (word.empty() || Among(word, kAdverbs)) continue;
    place.text = word;
    words->push_back(place);
  }
}

using Lexicon = std::unordered_multimap<std::string, const CueList*>;  // by phrase

constexpr std::size_t kLongestPhrase = 6;  // words

std::vector<Hit> FindIn(const Lexicon& lexicon, const Words& words) {
  std::vector<Hit> hits;
  for (std::size_t begin = 0; begin < words.size(); ++begin) {
    std::string phrase;
    for (std::size_t at = begin; at < std::min(words.size(), begin + kLongestPhrase); ++at) {
      // As cues.hpp writes a phrase: spaces between words, none between ideographs.
      if (at > begin && !words[at].ideograph) phrase += ' ';
      phrase += words[at].text;
      const auto [first, last] = lexicon.equal_range(phrase);
      for (auto found = first; found != last; ++found)
        hits.push_back({found->second, begin, at + 1});
    }
  }
  return hits;
}

// Adds a phrase in each form that it stands for.
void AddPhrase(const CueList& list, std::string phrase, Lexicon* lexicon) {
  if (phrase.ends_with('+')) {
    phrase.pop_back();
    AddPhrase(list, phrase + "s", lexicon);
  }
  if (phrase.starts_with("@ ")) {
    AddPhrase(list, "i" + phrase.substr(1), lexicon);
    phrase = phrase.starts_with("@ am ") ? "we are" + phrase.substr(4) : "we" + phrase.substr(1);
  }
  lexicon->emplace(std::move(phrase), &list);
}

Lexicon ReadLexicon() {
  Lexicon lexicon;
  for (const CueList& list : kCueLists) {
    for (const std::string_view phrase : Split(list.phrases, '|'))
      AddPhrase(list, std::string(phrase), &lexicon);
  }
  for (const auto& [phrase, list] : lexicon) {
    const std::vector<Hit> hits = FindIn(lexicon, ToWords(phrase));
    const auto found = std::count_if(hits.begin(), hits.end(), [&, own = list](const Hit& hit) {
      return hit.list->cue == own->cue;
    });
    if (found != 1)
      throw Error(
          sqlstate::kInternalError,
          Format("the lexicon has the phrase \"{}\" {} times under one cue, whole or in part",
                 phrase, found));
  }
  return lexicon;
}

}  // namespace

Words ToWords(std::string_view text) {
  Words words;
  std::size_t open = 0;  // the beginning of the word being read
  const auto close = [&](std::size_t at) {
    while (open < at && text[open] == '\'') ++open;
    while (open < at && text[at - 1] == '\'') --at;
    if (open == at) return;
    std::size_t next = open;
    const char32_t c = NextCharacter(text, &next);
    const bool capital = (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE);
    Add(text.substr(open, at - open), {"", open, at, capital}, &words);
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = NextCharacter(text, &at);
    const bool ideograph = (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF);
    const bool mark = IsMark(c);
    if (!ideograph && !mark && !IsSpace(c)) continue;
    close(begin);
    open = at;
    if (ideograph || mark)
      words.push_back(
          {std::string(text.substr(begin, at - begin)), begin, at, false, ideograph, mark});
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
  static const auto& lexicon = *new Lexicon(ReadLexicon());
  return FindIn(lexicon, words);
}

}  // namespace soulprint
