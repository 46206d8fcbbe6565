#include "offline/chinese.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "util/text.hpp"

namespace soulprint {
namespace {

using Kind = Statement::Kind;
using Texts = std::vector<std::string_view>;

constexpr std::size_t kMaxThing = 12;  // characters

struct Rule {
  std::string_view phrase;
  Kind kind;
  std::string_view tells;
};

constexpr std::array<Rule, 14> kRules = {{{"不喜欢", Kind::kDislike, "不喜欢"},
                                          {"不爱", Kind::kDislike, "不喜欢"},
                                          {"讨厌", Kind::kDislike, "不喜欢"},
                                          {"喜欢", Kind::kLike, "喜欢"},
                                          {"热爱", Kind::kLike, "喜欢"},
                                          {"爱好是", Kind::kLike, "喜欢"},
                                          {"的爱好是", Kind::kLike, "喜欢"},
                                          {"的爱好有", Kind::kLike, "喜欢"},
                                          {"的兴趣是", Kind::kLike, "喜欢"},
                                          {"对", Kind::kLike, "喜欢"},
                                          {"住在", Kind::kPlace, "住在"},
                                          {"来自", Kind::kOrigin, "来自"},
                                          {"在学习", Kind::kProject, "学习"},
                                          {"在学", Kind::kProject, "学习"}}};

constexpr std::array<std::string_view, 22> kAdverbs = {
    "也",   "还", "很",   "最近", "最",   "非常", "特别", "都",   "比较", "一直", "真的",
    "平时", "正", "尤其", "就",   "总是", "经常", "更",   "十分", "现在", "从小", "其实"};

// Words that name nothing by themselves: "这些建议", "你…".
constexpr std::array<std::string_view, 14> kNothing = {
    "你", "这", "那", "它", "他", "她", "什么", "自己", "建议", "感觉", "怎么", "样", "的", "了"};

// Marks and words that end a list.
constexpr std::array<std::string_view, 12> kEnds = {"，", "。", "！", "？", "；",   ",",
                                                    ".",  "!",  "?",  "但", "因为", "的时候"};
constexpr std::array<std::string_view, 6> kJoints = {"、", "和", "以及", "还有", "与", "或者"};

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

template <std::size_t kSize>
bool SkipOne(std::string_view* text, const std::array<std::string_view, kSize>& starts) {
  for (const std::string_view start : starts) {
    if (!StartsWith(*text, start)) continue;
    text->remove_prefix(start.size());
    return true;
  }
  return false;
}

template <std::size_t kSize>
std::size_t FindFirst(std::string_view text, const std::array<std::string_view, kSize>& parts) {
  std::size_t first = text.size();
  for (const std::string_view part : parts) first = std::min(first, text.find(part));
  return first;
}

bool IsChinese(std::string_view text) {
  std::size_t han = 0;
  std::size_t all = 0;
  for (std::size_t at = 0; at < text.size(); ++all) {
    const char32_t c = NextCharacter(text, &at);
    han += c >= 0x4E00 && c <= 0x9FFF ? 1 : 0;
    if (c >= 0x3040 && c <= 0x30FF) return false;  // Japanese
  }
  return han * 3 > all;
}

std::string_view CleanThing(std::string_view thing) {
  for (const std::string_view start : {"去", "一些", "各种"}) {
    if (StartsWith(thing, start)) thing.remove_prefix(start.size());
  }
  for (const std::string_view end : {"等等", "等", "之类", "啊", "呢", "吧"}) {
    if (thing.size() > end.size() && thing.substr(thing.size() - end.size()) == end) {
      thing.remove_suffix(end.size());
    }
  }
  return Trim(thing);
}

bool NamesSomething(std::string_view thing) {
  if (thing.empty() || CountCharacters(thing) > kMaxThing) return false;
  return FindFirst(thing, kNothing) == thing.size();
}

void Add(std::vector<Statement>* statements, const Rule& rule, std::string_view thing,
         std::string_view quote) {
  Statement statement;
  statement.kind = rule.kind;
  statement.text = std::string(rule.tells) + std::string(thing);
  statement.thing = std::string(thing);
  statement.quote = std::string(quote);
  statements->push_back(std::move(statement));
}

// In "户外活动，像滑板、攀岩" the examples after the comma belong to the list.
std::string_view ReadList(std::string_view rest) {
  std::size_t end = FindFirst(rest, kEnds);
  for (const std::string_view example : {"，像", "，比如", "，例如"}) {
    if (StartsWith(rest.substr(end), example)) {
      rest.remove_prefix(end + example.size());
      return rest.substr(0, FindFirst(rest, kEnds));
    }
  }
  return rest.substr(0, end);
}

void ExtractThings(const Rule& rule, std::string_view list, std::string_view quote,
                   std::vector<Statement>* statements) {
  if (rule.phrase == "对") {  // 对…感兴趣
    const std::size_t end = list.find("感兴趣");
    if (end == std::string_view::npos) return;
    list = list.substr(0, end);
    for (const std::string_view adverb : {"也", "很", "非常", "比较", "不"}) {
      if (list.size() > adverb.size() && list.substr(list.size() - adverb.size()) == adverb) {
        if (adverb == "不") return;
        list.remove_suffix(adverb.size());
      }
    }
  }
  while (!list.empty()) {
    const std::size_t cut = FindFirst(list, kJoints);
    const std::string_view thing = CleanThing(list.substr(0, cut));
    if (NamesSomething(thing)) Add(statements, rule, thing, quote);
    list.remove_prefix(cut);
    while (SkipOne(&list, kJoints)) {
    }
  }
}

void ExtractName(std::string_view rest, bool called, std::string_view quote,
                 std::vector<Statement>* statements) {
  const std::string_view name = CleanThing(rest.substr(0, FindFirst(rest, kEnds)));
  const std::size_t length = CountCharacters(name);
  // 我是… introduces a name only if a short word and a stop follow.
  if (length < 2 || length > 4 || !NamesSomething(name) || (!called && length > 3)) return;
  for (const std::string_view no_name :
       {"一", "不", "个", "在", "说", "想", "学生", "老师", "很", "人", "来", "医", "员", "有"}) {
    if (name.find(no_name) != std::string_view::npos) return;
  }
  Add(statements, {"", Kind::kName, "名字是"}, name, quote);
}

}  // namespace

bool ExtractChinese(std::string_view sentence, std::vector<Statement>* statements) {
  if (sentence.find("\xE6\x88\x91") == std::string_view::npos || !IsChinese(sentence))
    return false;  // 我
  if (sentence.find("如果") != std::string_view::npos ||
      sentence.find("假如") != std::string_view::npos)
    return true;
  const bool greets = sentence.find("你好") != std::string_view::npos ||
                      sentence.find("高兴认识") != std::string_view::npos;
  for (std::size_t at = sentence.find("我"); at != std::string_view::npos;
       at = sentence.find("我", at + 1)) {
    std::string_view rest = sentence.substr(at);
    rest.remove_prefix(std::string_view("我").size());
    if (StartsWith(rest, "叫")) ExtractName(rest.substr(3), true, sentence, statements);
    if (StartsWith(rest, "的名字是")) ExtractName(rest.substr(12), true, sentence, statements);
    if (StartsWith(rest, "是") && greets) ExtractName(rest.substr(3), false, sentence, statements);
    while (SkipOne(&rest, kAdverbs)) {
    }
    for (const Rule& rule : kRules) {
      if (!StartsWith(rest, rule.phrase)) continue;
      ExtractThings(rule, ReadList(rest.substr(rule.phrase.size())), sentence, statements);
      break;
    }
  }
  return true;
}

}  // namespace soulprint
