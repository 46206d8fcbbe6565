#include "offline/words.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "util/text.hpp"

namespace soulprint {
namespace {

// A word, or its end, and what it stands for.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kWhole = {
    {{"im", "i am"},
     {"ive", "i have"},
     {"dont", "do not"},
     {"cant", "can not"},
     {"can't", "can not"},
     {"cannot", "can not"},
     {"won't", "will not"},
     {"gonna", "going to"},
     {"favourite", "favorite"},
     {"let's", "let us"}}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kEnds = {{{"n't", "not"},
                                                                                 {"'m", "am"},
                                                                                 {"'s", "s"},
                                                                                 {"'d", "would"},
                                                                                 {"'ve", "have"},
                                                                                 {"'re", "are"},
                                                                                 {"'ll", "will"}}};

// Left out of all texts: they change no meaning that the rules read.
constexpr std::string_view kAdverbs =
    "just also really actually still very quite totally absolutely currently already especially "
    "particularly truly definitely honestly";

constexpr std::string_view kEmpty =
    "i my me we our us mine a an the and or but of to in on at for with from by as is are was were "
    "be been am do does did have has had will would can could should may not no it its this that "
    "these those so very too also just really about if up out off more some any all what when "
    "which who how there here than then now get got going go went s 我 的 了 是 在 也 都 很 和 就 "
    "有 会 们 吗 呢 啊 这 那 个";

bool IsIdeograph(char32_t c) {
  return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF);
}

bool IsMark(char32_t c) {
  constexpr std::string_view kAscii = ".,;:!?\"()[]{}<>|/\\*_`~=#";
  if (c < 0x80) return kAscii.find(static_cast<char>(c)) != std::string_view::npos;
  return (c >= 0x2010 && c <= 0x2027 && c != 0x2019) || (c >= 0x3000 && c <= 0x303F) ||
         (c >= 0xFF00 && c <= 0xFF1F) || c == 0xAB || c == 0xBB;
}

void Add(std::string text, const Word& place, Words* words) {
  if (text.empty() || Among(text, kAdverbs)) return;
  words->push_back(place);
  words->back().text = std::move(text);
}

// Adds the words that the word at `place` stands for.
void AddExpanded(std::string text, const Word& place, Words* words) {
  for (std::size_t curly; (curly = text.find("’")) != std::string::npos;)
    text.replace(curly, 3, "'");
  text.erase(0, text.find_first_not_of('\''));
  while (text.ends_with('\'')) text.pop_back();
  for (const auto& [written, meant] : kWhole) {
    if (text != written) continue;
    const std::size_t space = std::min(meant.find(' '), meant.size());
    Add(std::string(meant.substr(0, space)), place, words);
    return Add(std::string(meant.substr(std::min(space + 1, meant.size()))), place, words);
  }
  for (const auto& [written, meant] : kEnds) {
    if (text.size() <= written.size() || !text.ends_with(written)) continue;
    Add(text.substr(0, text.size() - written.size()), place, words);
    return Add(std::string(meant), place, words);
  }
  Add(std::move(text), place, words);
}

}  // namespace

bool IsIdeograph(const Word& word) {
  std::size_t at = 0;
  return IsIdeograph(NextCharacter(word.text, &at));
}

Words ToWords(std::string_view text) {
  Words words;
  Word open;  // the word being read
  const auto close = [&](std::size_t at) {
    open.end = at;
    const std::string_view read = text.substr(open.begin, at - open.begin);
    if (!read.empty()) AddExpanded(LowerCase(read), open, &words);
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = NextCharacter(text, &at);
    const bool single = IsMark(c) || IsIdeograph(c);
    if (single || IsSpace(c)) {
      close(begin);
      if (single)
        Add(std::string(text.substr(begin, at - begin)), {"", begin, at, false, IsMark(c)}, &words);
      open = {"", at, at, false, false};
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

std::vector<std::string> ContentWords(std::string_view text) {
  constexpr std::array<std::string_view, 7> kEndings = {"ing", "ies", "ed", "es", "ly", "s", "e"};
  std::set<std::string> seen;
  std::vector<std::string> content;
  for (Word& word : ToWords(text)) {
    if (word.mark || Among(word.text, kEmpty)) continue;
    for (const std::string_view ending : kEndings) {
      if (!word.text.ends_with(ending) || word.text.size() < ending.size() + 3) continue;
      word.text.resize(word.text.size() - ending.size());
      break;
    }
    const std::size_t size = word.text.size();
    if (size > 3 && word.text[size - 1] == word.text[size - 2]) word.text.pop_back();
    if (seen.insert(word.text).second) content.push_back(std::move(word.text));
  }
  return content;
}

}  // namespace soulprint
