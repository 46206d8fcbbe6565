#include "llm/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

namespace soulprint {
namespace {

constexpr int kRangesPerDoubling = 4;

std::size_t RangeOf(std::int64_t us, std::size_t ranges) {
  if (us < 1000) return 0;
  const double range = kRangesPerDoubling * std::log2(static_cast<double>(us) / 1000);
  return std::min(static_cast<std::size_t>(range), ranges - 1);
}

bool IsResponse(RequestEnd end) {
  return end == RequestEnd::kAnswered || end == RequestEnd::kCutOff || end == RequestEnd::kRefused;
}

std::string_view NameOf(const Statistics::Row& row) { return row.model.data(); }

}  // namespace

RequestEnd RequestEndOf(const Classified& classified) {
  switch (classified.disposition) {
    case Disposition::kRetry:
    case Disposition::kResend:
      return RequestEnd::kUnanswered;
    case Disposition::kWait:
      return RequestEnd::kLimited;
    case Disposition::kPause:
    case Disposition::kBlocked:
      return RequestEnd::kBlocked;
    case Disposition::kDone:
    case Disposition::kWithout:
      break;
  }
  switch (classified.outcome) {
    case Outcome::kAnswered:
      return RequestEnd::kAnswered;
    case Outcome::kCutOff:
      return RequestEnd::kCutOff;
    case Outcome::kRefused:
      return RequestEnd::kRefused;
    case Outcome::kTooLong:
      return RequestEnd::kTooLong;
    case Outcome::kUnanswered:
      return RequestEnd::kUnanswered;
    case Outcome::kFailed:
    case Outcome::kGivenUp:
      break;
  }
  return RequestEnd::kFailed;
}

std::int64_t Statistics::Row::Requests() const {
  return std::accumulate(ended.begin(), ended.end(), in_flight);
}

std::int64_t Statistics::Row::Responses() const {
  return std::accumulate(latencies.begin(), latencies.end(), std::int64_t{0});
}

std::int64_t Statistics::Row::MeanMs() const {
  return latency_us / std::max<std::int64_t>(Responses(), 1) / 1000;
}

std::int64_t Statistics::Row::P95Ms() const {
  const std::int64_t earlier = (Responses() * 95 + 99) / 100;
  std::int64_t counted = 0;
  std::size_t range = 0;
  while (range < latencies.size() && (counted += latencies[range]) < earlier) ++range;
  const std::int64_t most = max_latency_us / 1000;
  if (range + 1 >= latencies.size()) return most;
  const double end = std::exp2(static_cast<double>(range + 1) / kRangesPerDoubling);
  return std::min(static_cast<std::int64_t>(end), most);
}

void Statistics::Started(std::string_view model, std::chrono::microseconds limited) {
  Row& row = RowOf(model);
  ++row.in_flight;
  row.limited_us += limited.count();
}

void Statistics::Ended(std::string_view model, RequestEnd end, const Usage& usage,
                       std::chrono::microseconds latency) {
  Row& row = RowOf(model);
  --row.in_flight;
  ++row.ended[static_cast<std::size_t>(end)];
  row.usage.Add(usage);
  if (!IsResponse(end)) return;
  row.latency_us += latency.count();
  row.max_latency_us = std::max<std::int64_t>(row.max_latency_us, latency.count());
  ++row.latencies[RangeOf(latency.count(), row.latencies.size())];
}

void Statistics::GiveUp(std::size_t row, std::int64_t requests) {
  rows_[row].in_flight -= requests;
  rows_[row].ended[static_cast<std::size_t>(RequestEnd::kGivenUp)] += requests;
}

void Statistics::Reset(std::int64_t now) {
  since_ = now;
  for (Row& row : rows_) {
    Row empty;
    empty.in_flight = row.in_flight;
    if (row.in_flight > 0) empty.model = row.model;
    row = empty;
  }
}

Statistics::Row& Statistics::RowOf(std::string_view model) {
  constexpr std::size_t kLongest = std::tuple_size_v<decltype(Row::model)> - 1;
  std::size_t length = std::min(model.size(), kLongest);
  while (length < model.size() && (model[length] & 0xC0) == 0x80) --length;
  model = model.substr(0, length);
  Row* free = nullptr;
  for (Row& row : rows_) {
    if (NameOf(row) == model) return row;
    if (free == nullptr && NameOf(row).empty()) free = &row;
  }
  if (free == nullptr || free == &rows_.back()) {
    free = &rows_.back();
    model = "other";
  }
  free->model = {};
  std::copy(model.begin(), model.end(), free->model.begin());
  return *free;
}

}  // namespace soulprint
