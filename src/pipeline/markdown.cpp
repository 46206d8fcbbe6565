// Each line is made inert by itself: a backslash at the beginning that has a meaning, and one
// before each tag.

#include "pipeline/markdown.hpp"

#include <algorithm>
#include <cstddef>

#include "util/ascii.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

bool IsBlankAt(std::string_view line, std::size_t at) {
  return at >= line.size() || line[at] == ' ' || line[at] == '\t';
}

// How often the character at `at` repeats there.
std::size_t RunAt(std::string_view line, std::size_t at) {
  return std::min(line.find_first_not_of(line[at], at), line.size()) - at;
}

// True if the line makes a heading of the line before it.
bool IsUnderline(std::string_view line, std::size_t at) {
  return (line[at] == '=' || line[at] == '-') && IsBlank(line.substr(at + RunAt(line, at)));
}

// The length of the mark of a block quote or a list item at `at`, 0 if there is none.
std::size_t ContainerMark(std::string_view line, std::size_t at) {
  constexpr std::size_t kMostDigits = 9;
  if (line[at] == '>') return 1;
  std::size_t end = at;
  while (end < line.size() && end - at < kMostDigits && IsAsciiDigit(line[end])) ++end;
  constexpr std::string_view kBullets = "-+*";
  constexpr std::string_view kAfterNumber = ".)";
  const std::string_view marks = end == at ? kBullets : kAfterNumber;
  const bool is_mark = end < line.size() && marks.find(line[end]) != marks.npos;
  return is_mark && IsBlankAt(line, end + 1) ? end + 1 - at : 0;
}

// True if a link definition may begin there: "[label]: …", or "[lab" that goes on in the next line.
bool MayDefineLink(std::string_view line, std::size_t at) {
  for (std::size_t i = at + 1; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '[') {
      return false;
    } else if (line[i] == ']') {
      return i + 1 < line.size() && line[i + 1] == ':';
    }
  }
  return true;
}

bool NeedsBackslash(std::string_view line, std::size_t at) {
  switch (line[at]) {
    case '#':
      return true;
    case '`':
    case '~':
      return RunAt(line, at) >= 3;
    case '$':
      return RunAt(line, at) >= 2;
    case '[':
      return MayDefineLink(line, at);
    default:
      return IsUnderline(line, at);
  }
}

// Where a backslash is needed so that the line's beginning has no meaning; npos = nowhere.
std::size_t PlaceOfBackslash(std::string_view line) {
  for (std::size_t at = SkipSpace(line, 0); at < line.size(); at = SkipSpace(line, at)) {
    if (NeedsBackslash(line, at)) return at;
    const std::size_t mark = ContainerMark(line, at);
    if (mark == 0) break;
    at += mark;
  }
  return std::string_view::npos;
}

// Appends the line, with a backslash before each < that may begin a tag and has none.
void AppendWithoutTags(std::string_view line, std::string* text) {
  bool escaped = false;  // by an odd number of backslashes right before
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char next = i + 1 < line.size() ? line[i + 1] : ' ';
    const bool tag =
        line[i] == '<' && (IsAsciiLetter(next) || next == '/' || next == '!' || next == '?');
    if (tag && !escaped) *text += '\\';
    *text += line[i];
    escaped = line[i] == '\\' && !escaped;
  }
}

}  // namespace

std::string InertLines(std::string_view text) {
  const std::string visible = Visible(text);
  std::string inert;
  for (std::size_t begin = 0; begin <= visible.size();) {
    const std::size_t end = std::min(visible.find('\n', begin), visible.size());
    const std::string_view line = std::string_view(visible).substr(begin, end - begin);
    const std::size_t place = PlaceOfBackslash(line);
    const std::size_t behind = place == line.npos ? 0 : place;
    if (begin > 0) inert += '\n';
    inert += line.substr(0, behind);
    if (place != line.npos) inert += '\\';
    AppendWithoutTags(line.substr(behind), &inert);
    begin = end + 1;
  }
  return inert;
}

std::string InertLine(std::string_view text) {
  std::string inert;
  AppendWithoutTags(OneLine(text), &inert);
  return inert;
}

}  // namespace soulprint
