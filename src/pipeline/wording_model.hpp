// A Model that completes the questions of the steps: adds the wording in force and the name of the
// language model.

#pragma once

#include <array>
#include <string>

#include "pipeline/model.hpp"
#include "pipeline/store.hpp"

namespace soulprint {

class WordingModel : public Model {
 public:
  // Reads the operator's wordings from the store, each once.  Keeps a reference to inner only.
  WordingModel(Model& inner, Store& store, std::string model);

  // `take` gets the questions completed.
  void Ask(const Next& next, const Take& take) override;

  // True if the completed question and its answer are estimated to exceed the model's context
  // (doc/behavior.md, "Format").
  bool SeemsTooLong(Question question) const;

 private:
  void Complete(Question* question) const;

  Model& inner_;
  std::string model_;
  std::array<std::string, kSteps.size()> operator_prompts_;  // "" = the project's own wording
};

}  // namespace soulprint
