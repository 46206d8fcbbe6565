#include "util/time.hpp"

#include <charconv>
#include <chrono>
#include <cmath>

#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::int64_t kSecond = 1000000;  // in microseconds, like Time

// The years 1 to 9999, in seconds.
constexpr std::int64_t kFirst = -62135596800;
constexpr std::int64_t kLast = 253402300799;

struct Clock {
  std::chrono::year_month_day day;
  int seconds = 0;  // since midnight
  int microseconds = 0;
};

Clock ReadClock(std::int64_t time) {
  using std::chrono::floor;
  const std::chrono::sys_time<std::chrono::microseconds> point{std::chrono::microseconds(time)};
  const auto day = floor<std::chrono::days>(point);
  const auto rest = (point - day).count();
  return {std::chrono::year_month_day(day), static_cast<int>(rest / kSecond),
          static_cast<int>(rest % kSecond)};
}

// Each message of an import has its time: snprintf would take as long as everything else about it.
void AppendDigits(int number, std::size_t count, std::string* to) {
  to->append(count, '0');
  for (std::size_t at = to->size(); count-- > 0; number /= 10) {
    (*to)[--at] = static_cast<char>('0' + number % 10);
  }
}

void AppendDate(const Clock& clock, std::string* to) {
  AppendDigits(static_cast<int>(clock.day.year()), 4, to);
  *to += '-';
  AppendDigits(static_cast<int>(static_cast<unsigned>(clock.day.month())), 2, to);
  *to += '-';
  AppendDigits(static_cast<int>(static_cast<unsigned>(clock.day.day())), 2, to);
}

// Reads an ISO 8601 time from left to right.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : left_(text) {}

  Time Read() {
    int year = 0, month = 0, day = 0;
    if (!Digits(4, &year) || !Skip("-") || !Digits(2, &month) || !Skip("-") || !Digits(2, &day)) {
      return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return std::nullopt;
    std::int64_t time = std::chrono::sys_days(date).time_since_epoch().count() * 86400 * kSecond;
    if (!left_.empty() && (!Skip("Tt ") || !ClockTime(&time) || !Offset(&time) || !left_.empty())) {
      return std::nullopt;
    }
    // The offset can lead out of the years 1 to 9999.
    if (time < kFirst * kSecond || time >= (kLast + 1) * kSecond) return std::nullopt;
    return time;
  }

 private:
  bool Digits(std::size_t count, int* number) {
    if (left_.size() < count) return false;
    *number = 0;
    for (char c : left_.substr(0, count)) {
      if (c < '0' || c > '9') return false;
      *number = *number * 10 + (c - '0');
    }
    left_.remove_prefix(count);
    return true;
  }

  bool Skip(std::string_view one_of) {
    if (left_.empty() || one_of.find(left_.front()) == std::string_view::npos) return false;
    left_.remove_prefix(1);
    return true;
  }

  bool ClockTime(std::int64_t* time) {
    int hour = 0, minute = 0, second = 0;
    if (!Digits(2, &hour) || !Skip(":") || !Digits(2, &minute)) return false;
    if (Skip(":") && !Digits(2, &second)) return false;
    if (hour > 23 || minute > 59 || second > 60) return false;
    *time += (hour * 3600 + minute * 60 + second) * kSecond;
    if (!Skip(".,")) return true;
    int digit = 0;
    if (!Digits(1, &digit)) return false;
    int weight = 100000;
    do {
      *time += std::int64_t{digit} * weight;
      weight /= 10;
    } while (Digits(1, &digit));
    return true;
  }

  bool Offset(std::int64_t* time) {
    Skip(" ");
    if (left_.empty() || Skip("Zz")) return true;
    if (left_ == "UTC" || left_ == "GMT") {
      left_ = {};
      return true;
    }
    const bool east = left_.front() == '+';
    int hours = 0, minutes = 0;
    if (!Skip("+-") || !Digits(2, &hours)) return false;
    const bool colon = Skip(":");
    if (!Digits(2, &minutes) && colon) return false;
    if (hours > 23 || minutes > 59) return false;
    const std::int64_t offset = (hours * 3600 + minutes * 60) * kSecond;
    *time += east ? -offset : offset;
    return true;
  }

  std::string_view left_;
};

}  // namespace

std::string FormatDate(Time time) {
  if (!time) return "unknown date";
  std::string text;
  AppendDate(ReadClock(*time), &text);
  return text;
}

std::string FormatTime(Time time) {
  std::string text;
  if (!time) return text;
  const Clock clock = ReadClock(*time);
  AppendDate(clock, &text);
  text += 'T';
  AppendDigits(clock.seconds / 3600, 2, &text);
  text += ':';
  AppendDigits(clock.seconds / 60 % 60, 2, &text);
  text += ':';
  AppendDigits(clock.seconds % 60, 2, &text);
  if (clock.microseconds != 0) {
    text += '.';
    AppendDigits(clock.microseconds, 6, &text);
  }
  text += 'Z';
  return text;
}

Time ParseTime(std::string_view text) {
  text = Trim(text);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return TimeFromNumber(number);
  return TimeReader(text).Read();
}

Time TimeFromNumber(double number) {
  // Milliseconds of the year 9999 are fewer than microseconds of 1980.
  double seconds = number;
  if (std::abs(number) > 1e11) seconds = number / 1e3;
  if (std::abs(number) > 3e14) seconds = number / 1e6;
  if (std::abs(number) > 3e17) seconds = number / 1e9;
  // False also for NaN.
  if (!(seconds >= kFirst && seconds <= kLast)) return std::nullopt;
  return std::llround(seconds * static_cast<double>(kSecond));
}

}  // namespace soulprint
