// A Model that reports how far the pass is with every question and answer.  The report is also
// where a pass notices that it must end.

#pragma once

#include <optional>

#include "pipeline/model.hpp"
#include "pipeline/store.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

class ProgressModel : public Model {
 public:
  // Keeps references; all must outlive it.  Sets the stage of `progress` to the step of the
  // question asked last; the counts are the owner's.
  ProgressModel(Model& inner, Store& store, Progress& progress)
      : inner_(inner), store_(store), progress_(progress) {}

  void Ask(const Next& next, const Take& take) override {
    inner_.Ask(
        [&] {
          std::optional<Question> question = next();
          if (question) progress_.stage = StepName(question->step);
          store_.Report(progress_);
          return question;
        },
        [&](const Question& question, const Answer& answer) {
          take(question, answer);
          store_.Report(progress_);
        });
  }

 private:
  Model& inner_;
  Store& store_;
  Progress& progress_;
};

}  // namespace soulprint
