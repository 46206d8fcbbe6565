// Asks one question after another: there are few.

#include "pipeline/changes.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "pipeline/facts.hpp"
#include "pipeline/facts_document.hpp"
#include "pipeline/prompts.hpp"
#include "pipeline/tries.hpp"
#include "util/dump_json.hpp"
#include "util/interrupts.hpp"
#include "util/json_reply.hpp"
#include "util/text.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

using nlohmann::ordered_json;

constexpr int kChangesTries = 2;
constexpr int kChangesTokens = 4096;
constexpr std::size_t kMaxFormer = 5;  // of one fact that are kept

// Places of facts, oldest first.
using Batch = std::vector<std::size_t>;

struct Change {
  std::size_t earlier;
  std::size_t later;
};

ordered_json Item(const Fact& fact, std::size_t id) {
  ordered_json item = {{"id", id}};
  item.update(FactItem(fact));
  return item;
}

Question QuestionAbout(const std::vector<Fact>& facts, const Batch& batch) {
  ordered_json lists;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    CheckForInterrupts();
    const Fact& fact = facts[batch[i]];
    lists[std::string(CategoryName(fact.category))].push_back(Item(fact, i));
  }
  const ordered_json number = {{"type", "integer"}};
  const ordered_json change = {{"type", "object"},
                               {"properties", {{"id", number}, {"by", number}}},
                               {"required", {"id", "by"}},
                               {"additionalProperties", false}};
  Question question;
  question.step = Step::kChanges;
  question.material = DumpJson(ordered_json{{"facts", std::move(lists)}});
  question.instruction = Instruction(Step::kChanges);
  question.schema = DumpJson(
      ordered_json{{"type", "object"},
                   {"properties", {{"superseded", {{"type", "array"}, {"items", change}}}}},
                   {"required", {"superseded"}},
                   {"additionalProperties", false}});
  question.max_tokens = kChangesTokens;
  question.temperature = 0;
  return question;
}

// nullopt if the answer is not of the form asked for.  What names no earlier and later fact is left
// out: facts are oldest first, so a later one has the larger id.
std::optional<std::vector<Change>> ReadChanges(const std::string& answer, std::size_t size) {
  const std::optional<ordered_json> json = ParseJsonReply(answer);
  if (!json || !json->contains("superseded")) return std::nullopt;
  const ordered_json& list = json->at("superseded");
  if (!list.is_array()) return std::nullopt;
  const auto number = [&](const ordered_json& item, const char* key) {
    const auto it = item.find(key);
    std::size_t read = size;
    if (it == item.end()) return read;
    if (it->is_number_unsigned()) read = it->get<std::size_t>();
    if (it->is_string()) {
      const auto& text = it->get_ref<const std::string&>();
      std::from_chars(text.data(), text.data() + text.size(), read);
    }
    return read;
  };
  std::vector<Change> changes;
  for (const ordered_json& item : list) {
    CheckForInterrupts();
    const Change change = {number(item, "id"), number(item, "by")};
    if (change.earlier < change.later && change.later < size) changes.push_back(change);
  }
  return changes;
}

void AskAbout(const Batch& batch, std::vector<Fact>* facts, Model& model, Store& store);

void AskAboutHalves(const Batch& batch, std::vector<Fact>* facts, Model& model, Store& store) {
  const auto middle = batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2);
  for (const Batch& half : {Batch(batch.begin(), middle), Batch(middle, batch.end())}) {
    if (half.size() > 1) AskAbout(half, facts, model, store);
  }
}

void AskAbout(const Batch& batch, std::vector<Fact>* facts, Model& model, Store& store) {
  Tries tries(QuestionAbout(*facts, batch), kChangesTries, Tries::Split::kTooLong);
  Answer answer;
  std::optional<std::vector<Change>> changes;
  const auto check = [&](const std::string& text) -> std::optional<std::string> {
    changes = ReadChanges(text, batch.size());
    if (changes) return std::nullopt;
    return JsonCorrection("it has no list \"superseded\"");
  };
  switch (tries.AskUntilGood(model, check, &answer)) {
    case Tries::Step::kRead:
      break;
    case Tries::Step::kUnanswered:
      ThrowUnanswered("the changes of facts", answer.reason);
    case Tries::Step::kSplit:
      return AskAboutHalves(batch, facts, model, store);
    default:
      tries.Reject(store);
      return;
  }
  for (const Change& change : *changes) {
    (*facts)[batch[change.earlier]].superseded_by = batch[change.later];
  }
}

// The proven facts in as few batches as have room, each category in as few as it needs.
class ChangesBatches {
 public:
  ChangesBatches(const std::vector<Fact>& facts, std::size_t batch_tokens)
      : facts_(facts),
        batch_tokens_(batch_tokens),
        undated_(std::any_of(facts.begin(), facts.end(),
                             [](const Fact& fact) { return fact.verified && !LastSaid(fact); })) {
    for (const Category category : kCategories) AddCategory(category);
    Close();
  }

  std::vector<Batch> Take() { return std::move(batches_); }

 private:
  void AddCategory(Category category) {
    Batch places;
    std::size_t characters = 0;
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      CheckForInterrupts();
      if (facts_[i].category != category || !IsProven(facts_[i])) continue;
      places.push_back(i);
      characters += Characters(i);
    }
    if (!HasRoom(characters)) Close();
    SortOldestFirst(&places);
    for (const std::size_t place : places) {
      const std::size_t more = Characters(place);
      if (!HasRoom(more)) Close();
      batch_.push_back(place);
      characters_ += more;
    }
  }

  bool HasRoom(std::size_t characters) const {
    return (characters_ + characters) / 4 <= batch_tokens_;
  }

  std::size_t Characters(std::size_t place) const {
    return CountCharacters(DumpJson(Item(facts_[place], place)));
  }

  void SortOldestFirst(Batch* places) const {
    std::stable_sort(places->begin(), places->end(), [&](std::size_t a, std::size_t b) {
      CheckForInterrupts();
      return Order(facts_[a]) < Order(facts_[b]);
    });
  }

  // Notes are older than the user's own words of the same time.  What the user said at an unknown
  // time may be newer than any notes.
  std::pair<Time, bool> Order(const Fact& fact) const {
    return {fact.noted && undated_ ? std::nullopt : LastSaid(fact), fact.verified};
  }

  void Close() {
    SortOldestFirst(&batch_);
    if (batch_.size() > 1) batches_.push_back(std::move(batch_));
    batch_.clear();
    characters_ = 0;
  }

  const std::vector<Fact>& facts_;
  std::size_t batch_tokens_;
  bool undated_;  // the user said some of them at an unknown time
  std::vector<Batch> batches_;
  Batch batch_;
  std::size_t characters_ = 0;
};

// For each fact the one that holds in its place, itself if it does.
std::vector<std::size_t> LastInLine(const std::vector<Fact>& facts) {
  std::vector<std::size_t> last(facts.size());
  for (std::size_t i = 0; i < facts.size(); ++i) last[i] = facts[i].superseded_by.value_or(i);
  InterruptsNowAndThen interrupts;
  for (std::size_t& place : last) {
    interrupts.Step();
    // Each step halves the way, so that a long chain is not walked again and again.
    for (; last[place] != place; place = last[place]) last[place] = last[last[place]];
  }
  return last;
}

}  // namespace

void FindChanges(std::vector<Fact>* facts, std::size_t batch_tokens, Model& model, Store& store) {
  for (const Batch& batch : ChangesBatches(*facts, batch_tokens).Take()) {
    AskAbout(batch, facts, model, store);
  }
}

void ForgetFacts(std::vector<Fact>* facts, const std::vector<bool>& forgotten) {
  const std::vector<std::size_t> last = LastInLine(*facts);
  std::vector<std::optional<std::size_t>> places(facts->size());  // of those that stay
  std::size_t count = 0;
  for (std::size_t i = 0; i < facts->size(); ++i) {
    if (!forgotten[i] && !forgotten[last[i]]) places[i] = count++;
  }
  for (Fact& fact : *facts) {
    CheckForInterrupts();
    while (fact.superseded_by && forgotten[*fact.superseded_by]) {
      fact.superseded_by = (*facts)[*fact.superseded_by].superseded_by;
    }
  }
  for (Fact& fact : *facts) {
    if (fact.superseded_by) fact.superseded_by = places[*fact.superseded_by];
  }
  std::size_t place = 0;
  std::erase_if(*facts, [&](const Fact&) { return !places[place++]; });
}

void AddOwnFacts(std::vector<Fact>* facts, std::vector<Fact> own) {
  if (own.empty()) return;
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < facts->size(); ++i) {
    CheckForInterrupts();
    places.emplace(FactKey((*facts)[i]), i);
  }
  for (Fact& fact : own) {
    const auto equal = places.find(FactKey(fact));
    if (equal == places.end()) {
      facts->push_back(std::move(fact));
      continue;
    }
    Fact& known = (*facts)[equal->second];
    known.text = std::move(fact.text);
    known.importance = fact.importance;
    known.superseded_by.reset();
    known.sources.push_back(std::move(fact.sources.front()));
    if (known.verified) continue;
    known.quote = std::move(fact.quote);
    known.verified = true;
    known.noted = false;
  }
}

std::vector<Fact> FactsThatHold(const std::vector<Fact>& facts) {
  std::vector<Fact> hold;
  hold.reserve(facts.size());
  std::vector<std::optional<std::size_t>> places(facts.size());  // in hold
  InterruptsNowAndThen interrupts;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    interrupts.Step();
    if (!IsProven(facts[i]) || facts[i].superseded_by) continue;
    places[i] = hold.size();
    hold.push_back(facts[i]);
  }
  const std::vector<std::size_t> last = LastInLine(facts);
  for (std::size_t i = 0; i < facts.size(); ++i) {
    interrupts.Step();
    if (last[i] == i || !places[last[i]]) continue;
    hold[*places[last[i]]].before.push_back({facts[i].text, LastSaid(facts[i])});
  }
  for (Fact& fact : hold) {
    interrupts.Step();
    std::stable_sort(fact.before.begin(), fact.before.end(),
                     [](const Former& a, const Former& b) { return a.said > b.said; });
    fact.before.resize(std::min(fact.before.size(), kMaxFormer));
  }
  return hold;
}

}  // namespace soulprint
