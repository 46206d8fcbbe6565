// What the tests of reports share.

#pragma once

#include <cstdint>
#include <regex>
#include <string>
#include <string_view>
#include <utility>

#include "report/report.hpp"

namespace soulprint {

inline constexpr std::int64_t kDay = std::int64_t{86400} * 1000000;
inline constexpr std::int64_t kMay4 = 19481 * kDay;  // 2023-05-04

// A ReportMonth::month; January is 1.
inline int MonthOf(int year, int month) { return 12 * year + month - 1; }

inline bool Has(const std::string& page, std::string_view text) {
  return page.find(text) != page.npos;
}

// What a reader sees: the body without tags.
inline std::string Seen(const std::string& page) {
  return std::regex_replace(page.substr(page.find("<body>")), std::regex("<[^>]*>"), "");
}

// A fact of 4 May 2023, verified if there is a quote.
inline ReportFact SaidFact(Category category, std::string text, std::string quote = {}) {
  ReportFact fact;
  fact.fact.category = category;
  fact.fact.text = std::move(text);
  fact.fact.verified = !quote.empty();
  fact.fact.quote = std::move(quote);
  fact.said = kMay4;
  return fact;
}

}  // namespace soulprint
