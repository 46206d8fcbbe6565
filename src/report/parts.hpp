// The parts of a report's page, each as HTML.

#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/data.hpp"

namespace soulprint {

// A part of the page under a heading of its own.
struct ReportPart {
  std::string_view id;
  std::string_view title;
};

// Of each section, in the order of kSectionNames, and of MEMORY.
inline constexpr std::array<ReportPart, 5> kSectionParts = {
    {{"soul", "How you express yourself"},
     {"identity", "Your assistant’s character"},
     {"user", "About you"},
     {"agents", "How it works with you"},
     {"tools", "What you use it for"}}};
inline constexpr ReportPart kMemoryPart = {"memory", "What it remembers"};

// A stored section as it is shown.
struct SectionView {
  struct Field {
    std::string title;                // plain text, as the values
    std::vector<std::string> values;  // never empty
  };
  std::vector<Field> fields;         // in schema order, others after them
  std::vector<std::string> unknown;  // titles of the fields without a value
  std::string text;                  // all of it if it is no JSON object
};

SectionView ViewSection(std::size_t section, const std::string& stored);

// The value of a field of a stored section; "" if it has none.
std::string FieldOf(const std::optional<std::string>& stored, std::string_view key);

// MEMORY as lines, without blank ones and marks of Markdown.
struct MemoryLine {
  enum class Kind { kHeading, kItem, kText };
  Kind kind = Kind::kText;
  std::string text;  // with ** around what is strong, and backslashes
};

// `unknown`, if given, takes the headings under which nothing stands but that there is nothing;
// they and this line are left out.
std::vector<MemoryLine> ReadMemory(std::string_view memory_md, std::vector<std::string>* unknown);

// The text of a line, without marks.
std::string PlainText(const MemoryLine& line);

// "Not known yet: a, b." as a paragraph; "" for none.
std::string UnknownHtml(const std::vector<std::string>& titles);

std::string SectionHtml(const SectionView& section);
std::string MemoryHtml(std::string_view memory_md);
std::string FactsHtml(const Report& report);
std::string TimelineHtml(const Report& report);
std::string ChangesHtml(const Report& report);
std::string OriginHtml(const Report& report);

// The style sheet.
extern const std::string_view kReportStyle;

}  // namespace soulprint
