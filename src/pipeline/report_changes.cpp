// What changed since the profile before: lines that came and lines that went.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "pipeline/report_data.hpp"
#include "pipeline/report_parts.hpp"
#include "pipeline/report_text.hpp"
#include "util/format.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

// Of each part and each kind.
constexpr std::size_t kMostChanges = 100;

std::vector<std::string> SectionLines(std::size_t section, const std::string& stored) {
  std::vector<std::string> lines;
  const SectionView view = ViewSection(section, stored);
  for (const std::string_view line : Split(view.text, '\n')) lines.push_back(OneLine(line));
  for (const SectionView::Field& field : view.fields) {
    for (const std::string& value : field.values) lines.push_back(field.title + ": " + value);
  }
  return lines;
}

std::vector<std::string> MemoryLines(const std::string& memory_md) {
  std::vector<std::string> lines;
  std::vector<std::string> unknown;
  for (const MemoryLine& line : ReadMemory(memory_md, &unknown)) {
    if (line.kind != MemoryLine::Kind::kHeading) lines.push_back(OneLine(PlainText(line)));
  }
  return lines;
}

// The lines that are not among the others, as a list; "" if there are none.
std::string OnlyIn(const std::vector<std::string>& lines, const std::vector<std::string>& others,
                   std::string_view title, std::string_view kind) {
  std::unordered_set<std::string_view> known(others.begin(), others.end());
  std::string items;
  std::size_t count = 0;
  for (const std::string& line : lines) {
    // A line that stands there twice is told once.
    if (line.empty() || !known.insert(line).second) continue;
    if (++count <= kMostChanges) items += Format("<li dir=\"auto\">{}</li>", HtmlText(line));
  }
  if (count == 0) return {};
  return Format("<div class=\"{}\"><h4>{}</h4><ul>{}</ul>{}</div>", kind, title, items,
                MoreHtml(count - std::min(count, kMostChanges)));
}

std::string PartChanges(std::string_view title, const std::vector<std::string>& before,
                        const std::vector<std::string>& now) {
  const std::string changes =
      OnlyIn(now, before, "New", "new") + OnlyIn(before, now, "No longer there", "gone");
  if (changes.empty()) return {};
  return Format("<h3>{}</h3><div class=\"changes\">{}</div>", title, changes);
}

}  // namespace

std::string ChangesHtml(const Report& report) {
  if (!report.earlier) {
    return "<p class=\"quiet\">This is the first version: there is nothing to compare it with.</p>";
  }
  const ReportProfile& before = *report.earlier;
  const ReportProfile& now = report.profile;
  std::string html;
  for (std::size_t i = 0; i < kSectionParts.size(); ++i) {
    html += PartChanges(kSectionParts[i].title, SectionLines(i, before.sections[i].value_or("")),
                        SectionLines(i, now.sections[i].value_or("")));
  }
  html += PartChanges(kMemoryPart.title, MemoryLines(before.memory_md.value_or("")),
                      MemoryLines(now.memory_md.value_or("")));
  const std::string day = HtmlDay(report.replaced);
  if (html.empty()) return Format("<p class=\"quiet\">Nothing, since {}.</p>", day);
  return Format("<p class=\"lead\">Compared with the version that was replaced on {}.</p>{}", day,
                html);
}

}  // namespace soulprint
