// MEMORY in a report: the little Markdown that it holds, as HTML.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/parts.hpp"
#include "report/text.hpp"
#include "util/ascii.hpp"
#include "util/format.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kMostLines = 2000;  // that are shown
constexpr std::string_view kStrong = "**";

bool IsPunctuation(char c) { return c > ' ' && c < 0x7F && !IsAsciiWord(c) && !IsAsciiUpper(c); }

// The text without the backslashes that Markdown takes away.
std::string WithoutBackslashes(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && IsPunctuation(text[i + 1])) ++i;
    plain += text[i];
  }
  return plain;
}

// The text between ** and **, and that around it, in turns; one part if a ** has no other.
std::vector<std::string_view> StrongParts(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::string_view left = text;;) {
    const std::size_t end = left.find(kStrong);
    parts.push_back(left.substr(0, end));
    if (end == left.npos) break;
    left.remove_prefix(end + kStrong.size());
  }
  return parts.size() % 2 == 1 ? parts : std::vector<std::string_view>{text};
}

std::string InlineHtml(std::string_view text) {
  std::string html;
  bool strong = false;
  for (const std::string_view part : StrongParts(text)) {
    const std::string inner = HtmlText(WithoutBackslashes(part));
    // HtmlText takes off the spaces that part it from its neighbors.
    if (part.starts_with(' ') && !html.ends_with(' ')) html += ' ';
    html += strong && !inner.empty() ? "<strong>" + inner + "</strong>" : inner;
    if (part.ends_with(' ') && !html.ends_with(' ')) html += ' ';
    strong = !strong;
  }
  return html;
}

MemoryLine ReadLine(std::string_view line) {
  using Kind = MemoryLine::Kind;
  const std::string_view text = Trim(line);
  const std::size_t marks = std::min(text.find_first_not_of('#'), text.size());
  if (marks > 0 && marks <= 6 && (marks == text.size() || text[marks] == ' ')) {
    return {Kind::kHeading, std::string(Trim(text.substr(marks)))};
  }
  constexpr std::string_view kBullets = "-*+";
  const bool item = text.size() > 1 && kBullets.find(text[0]) != text.npos && text[1] == ' ';
  if (item) return {Kind::kItem, std::string(Trim(text.substr(2)))};
  return {Kind::kText, std::string(text)};
}

bool SaysNothing(const MemoryLine& line) {
  return line.text == "No data yet." || line.text == "No data yet";
}

}  // namespace

std::string PlainText(const MemoryLine& line) {
  std::string plain;
  for (const std::string_view part : StrongParts(line.text)) plain += WithoutBackslashes(part);
  return plain;
}

std::vector<MemoryLine> ReadMemory(std::string_view memory_md, std::vector<std::string>* unknown) {
  std::vector<MemoryLine> lines;
  for (const std::string_view raw : Split(memory_md, '\n')) {
    if (IsBlank(raw)) continue;
    MemoryLine line = ReadLine(raw);
    if (unknown != nullptr && SaysNothing(line)) {
      if (lines.empty() || lines.back().kind != MemoryLine::Kind::kHeading) continue;
      unknown->push_back(PlainText(lines.back()));
      lines.pop_back();
    } else {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

std::string MemoryHtml(std::string_view memory_md) {
  using Kind = MemoryLine::Kind;
  std::vector<std::string> unknown;
  std::string html;
  bool list = false;
  const std::vector<MemoryLine> lines = ReadMemory(memory_md, &unknown);
  const std::size_t shown = std::min(lines.size(), kMostLines);
  for (std::size_t i = 0; i < shown; ++i) {
    const MemoryLine& line = lines[i];
    if (list != (line.kind == Kind::kItem)) html += list ? "</ul>" : "<ul>";
    list = line.kind == Kind::kItem;
    const std::string_view name = line.kind == Kind::kHeading ? "h3" : list ? "li" : "p";
    html += Format("<{} dir=\"auto\">{}</{}>", name, InlineHtml(line.text), name);
  }
  return html + (list ? "</ul>" : "") + MoreHtml(lines.size() - shown) + UnknownHtml(unknown);
}

}  // namespace soulprint
