// Words, numbers and days on the page of a report.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "util/time.hpp"

namespace soulprint {

// The first 2,000 characters of a text on one line, as HTML: without invisible characters and those
// that XML forbids, with references in place of & < > " and '.  For text and attributes.
std::string HtmlText(std::string_view text);

// "4 May 2023" as a time element, in UTC; "" for an unknown time.
std::string HtmlDay(Time time);

// "May 2023" for a ReportMonth::month.
std::string MonthText(int month);

// "12,345".
std::string NumberText(std::int64_t number);

// "1 conversation", "12,345 conversations".
std::string CountText(std::int64_t number, std::string_view noun);

// "and 12 more" as a paragraph, for what is left out; "" for 0.
std::string MoreHtml(std::size_t number);

// "$1.20"; "less than $0.01"; "nothing".
std::string MoneyText(double usd);

// The title of a section's field as plain text: "How you put things" for communication_style; of an
// unknown one its key in words.
std::string FieldTitle(std::string_view key);

}  // namespace soulprint
