// Saves every paid answer, also when asking ends with an exception.

#include "pipeline/caching_model.hpp"

#include <utility>

#include "util/error.hpp"

namespace soulprint {
namespace {

using Clock = std::chrono::steady_clock;
// SaveIfDue runs at least every 100 ms, so an answer is saved within 250 ms.
constexpr std::chrono::milliseconds kGroupTime{150};
constexpr std::chrono::milliseconds kLongestReplay{50};

// If two questions share it, one only waits for the other.
std::size_t Key(const Question& question) {
  return std::hash<std::string>()(std::to_string(question.try_number) + QuestionIdentity(question));
}

}  // namespace

CachingModel::CachingModel(Store& store, const MakeInner& make_inner)
    : store_(store), inner_(make_inner([this] { SaveIfDue(); })) {}

void CachingModel::Ask(const Next& next, const Take& take) {
  in_flight_.clear();
  twin_.reset();
  save_failed_ = false;
  try {
    inner_->Ask([&] { return NextUnanswered(next, take); },
                [&](const Question& question, const Answer& answer) {
                  Remember(question, answer);
                  take(question, answer);
                });
    Save();
  } catch (...) {
    // Report the first error: if the pass has ended, saving fails too.
    try {
      Save();
    } catch (const Error&) {
    }
    throw;
  }
}

std::optional<Question> CachingModel::NextUnanswered(const Next& next, const Take& take) {
  const Clock::time_point begin = Clock::now();
  while (true) {
    SaveIfDue();
    // Return regularly so that requests in flight are serviced.
    if (!in_flight_.empty() && Clock::now() - begin >= kLongestReplay) return std::nullopt;
    std::optional<Question> question = twin_ ? std::exchange(twin_, std::nullopt) : next();
    if (!question) return std::nullopt;
    const std::size_t key = Key(*question);
    if (in_flight_.contains(key)) {
      twin_ = std::move(question);
      return std::nullopt;
    }
    if (unsaved_keys_.contains(key)) Save();
    const std::optional<Answer> answer = store_.FindReply(*question);
    if (!answer) {
      in_flight_.insert(key);
      return question;
    }
    take(*question, *answer);
  }
}

void CachingModel::Remember(const Question& question, const Answer& answer) {
  const std::size_t key = Key(question);
  in_flight_.erase(key);
  if (IsFinal(answer.outcome) || answer.usage.requests > 0) {
    if (unsaved_.empty()) first_unsaved_ = Clock::now();
    unsaved_.push_back({question, answer});
    unsaved_keys_.insert(key);
  }
  SaveIfDue();
}

void CachingModel::SaveIfDue() {
  if (unsaved_.empty() || save_failed_) return;
  // Save the first answer after a quiet time at once, and group those that follow closely.
  const Clock::time_point now = Clock::now();
  if (now - first_unsaved_ >= kGroupTime || now - last_saved_ >= kGroupTime) Save();
}

void CachingModel::Save() {
  if (unsaved_.empty()) return;
  save_failed_ = true;
  store_.SaveReplies(unsaved_);
  save_failed_ = false;
  unsaved_.clear();
  unsaved_keys_.clear();
  last_saved_ = Clock::now();
}

}  // namespace soulprint
