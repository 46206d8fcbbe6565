// Model: "here are questions, hand me answers as they arrive".

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace soulprint {

// The four kinds of questions (CONTRACT 5 to 7).
enum class Step { kFacts, kReduce, kMemory, kSections };
inline constexpr std::array<Step, 4> kSteps = {Step::kFacts, Step::kReduce, Step::kMemory,
                                               Step::kSections};

// "facts", "reduce", "memory", "sections": as in soulprint.replies and soulprint.prompts.
std::string_view StepName(Step step);

// An answer that could not be used, and what to tell the model about it.
struct Nudge {
  std::string answer;
  std::string correction;
};

struct Question {
  Step step = Step::kFacts;
  std::uint64_t tag = 0;        // the asker's own number; comes back with the answer
  std::string conversation_id;  // of the chunk that is asked about, "" = all

  std::string system;       // the instructions
  bool own_wording = true;  // false = an operator's wording from soulprint.prompts is in `system`
  // The data.  With an instruction: one JSON document, fenced when it is sent, and the instruction
  // after it.  Without (sections): the whole user message, which is its own fence.
  std::string material;
  std::string instruction;
  std::string schema;  // JSON schema of the answer, "" = plain text is wanted

  std::string model;
  int max_tokens = 0;
  double temperature = 0;

  int try_number = 0;          // how many answers to this were of no use before
  std::optional<Nudge> nudge;  // given with the tries after the first
};

// What a question is known by in soulprint.replies: everything that decides the answer, and neither
// tag, try number nor nudge.  The store keeps its SHA-256.
std::string QuestionIdentity(const Question& question);

enum class Outcome {
  kAnswered,
  kCutOff,      // stopped at max_tokens: text is only a beginning
  kRefused,     // the model refused; never asked again
  kTooLong,     // the prompt does not fit the model
  kFailed,      // this question is not answered, however often it is asked; reason says why
  kUnanswered,  // no answer could be had this time; reason says why
  kGivenUp,     // not asked to the end, because Ask is about to throw: no failure of the question
};

// Whether asking again would bring nothing better: such an answer is remembered.
constexpr bool IsFinal(Outcome outcome) {
  return outcome == Outcome::kAnswered || outcome == Outcome::kCutOff ||
         outcome == Outcome::kRefused;
}

struct Usage {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  double cost_usd = 0;
};

struct Answer {
  Outcome outcome = Outcome::kAnswered;
  std::string text;
  std::string reason;      // for kRefused, kFailed, kUnanswered and kGivenUp
  std::string request_id;  // the server's name for the request that was answered, "" if it has none
  Usage usage;             // of every attempt that was made for it
};

class Model {
 public:
  // The next question, nullopt = none for now (there may be more after an answer).
  using Next = std::function<std::optional<Question>()>;
  // Takes an answer.  Called in any order of the questions, never from two threads.
  using Take = std::function<void(const Question&, const Answer&)>;

  virtual ~Model() = default;

  // Asks everything that `next` gives, as many at a time as this model may, and hands each answer
  // to `take` once.  Returns when nothing is in flight and `next` has no more.  What next and take
  // throw comes through, but an Error only after what is in flight has been answered and taken,
  // unless no answer is wanted or could be kept any more (02000, 3F000, 42P01, 57014, 57P01,
  // XX000); throws Error when no question at all can be asked at the moment.
  virtual void Ask(const Next& next, const Take& take) = 0;
};

}  // namespace soulprint
