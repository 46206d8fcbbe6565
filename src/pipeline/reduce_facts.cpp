// Reduces facts in rounds.  A round asks about each category in batches, many at a time.  A batch
// whose answer cannot be used stays as it was.

#include "pipeline/reduce_facts.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "pipeline/facts.hpp"
#include "pipeline/facts_document.hpp"
#include "pipeline/prompts.hpp"
#include "pipeline/sort_facts.hpp"
#include "pipeline/tries.hpp"
#include "util/dump_json.hpp"
#include "util/interrupts.hpp"
#include "util/json_reply.hpp"
#include "util/text.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kMaxRounds = 3;
constexpr int kReduceTries = 1;
constexpr int kReduceTokens = 16384;
constexpr std::size_t kEmptyDocument = 130;  // characters around the items

// When the fact was said first, nullopt if that is unknown.
Time FirstSaid(const Fact& fact) {
  Time first;
  for (const Source& source : fact.sources) {
    if (source.at && (!first || source.at < first)) first = source.at;
  }
  return first;
}

// An item of the reduce question: how often, and from when to when, the user said it.
ordered_json ReduceItem(std::size_t id, const Fact& fact) {
  ordered_json item = {{"id", id}};
  item.update(FactToObject(fact));
  if (fact.importance != Fact().importance) item["importance"] = fact.importance;
  item["times"] = fact.sources.size();
  const Time first = FirstSaid(fact);
  if (first) item["first"] = FormatDate(first);
  if (first) item["last"] = FormatDate(LastSaid(fact));
  return item;
}

// The size of the facts without their dates.
std::size_t Saying(std::span<const Fact> facts) {
  return std::accumulate(facts.begin(), facts.end(), std::size_t{0},
                         [](std::size_t sum, const Fact& fact) {
                           CheckForInterrupts();
                           return sum + CountCharacters(DumpJson(FactToObject(fact)));
                         });
}

std::size_t Characters(const Fact& fact) {
  CheckForInterrupts();
  return CountCharacters(DumpJson(FactItem(fact))) + 1;
}

std::size_t Characters(const std::vector<Fact>& facts) {
  return std::accumulate(facts.begin(), facts.end(), std::size_t{0},
                         [](std::size_t sum, const Fact& fact) { return sum + Characters(fact); });
}

// Finds the sources and the importance of a reduced fact: those of the facts it was made from,
// which it names by id, or else of the fact with the same words.
class Origins {
 public:
  explicit Origins(std::span<const Fact> facts) : facts_(facts) {
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      CheckForInterrupts();
      by_key_.emplace(FactKey(facts_[i]), i);
    }
  }

  void Complete(const json& item, Fact* fact) {
    std::set<std::size_t> from;
    const auto ids = item.is_object() ? item.find("from") : item.end();
    if (item.is_object() && ids != item.end() && ids->is_array()) {
      for (const json& id : *ids) {
        if (id.is_number_unsigned() && id.get<std::size_t>() < facts_.size())
          from.insert(id.get<std::size_t>());
      }
    }
    if (from.empty()) {
      const auto same = by_key_.find(FactKey(*fact));
      if (same != by_key_.end()) from.insert(same->second);
    }
    std::vector<Source>& sources = fact->sources;
    if (!from.empty()) fact->importance = 1;
    for (std::size_t id : from) {
      const Fact& origin = facts_[id];
      sources.insert(sources.end(), origin.sources.begin(), origin.sources.end());
      fact->importance = std::max(fact->importance, origin.importance);
      fact->before.insert(fact->before.end(), origin.before.begin(), origin.before.end());
    }
    named_.insert(from.begin(), from.end());
    SortSources(&sources);
  }

  // The number of facts that no reduced fact was made from.
  std::size_t Unnamed() const { return facts_.size() - named_.size(); }

 private:
  std::span<const Fact> facts_;
  std::map<std::string, std::size_t> by_key_;
  std::set<std::size_t> named_;
};

class Round {
 public:
  // `facts` are grouped by category.  A batch has at most `batch_tokens` as it is sent, and
  // `max_tokens` as MEMORY's question holds it.
  Round(std::vector<Fact> facts, std::size_t batch_tokens, std::size_t max_tokens)
      : facts_(std::move(facts)) {
    std::size_t begin = 0;
    std::size_t sent = 0;
    std::size_t held = 0;
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      CheckForInterrupts();
      const std::size_t item = CountCharacters(DumpJson(ReduceItem(i - begin, facts_[i]))) + 1;
      const std::size_t more = Characters(facts_[i]);
      const bool full = (sent + item) / 4 > batch_tokens || (held + more) / 4 > max_tokens;
      if (i > begin && (full || facts_[i].category != facts_[begin].category)) {
        waiting_.push_back({begin, i});
        begin = i;
        sent = held = 0;
      }
      sent += item;
      held += more;
    }
    if (begin < facts_.size()) waiting_.push_back({begin, facts_.size()});
  }

  ReducedFacts Run(Model& model, Store& store) {
    AskThenReject(
        model, store, [&] { return Next(); },
        [&](const Question& question, const Answer& answer) { Take(question, answer); }, rejected_);
    if (!unanswered_.empty()) ThrowUnanswered("facts to be reduced", unanswered_);
    FreeFacts(&facts_);
    std::size_t count = 0;
    for (const auto& [begin, facts] : results_) count += facts.size();
    std::vector<Fact> all;
    all.reserve(count);
    while (!results_.empty()) {
      CheckForInterrupts();
      std::vector<Fact>& facts = results_.begin()->second;
      std::move(facts.begin(), facts.end(), std::back_inserter(all));
      results_.erase(results_.begin());
    }
    // MergeFacts wants oldest first, and batches are in no such order.
    SortFactsBy(&all, LastSaid);
    return {MergeFacts(std::move(all)), left_out_};
  }

 private:
  struct Batch {
    std::size_t begin;
    std::size_t end;
  };

  // A batch that is asked about.
  struct Asking {
    Batch batch;
    Tries tries;
  };

  std::optional<Question> Next() {
    if (!again_.empty()) {
      const std::size_t begin = again_.front();
      again_.pop_front();
      return asking_.at(begin).tries.question();
    }
    while (!waiting_.empty()) {
      const Batch batch = waiting_.front();
      waiting_.pop_front();
      if (batch.end - batch.begin > 1) {
        Tries tries(QuestionAbout(batch), kReduceTries, Tries::Split::kTooLong);
        return asking_.emplace(batch.begin, Asking{batch, std::move(tries)})
            .first->second.tries.question();
      }
      Leave(batch);
    }
    return std::nullopt;
  }

  Question QuestionAbout(const Batch& batch) const {
    const Category category = facts_[batch.begin].category;
    ordered_json items = ordered_json::array();
    for (std::size_t i = batch.begin; i < batch.end; ++i) {
      CheckForInterrupts();
      items.push_back(ReduceItem(i - batch.begin, facts_[i]));
    }
    Question question;
    question.step = Step::kReduce;
    question.tag = batch.begin;
    question.material = DumpJson(nlohmann::ordered_json{
        {"facts", {{std::string(CategoryName(category)), std::move(items)}}}});
    question.instruction = Instruction(Step::kReduce);
    question.schema =
        FactsSchema({category}, ordered_json::object(),
                    {{"from", {{"type", "array"}, {"items", {{"type", "integer"}}}}}});
    question.max_tokens = kReduceTokens;
    question.temperature = 0.3;
    return question;
  }

  void Take(const Question& asked, const Answer& answer) {
    Asking& asking = asking_.at(asked.tag);
    switch (asking.tries.After(asked, answer)) {
      case Tries::Step::kAgain:
        again_.push_back(asked.tag);
        return;
      case Tries::Step::kRead:
        if (!Replace(asking.batch, answer.text)) {
          asking.tries.AfterUseless(answer.text, "");
          GiveUp(asking);
        }
        break;
      case Tries::Step::kSplit:
        Split(asking.batch);
        break;
      case Tries::Step::kGiveUp:
        // Its answer stays remembered: the batch does without one.
        Leave(asking.batch);
        break;
      case Tries::Step::kUnanswered:
        unanswered_ = answer.reason;
        break;
      case Tries::Step::kNone:
        break;
    }
    asking_.erase(asked.tag);
  }

  void Split(const Batch& batch) {
    const std::size_t middle = batch.begin + (batch.end - batch.begin) / 2;
    waiting_.push_back({batch.begin, middle});
    waiting_.push_back({middle, batch.end});
  }

  void GiveUp(const Asking& asking) {
    const std::vector<Question>& useless = asking.tries.useless();
    rejected_.insert(rejected_.end(), useless.begin(), useless.end());
    Leave(asking.batch);
  }

  std::span<Fact> FactsOf(const Batch& batch) {
    return std::span(facts_).subspan(batch.begin, batch.end - batch.begin);
  }

  void Leave(const Batch& batch) {
    const std::span<Fact> facts = FactsOf(batch);
    results_[batch.begin].assign(std::make_move_iterator(facts.begin()),
                                 std::make_move_iterator(facts.end()));
  }

  // False if the answer is not a shorter list of facts.
  bool Replace(const Batch& batch, const std::string& answer) {
    const std::optional<ordered_json> read = ParseJsonReply(answer);
    if (!read || !read->is_object()) return false;
    const Category category = facts_[batch.begin].category;
    const json object = *read;
    const json& lists = object.contains("facts") ? object.at("facts") : object;
    if (!lists.is_object() || !lists.contains(CategoryName(category))) return false;

    const std::span<Fact> facts = FactsOf(batch);
    Origins origins(facts);
    std::vector<Fact> reduced;
    for (const json& item : lists.at(std::string(CategoryName(category)))) {
      CheckForInterrupts();
      std::optional<Fact> fact = FactFromJson(category, item);
      if (!fact) continue;
      origins.Complete(item, &*fact);
      reduced.push_back(std::move(*fact));
    }
    if (reduced.empty() || Saying(reduced) >= Saying(facts)) return false;
    left_out_ += static_cast<int>(origins.Unnamed());
    reduced.shrink_to_fit();
    results_[batch.begin] = std::move(reduced);
    for (Fact& fact : facts) {
      CheckForInterrupts();
      fact = {};
    }
    return true;
  }

  std::vector<Fact> facts_;  // those of a batch until it has its result
  std::deque<Batch> waiting_;
  std::map<std::size_t, Asking> asking_;              // by a batch's begin, which is the tag
  std::deque<std::size_t> again_;                     // of these, to be asked again
  std::map<std::size_t, std::vector<Fact>> results_;  // by a batch's begin
  std::vector<Question> rejected_;
  std::string unanswered_;  // the reason, if a question was not answered
  int left_out_ = 0;
};

// Leaves out the least important, least supported and oldest, so that the rest fits.
void LeaveOut(std::size_t max_tokens, ReducedFacts* reduced) {
  struct Rank {
    int importance;
    std::size_t support;
    Time said;
    std::size_t place;
    auto operator<=>(const Rank&) const = default;
  };
  std::vector<Fact>& facts = reduced->facts;
  InterruptsNowAndThen interrupts;
  std::vector<Rank> ranks;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    interrupts.Step();
    ranks.push_back({facts[i].importance, facts[i].sources.size(), LastSaid(facts[i]), i});
  }
  std::sort(ranks.begin(), ranks.end(), [&](const Rank& a, const Rank& b) {
    interrupts.Step();
    return a < b;
  });

  std::vector<bool> out(facts.size());
  std::size_t characters = Characters(facts) + kEmptyDocument;
  for (const Rank& rank : ranks) {
    if (characters / 4 <= max_tokens) break;
    characters -= Characters(facts[rank.place]);
    out[rank.place] = true;
    ++reduced->left_out;
  }
  std::vector<Fact> kept;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    interrupts.Step();
    if (!out[i]) kept.push_back(std::move(facts[i]));
  }
  FreeFacts(&facts);
  facts = std::move(kept);
}

}  // namespace

std::size_t FactsTokens(const std::vector<Fact>& facts) {
  return (Characters(facts) + kEmptyDocument) / 4;
}

ReducedFacts ReduceFacts(std::vector<Fact> facts, const MemoryLimits& limits, Model& model,
                         Store& store) {
  const std::size_t max_tokens = limits.max_fact_tokens;
  int left_out = 0;
  for (int round = 0; round < kMaxRounds && FactsTokens(facts) > max_tokens; ++round) {
    SortFactsBy(&facts, [](const Fact& fact) { return fact.category; });
    const std::size_t before = Characters(facts);
    ReducedFacts reduced =
        Round(std::move(facts), limits.batch_tokens, max_tokens).Run(model, store);
    facts = std::move(reduced.facts);
    left_out += reduced.left_out;
    if (Characters(facts) == before) break;
  }
  ReducedFacts reduced{std::move(facts), left_out};
  LeaveOut(max_tokens, &reduced);
  return reduced;
}

}  // namespace soulprint
