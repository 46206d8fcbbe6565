// When the conversations took place: a bar for each month, or for each year of a long life.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report/data.hpp"
#include "report/parts.hpp"
#include "report/text.hpp"
#include "util/format.hpp"

namespace soulprint {
namespace {

constexpr int kFewestBars = 12;
constexpr int kMostBars = 180;
constexpr int kBarWidth = 10;  // in the units of the drawing, with the gap
constexpr int kGap = 2;
constexpr int kHeight = 100;

// Where a year is written on the axis, in thousandths of its width: not upon its ends, nor upon
// another year.
constexpr int kFirstYear = 260;
constexpr int kLastYear = 780;
constexpr int kBetweenYears = 140;

struct Bars {
  bool years = false;
  int first = 0;                            // a month, or a year
  std::vector<std::int64_t> conversations;  // of each, with gaps filled
  std::int64_t before = 0;                  // conversations that are too old to be drawn
};

Bars BarsOf(const std::vector<ReportMonth>& months) {
  Bars bars;
  const int newest = months.back().month;
  bars.years = newest - months.front().month >= kMostBars;
  const int step = bars.years ? 12 : 1;
  const int last = newest / step;
  bars.first =
      std::clamp(months.front().month / step, last - kMostBars + 1, last - kFewestBars + 1);
  const int count = last - bars.first + 1;
  bars.conversations.resize(static_cast<std::size_t>(count));
  for (const ReportMonth& month : months) {
    const int place = month.month / step - bars.first;
    std::int64_t& sum =
        place < 0 ? bars.before : bars.conversations[static_cast<std::size_t>(place)];
    sum += month.conversations;
  }
  return bars;
}

std::string BarName(const Bars& bars, std::size_t place) {
  const int period = bars.first + static_cast<int>(place);
  return bars.years ? std::to_string(period) : MonthText(period);
}

std::size_t HighestOf(const Bars& bars) {
  return static_cast<std::size_t>(std::ranges::max_element(bars.conversations) -
                                  bars.conversations.begin());
}

// What the drawing shows, in words.
std::string Summary(const Report& report, const Bars& bars) {
  const std::size_t highest = HighestOf(bars);
  const int first = report.months.front().month;
  const int last = report.months.back().month;
  const std::string when = first == last ? "All of them are of " + MonthText(first)
                                         : "From " + MonthText(first) + " to " + MonthText(last);
  return Format("{}; most in {}: {}.", when, BarName(bars, highest),
                NumberText(bars.conversations[highest]));
}

std::string DrawingHtml(const Bars& bars, const std::string& summary) {
  const std::int64_t highest = std::max<std::int64_t>(bars.conversations[HighestOf(bars)], 1);
  std::string shapes;
  for (std::size_t i = 0; i < bars.conversations.size(); ++i) {
    const std::int64_t number = bars.conversations[i];
    if (number == 0) continue;
    // Even a single conversation is to be seen.
    const std::int64_t height = std::max<std::int64_t>(number * kHeight / highest, 2);
    shapes +=
        Format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"><title>{}: {}</title></rect>",
               static_cast<int>(i) * kBarWidth + kGap / 2, kHeight - height, kBarWidth - kGap,
               height, BarName(bars, i), NumberText(number));
  }
  return Format(
      "<svg role=\"img\" aria-labelledby=\"timeline-title\" viewBox=\"0 0 {} {}\" "
      "preserveAspectRatio=\"none\"><title id=\"timeline-title\">Conversations over time. "
      "{}</title>"
      "{}</svg>",
      static_cast<int>(bars.conversations.size()) * kBarWidth, kHeight, summary, shapes);
}

// "May 2023" for May, "Sep 2023" for September: two must fit beside each other on a telephone.
std::string ShortName(const Bars& bars, std::size_t place) {
  const std::string name = BarName(bars, place);
  return bars.years ? name : name.substr(0, 3) + name.substr(name.find(' '));
}

// The ends of the time, and years between them, each in the middle of its bar.
std::string AxisHtml(const Bars& bars) {
  const std::size_t count = bars.conversations.size();
  std::string years;
  int taken = kFirstYear - kBetweenYears;
  for (std::size_t i = 1; i < count; ++i) {
    const int period = bars.first + static_cast<int>(i);
    const int place = static_cast<int>((2 * i + 1) * 500 / count);
    if (!bars.years && period % 12 != 0) continue;
    if (place < taken + kBetweenYears || place > kLastYear) continue;
    taken = place;
    years += Format("<span class=\"year\" style=\"left:{}.{}%\">{}</span>", place / 10, place % 10,
                    bars.years ? period : period / 12);
  }
  return Format("<p class=\"axis\" aria-hidden=\"true\"><span>{}</span>{}<span>{}</span></p>",
                ShortName(bars, 0), years, ShortName(bars, count - 1));
}

std::string UndrawnHtml(const Report& report, std::int64_t before) {
  std::string text;
  if (before > 0) text += CountText(before, "conversation") + " before that.";
  if (report.undated > 0) {
    text += Format("{}{} without a date.", std::string_view(text.empty() ? "" : " "),
                   CountText(report.undated, "conversation"));
  }
  return text.empty() ? text : Format("<p class=\"quiet\">{}</p>", text);
}

}  // namespace

std::string TimelineHtml(const Report& report) {
  if (report.months.empty()) {
    return report.undated > 0 ? UndrawnHtml(report, 0)
                              : "<p class=\"quiet\">There are no conversations to be seen.</p>";
  }
  const Bars bars = BarsOf(report.months);
  const std::string summary = Summary(report, bars);
  return Format("<p class=\"lead\">{}</p><div class=\"timeline\">{}{}</div>{}", summary,
                DrawingHtml(bars, summary), AxisHtml(bars), UndrawnHtml(report, bars.before));
}

}  // namespace soulprint
