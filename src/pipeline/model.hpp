// Model: "here are questions, hand me answers as they arrive".

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace soulprint {

// The kinds of questions: facts of chunks, which fact overtakes which, fewer facts, MEMORY, the
// sections, a name for the assistant, how good a profile is.
enum class Step { kFacts, kChanges, kReduce, kMemory, kSections, kName, kEvaluate };
inline constexpr std::array<Step, 7> kSteps = {Step::kFacts,   Step::kChanges,  Step::kReduce,
                                               Step::kMemory,  Step::kSections, Step::kName,
                                               Step::kEvaluate};

// "facts", "changes", "reduce", "memory", "sections", "name", "evaluate": as in soulprint.replies
// and soulprint.prompts.
std::string_view StepName(Step step);

// An answer that could not be used, and the correction for the model.
struct Nudge {
  std::string answer;
  std::string correction;
};

// A request, as far as it decides the most that it can cost.
struct RequestSize {
  std::size_t bytes = 0;     // sent, without the wording
  std::size_t wording = 0;   // bytes of it
  bool own_wording = true;   // false = an operator's
  bool cached = false;       // the server may write the wording to its cache
  int max_tokens = 0;        // of the answer
  bool for_an_hour = false;  // what is written to the cache; else for five minutes
};

struct Question {
  Step step = Step::kFacts;
  std::uint64_t tag = 0;                      // set by the caller; comes back with the answer
  std::vector<std::string> conversation_ids;  // in question, none = all, or notes

  std::string system;       // the instructions
  bool own_wording = true;  // false = an operator's wording from soulprint.prompts is in `system`
  // The data.  With an instruction: one JSON document, sent between delimiters and followed by the
  // instruction.  Without (sections): the whole user message.
  std::string material;
  std::string instruction;
  std::string schema;  // JSON schema of the answer, "" = plain text is wanted

  std::string model;
  int max_tokens = 0;
  double temperature = 0;

  // Of the pass, after all questions of this step: money is left for them.
  std::vector<RequestSize> later;

  bool may_wait = false;  // for an answer that takes a day and costs less

  int try_number = 0;          // answers to this question that could not be used before
  std::optional<Nudge> nudge;  // with every try after the first
};

// The identity of a question in soulprint.replies: every field that decides the answer, without
// tag, later, may_wait, try number and nudge.  The store keeps its SHA-256.
std::string QuestionIdentity(const Question& question);

enum class Outcome {
  kAnswered,
  kCutOff,      // stopped at max_tokens: the text is incomplete
  kRefused,     // the model refused; never asked again
  kTooLong,     // the prompt does not fit the model
  kFailed,      // asking this question again would not help; reason says why
  kUnanswered,  // no answer this time; reason says why
  kGivenUp,     // Ask is about to throw: the question did not fail
};

// True if asking again would bring nothing better: the answer is remembered.
constexpr bool IsFinal(Outcome outcome) {
  return outcome == Outcome::kAnswered || outcome == Outcome::kCutOff ||
         outcome == Outcome::kRefused;
}

// USD per million tokens.
struct Prices {
  double input_usd = 0;
  double output_usd = 0;
};

// What requests have taken, as the server counts it.
struct Usage {
  std::int64_t requests = 0;
  std::int64_t retries = 0;               // of these, those that repeat one
  std::int64_t refusals = 0;              // of these, those that the model refused
  std::int64_t lost = 0;                  // of these, those that may be billed without our knowing
  std::int64_t input_tokens = 0;          // with those of the cache
  std::int64_t cache_written_tokens = 0;  // of these, written to the server's cache
  std::int64_t cache_hour_tokens = 0;     // of these, to be kept for an hour
  std::int64_t cache_read_tokens = 0;     // of these, read from it
  std::int64_t output_tokens = 0;
  double cost_usd = 0;
  double lost_usd = 0;  // the most that the lost ones can have cost

  void Add(const Usage& more);
};

struct Answer {
  Outcome outcome = Outcome::kAnswered;
  std::string text;
  std::string reason;      // for kRefused, kFailed, kUnanswered and kGivenUp
  std::string request_id;  // the server's id of the answered request, "" = none
  Usage usage;             // of all requests made for it
};

// What the tokens cost, in USD (doc/messages_api.md, "Usage").
double CostOf(const Usage& usage, const Prices& prices);

// An amount for messages: "12.50 USD", "0.0042 USD".
std::string FormatUsd(double usd);

// The most that one such request can cost, in USD: a token for each byte, and for each two bytes of
// our own wording, which is English.  The model reads `context_tokens` at most, 0 = not known.
double MostCost(const RequestSize& request, const Prices& prices, double context_tokens);

class Model {
 public:
  // The next question, nullopt = none for now (there may be more after an answer).
  using Next = std::function<std::optional<Question>()>;
  // Takes an answer.  Called in any order of the questions, never from two threads.
  using Take = std::function<void(const Question&, const Answer&)>;

  virtual ~Model() = default;

  // Asks all questions that `next` returns, as many at a time as this model may, and passes each
  // answer to `take` once, with the question as it was asked.  Returns when nothing is in flight
  // and `next` has no more.  Throws Error when no question can be asked at the moment.  Exceptions
  // of next and take come through: an Error after the questions in flight were answered and taken,
  // or at once if their answers are not wanted or could not be kept (02000, 3F000, 42P01, 57014,
  // 57P01, XX000).
  virtual void Ask(const Next& next, const Take& take) = 0;
};

}  // namespace soulprint
