// Asks everything about a list in batches, so that an evaluation is some dozens of questions.

#include "pipeline/evaluate.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

#include "pipeline/evaluate_profile.hpp"
#include "pipeline/evaluate_questions.hpp"
#include "pipeline/evaluate_words.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/prompts.hpp"
#include "pipeline/tries.hpp"
#include "pipeline/types.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/interrupts.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kFewestConversations = 10;
constexpr std::size_t kLeftOut = 10;  // one of so many
constexpr std::size_t kMostProbes = 50;
constexpr std::size_t kMostProbesOfOne = 5;
constexpr std::size_t kBatch = 10;
constexpr std::size_t kQuotes = 5;
constexpr std::size_t kMostBullets = 200;

// The items in lists of at most kBatch.
template <typename Item>
std::vector<std::vector<Item>> InBatches(const std::vector<Item>& items) {
  std::vector<std::vector<Item>> batches;
  for (const Item& item : items) {
    if (batches.empty() || batches.back().size() == kBatch) batches.emplace_back();
    batches.back().push_back(item);
  }
  return batches;
}

// A share of what was judged.
struct Portion {
  int good = 0;
  int of = 0;

  void Count(const std::vector<std::optional<bool>>& verdicts) {
    for (const std::optional<bool> verdict : verdicts) {
      of += verdict ? 1 : 0;
      good += verdict.value_or(false) ? 1 : 0;
    }
  }
  std::optional<double> value() const {
    return of == 0 ? std::nullopt : std::optional(static_cast<double>(good) / of);
  }
};

class Evaluation {
 public:
  Evaluation(Store& store, Model& model, const Budget& budget, const PassOptions& options)
      : store_(store), model_(model), budget_(budget), options_(options) {}

  std::vector<Measure> Run() {
    LeaveOutNewest();
    MakeProfile();
    Make({"recall", "unknown"}, [this](auto measures) { Recall(measures); });
    Make({"groundedness"}, [this](auto measures) { Groundedness(measures); });
    Make({"contradictions"}, [this](auto measures) { Contradictions(measures); });
    Make({"stability"}, [this](auto measures) { Stability(measures); });
    return std::move(measures_);
  }

 private:
  void LeaveOutNewest() {
    const std::vector<std::string> ids = store_.ConversationIds();
    if (ids.size() < kFewestConversations) {
      throw Error(sqlstate::kObjectNotInPrerequisiteState,
                  Format("{} conversations are too few for an evaluation", ids.size()))
          .Hint("At least 10 are needed: questions are asked about the newest tenth.");
    }
    left_out_.assign(ids.end() - static_cast<std::ptrdiff_t>(ids.size() / kLeftOut), ids.end());
  }

  void MakeProfile() {
    try {
      profile_ = ProfileWithout(left_out_.size(), store_, model_, options_);
    } catch (const BudgetSpent&) {
      return;
    }
    bullets_ = Bullets(profile_->memory_md);
    bullets_.resize(std::min(bullets_.size(), kMostBullets));
  }

  // Appends measures and sets their values by `measure`; they stay unmade if the budget is spent.
  // The first one bears the cost, the very first also that of the profile.
  void Make(const std::vector<std::string_view>& names,
            const std::function<void(Measure* measures)>& measure) {
    const std::size_t first = measures_.size();
    for (const std::string_view name : names) measures_.push_back({name, std::nullopt, 0, 0});
    try {
      if (profile_) measure(&measures_[first]);
    } catch (const BudgetSpent&) {
    }
    measures_[first].cost_usd = budget_.spent() - counted_;
    counted_ = budget_.spent();
  }

  // Asks the questions that `make` gives for the places before `count` (nullopt = none there), and
  // passes the text of each that was answered with its place.
  void Ask(std::size_t count, const std::function<std::optional<Question>(std::size_t)>& make,
           const std::function<void(std::size_t place, const std::string& answer)>& take) {
    std::size_t next = 0;
    std::optional<std::string> unanswered;
    model_.Ask(
        [&]() -> std::optional<Question> {
          while (next < count && !unanswered) {
            std::optional<Question> question = make(next++);
            if (!question) continue;
            question->tag = next - 1;
            question->model = options_.model;
            return question;
          }
          return std::nullopt;
        },
        [&](const Question& question, const Answer& answer) {
          if (answer.outcome == Outcome::kAnswered) take(question.tag, answer.text);
          if (answer.outcome == Outcome::kUnanswered) unanswered = answer.reason;
        });
    if (unanswered) ThrowUnanswered("the evaluation", *unanswered);
  }

  // In the order of the conversations, whatever the order of the answers: equal questions are asked
  // about them the next time.  The conversations are read again, not kept.
  std::vector<Probe> WriteProbes() {
    const std::size_t asked = std::min(left_out_.size(), kMostProbes);
    const std::size_t most = std::min(kMostProbes / asked, kMostProbesOfOne);
    const auto read = [&](std::size_t place) {
      return store_.ReadConversation(left_out_[left_out_.size() - asked + place]);
    };
    std::vector<std::vector<Probe>> written(asked);
    Ask(
        asked,
        [&](std::size_t place) -> std::optional<Question> {
          const std::optional<Conversation> conversation = read(place);
          if (!conversation || conversation->messages.empty()) return std::nullopt;
          return AskForProbes(*conversation, most);
        },
        [&](std::size_t place, const std::string& answer) {
          const std::optional<Conversation> conversation = read(place);
          if (conversation) written[place] = ReadProbes(answer, *conversation, most);
        });
    std::vector<Probe> probes;
    for (std::vector<Probe>& each : written) {
      for (Probe& probe : each) probes.push_back(std::move(probe));
    }
    return probes;
  }

  void Recall(Measure* measures) {
    std::vector<std::vector<Probe>> batches = InBatches(WriteProbes());
    std::vector<bool> read(batches.size());
    const std::string& text =
        profile_->soulprint_text.empty() ? profile_->memory_md : profile_->soulprint_text;
    Ask(
        batches.size(), [&](std::size_t place) { return AskProfile(text, batches[place]); },
        [&](std::size_t place, const std::string& answer) {
          read[place] = ReadProfilesAnswers(answer, &batches[place]);
        });
    Portion unknown;
    std::vector<Probe> answered;
    for (std::size_t place = 0; place < batches.size(); ++place) {
      if (!read[place]) continue;
      for (const Probe& probe : batches[place]) {
        unknown.Count({probe.answer.empty()});
        if (!probe.answer.empty()) answered.push_back(probe);
      }
    }
    Portion right = Judge<Probe>(answered, AskJudge);
    // A judge who cannot be read leaves open how many are right.
    if (right.of > 0 || answered.empty()) {
      right.of += unknown.good;
      measures[0].value = right.value();
      measures[0].n = right.of;
    }
    measures[1].value = unknown.value();
    measures[1].n = unknown.of;
  }

  template <typename Item>
  Portion Judge(const std::vector<Item>& items,
                const std::function<Question(const std::vector<Item>&)>& ask) {
    const std::vector<std::vector<Item>> batches = InBatches(items);
    Portion share;
    Ask(
        batches.size(), [&](std::size_t place) { return ask(batches[place]); },
        [&](std::size_t place, const std::string& answer) {
          share.Count(ReadVerdicts(answer, batches[place].size()));
        });
    return share;
  }

  void Groundedness(Measure* measures) {
    std::vector<std::string> statements;
    std::vector<std::string> quotes;
    for (const Fact& fact : profile_->facts) {
      CheckForInterrupts();
      if (!fact.verified) continue;
      std::string statement;
      for (std::size_t i = 0; i < FieldNames(fact.category).size(); ++i) {
        statement.append(FieldValue(fact, i)).append(" ");
      }
      statements.push_back(statement.append(fact.quote));
      quotes.emplace_back(fact.quote);
    }
    const WordIndex index(statements);
    std::vector<QuotedBullet> bullets;
    for (const std::string& bullet : bullets_) {
      bullets.push_back({bullet, {}});
      for (const std::size_t place : index.Nearest(bullet, kQuotes)) {
        bullets.back().quotes.push_back(quotes[place]);
      }
    }
    const Portion share = Judge<QuotedBullet>(bullets, AskForGrounds);
    measures[0].value = share.value();
    measures[0].n = share.of;
  }

  void Contradictions(Measure* measures) {
    if (bullets_.empty()) return;
    Ask(
        1, [&](std::size_t) { return AskForContradictions(bullets_); },
        [&](std::size_t, const std::string& answer) {
          const auto found = ReadContradictions(answer, bullets_.size());
          if (!found) return;
          measures[0].value = static_cast<double>(found->size());
          measures[0].n = static_cast<int>(bullets_.size());
        });
  }

  void Stability(Measure* measures) {
    if (bullets_.empty()) return;
    const WordIndex again(Bullets(MemoryOnceMore(left_out_.size(), store_, model_, options_)));
    Portion share;
    for (const std::string& bullet : bullets_) share.Count({again.HasLike(bullet)});
    measures[0].value = share.value();
    measures[0].n = share.of;
  }

  Store& store_;
  Model& model_;
  const Budget& budget_;
  const PassOptions& options_;
  std::vector<std::string> left_out_;  // ids, oldest first
  std::optional<Profile> profile_;     // nullopt = the budget did not allow it
  std::vector<std::string> bullets_;
  std::vector<Measure> measures_;
  double counted_ = 0;  // USD, of the measures so far
};

}  // namespace

std::vector<Measure> Evaluate(Store& store, Model& model, const Budget& budget,
                              const PassOptions& options) {
  return Evaluation(store, model, budget, options).Run();
}

std::string PromptsInForce(Store& store) {
  std::string prompts;
  for (const Step step : kSteps) {
    prompts.append(SystemPrompt(step, store.OperatorPrompt(step).value_or(""))).append("\n");
  }
  return prompts + EvaluationWording();
}

}  // namespace soulprint
