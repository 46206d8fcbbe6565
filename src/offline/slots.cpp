#include "offline/slots.hpp"

#include <algorithm>
#include <utility>

namespace soulprint {
namespace {

constexpr std::size_t kMostValues = 50;  // of one slot that are told apart

// Reads the statements in one sentence.
class Reader {
 public:
  explicit Reader(const Sentence& sentence) : sentence_(sentence), words_(sentence.words) {}

  std::vector<Reading> Read() {
    change_ = Has(sentence_.cues, Cue::kChange);
    for (const Hit& hit : sentence_.cues) {
      if (Begins(hit.begin)) ReadStatement(hit);
      if (hit.list->cue == Cue::kTaste) ReadFavorite(hit);
      if (hit.list->cue == Cue::kPartner || hit.list->cue == Cue::kRelative) ReadPerson(hit);
    }
    return std::move(readings_);
  }

 private:
  // A statement of the user's can begin here; "based in" stands in the middle of one.
  bool Begins(std::size_t at) const {
    return at == 0 || words_[at - 1].mark || words_[at].text == "based" ||
           Among(words_[at - 1].text, "and but so because since though hi hello hey");
  }

  void ReadStatement(const Hit& hit) {
    const std::size_t at = hit.end;
    switch (hit.list->cue) {
      case Cue::kNameIs:
        return Add(Slot::kName, Name(Skip(at, "is s 是 叫"), false));
      case Cue::kHomeIs:
        if (words_[hit.begin].text == "based" && !Is(0, "i we")) return;
        return Add(Slot::kHome, Place(Skip(at, "in near to 在 到 了")));
      case Cue::kHomeWas:
        return Add(Slot::kHome, Place(at), true);
      case Cue::kWorkAs:
        return Add(Slot::kJob, Job(Skip(at, "a an the"), true));
      case Cue::kRuns:
        return Add(Slot::kJob, Business(at));
      case Cue::kSpeaks:
        return Add(Slot::kLanguage, Languages(Skip(at, "is")));
      case Cue::kSelfIs:
        return ReadSelf(at, false);
      case Cue::kSelfWas:
        return ReadSelf(at, true);
      default:
        return;
    }
  }

  // "I am 34", "I am single", "I am a strict vegan", "I am a nurse", "Hi, I am Emily".
  void ReadSelf(std::size_t at, bool over) {
    const std::size_t noun = Skip(at, "a an the strict 一 个 名 位");
    Add(Slot::kAge, over ? "" : Age(at));
    if (HasAt(sentence_.cues, Cue::kStatus, at) && (Ends(at + 1) || Is(at + 1, "and with to but")))
      Add(Slot::kPartner, Text(at, at + 1), over);
    if (HasAt(sentence_.cues, Cue::kDietName, noun) &&
        (Ends(noun + 1) || Is(noun + 1, "and since for now but so")))
      Add(Slot::kDiet, Text(noun, noun + 1), over);
    if (noun > at) Add(Slot::kJob, Job(noun, false), over);
    if (sentence_.greeted && !over && noun == at) Add(Slot::kName, Name(at, true));
  }

  // "my husband Ben", "my daughter's name is Ana", "two daughters, Ana and Eva".
  void ReadPerson(const Hit& hit) {
    const bool partner = hit.list->cue == Cue::kPartner;
    std::size_t begin = hit.begin;
    while (begin > 0 &&
           Is(begin - 1,
              "a an one two three four five little young older younger big best old new twin"))
      --begin;
    const bool mine = begin > 0 && Is(begin - 1, "my our");
    const bool had =
        begin > 1 && begin < hit.begin && Is(begin - 1, "have got") && Is(begin - 2, "i we have");
    if (!mine && !had) return;
    std::size_t name = hit.end;
    if (Is(name, "s")) name = Is(name + 1, "name") ? name + 2 : words_.size();
    name = Skip(name, ", is are s called named");
    std::size_t end = NamesEnd(name);
    if (end > name && Is(end, "and"))
      end = std::max(end, NamesEnd(end + 1) > end + 1 ? NamesEnd(end + 1) : end);
    std::string value = mine || partner ? words_[hit.begin].text : Text(begin, hit.end);
    if (end > name) {
      value += (had && !partner ? ": " : " ") + Text(name, end);
    } else if (mine && !partner) {
      return;
    }
    Add(partner ? Slot::kPartner : Slot::kRelative, std::move(value));
  }

  // "my favorite color is green".
  void ReadFavorite(const Hit& hit) {
    if (hit.begin == 0 || !Is(hit.begin - 1, "my") || !Is(hit.begin, "favorite")) return;
    const std::size_t begin = hit.end;
    std::size_t verb = begin;
    while (!Ends(verb) && verb < begin + 4 && !Is(verb, "is are")) ++verb;
    std::size_t end = verb + 1;
    while (!Ends(end) && !Is(end, "and but because so i since which that when")) ++end;
    if (verb > begin && Is(verb, "is are") && end < verb + 8 &&
        !Is(verb + 1, "when how that this it to where")) {
      const std::string value = Text(verb + 1, end);
      if (!value.empty()) Add(Slot::kFavorite, Text(begin, verb) + ": " + value);
    }
  }

  bool Is(std::size_t at, std::string_view list) const {
    return at < words_.size() && Among(words_[at].text, list);
  }
  bool Ends(std::size_t at) const { return at >= words_.size() || words_[at].mark; }
  bool IsCapital(std::size_t at) const { return at < words_.size() && words_[at].capital; }
  bool IsChinese(std::size_t at) const { return at < words_.size() && IsIdeograph(words_[at]); }
  std::size_t Skip(std::size_t at, std::string_view list) const {
    while (Is(at, list)) ++at;
    return at;
  }
  std::string Text(std::size_t begin, std::size_t end) const {
    return std::string(TextOf(sentence_.text, words_, begin, end));
  }

  void Add(Slot slot, std::string value, bool over = false) {
    if (!value.empty()) readings_.push_back({slot, std::move(value), over, change_, ""});
  }

  std::size_t NamesEnd(std::size_t at) const {
    std::size_t end = at;
    while (end < at + 3 && IsCapital(end) && !HasAt(sentence_.cues, Cue::kNoName, end) &&
           !Is(end, "i") && words_[end].text.find_first_of("0123456789@_") == std::string::npos)
      ++end;
    return end;
  }

  // The end of the run of Chinese characters before one of `stops`.
  std::size_t ChineseEnd(std::size_t at, std::string_view stops) const {
    while (IsChinese(at) && !Is(at, stops)) ++at;
    return at;
  }

  std::string Name(std::size_t at, bool alone) const {
    if (IsChinese(at)) {
      constexpr std::string_view kFamilyNames =
          "陈 王 李 张 刘 赵 黄 周 吴 徐 孙 马 朱 胡 郭 何 林 罗 高 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 "
          "彭 曾 肖 田 董 潘 袁 "
          "蔡 蒋 余 杜 叶 程 苏 魏 吕 丁 任 卢 姚 沈 焦 钟 姜 崔 谭 陆 汪 范 金 石 廖 贾 夏 韦 付 "
          "方 白 邹 孟 熊 秦 邱 江";
      const std::size_t end = ChineseEnd(at, "的 了 是 吧 呢 啊");
      return Ends(end) && end > at + 1 && end < at + 5 && (!alone || Is(at, kFamilyNames))
                 ? Text(at, end)
                 : "";
    }
    const std::size_t end = NamesEnd(at);
    return !alone || Ends(end) || Is(end, "and but by from so") ? Text(at, end) : "";
  }

  std::string Place(std::size_t at) const {
    const std::size_t chinese = ChineseEnd(at, "的 了 和 工 读 也 但 是 已 呢 啊 吧 住");
    if (chinese > at + 1 && chinese < at + 9) return Text(at, chinese);
    const std::size_t first = Skip(at, "the");
    std::size_t end = first;
    while (end < first + 6) {
      const bool joint = end > first && Is(end, ", de la le el of upon the") && IsCapital(end + 1);
      if (!joint && (!IsCapital(end) || Is(end, "i"))) break;
      end += joint ? 2 : 1;
    }
    return end > first ? Text(at, end) : "";
  }

  // Up to the noun, which must be an occupation of the lexicon, or any if the sentence says "as a".
  std::string Job(std::size_t at, bool any) const {
    std::size_t end = ChineseEnd(at, "的 了 和");
    if (end > at)
      return any || HasAt(sentence_.cues, Cue::kOccupation, end - 2) ? Text(at, end) : "";
    for (end = at;
         !Ends(end) &&
         !Is(end,
             "at in for from with who and but to on by that i so because since of when while or "
             "working living based now here than");
         ++end) {
      if (HasAt(sentence_.cues, Cue::kNoOccupation, end) || end > at + 4) return "";
    }
    return end > at && (HasAt(sentence_.cues, Cue::kOccupation, end - 1) || any) ? Text(at, end)
                                                                                 : "";
  }

  std::string Business(std::size_t at) const {
    for (std::size_t end = at; end < at + 4 && !Ends(end); ++end) {
      if (HasAt(sentence_.cues, Cue::kBusiness, end)) return "runs a " + Text(at, end + 1);
    }
    return "";
  }

  std::string Age(std::size_t at) const {
    if (at >= words_.size()) return "";
    const std::string& age = words_[at].text;
    const bool number =
        age.size() == 2 && age.find_first_not_of("0123456789") == std::string::npos && age >= "10";
    const bool ends = at + 1 >= words_.size() ||
                      Is(at + 1, ", ; . and years year yo but last this yesterday today now 岁");
    return number && ends ? age : "";
  }

  std::string Languages(std::size_t at) const {
    std::string languages;
    for (; HasAt(sentence_.cues, Cue::kLanguage, at) || Is(at, ", and both some a little bit of");
         ++at) {
      if (HasAt(sentence_.cues, Cue::kLanguage, at))
        languages += (languages.empty() ? "" : ", ") + Text(at, at + 1);
    }
    return languages;
  }

  const Sentence& sentence_;
  const Words& words_;
  bool change_ = false;
  std::vector<Reading> readings_;
};

std::string Key(std::string_view value) {
  std::string key = " ";
  for (const Word& word : ToWords(value)) {
    if (!word.mark && !Among(word.text, "near the greater")) key += word.text + " ";
  }
  return key;
}

struct Value {
  std::size_t newest = 0;
  std::size_t count = 1;
};

// The values that are not over, each once.
std::vector<Value> Values(const std::vector<Reading>& readings) {
  std::vector<Value> values;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const auto is_older = [&](const Value& value) {
      return readings[value.newest].day <= readings[i].day;
    };
    const auto same = std::find_if(values.begin(), values.end(), [&](const Value& value) {
      return SameValue(readings[value.newest].value, readings[i].value);
    });
    if (same == values.end()) {
      if (!readings[i].over && values.size() < kMostValues) values.push_back({i, 1});
    } else if (readings[i].over) {
      if (is_older(*same)) values.erase(same);
    } else {
      ++same->count;
      if (is_older(*same)) same->newest = i;
    }
  }
  return values;
}

}  // namespace

std::vector<Reading> ReadSlots(const Sentence& sentence) {
  if (sentence.question || Has(sentence.cues, Cue::kNever)) return {};
  return Reader(sentence).Read();
}

bool SameValue(std::string_view a, std::string_view b) {
  const std::string x = Key(a);
  const std::string y = Key(b);
  return x.find(y) != std::string::npos || y.find(x) != std::string::npos;
}

std::size_t WhatHolds(const std::vector<Reading>& readings) {
  const std::vector<Value> values = Values(readings);
  if (values.empty()) return readings.size();
  const Value& newest =
      *std::max_element(values.begin(), values.end(), [&](const Value& a, const Value& b) {
        return readings[a.newest].day < readings[b.newest].day;
      });
  const Value& most =
      *std::max_element(values.begin(), values.end(),
                        [](const Value& a, const Value& b) { return a.count < b.count; });
  if (newest.count > 1 || readings[newest.newest].change) return newest.newest;
  if (values.size() <= 2 && most.count < 3) return newest.newest;
  return most.count > 1 ? most.newest : readings.size();
}

}  // namespace soulprint
