#include "offline/sentences.hpp"

#include <algorithm>
#include <array>

#include "util/interrupts.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kLongMessage = 1500;  // bytes; longer ones may be documents
constexpr std::size_t kLongSentence = 300;  // characters; the rest of a longer one is left out
constexpr std::size_t kMostWords = 80;      // more in one sentence are no prose

template <std::size_t kSize>
bool StartsWithAny(std::string_view text, const std::array<std::string_view, kSize>& starts) {
  return std::any_of(starts.begin(), starts.end(),
                     [&](std::string_view start) { return text.starts_with(start); });
}

// "Bob: hello", "[10:32] Bob: hello" or "Henry Badgery  00:02": a line of somebody's chat log.
bool IsSpeakerLine(std::string_view line) {
  if (line.starts_with("[")) line = Trim(line.substr(std::min(line.find(']') + 1, line.size())));
  const std::size_t colon = line.find(':');
  if (line.empty() || line[0] < 'A' || line[0] > 'Z' || colon > 30) return false;
  const std::string_view name = line.substr(0, colon);
  if (std::count(name.begin(), name.end(), ' ') > 3 || name.find(',') < colon) return false;
  const bool time = name.back() >= '0' && name.back() <= '9';
  return time || colon + 1 == line.size() || line[colon + 1] == ' ';
}

// Characters that do not occur in prose.
bool LooksLikeCode(std::string_view line) {
  const auto marks = static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return std::string_view("{}[]<>=|\\;_$#+^~`").find(c) != std::string_view::npos;
  }));
  return marks >= 3 && marks * 12 > line.size();
}

// The lines of a message that the user typed, without list marks.
std::vector<std::string_view> OwnLines(std::string_view message) {
  constexpr std::array<std::string_view, 6> kRoles = {
      "User:", "Assistant:", "Human:", "AI:", "ChatGPT:", "Q:"};
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at < message.size();) {
    const std::size_t end = std::min(message.find('\n', at), message.size());
    lines.push_back(Trim(message.substr(at, end - at)));
    at = end + 1;
  }
  // One line with a name in front can be a label of the user's own; two are a log.
  const bool log = std::count_if(lines.begin(), lines.end(), IsSpeakerLine) >= 2;
  bool in_fence = false;
  bool in_log = false;
  std::vector<std::string_view> own;
  for (std::string_view line : lines) {
    const bool fence = line.starts_with("```") || line.starts_with("~~~");
    if (fence && line.find(line.substr(0, 3), 3) == std::string_view::npos) in_fence = !in_fence;
    in_log =
        !line.empty() && (in_log || StartsWithAny(line, kRoles) || (log && IsSpeakerLine(line)));
    if (fence || in_fence || in_log || line.find_first_of("><|") == 0 || LooksLikeCode(line))
      continue;
    while (line.starts_with("- ") || line.starts_with("* ")) line = Trim(line.substr(2));
    if (!line.empty()) own.push_back(line);
  }
  return own;
}

bool EndsSentence(std::string_view line, std::size_t at) {
  constexpr std::array<std::string_view, 3> kChinese = {"。", "！", "？"};
  const std::string_view rest = line.substr(at);
  if (StartsWithAny(rest, kChinese)) return true;
  if (rest[0] != '.' && rest[0] != '!' && rest[0] != '?') return false;
  if (rest.size() > 1 && rest.find_first_of(" \t*)") != 1) return false;
  const std::size_t begin = line.find_last_of(" (", at) + 1;  // 0 if there is none
  const std::string_view word = line.substr(begin, at - begin);
  const bool initial = word.size() == 1 && word != "I" && (word[0] < '0' || word[0] > '9');
  return rest[0] != '.' || (!initial && !Among(word, "Mr Mrs Ms Dr St Prof vs e.g i.e Jr Sr No"));
}

void SplitLine(std::string_view line, std::vector<std::string_view>* sentences) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t mark = at;
    NextCharacter(line, &at);
    if (!EndsSentence(line, mark)) continue;
    sentences->push_back(Trim(line.substr(begin, at - begin)));
    begin = at;
  }
  if (!IsBlank(line.substr(begin))) sentences->push_back(Trim(line.substr(begin)));
}

// A long text with few "I" is a document.
bool LooksPasted(std::string_view message) {
  if (message.size() < kLongMessage) return false;
  const Words words = ToWords(message);
  const auto own = std::count_if(words.begin(), words.end(), [](const Word& word) {
    return Among(word.text, "i me my mine we our 我");
  });
  return static_cast<std::size_t>(own) * 100 < words.size() * 3;
}

// The first word that says something: after "Okay, so", "Yeah, nah," and the like.
std::size_t AfterLeadIn(const Words& words) {
  constexpr std::string_view kJoint = "and but so because plus";
  constexpr std::string_view kCall =
      "ok okay yes yeah yep yup no nah nope well right oh ah wow haha hi hello hey hmm anyway "
      "alright sure true great cool thanks cheers mate ai sir first finally basically exactly";
  std::size_t at = 0;
  for (; at + 3 < words.size(); ++at) {
    const bool call =
        Among(words[at].text, kCall) && (words[at + 1].mark || Among(words[at + 1].text, kCall));
    if (!call && !words[at].mark && !Among(words[at].text, kJoint)) return at;
  }
  return 0;
}

// The cues that do not stand between quotation marks.
std::vector<Hit> OwnCues(const Words& words) {
  std::vector<bool> quoted(words.size());
  bool open = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (Among(words[i].text, "\" “ ” 「 」")) open = !open;
    quoted[i] = open;
  }
  std::vector<Hit> cues = FindCues(words);
  std::erase_if(cues, [&](const Hit& hit) { return quoted[hit.begin]; });
  return cues;
}

// "Write a letter", "Generate a story": about a text; after a label or for another voice, so is the
// rest of the message.
bool OrdersText(const Sentence& sentence, bool* for_another) {
  bool order = false;
  bool text = false;
  for (const Word& word : sentence.words) {
    order = order || Among(word.text, "write compose draft generate create");
    text = text || (order && Among(word.text,
                                   "story poem song essay letter email speech script dialogue "
                                   "article post tweet bio lyrics paragraph caption resume cv"));
    *for_another = *for_another || Among(word.text, ": perspective voice pov style");
  }
  return text;
}

bool BeginsGreeting(std::string_view text) {
  const Words words = ToWords(text);
  return !words.empty() && Among(words[0].text, "hi hello hey greetings howdy g'day 你");
}

}  // namespace

Sentence ReadSentence(std::string_view text) {
  Sentence sentence;
  sentence.question = text.ends_with("?") || text.ends_with("？");
  std::string_view kept = FirstCharacters(text, kLongSentence);
  if (kept.size() < text.size()) kept = kept.substr(0, kept.find_last_of(" ,;"));
  Words words = ToWords(kept);
  while (!words.empty() && words.back().mark && !Among(words.back().text, "\" ” )"))
    words.pop_back();
  sentence.text = TextOf(kept, words, AfterLeadIn(words), words.size());
  sentence.words = ToWords(sentence.text);
  sentence.cues = OwnCues(sentence.words);
  return sentence;
}

OwnWords ToOwnWords(std::string_view message) {
  std::vector<std::string_view> all;
  for (const std::string_view line : OwnLines(message)) SplitLine(line, &all);
  // Users write a line before and a line after a pasted document.
  if (LooksPasted(message) && all.size() > 2) all = {all.front(), all.back()};
  OwnWords own;
  const bool greeted = !all.empty() && BeginsGreeting(all.front());
  for (std::size_t i = 0; i < all.size(); ++i) {
    CheckForInterrupts();
    Sentence sentence = ReadSentence(all[i]);
    sentence.greeted = greeted;
    own.part = Has(sentence.cues, Cue::kPart);
    if (own.part) return own;
    if (Has(sentence.cues, Cue::kLetter) || Has(sentence.cues, Cue::kMaterial)) {
      // What comes at the end of a text speaks of what stands before it.
      if (i + 2 >= all.size() && i > 1) own.sentences.clear();
      return own;
    }
    bool for_another = false;
    const bool ordered = OrdersText(sentence, &for_another);
    if (ordered && for_another) return own;
    if (!ordered && !sentence.words.empty() && sentence.words.size() <= kMostWords)
      own.sentences.push_back(std::move(sentence));
  }
  return own;
}

}  // namespace soulprint
