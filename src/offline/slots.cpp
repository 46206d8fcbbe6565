#include "offline/slots.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "offline/cues.hpp"
#include "offline/lexicon.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kMostValues = 50;  // of one slot that are told apart

// Reads the statements in one sentence.
class Reader {
 public:
  explicit Reader(const Sentence& sentence) : sentence_(sentence), words_(sentence.words) {}

  std::vector<Reading> Read() {
    for (const Hit& hit : sentence_.cues) {
      if (Begins(hit.begin)) ReadStatement(hit);
      const bool partner = hit.cue == Cue::kPartner;
      if (partner || hit.cue == Cue::kRelative) ReadPerson(hit, partner);
      if (Is(hit.begin, "favorite")) ReadFavorite(hit);
      const bool over = sentence_.Has(Cue::kEnd);
      const bool liked = over || sentence_.Has(Cue::kTaste) || sentence_.Has(Cue::kHabit);
      if (hit.cue == Cue::kThing && liked) Add(Slot::kThing, Text(hit.begin, hit.end), over);
    }
    return std::move(readings_);
  }

 private:
  // A statement of the user's can begin here; "based in" stands in the middle of one.
  bool Begins(std::size_t at) const {
    return at == 0 || words_[at - 1].mark || (Is(at, "based") && Is(0, "i we")) ||
           Is(at - 1, "and but so because since though hi hello hey");
  }

  void ReadStatement(const Hit& hit) {
    const std::size_t at = hit.end;
    switch (hit.cue) {
      case Cue::kNameIs:
        return Add(Slot::kName, Name(Skip(at, "is s 是 叫"), false));
      case Cue::kHomeIs:
        return Add(Slot::kHome, Place(Skip(at, "in near to 在 到 了")));
      case Cue::kHomeWas:
        return Add(Slot::kHome, Place(at), true);
      case Cue::kWorkAs:
        return Add(Slot::kJob, Job(Skip(at, "a an the"), true));
      case Cue::kSpeaks:
        for (std::size_t i = Skip(at, "is");
             sentence_.HasAt(Cue::kLanguage, i) || Is(i, ", and a little"); ++i) {
          if (sentence_.HasAt(Cue::kLanguage, i)) Add(Slot::kLanguage, Text(i, i + 1));
        }
        return;
      case Cue::kSelfIs:
        if (Is(hit.begin, "as") && sentence_.Has(Cue::kAddress)) return;  // "As a nurse, you …"
        [[fallthrough]];
      case Cue::kSelfWas:
        return ReadSelf(at, hit.cue == Cue::kSelfWas);
      default:
        return;
    }
  }

  // "I am 34", "I am single", "I am a strict vegan", "I am a nurse", "Hi, I am Emily".
  void ReadSelf(std::size_t at, bool over) {
    const std::size_t noun = Skip(at, "a an the strict 一 个 名 位");
    if (!over && IsAge(at)) Add(Slot::kAge, words_[at].text);
    if (sentence_.HasAt(Cue::kStatus, at) && EndsAt(at + 1, "and with to but last"))
      Add(Slot::kPartner, words_[at].text, over);
    if (sentence_.HasAt(Cue::kDietName, noun) &&
        EndsAt(noun + 1, "and since for now but so anymore any"))
      Add(Slot::kDiet, words_[noun].text, over);
    if (noun > at) Add(Slot::kJob, Job(noun, false), over);
    if (sentence_.greeted && !over && noun == at) Add(Slot::kName, Name(at, true));
  }

  // "my husband Ben", "my daughter's name is Ana", "I have two daughters, Ana and Eva".
  void ReadPerson(const Hit& hit, bool partner) {
    std::size_t begin = hit.begin;
    while (begin > 0 &&
           Is(begin - 1,
              "a an one two three four five little young older younger big best old new twin"))
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
    std::string value = had && !partner ? Text(begin, hit.end) : words_[hit.begin].text;
    if (end > name) value += (had && !partner ? ": " : " ") + Text(name, end);
    Add(partner ? Slot::kPartner : Slot::kKin, value);
  }

  // "my favorite color is green".
  void ReadFavorite(const Hit& hit) {
    std::size_t verb = hit.end;
    while (!EndsAt(verb, "is are") && verb < hit.end + 3) ++verb;
    std::size_t end = verb + 1;
    while (!EndsAt(end, "and but because so i since which that when")) ++end;
    const bool plain = hit.begin > 0 && Is(hit.begin - 1, "my") && Is(verb, "is are") &&
                       !Is(verb + 1, "how this it to where");
    if (plain && verb > hit.end && end > verb + 1 && end < verb + 8)
      Add(Slot::kFavorite, Text(hit.end, verb) + ": " + Text(verb + 1, end));
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

  void Add(Slot slot, const std::string& value, bool over = false) {
    if (value.empty()) return;
    readings_.push_back({slot, value, over, sentence_.Has(Cue::kChange), "", ContentWords(value)});
  }

  std::size_t NamesEnd(std::size_t at) const {
    std::size_t end = at;
    while (end < at + 3 && end < words_.size() && words_[end].capital &&
           !sentence_.HasAt(Cue::kNoName, end) &&
           words_[end].text.find_first_of("0123456789@_") == std::string::npos && !Is(end, "i"))
      ++end;
    return end;
  }

  // The end of the run of at least two Chinese characters before one of `stops`; `at` if there is
  // none.
  std::size_t ChineseEnd(std::size_t at, std::string_view stops) const {
    std::size_t end = at;
    while (end < words_.size() && IsIdeograph(words_[end]) && !Is(end, stops)) ++end;
    return end > at + 1 ? end : at;
  }

  // `alone`: only if nothing else can be meant.
  std::string Name(std::size_t at, bool alone) const {
    const std::size_t chinese = ChineseEnd(at, "的 了 是 吧 呢 啊");
    const bool job = chinese > at && sentence_.HasAt(Cue::kOccupation, chinese - 2);
    const bool name =
        EndsAt(chinese, "") && chinese < at + 5 && (!alone || (chinese < at + 4 && !job));
    if (chinese > at) return name ? Text(at, chinese) : "";
    const std::size_t end = NamesEnd(at);
    return !alone || EndsAt(end, "and but by from so") ? Text(at, end) : "";
  }

  std::string Place(std::size_t at) const {
    const std::size_t chinese = ChineseEnd(at, "的 了 和 工 读 也 但 是 已 呢 啊 吧 住");
    if (chinese > at) return Text(at, chinese);
    const std::size_t first = Skip(at, "the");
    std::size_t end = first;
    while (end < first + 6) {
      const std::size_t next = end > first ? Skip(end, ", de la le el of upon the") : end;
      if (next >= words_.size() || !words_[next].capital || Is(next, "i")) break;
      end = next + 1;
    }
    return end > first ? Text(at, end) : "";
  }

  // Up to the noun, which must be an occupation of the lexicon, or any if the sentence says "work
  // as".
  std::string Job(std::size_t at, bool any) const {
    std::size_t end = ChineseEnd(at, "的 了 和");
    if (end > at) return any || sentence_.HasAt(Cue::kOccupation, end - 2) ? Text(at, end) : "";
    while (!EndsAt(end,
                   "at in for from with who and but to on by that i so because since of when while "
                   "or working living based now here than")) {
      if (sentence_.HasAt(Cue::kNoOccupation, end) || end > at + 4) return "";
      ++end;
    }
    return end > at && (any || sentence_.HasAt(Cue::kOccupation, end - 1)) ? Text(at, end) : "";
  }

  bool IsAge(std::size_t at) const {
    if (at >= words_.size() || words_[at].text.size() != 2 || words_[at].text < "10") return false;
    const bool number = words_[at].text.find_first_not_of("0123456789") == std::string::npos;
    return number && (at + 1 >= words_.size() ||
                      Is(at + 1, ", ; . and years year but last this today now 岁"));
  }

  const Sentence& sentence_;
  const Words& words_;
  std::vector<Reading> readings_;
};

struct Value {
  std::size_t newest = 0;
  std::size_t count = 1;
};

// The values that are not over, each once.
std::vector<Value> Values(const std::vector<Reading>& readings) {
  std::vector<Value> values;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const Reading& reading = readings[i];
    const auto same = std::find_if(values.begin(), values.end(), [&](const Value& value) {
      return SameValue(readings[value.newest], reading);
    });
    const bool known = same != values.end();
    const bool newer = known && readings[same->newest].day <= reading.day;
    if (!known && !reading.over && values.size() < kMostValues) values.push_back({i, 1});
    if (known && !reading.over) *same = {newer ? i : same->newest, same->count + 1};
    if (newer && reading.over) values.erase(same);
  }
  return values;
}

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

std::vector<std::size_t> AllThatHold(const std::vector<Reading>& readings) {
  std::vector<std::size_t> places;
  for (const Value& value : Values(readings)) places.push_back(value.newest);
  return places;
}

std::size_t WhatHolds(const std::vector<Reading>& readings) {
  const std::vector<Value> values = Values(readings);
  std::size_t newest = readings.size();
  std::size_t most = 0;  // statements of one value
  std::size_t holds = 0;
  std::size_t of_newest = 0;
  for (const Value& value : values) {
    if (newest == readings.size() || readings[newest].day <= readings[value.newest].day) {
      newest = value.newest;
      of_newest = value.count;
    }
    if (value.count > most) holds = value.newest;
    most = std::max(most, value.count);
  }
  const bool sure = of_newest > 1 || (newest < readings.size() && readings[newest].change);
  if (values.empty() || sure || (values.size() <= 2 && most < 3)) return newest;
  return most > 1 ? holds : readings.size();
}

}  // namespace soulprint
