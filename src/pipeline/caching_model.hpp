// A Model that never pays twice for a question: it returns the answers that the store remembers,
// asks the model inside for the others and saves them as they arrive
// (doc/architecture.md, "Remembered answers").

#pragma once

#include <chrono>
#include <cstddef>
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
  // Makes the model inside.  It must call `idle` at least every 100 ms while it waits: otherwise an
  // answer is saved only when the next one arrives.
  using MakeInner = std::function<std::unique_ptr<Model>(std::function<void()> idle)>;

  // Keeps a reference to the store.
  CachingModel(Store& store, const MakeInner& make_inner);
  CachingModel(const CachingModel&) = delete;
  CachingModel& operator=(const CachingModel&) = delete;

  // Saves answers in groups: at most 250 ms after the first of a group arrived, and before Ask
  // returns or throws.  An answer that is not final is not remembered; only its usage is counted.
  // If saving fails, Ask ends and saves once more after the questions in flight were answered.  A
  // question equal to one in flight waits for that answer.
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
  bool save_failed_ = false;                   // save again once nothing is in flight
  std::unordered_set<std::size_t> in_flight_;  // hashes of identities and try numbers
  std::unordered_set<std::size_t> unsaved_keys_;
  std::optional<Question> twin_;  // equal to a question in flight
};

}  // namespace soulprint
