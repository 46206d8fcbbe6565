// A Model that never pays twice for the same question (DESIGN 3): answers that the store remembers
// are given back, the others are asked of the model inside and remembered as they arrive.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "pipeline/model.hpp"
#include "pipeline/store.hpp"

namespace soulprint {

class CachingModel : public Model {
 public:
  // Makes the model inside, which calls `idle` at least every 100 ms while it waits: an answer
  // followed by silence is saved then.
  using MakeInner = std::function<std::unique_ptr<Model>(std::function<void()> idle)>;

  // Keeps a reference to the store.
  CachingModel(Store& store, const MakeInner& make_inner);
  CachingModel(const CachingModel&) = delete;
  CachingModel& operator=(const CachingModel&) = delete;

  // Answers that are not final are not remembered, only what they used is counted.  Answers are
  // saved in groups, each at most 250 ms after its first one arrived, and always before Ask returns
  // or throws what came through it.  Saving that fails ends asking, and is tried once more after
  // what is in flight has been answered.  A question whose twin is in flight waits for the twin's
  // answer.
  void Ask(const Next& next, const Take& take) override;

 private:
  std::optional<Question> NextUnanswered(const Next& next, const Take& take);
  void Remember(const Question& question, const Answer& answer);
  void SaveIfDue();
  void Save();

  Store& store_;
  std::unique_ptr<Model> inner_;
  std::vector<Reply> unsaved_;
  std::chrono::steady_clock::time_point first_unsaved_;
  std::chrono::steady_clock::time_point last_saved_;
  bool save_failed_ = false;                   // the next try is made when nothing is in flight
  std::unordered_set<std::string> in_flight_;  // identities and try numbers
  std::unordered_set<std::string> unsaved_keys_;
  std::optional<Question> twin_;  // of a question in flight
};

}  // namespace soulprint
