#include "offline/sentences.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace soulprint {
namespace {

constexpr std::size_t kMostValues = 50;  // of one slot that are told apart

// Reads the statements in one sentence.
class Reader {
 public:
  explicit Reader(const Sentence& sentence) : sentence_(sentence), words_(sentence.words) {}

  std::vector<Reading> Read() {
    const bool over = sentence_.Has(Cue::kEnd);
    const bool liked = over || sentence_.Has(Cue::kTaste) || sentence_.Has(Cue::kHabit);
    for (const Hit& hit : sentence_.cues) {
      const Cue cue = hit.list->cue;
      if (Begins(hit.begin)) ReadStatement(cue, hit.begin, hit.end);
      if (cue == Cue::kPartner || cue == Cue::kRelative) ReadPerson(hit, cue == Cue::kPartner);
      if (Is(hit.begin, "favorite")) ReadFavorite(hit.begin, hit.end);
      if (cue == Cue::kThing && liked) Add(Slot::kThing, Text(hit.begin, hit.end), over);
    }
    return std::move(readings_);
  }

 private:
  // A statement of the user's can begin here; "based in" stands in the middle of one.
  bool Begins(std::size_t at) const {
    return at == 0 || words_[at - 1].mark || (Is(at, "based") && Is(0, "i we")) ||
           Is(at - 1, "and but so because since though hi hello hey");
  }

  void ReadStatement(Cue cue, std::size_t begin, std::size_t at) {
    const bool advice = Is(begin, "as") && sentence_.Has(Cue::kChat);  // "As a nurse, you …"
    if (cue == Cue::kNameIs) Add(Slot::kName, Name(Skip(at, "is s 是 叫"), false));
    if (cue == Cue::kHomeIs) Add(Slot::kHome, Place(Skip(at, "in near to 在 到 了")));
    if (cue == Cue::kHomeWas) Add(Slot::kHome, Place(at), true);
    if (cue == Cue::kWorkAs) Add(Slot::kJob, Job(Skip(at, "a an the"), true));
    if (cue == Cue::kSelfWas) ReadSelf(at, true);
    if (cue == Cue::kSelfIs && !advice) ReadSelf(at, false);
    if (cue != Cue::kSpeaks) return;
    for (at = Skip(at, "is"); sentence_.Has(Cue::kLanguage, at) || Is(at, ", and a little"); ++at)
      if (sentence_.Has(Cue::kLanguage, at)) Add(Slot::kLanguage, Text(at, at + 1));
  }

  // "I am 34", "I am single", "I am a strict vegan", "I am a nurse", "Hi, I am Emily".
  void ReadSelf(std::size_t at, bool over) {
    const std::size_t noun = Skip(at, "a an the strict 一 个 名 位");
    if (!over && IsAge(at)) Add(Slot::kAge, words_[at].text);
    if (sentence_.Has(Cue::kStatus, at) && EndsAt(at + 1, "and with to but last"))
      Add(Slot::kPartner, words_[at].text, over);
    if (sentence_.Has(Cue::kDietName, noun) &&
        EndsAt(noun + 1, "and since for now but so anymore any"))
      Add(Slot::kDiet, words_[noun].text, over);
    if (noun > at) Add(Slot::kJob, Job(noun, false), over);
    if (noun == at && !over && Is(0, "hi hello hey 你")) Add(Slot::kName, Name(at, true));
  }

  // "my husband Ben", "my daughter's name is Ana", "I have two daughters, Ana and Eva".
  void ReadPerson(const Hit& hit, bool partner) {
    std::size_t begin = hit.begin;
    while (begin > 0 &&
           Is(begin - 1, "a an one two three four little young older younger best new"))
      --begin;
    const bool mine = begin > 0 && Is(begin - 1, "my our");
    const bool had =
        begin > 1 && begin < hit.begin && Is(begin - 1, "have got") && Is(begin - 2, "i we have");
    std::size_t name = hit.end;
    if (Is(name, "s")) name = Is(name + 1, "name") ? name + 2 : words_.size();
    name = Skip(name, ", is are s called named");
    std::size_t end = NamesEnd(name);
    if ((!mine && !had) || (mine && !partner && end == name)) return;
    if (end > name && Is(end, "and") && NamesEnd(end + 1) > end + 1) end = NamesEnd(end + 1);
    const bool many = had && !partner;
    std::string value = many ? Text(begin, hit.end) : words_[hit.begin].text;
    if (end > name) value += (many ? ": " : " ") + Text(name, end);
    Add(partner ? Slot::kPartner : Slot::kKin, value);
    readings_.back().vague = end == name;
  }

  // "my favorite color is green".
  void ReadFavorite(std::size_t at, std::size_t noun) {
    std::size_t verb = noun;
    while (!EndsAt(verb, "is are") && verb < noun + 3) ++verb;
    std::size_t end = verb + 1;
    while (!EndsAt(end, "and but because so i since which that when")) ++end;
    const bool mine = at > 0 && Is(at - 1, "my") && !Is(verb + 1, "how this it to where");
    if (mine && Is(verb, "is are") && verb > noun && end > verb + 1 && end < verb + 8)
      Add(Slot::kFavorite, Text(noun, verb) + ": " + Text(verb + 1, end));
  }

  bool Is(std::size_t at, std::string_view list) const {
    return at < words_.size() && Among(words_[at].text, list);
  }
  bool EndsAt(std::size_t at, std::string_view list) const {
    return at >= words_.size() || words_[at].mark || Is(at, list);
  }
  std::size_t Skip(std::size_t at, std::string_view list) const {
    while (Is(at, list)) ++at;
    return at;
  }
  std::string Text(std::size_t begin, std::size_t end) const {
    return std::string(TextOf(sentence_.text, words_, begin, end));
  }

  void Add(Slot slot, std::string value, bool over = false) {
    for (const std::string_view ending : {"'s", "’s"})  // "my daughter Sara's birthday"
      if (value.ends_with(ending)) value.resize(value.size() - ending.size());
    if (value.empty()) return;
    readings_.push_back({slot, value, over, sentence_.Has(Cue::kChange), ContentWords(value)});
  }

  // True for a word that can be part of the name of a person or a place.
  bool IsNamed(std::size_t at) const {
    constexpr std::string_view kNone = "i 的 了 和 工 读 也 但 是 已 呢 啊 吧 住 这 那 他 她 你";
    return at < words_.size() && (words_[at].capital || words_[at].ideograph) && !Is(at, kNone) &&
           !sentence_.Has(Cue::kNoName, at) && !sentence_.Has(Cue::kLanguage, at) &&
           words_[at].text.find_first_of("0123456789@_") == std::string::npos;
  }
  std::size_t NamesEnd(std::size_t at) const {
    while (IsNamed(at)) ++at;
    return at;
  }

  // `alone`: only if nothing else can be meant.
  std::string Name(std::size_t at, bool alone) const {
    const std::size_t end = NamesEnd(at);
    const bool sure = !alone && end > at && !words_[at].ideograph;
    const bool plain = EndsAt(end, "and but by from so") && !IsOccupation(end);
    return end <= at + 4 && (sure || plain) ? Text(at, end) : "";
  }

  std::string Place(std::size_t at) const {
    const std::size_t first = Skip(at, "the");
    std::size_t end = first;
    for (std::size_t next = end; IsNamed(next); next = Skip(end, ", de la le el of upon the"))
      end = next + 1;
    return end > first && end < first + 9 ? Text(at, end) : "";
  }

  bool IsOccupation(std::size_t end) const {
    return std::any_of(sentence_.cues.begin(), sentence_.cues.end(), [&](const Hit& hit) {
      return hit.list->cue == Cue::kOccupation && hit.end == end;
    });
  }

  // Up to the noun, which must be an occupation of the lexicon, or any (`any`) after "work as".
  std::string Job(std::size_t at, bool any) const {
    constexpr std::string_view kAfter =
        "at in for from with who and but to on by that i so because since of when while or working "
        "living based now here than 的 了 和";
    std::size_t end = at;
    for (; !EndsAt(end, kAfter); ++end)
      if (sentence_.Has(Cue::kNoOccupation, end) || end > at + 6) return "";
    return end > at && (any || IsOccupation(end)) ? Text(at, end) : "";
  }

  bool IsAge(std::size_t at) const {
    return at < words_.size() && words_[at].text.size() == 2 && words_[at].text >= "10" &&
           words_[at].text.find_first_not_of("0123456789") == std::string::npos &&
           EndsAt(at + 1, "and years year but last this today now 岁");
  }

  const Sentence& sentence_;
  const Words& words_;
  std::vector<Reading> readings_;
};

}  // namespace

std::vector<Reading> ReadSlots(const Sentence& sentence) {
  if (sentence.question || sentence.Has(Cue::kNever)) return {};
  return Reader(sentence).Read();
}

bool SameValue(const Reading& a, const Reading& b) {
  const auto& [less, more] =
      a.key.size() < b.key.size() ? std::tie(a.key, b.key) : std::tie(b.key, a.key);
  return std::includes(more.begin(), more.end(), less.begin(), less.end());
}

std::vector<Reading> ThatHold(const std::vector<Reading>& readings) {
  std::vector<Reading> values;
  for (Reading value : readings) {
    const auto same = std::find_if(values.begin(), values.end(),
                                   [&](const Reading& known) { return SameValue(known, value); });
    if (same != values.end()) {
      value.times += same->times;
      values.erase(same);
    }
    if (!value.over && values.size() < kMostValues) values.push_back(std::move(value));
  }
  if (values.size() < 2 || values[0].slot > Slot::kDiet) return values;
  const Reading& last = values.back();
  const Reading& most =
      *std::max_element(values.begin(), values.end(),
                        [](const Reading& a, const Reading& b) { return a.times < b.times; });
  if (last.times > 1 || last.change || (values.size() == 2 && most.times < 3)) return {last};
  return most.times > 1 ? std::vector{most} : std::vector<Reading>();
}

}  // namespace soulprint
