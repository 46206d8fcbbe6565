// The tries of one question: what follows each answer, until one can be used or no try is left.
//
//   Tries tries(question, 3, Tries::Split::kNever);
//   Answer answer;
//   const auto check = [](const std::string& text) -> std::optional<std::string> {
//     return IsGood(text) ? std::nullopt : std::optional("That is too short.");
//   };
//   if (tries.AskUntilGood(model, check, &answer) == Tries::Step::kRead) return answer.text;
//   tries.Reject(store);

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/model.hpp"
#include "pipeline/store.hpp"

namespace soulprint {

// The hint of an Error 08000: another attempt of the pass may help.
inline constexpr std::string_view kMissingIsAskedAgain =
    "The next attempt asks only for what is missing.";

// Throws Error 08000: the model gave no answer for `purpose`, for this reason.
[[noreturn]] void ThrowUnanswered(std::string_view purpose, std::string_view reason);

// Asks, then rejects the answers to `rejected`, which `take` fills; also if asking throws, and then
// that error comes through.
void AskThenReject(Model& model, Store& store, const Model::Next& next, const Model::Take& take,
                   const std::vector<Question>& rejected);

class Tries {
 public:
  // What follows an answer.
  enum class Step {
    kRead,        // read it; if it cannot be used, AfterUseless says what follows
    kAgain,       // ask question() again: it has changed
    kSplit,       // ask about less
    kGiveUp,      // no try is left: reject the answers
    kUnanswered,  // no answer this time: keep the answers for the next attempt
    kNone,        // Ask is about to throw
  };

  // When to ask about less: never, when the question is too long, or also when the answer did not
  // fit into twice the room.
  enum class Split { kNever, kTooLong, kTooLongOrCutOff };

  // Gives up after `max_useless` answers that could not be used.
  Tries(Question question, int max_useless, Split split);

  // The question to ask next.
  const Question& question() const { return question_; }

  // What follows an answer to question().  `asked` is the question as Ask gave it back.
  Step After(const Question& asked, const Answer& answer);

  // What follows an answer that was read and cannot be used: kAgain with this correction, or
  // kGiveUp.
  Step AfterUseless(const std::string& answer, std::string correction);

  // Asks this question alone, and again while kAgain follows; returns what follows the last answer.
  Step Ask(Model& model, Answer* answer);

  // The same, and reads: `check` returns nullopt if the text can be used, else the correction.
  // kRead then means that `answer` can be used.
  using Check = std::function<std::optional<std::string>(const std::string& text)>;
  Step AskUntilGood(Model& model, const Check& check, Answer* answer);

  // The questions whose answers could not be used, each with its try number.
  const std::vector<Question>& useless() const { return useless_; }

  // Rejects their answers.  Call when the question is given up: a useless answer that led to a good
  // one stays remembered with it.
  void Reject(Store& store) const;

 private:
  Question question_;
  int max_useless_;
  Split split_;
  bool has_more_room_ = false;
  int unreadable_ = 0;
  std::vector<Question> useless_;
};

}  // namespace soulprint
