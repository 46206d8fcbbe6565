// Each cue adds its weight, at most twice; what the user is the subject of and what is specific
// counts more.

#include "offline/rank.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "offline/slots.hpp"

namespace soulprint {
namespace {

constexpr double kLeastScore = 3;
constexpr std::size_t kMostCompared = 200;  // sentences that share a word

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
  const bool relative = words[0].text != "if" && words.size() > 1 && IsOfTheUser(words[1]);
  return sentence.question || (Among(words[0].text, kOrders) && !relative);
}

// Names and numbers.
double Specifics(const Words& words) {
  int names = 0;
  int numbers = 0;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& text = words[i].text;
    const bool name = words[i].capital && !words[i - 1].mark && text.size() > 2;
    names += name && !Among(text, "have will would") ? 1 : 0;
    numbers += text[0] >= '0' && text[0] <= '9' ? 1 : 0;
  }
  return std::min(names, 2) * 0.75 + std::min(numbers, 2) * 0.5;
}

double Shape(const Words& words) {
  const double size = static_cast<double>(words.size());
  double worth = IsOfTheUser(words[0]) || IsOfTheUser(words[1]) ? 1 : 0;
  if (Among(words[0].text, "this that it these those there they he she the")) worth -= 1;
  return worth - (size < 5 ? 0.5 : 0) - std::max(0.0, size - 40) / 10;
}

// "my wife", "I have ADHD": who or what belongs to the user.
bool HasOwn(const Sentence& sentence) {
  return std::any_of(sentence.cues.begin(), sentence.cues.end(), [&](const Hit& hit) {
    const bool own = hit.list->cue == Cue::kKin || hit.list->cue == Cue::kRelative ||
                     hit.list->cue == Cue::kPartner || hit.list->cue == Cue::kHealth;
    return own && hit.begin > 0 &&
           Among(sentence.words[hit.begin - 1].text, "my our have got two three four a 我");
  });
}

}  // namespace

std::optional<Rank> RankSentence(const Sentence& sentence) {
  const Words& words = sentence.words;
  if (words.size() < 3 || IsRequest(sentence) ||
      std::none_of(words.begin(), words.end(), IsOfTheUser)) {
    return std::nullopt;
  }
  Rank rank;
  rank.score = Specifics(words) + Shape(words) + (HasOwn(sentence) ? 1 : 0);
  std::map<Cue, int> counts;
  std::array<double, kCategories.size()> speaks_for{};
  for (const Hit& hit : sentence.cues) {
    if (++counts[hit.list->cue] > 2) continue;
    rank.score += hit.list->weight;
    speaks_for[static_cast<std::size_t>(hit.list->category)] += std::max(0.0, hit.list->weight);
  }
  const auto most = std::max_element(speaks_for.begin(), speaks_for.end());
  rank.category = kCategories[static_cast<std::size_t>(most - speaks_for.begin())];
  const std::vector<Reading> slots = ReadSlots(sentence);
  if (std::any_of(slots.begin(), slots.end(),
                  [](const Reading& slot) { return slot.slot != Slot::kFavorite; })) {
    rank.category = Category::kPerson;
    rank.score += 3;
  }
  if (rank.score < kLeastScore) return std::nullopt;
  rank.importance = rank.score >= 6 ? 3 : rank.score >= 4.5 ? 2 : 1;
  return rank;
}

bool Likeness::AddNew(std::string_view text) {
  const std::vector<std::string> words = ContentWords(text);
  std::unordered_map<std::size_t, std::size_t> shared;  // place → words in common
  for (const std::string& word : words) {
    const std::vector<std::size_t>& places = sentences_with_[word];
    const std::size_t first = places.size() - std::min(places.size(), kMostCompared);
    for (std::size_t i = first; i < places.size(); ++i) ++shared[places[i]];
  }
  for (const auto& [place, count] : shared) {
    if (count * 5 >= std::min(words.size(), sizes_[place]) * 4) return false;
  }
  for (const std::string& word : words) sentences_with_[word].push_back(sizes_.size());
  sizes_.push_back(words.size());
  return true;
}

}  // namespace soulprint
