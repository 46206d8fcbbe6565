#include "pipeline/evaluate_words.hpp"

#include <algorithm>
#include <string_view>

#include "util/ascii.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr char32_t kFirstWithoutSpaces = 0x2E80;  // Chinese, Japanese: each character is a word

bool IsWordLetter(char32_t c) {
  if (c >= 0x80) return !IsSpace(c);
  return IsAsciiDigit(c) || IsAsciiLower(c);
}

// The words of a text, folded, each once; of the letters and digits of ASCII at least three.
std::vector<std::string> AllWords(const std::string& text) {
  const std::string folded = Fold(text);
  std::vector<std::string> words;
  std::string word;
  InterruptsNowAndThen interrupts;
  const auto end_word = [&] {
    if (word.size() > 2) words.push_back(word);
    word.clear();
  };
  for (std::size_t at = 0; at < folded.size();) {
    interrupts.Step();
    const char32_t c = NextCharacter(folded, &at);
    const bool alone = c >= kFirstWithoutSpaces;
    if (alone || !IsWordLetter(c)) end_word();
    if (alone || IsWordLetter(c)) AppendCharacter(c, &word);
    if (alone) end_word();
  }
  end_word();
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

}  // namespace

WordIndex::WordIndex(const std::vector<std::string>& texts) : size_(texts.size()) {
  for (std::size_t place = 0; place < texts.size(); ++place) {
    CheckForInterrupts();
    for (std::string& word : AllWords(texts[place])) places_.emplace_back(std::move(word), place);
  }
  std::sort(places_.begin(), places_.end());
}

std::vector<WordIndex::Near> WordIndex::Shared(const std::vector<std::string>& words) const {
  std::vector<Near> near(size_);
  InterruptsNowAndThen interrupts;
  for (const std::string& word : words) {
    const std::pair<std::string, std::size_t> first(word, 0);
    for (auto at = std::lower_bound(places_.begin(), places_.end(), first);
         at != places_.end() && at->first == word; ++at) {
      interrupts.Step();
      near[at->second] = {near[at->second].shared + 1, at->second};
    }
  }
  std::erase_if(near, [](const Near& text) { return text.shared == 0; });
  return near;
}

std::vector<std::size_t> WordIndex::Nearest(const std::string& text, std::size_t most) const {
  std::vector<Near> near = Shared(AllWords(text));
  std::stable_sort(near.begin(), near.end(),
                   [](const Near& a, const Near& b) { return a.shared > b.shared; });
  near.resize(std::min(near.size(), most));
  std::vector<std::size_t> places;
  for (const Near& each : near) places.push_back(each.place);
  return places;
}

bool WordIndex::HasLike(const std::string& text) const {
  const std::vector<std::string> words = AllWords(text);
  const std::vector<Near> near = Shared(words);
  return std::any_of(near.begin(), near.end(),
                     [&](const Near& each) { return 2 * each.shared >= words.size(); });
}

}  // namespace soulprint
