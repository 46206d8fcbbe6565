// A Model that reports how far the pass is with every question and answer.  The report is also
// where a pass notices that it must end.

#pragma once

#include "pipeline/model.hpp"
#include "pipeline/progress.hpp"
#include "pipeline/store.hpp"

namespace soulprint {

class ProgressModel : public Model {
 public:
  // Keeps references; all must outlive it.  Sets the stage of `progress` from the last question;
  // its owner sets the counts.
  ProgressModel(Model& inner, Store& store, Progress& progress)
      : inner_(inner), store_(store), progress_(progress) {}

  void Ask(const Next& next, const Take& take) override;

 private:
  Model& inner_;
  Store& store_;
  Progress& progress_;
};

}  // namespace soulprint
