// A Model that never pays twice for the same question (DESIGN 3): answers that the store remembers
// are given back, the others are asked of the model inside and remembered as they arrive.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "pipeline/model.hpp"
#include "pipeline/store.hpp"

namespace soulprint {

class RememberedModel : public Model {
 public:
  // Keeps references; both must outlive it.
  RememberedModel(Model& inner, Store& store) : inner_(inner), store_(store) {}

  // Answers that are not final are not remembered, only what they used is counted.  Answers are
  // saved in groups, each at most 250 ms after its first one arrived, and always before Ask returns
  // or throws what came through it.  Saving that fails ends asking, and is tried once more after
  // what is in flight has been answered.  A question whose twin is in flight waits for the twin's
  // answer.
  void Ask(const Next& next, const Take& take) override;
  void Refuse(const Question& question) override;

  // Saves a group that is due.  To be called while the model inside waits, at least every 100 ms:
  // without it an answer followed by silence is saved only when the next one arrives.
  void SaveIfDue();

 private:
  std::optional<Question> NextUnanswered(const Next& next, const Take& take);
  void Remember(const Question& question, const Answer& answer);
  void Save();

  Model& inner_;
  Store& store_;
  std::vector<Reply> unsaved_;
  std::chrono::steady_clock::time_point first_unsaved_;
  std::chrono::steady_clock::time_point last_saved_;
  bool save_failed_ = false;                   // the next attempt is made when nothing is in flight
  std::unordered_set<std::string> in_flight_;  // identities and attempts
  std::unordered_set<std::string> unsaved_keys_;
  std::optional<Question> twin_;  // of a question in flight
};

}  // namespace soulprint
