// One policy for every step: more room once, then a nudge for each answer that cannot be used.

#include "pipeline/tries.hpp"

#include <utility>

#include "util/error.hpp"
#include "util/format.hpp"
#include "util/visible.hpp"

namespace soulprint {

void ThrowUnanswered(std::string_view purpose, std::string_view reason) {
  throw Error(sqlstate::kConnectionException,
              Format("the model gave no answer for {}: {}", purpose, reason))
      .Hint(std::string(kMissingIsAskedAgain));
}

void AskThenReject(Model& model, Store& store, const Model::Next& next, const Model::Take& take,
                   const std::vector<Question>& rejected) {
  const auto reject = [&] {
    for (const Question& question : rejected) store.RejectReply(question);
  };
  try {
    model.Ask(next, take);
  } catch (...) {
    // The first error is reported: the store may well refuse a pass that has ended.
    try {
      reject();
    } catch (const Error&) {
    }
    throw;
  }
  reject();
}

Tries::Tries(Question question, int max_useless, Split split)
    : question_(std::move(question)), max_useless_(max_useless), split_(split) {}

Tries::Step Tries::After(const Question& asked, const Answer& answer) {
  question_ = asked;
  switch (answer.outcome) {
    case Outcome::kAnswered:
      return Step::kRead;
    case Outcome::kCutOff:
      // The shorter answer stays remembered: the next attempt begins with more room.
      if (!std::exchange(has_more_room_, true)) {
        question_.max_tokens *= 2;
        return Step::kAgain;
      }
      useless_.push_back(asked);
      return split_ == Split::kTooLongOrCutOff ? Step::kSplit : Step::kGiveUp;
    case Outcome::kTooLong:
      return split_ == Split::kNever ? Step::kGiveUp : Step::kSplit;
    case Outcome::kUnanswered:
      return Step::kUnanswered;
    case Outcome::kGivenUp:
      return Step::kNone;
    case Outcome::kRefused:
    case Outcome::kFailed:
      break;
  }
  return Step::kGiveUp;
}

Tries::Step Tries::AfterUseless(const std::string& answer, std::string correction) {
  useless_.push_back(question_);
  if (++unreadable_ >= max_useless_) return Step::kGiveUp;
  ++question_.try_number;
  question_.nudge = Nudge{Visible(answer), std::move(correction)};
  return Step::kAgain;
}

Tries::Step Tries::Ask(Model& model, Answer* answer) {
  for (;;) {
    Step step = Step::kUnanswered;
    bool asked = false;
    model.Ask(
        [&]() -> std::optional<Question> {
          return std::exchange(asked, true) ? std::nullopt : std::optional(question_);
        },
        [&](const Question& question, const Answer& given) {
          *answer = given;
          step = After(question, given);
        });
    if (step != Step::kAgain) return step;
  }
}

Tries::Step Tries::AskUntilGood(Model& model, const Check& check, Answer* answer) {
  for (;;) {
    const Step step = Ask(model, answer);
    if (step != Step::kRead) return step;
    std::optional<std::string> correction = check(answer->text);
    if (!correction) return Step::kRead;
    if (AfterUseless(answer->text, std::move(*correction)) == Step::kGiveUp) return Step::kGiveUp;
  }
}

void Tries::Reject(Store& store) const {
  for (const Question& question : useless_) store.RejectReply(question);
}

}  // namespace soulprint
