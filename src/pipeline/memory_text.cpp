// MEMORY as text: lines under six headings.

#include "pipeline/memory_text.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "pipeline/facts.hpp"
#include "pipeline/fair_share.hpp"
#include "pipeline/markdown.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"
#include "util/time.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr std::array<std::string_view, kCategories.size()> kHeadings = {
    "## Personal Facts",  "## Preferences",      "## Projects",
    "## Important Dates", "## Beliefs & Values", "## Decisions & Context"};
constexpr std::string_view kNoData = "No data yet.";

// With at least so many facts, a text below one of the other two is a placeholder.
constexpr std::size_t kEnoughFacts = 3;
constexpr std::size_t kLeastCharacters = 200;
constexpr std::size_t kLeastLines = 3;

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool IsHeading(std::string_view line) {
  return std::find(kHeadings.begin(), kHeadings.end(), Trim(line)) != kHeadings.end();
}

bool IsContent(std::string_view line) {
  const std::string_view text = Trim(line);
  return !text.empty() && text.front() != '#' && text.find(kNoData) == std::string_view::npos;
}

// A heading and the lines under it, or what stands before the first heading.
struct Part {
  std::vector<std::string_view> lines;
  std::size_t size = 0;  // in characters, line ends included
};

std::vector<Part> Parts(std::string_view memory_md) {
  std::vector<Part> parts;
  for (std::string_view line : Lines(memory_md)) {
    if (parts.empty() || (IsHeading(line) && parts.size() <= kHeadings.size())) {
      parts.emplace_back();
    }
    parts.back().lines.push_back(line);
    parts.back().size += CountCharacters(line) + 1;
  }
  return parts;
}

// Appends the heading of a part and as many of its lines as fit into `size` characters.  Cuts the
// first line of content if not even that fits.
void AppendPart(const Part& part, std::size_t size, std::string* text) {
  const bool whole = part.size <= size;
  std::size_t left = whole ? size : size - std::min<std::size_t>(size, 1);  // 1 = an empty line
  bool content = false;
  for (std::string_view line : part.lines) {
    const std::size_t more = CountCharacters(line) + 1;
    if (more > left && !IsHeading(line)) {
      // A line that was cut may get a meaning, so make it inert again.
      if (!content && left > 2) text->append(InertLines(FirstCharacters(line, left - 2)) + "\n");
      break;
    }
    text->append(line).append("\n");
    left -= std::min(more, left);
    content = content || IsContent(line);
  }
  if (!whole) text->append("\n");
}

// " (before: Lives in Lisbon, 2023-05-02)": the newest statement that the fact overtook.
std::string ChangeText(const Fact& fact) {
  if (fact.before.empty()) return {};
  const Former& former = fact.before.front();
  const std::string day = former.said ? ", " + FormatDate(former.said) : std::string();
  return " (before: " + OneLine(former.text) + day + ")";
}

std::string Bullet(const Fact& fact) {
  const std::string text = OneLine(fact.text);
  const std::string first = OneLine(fact.more[0]);
  const std::string second = OneLine(fact.more[1]);
  const auto after = [](std::string_view before, const std::string& more, std::string_view end) {
    return more.empty() ? std::string() : std::string(before) + more + std::string(end);
  };
  switch (fact.category) {
    case Category::kProjects:
      return "- **" + text + "**" + after(" — ", first, "") + after(" (", second, ")");
    case Category::kDates:
      return "- " + text + after(" — ", first, "");
    case Category::kDecisions:
      return "- " + text + after(" (", first, ")");
    case Category::kPerson:
    case Category::kPreferences:
    case Category::kBeliefs:
      break;
  }
  return "- " + text;
}

}  // namespace

std::string CutMemory(std::string_view memory_md, std::size_t max_tokens) {
  const std::vector<Part> parts = Parts(Trim(memory_md));
  std::vector<Claim> claims;
  for (const Part& part : parts) claims.push_back({0, part.size});
  const std::size_t share = FairLevel(claims, 4 * max_tokens);
  std::string kept;
  for (const Part& part : parts) AppendPart(part, share, &kept);
  return std::string(Trim(kept));
}

std::string InertMemory(std::string_view memory_md) {
  const std::string visible = Visible(memory_md);
  std::string inert;
  auto expected = kHeadings.begin();
  for (std::string_view line : Lines(visible)) {
    CheckForInterrupts();
    const auto heading = std::find(expected, kHeadings.end(), Trim(line));
    if (heading == kHeadings.end()) {
      inert += InertLines(line);
    } else {
      inert += *heading;
      expected = heading + 1;
    }
    inert += '\n';
  }
  if (!inert.empty() && visible.back() != '\n') inert.pop_back();
  return inert;
}

bool IsPlaceholder(std::string_view memory_md, std::size_t facts, bool own_wording) {
  const std::vector<std::string_view> lines = Lines(memory_md);
  const bool has_first = std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
    return Trim(line) == kHeadings.front();
  });
  auto missing = kHeadings.begin() + (own_wording || has_first ? 0 : 1);
  for (std::string_view line : lines) {
    if (missing != kHeadings.end() && Trim(line) == *missing) ++missing;
  }
  if (missing != kHeadings.end()) return true;
  if (facts < kEnoughFacts) return false;
  const auto content = std::count_if(lines.begin(), lines.end(), IsContent);
  return CountCharacters(Trim(memory_md)) < kLeastCharacters ||
         static_cast<std::size_t>(content) < kLeastLines;
}

std::string AssembleMemory(const std::vector<Fact>& facts, std::size_t max_tokens) {
  std::vector<std::size_t> order(facts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  InterruptsNowAndThen interrupts;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    interrupts.Step();
    return LastSaid(facts[a]) > LastSaid(facts[b]);
  });
  std::array<std::string, kHeadings.size()> bullets;
  for (std::size_t i : order) {
    CheckForInterrupts();
    std::string& list = bullets[static_cast<std::size_t>(facts[i].category)];
    // More than has room, even if each character takes four bytes and half of them are cut.
    if (list.size() <= 32 * max_tokens) list += Bullet(facts[i]) + ChangeText(facts[i]) + "\n";
  }
  std::string memory_md;
  for (std::size_t i = 0; i < kHeadings.size(); ++i) {
    memory_md.append(kHeadings[i]).append("\n\n");
    memory_md.append(bullets[i].empty() ? std::string(kNoData) + "\n" : bullets[i]).append("\n");
  }
  return CutMemory(InertMemory(memory_md), max_tokens);
}

}  // namespace soulprint
