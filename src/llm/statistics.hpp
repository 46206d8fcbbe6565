// What was asked of each model since the server started (soulprint_stat_model).
//
// Fixed size and no pointers, so that it can lie in shared memory.  Values only: the clock and the
// lock are the caller's.

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "llm/outcome.hpp"
#include "pipeline/model.hpp"

namespace soulprint {

// How a request ended.
enum class RequestEnd {
  kAnswered,
  kCutOff,      // an answer that stopped at max_tokens
  kRefused,     // the model refused
  kTooLong,     // the prompt does not fit the model
  kFailed,      // the server rejected it
  kUnanswered,  // the server could not answer, or no whole response came
  kLimited,     // the server is too busy, or a limit of a minute is reached
  kBlocked,     // key, account, address or TLS: the reasons of a pause
  kGivenUp      // in flight when the pass stopped
};
inline constexpr std::size_t kRequestEnds = 9;

RequestEnd RequestEndOf(const Classified& classified);

class Statistics {
 public:
  static constexpr std::size_t kMostModels = 16;

  struct Row {
    std::array<char, 64> model{};  // "" = the row is free
    std::int64_t in_flight = 0;
    std::array<std::int64_t, kRequestEnds> ended{};
    Usage usage;
    std::int64_t limited_us = 0;  // that passes waited for the server's limits, added up
    // Of the responses of the model: answered, cut off or refused.
    std::int64_t latency_us = 0;  // added up
    std::int64_t max_latency_us = 0;
    std::array<std::int64_t, 80> latencies{};  // four ranges for each doubling, from 1 ms

    std::int64_t Requests() const;   // sent, with those in flight
    std::int64_t Responses() const;  // of the model
    std::int64_t MeanMs() const;
    // In which 95 of 100 of them came; up to a fifth too long.
    std::int64_t P95Ms() const;
  };
  using Rows = std::array<Row, kMostModels>;

  // `since`: the present time, of any clock that its readers know.
  explicit Statistics(std::int64_t since) : since_(since) {}

  // A request is sent for which a pass has waited `limited`.  Of a name longer than a row's the
  // beginning counts; when all rows are taken, the last one is for "other" models.
  void Started(std::string_view model, std::chrono::microseconds limited);

  // It has ended, after `latency`.
  void Ended(std::string_view model, RequestEnd end, const Usage& usage,
             std::chrono::microseconds latency);

  // So many requests of a row have no process any more.
  void GiveUp(std::size_t row, std::int64_t requests);

  // Counts from nothing, from now on; what is in flight stays.
  void Reset(std::int64_t now);

  const Rows& rows() const { return rows_; }
  std::int64_t since() const { return since_; }

 private:
  Row& RowOf(std::string_view model);

  Rows rows_;
  std::int64_t since_;
};

// Calls `use` while nobody else uses the statistics; `use` neither throws nor waits.
using SharedStatistics = std::function<void(const std::function<void(Statistics&)>& use)>;

}  // namespace soulprint
