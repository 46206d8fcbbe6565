#include "offline/sentences.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "offline/cues.hpp"
#include "offline/lexicon.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kLongMessage = 1500;  // bytes; longer ones may be documents
constexpr std::size_t kLongSentence = 300;  // characters; the rest of a longer one is left out
constexpr std::size_t kMostCompared = 200;  // sentences that share a word
constexpr double kLeastScore = 3;
constexpr std::string_view kWriting = "write compose draft generate create develop";

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
    in_log = !line.empty() &&
             (in_log ||
              Among(line.substr(0, line.find(' ')), "User: Assistant: Human: AI: ChatGPT: Q:") ||
              (log && IsSpeakerLine(line)));
    if (fence || in_fence || in_log || line.find_first_of("><|") == 0 || LooksLikeCode(line))
      continue;
    while (line.starts_with("- ") || line.starts_with("* ")) line = Trim(line.substr(2));
    if (!line.empty()) own.push_back(line);
  }
  return own;
}

bool EndsSentence(std::string_view line, std::size_t at) {
  const std::string_view rest = line.substr(at);
  if (Among(rest.substr(0, 3), "。 ！ ？")) return true;
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
  constexpr std::string_view kJoint = "and but so because plus sure then like";
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

// "Write a letter": a text is ordered; after a label, or for another voice, the rest is that text.
bool OrdersText(const Sentence& sentence, bool* for_another) {
  constexpr std::string_view kTexts =
      "story poem song essay letter email speech script dialogue article post tweet bio lyrics "
      "paragraph caption resume cv";
  bool order = false;
  bool text = false;
  for (const Word& word : sentence.words) {
    order = order || Among(word.text, kWriting);
    text = text || (order && Among(word.text, kTexts));
    *for_another = *for_another || Among(word.text, ": perspective voice pov style");
  }
  return text;
}

bool IsOfTheUser(const Word& word) { return Among(word.text, "i my we our me mine 我"); }

// An order or a question begins with its verb: "Show my tasks"; "What I love" does not.
bool IsRequest(const Sentence& sentence) {
  constexpr std::string_view kOrders =
      "please can could would will make give tell show help add update change create explain "
      "provide "
      "send list generate use keep suggest find write put do don't try include remove check "
      "consider "
      "describe compare look stop remember note lay chuck pull talk hit get take let how what why "
      "where who which is are does did should if";
  const Words& words = sentence.words;
  const bool relative = words[0].text != "if" && Among(words[1].text, "i my we our");
  return sentence.question || (Among(words[0].text, kOrders) && !relative);
}

// What makes a sentence specific: names and numbers; the user as its subject; "my wife", "I have
// ADHD".
double Shape(const Sentence& sentence) {
  const Words& words = sentence.words;
  int names = 0;
  int numbers = 0;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& text = words[i].text;
    names +=
        words[i].capital && !words[i - 1].mark && text.size() > 2 && !Among(text, "have will would")
            ? 1
            : 0;
    numbers += text[0] >= '0' && text[0] <= '9' ? 1 : 0;
  }
  double worth = std::min(names, 2) * 0.75 + std::min(numbers, 2) * 0.5;
  if (IsOfTheUser(words[0]) || IsOfTheUser(words[1])) worth += 1;
  if (Among(words[0].text, "this that it these those there they he she the something")) worth -= 1;
  const bool own = std::any_of(sentence.cues.begin(), sentence.cues.end(), [&](const Hit& hit) {
    const bool who = hit.cue == Cue::kKin || hit.cue == Cue::kRelative ||
                     hit.cue == Cue::kPartner || hit.cue == Cue::kHealth;
    return who && hit.begin > 0 &&
           Among(words[hit.begin - 1].text, "my our have got two three four a 我");
  });
  const double size = static_cast<double>(words.size());
  return worth + (own ? 1 : 0) - (size < 4 ? 0.5 : 0) - std::max(0.0, size - 40) / 10;
}

bool BeginsGreeting(std::string_view text) {
  const Words words = ToWords(text);
  return !words.empty() && Among(words[0].text, "hi hello hey greetings howdy g'day 你");
}

}  // namespace

bool Sentence::Has(Cue cue) const {
  return std::any_of(cues.begin(), cues.end(), [&](const Hit& hit) { return hit.cue == cue; });
}

bool Sentence::HasAt(Cue cue, std::size_t at) const {
  return std::any_of(cues.begin(), cues.end(),
                     [&](const Hit& hit) { return hit.cue == cue && hit.begin == at; });
}

Sentence ReadSentence(std::string_view text) {
  Sentence sentence;
  sentence.question = text.ends_with("?") || text.ends_with("？");
  std::string_view kept = FirstCharacters(text, kLongSentence);
  if (kept.size() < text.size()) kept = kept.substr(0, kept.find_last_of(" ,;"));
  Words words = ToWords(kept);
  while (!words.empty() && words.back().mark && !Among(words.back().text, "\" ” )"))
    words.pop_back();
  const std::size_t begin = AfterLeadIn(words);
  sentence.text = TextOf(kept, words, begin, words.size());
  const std::size_t skipped = begin < words.size() ? words[begin].begin : 0;
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(begin));
  for (Word& word : words) {
    word.begin -= skipped;
    word.end -= skipped;
  }
  sentence.words = std::move(words);
  sentence.cues = OwnCues(sentence.words);
  return sentence;
}

OwnWords ToOwnWords(std::string_view message) {
  std::vector<std::string_view> all;
  for (const std::string_view line : OwnLines(message)) SplitLine(line, &all);
  // Users write a line before and a line after a pasted document.
  if (LooksPasted(message) && all.size() > 2) all = {all.front(), all.back()};
  OwnWords own;
  std::vector<Sentence> read;
  for (const std::string_view text : all) {
    CheckForInterrupts();
    read.push_back(ReadSentence(text));
  }
  const auto is_text = [](const Sentence& sentence) {
    return sentence.Has(Cue::kLetter) || sentence.Has(Cue::kMaterial);
  };
  // At the end of a text they speak of what stands before it.
  if (read.size() > 2 && std::any_of(read.end() - 2, read.end(), is_text)) return own;
  const bool greeted = !all.empty() && BeginsGreeting(all.front());
  for (Sentence& sentence : read) {
    sentence.greeted = greeted;
    own.part = sentence.Has(Cue::kPart) || sentence.text.starts_with("You are a");
    if (own.part) return own;
    if (is_text(sentence)) return own;
    bool for_another = false;
    const bool ordered = OrdersText(sentence, &for_another);
    const bool begins = !sentence.words.empty() && Among(sentence.words[0].text, kWriting);
    own.order = own.order || ordered || begins;
    if (ordered && for_another) return own;
    if (!ordered && !sentence.words.empty()) own.sentences.push_back(std::move(sentence));
  }
  return own;
}

std::optional<Rank> RankSentence(const Sentence& sentence) {
  const Words& words = sentence.words;
  const bool own = std::any_of(words.begin(), words.end(), IsOfTheUser);
  if (!own || words.size() < 3 || IsRequest(sentence)) return std::nullopt;
  Rank rank;
  rank.score = Shape(sentence);
  std::array<int, static_cast<std::size_t>(Cue::kDetail) + 1> counts{};
  std::array<double, kCategories.size()> speaks_for{};
  for (const Hit& hit : sentence.cues) {
    if (++counts[static_cast<std::size_t>(hit.cue)] > 2) continue;
    rank.score += hit.weight;
    speaks_for[static_cast<std::size_t>(hit.category)] += std::max(0.0, hit.weight);
  }
  if (rank.score < kLeastScore) return std::nullopt;
  const auto most = std::max_element(speaks_for.begin(), speaks_for.end());
  rank.category = kCategories[static_cast<std::size_t>(most - speaks_for.begin())];
  rank.importance = rank.score >= 6 ? 3 : rank.score >= 4.5 ? 2 : 1;
  return rank;
}

std::vector<std::string> ContentWords(std::string_view text) {
  constexpr std::string_view kEmpty =
      "i my me we our us mine a an the and or but of to in on at for with from by near as is are "
      "was "
      "were be been am do does did have has had will would can could should may not no it its this "
      "that these those so too about if up out off more some any all what when which who how there "
      "here than then now get got going go went s 我 的 了 是 在 也 都 很 和 就 有 会 们 吗 呢 啊 "
      "这 那 个";
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

bool Likeness::AddNew(std::string_view text) {
  const std::vector<std::string> words = ContentWords(text);
  std::unordered_map<std::size_t, std::size_t> shared;  // place → words in common
  for (const std::string& word : words) {
    std::vector<std::size_t>& places = sentences_with_[word];
    for (const std::size_t place : places) ++shared[place];
    if (places.size() < kMostCompared) places.push_back(sizes_.size());
  }
  sizes_.push_back(words.size());
  return std::none_of(shared.begin(), shared.end(), [&](const auto& other) {
    return other.second * 5 >= std::min(words.size(), sizes_[other.first]) * 4;
  });
}

}  // namespace soulprint
