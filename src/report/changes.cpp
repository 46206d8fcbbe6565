// What changed since the profile before: lines that came and lines that went.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "pipeline/compare_profiles.hpp"
#include "pipeline/types.hpp"
#include "report/data.hpp"
#include "report/parts.hpp"
#include "report/text.hpp"
#include "util/format.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

// Of each part and each kind.
constexpr std::size_t kMostChanges = 100;

PartLines SectionLines(std::size_t section, const std::string& stored) {
  PartLines lines;
  const SectionView view = ViewSection(section, stored);
  for (const std::string_view line : Split(view.text, '\n')) lines.push_back({OneLine(line)});
  for (const SectionView::Field& field : view.fields) {
    for (const std::string& value : field.values) lines.push_back({field.title + ": " + value});
  }
  return lines;
}

PartLines MemoryLines(const std::string& memory_md) {
  PartLines lines;
  std::vector<std::string> unknown;
  for (const MemoryLine& line : ReadMemory(memory_md, &unknown)) {
    if (line.kind != MemoryLine::Kind::kHeading) lines.push_back({OneLine(PlainText(line))});
  }
  return lines;
}

// The lines of one kind as a list; "" if there are none.
std::string ChangedHtml(const std::vector<ChangedLine>& changes, bool added) {
  std::string items;
  std::size_t count = 0;
  std::unordered_set<std::string_view> told;  // without marks, lines may look the same
  for (const ChangedLine& change : changes) {
    if (change.added != added || change.line.empty()) continue;
    if (!told.insert(change.line).second) continue;
    if (++count <= kMostChanges) items += Format("<li dir=\"auto\">{}</li>", HtmlText(change.line));
  }
  if (count == 0) return {};
  return Format("<div class=\"{}\"><h4>{}</h4><ul>{}</ul>{}</div>", added ? "new" : "gone",
                added ? "New" : "No longer there", items,
                MoreHtml(count - std::min(count, kMostChanges)));
}

std::string PartChanges(const ReportPart& part, const PartLines& before, const PartLines& now) {
  const std::vector<ChangedLine> changes = CompareLines(part.id, before, now);
  const std::string html = ChangedHtml(changes, true) + ChangedHtml(changes, false);
  if (html.empty()) return {};
  return Format("<h3>{}</h3><div class=\"changes\">{}</div>", part.title, html);
}

}  // namespace

std::string ChangesHtml(const Report& report) {
  if (!report.earlier) {
    return "<p class=\"quiet\">This is the first version: there is nothing to compare it with.</p>";
  }
  const PublishedProfile& before = *report.earlier;
  const PublishedProfile& now = report.profile;
  std::string html;
  for (std::size_t i = 0; i < kSectionParts.size(); ++i) {
    html += PartChanges(kSectionParts[i], SectionLines(i, before.sections[i].value_or("")),
                        SectionLines(i, now.sections[i].value_or("")));
  }
  html += PartChanges(kMemoryPart, MemoryLines(before.memory_md.value_or("")),
                      MemoryLines(now.memory_md.value_or("")));
  const std::string day = HtmlDay(report.replaced);
  if (html.empty()) return Format("<p class=\"quiet\">Nothing, since {}.</p>", day);
  return Format("<p class=\"lead\">Compared with the version that was replaced on {}.</p>{}", day,
                html);
}

}  // namespace soulprint
