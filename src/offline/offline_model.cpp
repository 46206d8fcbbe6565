// Its answers about facts, changes and MEMORY; sections.cpp has the other two.

#include "offline/offline_model.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "offline/notes.hpp"
#include "offline/sentences.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/memory_text.hpp"
#include "pipeline/types.hpp"
#include "util/ascii.hpp"
#include "util/dump_json.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMostFacts = 12;       // of one conversation; of notes all
constexpr std::size_t kMemoryTokens = 3000;  // as the project's prompt asks for
constexpr std::size_t kHeadings = 300;       // characters that headings and empty lines take
constexpr std::size_t kBullet = 30;          // characters around a fact: its mark, the day
constexpr std::size_t kMostOvers = 50;       // statements that something is over, of one slot
constexpr double kLeastScore = 3;
constexpr double kStatement = 5;  // what a name, a home, a job is worth
constexpr std::int64_t kDay = 86400LL * 1000 * 1000;

struct Item {
  Fact fact;
  double score = 0;  // what tells most about the user has the highest
  json id;
  std::string said;  // "2024-03-20", "" = unknown
};

bool StatesSlot(const Sentence& sentence) {
  const std::vector<Reading> readings = ReadSlots(sentence);
  return std::any_of(readings.begin(), readings.end(),
                     [](const Reading& reading) { return reading.slot <= Slot::kLanguage; });
}

// The sentence as a fact; nullopt if it tells nothing about the user: a question, an order, a
// hypothesis, words of others, talk about this chat, or too little.
std::optional<Item> ReadItem(const Sentence& sentence) {
  const Words& words = sentence.words;
  const bool own = std::any_of(words.begin(), words.end(), IsOfTheUser);
  if (!own || words.size() < 3 || sentence.question) return std::nullopt;
  // An order begins with its verb: "Show my tasks"; "What I love" is none.
  const bool relative = words[0].text != "if" && Among(words[1].text, "i my we our");
  if (sentence.Has(Cue::kRequest, 0) && !relative) return std::nullopt;
  Item item;
  item.fact.text = sentence.text;
  if (StatesSlot(sentence)) item.score += kStatement;
  if (IsOfTheUser(words[0]) || IsOfTheUser(words[1])) item.score += 1;
  int details = 0;  // names and numbers
  for (std::size_t i = 1; i < words.size(); ++i) {
    const bool name = words[i].capital && !words[i - 1].mark && words[i].text.size() > 2;
    if (name || IsAsciiDigit(words[i].text[0])) ++details;
  }
  item.score += std::min(details, 3) * 0.75;
  double heaviest = 0;
  bool mine = false;  // "my wife", "I have ADHD"
  for (const auto& [list, begin, end] : sentence.cues) {
    mine = mine || (list->category == Category::kPerson && list->weight >= 1.5 && begin > 0 &&
                    Among(words[begin - 1].text, "my our have got two three four a 我"));
    item.score += list->weight;
    if (list->weight > heaviest) item.fact.category = list->category;
    heaviest = std::max(heaviest, list->weight);
  }
  if (mine) item.score += 1;
  item.fact.importance = item.score >= 6 ? 3 : item.score >= 4.5 ? 2 : 1;
  return item.score < kLeastScore ? std::nullopt : std::optional(item);
}

// "I live in Lisbon and I work as a nurse" is two statements, of which each can be overtaken.
std::vector<Sentence> Statements(Sentence sentence) {
  std::vector<Sentence> statements;
  for (std::size_t at = 1; at < sentence.words.size(); ++at) {
    if (!Among(sentence.words[at - 1].text, ", and so")) continue;
    Sentence first = ReadSentence(TextOf(sentence.text, sentence.words, 0, at - 1));
    // "I live in Porto, where can I surf?"
    if (sentence.question && sentence.Has(Cue::kRequest, at) && IsOfTheUser(sentence.words[0]))
      return Statements(std::move(first));
    Sentence rest = ReadSentence(sentence.text.substr(sentence.words[at].begin));
    if (!IsOfTheUser(sentence.words[at]) || !StatesSlot(first) || !StatesSlot(rest)) continue;
    statements.push_back(std::move(first));
    sentence = std::move(rest);
    at = 0;
  }
  statements.push_back(std::move(sentence));
  return statements;
}

// The day that "yesterday" or "2024-05-03" means when said on a day, the year of "in 2018"; "" if
// the sentence names none, or the day on which it was said is unknown.
std::string DateIn(const Words& words, Time said) {
  constexpr std::array kDays = {"yesterday 昨", "today tonight 今", "tomorrow 明"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i].text;
    const bool number = word.find_first_not_of("0123456789-") == std::string::npos;
    if (number && word.size() == 10 && ParseTime(word)) return word;
    if (number && word.size() == 4 && i > 0 && Among(words[i - 1].text, "in since")) return word;
    const bool day =
        !words[i].ideograph || (i + 1 < words.size() && Among(words[i + 1].text, "天 晚"));
    for (int ahead = -1; said && day && ahead <= 1; ++ahead)
      if (Among(word, kDays[ahead + 1])) return FormatDate(*said + ahead * kDay);
  }
  return "";
}

void AddItem(const Sentence& sentence, Item item, Time day, std::vector<Item>* items) {
  Fact& fact = item.fact;
  if (fact.category == Category::kDates) {
    fact.more[0] = DateIn(sentence.words, day);
    if (fact.more[0].empty()) fact.category = Category::kPerson;
  }
  items->push_back(std::move(item));
}

// What notes about the user tell.  All of a memory is a statement; of the user's own instructions
// most are orders.
void ReadNotes(const std::string& text, bool memory, Time day, std::vector<Item>* items) {
  for (const Note& note : ToNotes(text)) {
    for (const Sentence& sentence : Statements(ReadSentence(note.text))) {
      if (sentence.words.empty()) continue;
      std::optional<Item> item = ReadItem(sentence);
      const bool statement = memory || note.of_user || IsOfTheUser(sentence.words[0]);
      if (!item && !statement) continue;
      if (!item) item.emplace().fact.text = sentence.text;
      item->fact.quote = note.quote;
      AddItem(sentence, std::move(*item), day, items);
    }
  }
}

// What the user's sentences in one conversation, or notes, tell.
std::vector<Item> ReadConversation(const json& conversation) {
  std::vector<Item> items;
  const std::string title = conversation.value("title", "");
  Time day = ParseTime(conversation.value("date", ""));
  for (const json& message : conversation.at("messages")) {
    if (message.contains("date")) day = ParseTime(message.at("date").get_ref<const std::string&>());
    const auto& role = message.at("role").get_ref<const std::string&>();
    const auto& text = message.at("text").get_ref<const std::string&>();
    if (role == "notes") ReadNotes(text, !title.starts_with("custom instructions"), day, &items);
    if (role != "user") continue;
    const OwnWords own = ToOwnWords(text);
    for (const Sentence& whole : own.sentences) {
      for (const Sentence& sentence : Statements(whole)) {
        std::optional<Item> item = ReadItem(sentence);
        if (item) AddItem(sentence, std::move(*item), day, &items);
      }
    }
    if (own.part) break;
  }
  return items;
}

std::vector<Item> ReadItems(std::string_view material) {
  const json document = json::parse(material);
  std::vector<Item> items;
  for (const Category category : kCategories) {
    for (const json& from : document.at("facts").value(CategoryName(category), json::array())) {
      CheckForInterrupts();
      std::optional<Fact> fact = FactFromJson(category, from);
      if (!fact) continue;
      for (const json& former : from.value("before", json::array())) {
        fact->before.push_back(
            {former.at("text").get_ref<const std::string&>(), ParseTime(former.value("said", ""))});
      }
      const std::optional<Item> read = ReadItem(ReadSentence(fact->text));
      // Facts of another model are no sentences of the user's: their importance ranks them.
      const double score = read ? read->score : 2.0 * fact->importance;
      items.push_back({std::move(*fact), score, from.value("id", json()), from.value("said", "")});
    }
  }
  return items;
}

// The best first, of equal ones the newest; each thing once.
std::vector<Item> BestOf(std::vector<Item> items) {
  InterruptsNowAndThen interrupts;
  std::stable_sort(items.begin(), items.end(), [&](const Item& a, const Item& b) {
    interrupts.Step();
    return std::pair(a.score, a.said) > std::pair(b.score, b.said);
  });
  std::set<std::vector<std::string>> known;
  std::erase_if(items, [&](const Item& item) {
    CheckForInterrupts();
    return !known.insert(ContentWords(item.fact.text)).second;
  });
  return items;
}

std::string AnswerTo(const Question& question) {
  constexpr std::array kAnswers = {AnswerFacts,  AnswerChanges,  AnswerReduce,
                                   AnswerMemory, AnswerSections, AnswerName};
  const auto step = static_cast<std::size_t>(question.step);
  if (step >= kAnswers.size())
    throw Error(sqlstate::kFeatureNotSupported, "the offline model cannot judge a profile");
  if (question.own_wording) return kAnswers[step](question.material);
  throw Error(sqlstate::kFeatureNotSupported,
              Format("the offline model works by rules and cannot follow the wording in "
                     "soulprint.prompts for step \"{}\": delete that row or use another provider",
                     StepName(question.step)));
}

}  // namespace

std::string AnswerFacts(std::string_view material) {
  const json document = json::parse(material);
  ordered_json answer;
  for (const Category category : kCategories)
    answer[std::string(CategoryName(category))] = ordered_json::array();
  for (const json& conversation : document.at("conversations")) {
    std::vector<Item> best = BestOf(ReadConversation(conversation));
    if (best.empty() || best[0].fact.quote.empty()) best.resize(std::min(best.size(), kMostFacts));
    for (const auto& [fact, score, id, said] : best) {
      ordered_json item = FactToObject(fact);
      item["quote"] = fact.quote.empty() ? fact.text : fact.quote;
      item["importance"] = fact.importance;
      answer[std::string(CategoryName(fact.category))].push_back(std::move(item));
    }
  }
  return DumpJson(answer);
}

std::string AnswerChanges(std::string_view material) {
  std::vector<Item> items = ReadItems(material);
  std::stable_sort(items.begin(), items.end(),
                   [](const Item& a, const Item& b) { return a.said < b.said; });
  std::map<std::size_t, std::size_t> overtaken;  // the place of a fact → of the one that overtakes
  std::map<Slot, std::vector<Reading>> slots;
  for (std::size_t i = 0; i < items.size(); ++i) {
    CheckForInterrupts();
    for (Reading& reading : ReadSlots(ReadSentence(items[i].fact.text))) {
      reading.fact = i;
      // "My wife and I went" says nothing about who the wife is.
      if (!reading.vague) slots[reading.slot].push_back(std::move(reading));
    }
  }
  for (const auto& [slot, readings] : slots) {
    // What holds, and what the user says to be over.
    auto last = slot <= Slot::kDiet ? ThatHold(readings) : std::vector<Reading>();
    for (const Reading& reading : readings)
      if (reading.over && last.size() < kMostOvers) last.push_back(reading);
    for (const Reading& old : readings) {
      CheckForInterrupts();
      for (const Reading& by : last) {
        const bool newer = items[old.fact].said < items[by.fact].said;
        if (newer && !old.over && SameValue(old, by) == by.over)
          overtaken.emplace(old.fact, by.fact);
      }
    }
  }
  ordered_json answer{{"superseded", ordered_json::array()}};
  for (const auto& [old, by] : overtaken)
    answer["superseded"].push_back({{"id", items[old].id}, {"by", items[by].id}});
  return DumpJson(answer);
}

std::string AnswerReduce(std::string_view material) {
  std::vector<Item> items = ReadItems(material);
  std::size_t left = (items.size() + 1) / 2;
  ordered_json answer = ordered_json::object();
  for (const Item& item : BestOf(std::move(items))) {
    if (left-- == 0) break;
    ordered_json reduced = FactToObject(item.fact);
    reduced["from"] = json::array({item.id});
    answer[std::string(CategoryName(item.fact.category))].push_back(std::move(reduced));
  }
  return DumpJson(answer);
}

std::string AnswerMemory(std::string_view material) {
  std::vector<Fact> facts;
  std::size_t room = 4 * kMemoryTokens - kHeadings;
  for (Item& item : BestOf(ReadItems(material))) {
    CheckForInterrupts();
    Fact& fact = item.fact;
    const std::size_t before = fact.before.empty() ? 0 : CountCharacters(fact.before[0].text);
    const std::size_t size = CountCharacters(fact.text) + before + kBullet;
    if (size > room) continue;
    room -= size;
    // "Last week" needs the day on which it was said.
    const bool vague = fact.more[0].empty() && ReadSentence(fact.text).Has(Cue::kTime);
    if (vague && !item.said.empty()) fact.text = Format("{} (said {})", fact.text, item.said);
    fact.sources.push_back({"", 0, -1, ParseTime(item.said)});
    facts.push_back(std::move(fact));
  }
  return AssembleMemory(facts, kMemoryTokens);
}

void OfflineModel::Ask(const Next& next, const Take& take) {
  while (const std::optional<Question> question = next()) {
    Answer answer;
    answer.outcome = Outcome::kFailed;
    try {
      answer.text = AnswerTo(*question);
      answer.outcome = Outcome::kAnswered;
    } catch (const nlohmann::json::exception& e) {
      answer.reason = std::string("material of the question cannot be read: ") + e.what();
    } catch (const Error& error) {
      if (error.sqlstate() == sqlstate::kQueryCanceled) throw;
      answer.reason = error.what();
    }
    take(*question, answer);
  }
}

}  // namespace soulprint
