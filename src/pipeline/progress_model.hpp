// A Model that says how far the pass is with every question and answer, which is also where a pass
// notices that it is to end.

#pragma once

#include <optional>

#include "pipeline/model.hpp"
#include "pipeline/store.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

class ReportedModel : public Model {
 public:
  // Keeps references; all must outlive it.
  ReportedModel(Model& inner, Store& store, const Progress& progress)
      : inner_(inner), store_(store), progress_(progress) {}

  void Ask(const Next& next, const Take& take) override {
    inner_.Ask(
        [&] {
          std::optional<Question> question = next();
          store_.Report(progress_);
          return question;
        },
        [&](const Question& question, const Answer& answer) {
          take(question, answer);
          store_.Report(progress_);
        });
  }

  void Refuse(const Question& question) override { inner_.Refuse(question); }

 private:
  Model& inner_;
  Store& store_;
  const Progress& progress_;
};

}  // namespace soulprint
