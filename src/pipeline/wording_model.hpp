// A Model that completes each question with the system prompt in force and the name of the language
// model.

#pragma once

#include <array>
#include <string>

#include "pipeline/model.hpp"
#include "pipeline/store.hpp"

namespace soulprint {

class WordingModel : public Model {
 public:
  // Reads the operator's prompts from the store.  Keeps a reference to inner, none to the store.
  WordingModel(Model& inner, Store& store, std::string model);

  // Passes the completed questions to `take`.
  void Ask(const Next& next, const Take& take) override;

  // True if the completed question and its answer probably exceed the model's context.
  bool SeemsTooLong(Question question) const;

 private:
  void Complete(Question* question) const;

  Model& inner_;
  std::string model_;
  std::array<std::string, kSteps.size()> operator_prompts_;  // "" = ours is in force
};

}  // namespace soulprint
