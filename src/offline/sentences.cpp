#include "offline/sentences.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "util/ascii.hpp"
#include "util/interrupts.hpp"
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
  std::string text = FoldCase(written);
  place.capital = !text.starts_with(written.substr(0, 2));
  text.insert(0, " ");
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
  for (const CueList& list : kCueLists)
    for (const std::string_view phrase : Split(list.phrases, '|'))
      AddPhrase(list, std::string(phrase), &lexicon);
  return lexicon;
}

constexpr std::size_t kLongMessage = 1500;  // bytes; longer ones may be documents
constexpr std::size_t kLongSentence = 300;  // characters; the rest of a longer one is left out

// "Bob: hello" or "Henry Badgery  00:02": a line of somebody's chat log.
bool IsSpeakerLine(std::string_view line) {
  const std::string_view name = line.substr(0, line.find(':'));
  return name.size() < line.size() && name.size() <= 30 && !name.empty() && IsAsciiUpper(name[0]);
}

// The lines of a message that the user typed, without list marks.
std::vector<std::string_view> OwnLines(std::string_view message) {
  constexpr std::string_view kLabels = "User: Assistant: Human: AI: ChatGPT: Q:";
  std::vector<std::string_view> lines = Split(message, '\n');
  for (std::string_view& line : lines) line = Trim(line);
  // One line with a name in front can be a label of the user's own; two are a log.
  const bool log = std::count_if(lines.begin(), lines.end(), IsSpeakerLine) >= 2;
  bool in_fence = false;
  bool in_log = false;
  std::vector<std::string_view> own;
  for (std::string_view line : lines) {
    const bool fence = line.starts_with("```") || line.starts_with("~~~");
    if (fence && line.find(line.substr(0, 3), 3) == std::string_view::npos) in_fence = !in_fence;
    in_log = !line.empty() && (in_log || (log && IsSpeakerLine(line)) ||
                               Among(line.substr(0, line.find(' ')), kLabels));
    if (fence || in_fence || in_log || line.find_first_of("><|") == 0) continue;
    while (line.starts_with("- ") || line.starts_with("* ")) line = Trim(line.substr(2));
    if (!line.empty()) own.push_back(line);
  }
  return own;
}

bool EndsSentence(std::string_view line, std::size_t at) {
  const std::string_view rest = line.substr(at);
  if (Among(rest.substr(0, 3), "。 ！ ？")) return true;
  if (rest.find_first_of(".!?") != 0 || Among(line.substr(0, at), "Hi Hello Hey")) return false;
  if (rest.size() > 1 && rest.find_first_of(" \t*)") != 1) return false;
  const std::string_view word = line.substr(line.find_last_of(" (", at) + 1);
  return rest[0] != '.' ||
         !Among(word.substr(0, word.find('.')), "Mr Mrs Ms Dr St Prof vs e.g i.e Jr Sr No");
}

// A long text with few "I" is a document.
bool LooksPasted(std::string_view message) {
  if (message.size() < kLongMessage) return false;
  const Words words = ToWords(message);
  const auto own = std::count_if(words.begin(), words.end(), IsOfTheUser);
  return static_cast<std::size_t>(own) * 100 < words.size() * 3;
}

// The first word that says something: after "Okay, so", "Yeah, nah," and the like.
std::size_t AfterLeadIn(const Words& words) {
  constexpr std::string_view kJoint = "and but so because plus sure then like";
  constexpr std::string_view kCall =
      "ok okay yes yeah yep no nope well right oh ah wow haha hi hello hey hmm anyway alright sure "
      "true great cool thanks cheers ai sir first finally basically exactly";
  for (std::size_t at = 0; at + 3 < words.size(); ++at) {
    // "Hi, I'm Emily" says a name by the greeting.
    if (Among(words[at].text, "hi hello hey") && words[at + 3].text == "am") return at;
    const bool call =
        Among(words[at].text, kCall) && (words[at + 1].mark || Among(words[at + 1].text, kCall));
    if (!call && !words[at].mark && !Among(words[at].text, kJoint)) return at;
  }
  return 0;
}

}  // namespace

Words ToWords(std::string_view text) {
  Words words;
  std::size_t open = 0;  // the beginning of the word being read
  const auto close = [&](std::size_t at) {
    while (open < at && text[open] == '\'') ++open;
    while (open < at && text[at - 1] == '\'') --at;
    if (open == at) return;
    Add(text.substr(open, at - open), {"", open, at}, &words);
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
  for (std::size_t end; !list.empty(); list.remove_prefix(std::min(end + 1, list.size()))) {
    end = std::min(list.find(' '), list.size());
    if (list.substr(0, end) == word) return true;
  }
  return false;
}

bool IsOfTheUser(const Word& word) { return Among(word.text, "i my we our me mine 我"); }

std::vector<Hit> FindCues(const Words& words) {
  static const auto& lexicon = *new Lexicon(ReadLexicon());
  std::vector<Hit> hits;
  for (std::size_t begin = 0; begin < words.size(); ++begin) {
    std::string phrase;
    for (std::size_t at = begin; at < std::min(words.size(), begin + kLongestPhrase); ++at) {
      // As kCueLists writes a phrase: spaces between words, none between ideographs.
      if (at > begin && !words[at].ideograph) phrase += ' ';
      phrase += words[at].text;
      const auto [first, last] = lexicon.equal_range(phrase);
      for (auto found = first; found != last; ++found)
        hits.push_back({found->second, begin, at + 1});
    }
  }
  return hits;
}

bool Sentence::Has(Cue cue, std::size_t at) const {
  return std::any_of(cues.begin(), cues.end(), [&](const Hit& hit) {
    return hit.list->cue == cue && (at == kAnywhere || hit.begin == at);
  });
}

std::vector<std::string_view> SplitLine(std::string_view line) {
  std::vector<std::string_view> sentences;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t mark = at;
    NextCharacter(line, &at);
    if (!EndsSentence(line, mark) && at < line.size()) continue;
    sentences.push_back(Trim(line.substr(begin, at - begin)));
    begin = at;
  }
  return sentences;
}

Sentence ReadSentence(std::string_view text) {
  Sentence sentence;
  sentence.question = text.ends_with("?") || text.ends_with("？");
  std::string_view kept = FirstCharacters(text, kLongSentence);
  if (kept.size() < text.size()) kept = kept.substr(0, kept.find_last_of(" ,;"));
  Words all = ToWords(kept);
  while (!all.empty() && all.back().mark && !Among(all.back().text, "\" ” )")) all.pop_back();
  sentence.text = TextOf(kept, all, AfterLeadIn(all), all.size());
  sentence.words = ToWords(sentence.text);
  std::vector<bool> quoted;
  for (const Word& word : sentence.words)
    quoted.push_back((!quoted.empty() && quoted.back()) != Among(word.text, "\" “ ” 「 」"));
  sentence.cues = FindCues(sentence.words);
  std::erase_if(sentence.cues, [&](const Hit& hit) { return quoted[hit.begin]; });
  return sentence;
}

OwnWords ToOwnWords(std::string_view message) {
  std::vector<std::string_view> all;
  for (const std::string_view line : OwnLines(message)) {
    for (const std::string_view sentence : SplitLine(line)) all.push_back(sentence);
  }
  // Users write a line before and a line after a pasted document.
  if (LooksPasted(message) && all.size() > 2) all = {all.front(), all.back()};
  std::vector<Sentence> read;
  for (const std::string_view text : all) {
    CheckForInterrupts();
    read.push_back(ReadSentence(text));
  }
  const auto is_text = [](const Sentence& sentence) { return sentence.Has(Cue::kMaterial); };
  OwnWords own;
  // At the end of a text they speak of what stands before it.
  if (read.size() > 2 && std::any_of(read.end() - 2, read.end(), is_text)) return own;
  for (Sentence& sentence : read) {
    own.part = sentence.Has(Cue::kPart) || sentence.text.starts_with("You are a");
    if (own.part || is_text(sentence)) return own;
    const bool order = sentence.Has(Cue::kWriting, 0) ||
                       (sentence.Has(Cue::kWriting) && sentence.Has(Cue::kGenre));
    // The rest is the text that is ordered.
    if (order && sentence.Has(Cue::kVoice)) return own;
    if (!order && !sentence.words.empty()) own.sentences.push_back(std::move(sentence));
  }
  return own;
}

std::vector<std::string> ContentWords(std::string_view text) {
  constexpr std::string_view kEmpty =
      "i my me we our us mine a an the and or but of to in on at for with from by near as is are "
      "was were be been am do does did have has had will would can could should may not no it its "
      "this that these those so too about if up out off more some any all what when which who how "
      "there here than then now get got going go went s 我 的 了 是 在 也 都 很 和 就 有 会 们 吗 "
      "呢 啊 这 那 个";
  std::set<std::string> content;
  for (Word& word : ToWords(text)) {
    if (word.mark || Among(word.text, kEmpty)) continue;
    for (const std::string_view ending : {"ing", "ies", "ed", "es", "ly", "s", "e"}) {
      if (!word.text.ends_with(ending) || word.text.size() < ending.size() + 3) continue;
      word.text.resize(word.text.size() - ending.size());
      break;
    }
    const std::size_t size = word.text.size();
    if (size > 3 && word.text[size - 1] == word.text[size - 2]) word.text.pop_back();
    content.insert(std::move(word.text));
  }
  return {content.begin(), content.end()};
}

}  // namespace soulprint
