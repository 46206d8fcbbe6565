#include "offline/lexicon.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "offline/cues.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint {
namespace {

struct Phrase {
  const CueList* list;
  Words words;
};

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
        Add(list, phrase);
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
      for (const Phrase& phrase : found->second) {
        const std::size_t end = at + phrase.words.size();
        const auto same = [](const Word& a, const Word& b) { return a.text == b.text; };
        if (end <= words.size() &&
            std::equal(phrase.words.begin(), phrase.words.end(),
                       words.begin() + static_cast<std::ptrdiff_t>(at), same))
          hits.push_back({phrase.list, at, end});
      }
    }
    return hits;
  }

 private:
  [[noreturn]] static void Refuse(std::string_view phrase, std::string_view why) {
    throw Error(sqlstate::kInternalError,
                Format("the lexicon has the phrase \"{}\" {}", phrase, why));
  }

  // Adds a phrase in each form that it stands for.
  void Add(const CueList& list, std::string_view phrase) {
    if (phrase.ends_with("+")) {
      phrase.remove_suffix(1);
      Add(list, std::string(phrase) + "s");
    }
    if (phrase.starts_with("@ ")) {
      const std::string rest(phrase.substr(2));
      Add(list, "i " + rest);
      return Add(list, rest.starts_with("am ") ? "we are " + rest.substr(3) : "we " + rest);
    }
    const Words words = ToWords(phrase);
    if (words.empty() || Written(words) != phrase) Refuse(phrase, "that no text can hold");
    by_first_word_[words.front().text].push_back({&list, words});
  }

  // The only phrase of its cue in its own words is itself.
  void CheckReached(const Phrase& phrase) const {
    const std::vector<Hit> hits = Find(phrase.words);
    const auto own = [&](const Hit& hit) { return hit.list->cue == phrase.list->cue; };
    if (std::count_if(hits.begin(), hits.end(), own) > 1)
      Refuse(Written(phrase.words), "twice under one cue, whole or in part");
  }

  std::unordered_map<std::string, std::vector<Phrase>> by_first_word_;
};

}  // namespace

std::vector<Hit> FindCues(const Words& words) {
  static const auto& lexicon = *new Lexicon();
  return lexicon.Find(words);
}

bool Has(const std::vector<Hit>& hits, Cue cue) {
  return std::any_of(hits.begin(), hits.end(),
                     [&](const Hit& hit) { return hit.list->cue == cue; });
}

bool HasAt(const std::vector<Hit>& hits, Cue cue, std::size_t at) {
  return std::any_of(hits.begin(), hits.end(),
                     [&](const Hit& hit) { return hit.list->cue == cue && hit.begin == at; });
}

}  // namespace soulprint
