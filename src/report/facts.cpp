// The facts in a report: what is known, in which words it was said, and when.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/types.hpp"
#include "report/data.hpp"
#include "report/parts.hpp"
#include "report/text.hpp"
#include "util/format.hpp"
#include "util/shared_text.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

// More of a category are folded away.
constexpr std::size_t kUnfolded = 24;

constexpr std::array<std::string_view, kCategories.size()> kFactTitles = {
    "Your life",         "What you like",    "What you work on",
    "Dates that matter", "What you believe", "What you decided"};

// The facts of a category: those that hold first, newest first.
std::vector<const ReportFact*> FactsOf(const std::vector<ReportFact>& facts, Category category) {
  std::vector<const ReportFact*> chosen;
  for (const ReportFact& fact : facts) {
    if (fact.fact.category == category) chosen.push_back(&fact);
  }
  std::ranges::stable_sort(chosen, [](const ReportFact* a, const ReportFact* b) {
    return a->holds != b->holds ? a->holds : a->said > b->said;
  });
  return chosen;
}

std::string QuoteHtml(std::string_view quote) {
  return Format("<blockquote dir=\"auto\">“{}”</blockquote>", HtmlText(quote));
}

// What is known; in the user's words if these are the same.
std::string StatementHtml(const ReportFact& fact) {
  const SharedText& text = fact.fact.text;
  if (fact.holds && fact.fact.verified && Fold(text) == Fold(fact.fact.quote)) {
    return QuoteHtml(text);
  }
  const std::string_view name = fact.holds ? "span" : "s";
  std::string html = Format("<p dir=\"auto\"><{}>{}</{}></p>", name, HtmlText(text), name);
  for (const SharedText& more : fact.fact.more) {
    if (!more.empty()) html += Format("<p class=\"more\" dir=\"auto\">{}</p>", HtmlText(more));
  }
  if (!fact.fact.quote.empty() && (fact.fact.verified || !fact.notes.empty())) {
    html += QuoteHtml(fact.fact.quote);
  }
  return html;
}

// "4 May 2023 · in “Weekend” · said 3 times".
std::string WhenHtml(const ReportFact& fact) {
  std::vector<std::string> parts;
  if (fact.said) parts.push_back(HtmlDay(fact.said));
  if (fact.notes == kOwnStatement) {
    parts.emplace_back("as you put it yourself");
  } else if (!fact.notes.empty()) {
    parts.push_back(Format("from <bdi>{}</bdi>", HtmlText(fact.notes)));
  }
  if (!fact.title.empty()) {
    parts.push_back(Format("in <bdi>“{}”</bdi>", HtmlText(fact.title)));
  }
  if (fact.times > 1) parts.push_back(Format("said {} times", NumberText(fact.times)));
  if (!fact.fact.verified && fact.notes.empty()) {
    parts.emplace_back("gathered from what you wrote, not in your words");
  }
  std::string html;
  for (const std::string& part : parts) html += (html.empty() ? "" : " · ") + part;
  return html.empty() ? html : Format("<p class=\"quiet\">{}</p>", html);
}

std::string FactHtml(const Report& report, const ReportFact& fact) {
  std::string html = StatementHtml(fact) + WhenHtml(fact);
  if (!fact.holds) {
    const auto& later = fact.fact.superseded_by;
    html += later && *later < report.facts.size()
                ? Format("<p class=\"now\" dir=\"auto\">Now: {}</p>",
                         HtmlText(report.facts[*later].fact.text))
                : "<p class=\"now\">This has changed since.</p>";
  }
  return Format("<li class=\"{}\">{}</li>", std::string_view(fact.holds ? "holds" : "past"), html);
}

std::string CategoryHtml(const Report& report, Category category) {
  const std::vector<const ReportFact*> facts = FactsOf(report.facts, category);
  if (facts.empty()) return {};
  std::string shown;
  std::string folded;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    (i < kUnfolded ? shown : folded) += FactHtml(report, *facts[i]);
  }
  std::string html = Format("<h3>{} <small>{}</small></h3><ul class=\"facts\">{}</ul>",
                            kFactTitles[static_cast<std::size_t>(category)],
                            NumberText(static_cast<std::int64_t>(facts.size())), shown);
  if (folded.empty()) return html;
  return html + Format("<details><summary>{} more</summary><ul class=\"facts\">{}</ul></details>",
                       NumberText(static_cast<std::int64_t>(facts.size() - kUnfolded)), folded);
}

}  // namespace

std::string FactsHtml(const Report& report) {
  if (report.facts.empty()) return "<p class=\"quiet\">No facts have been gathered yet.</p>";
  std::string html =
      "<p class=\"lead\">What is known about you, when it was said, and in quotation marks the "
      "words "
      "themselves.</p>";
  for (const Category category : kCategories) html += CategoryHtml(report, category);
  const std::int64_t left = report.facts_in_all - static_cast<std::int64_t>(report.facts.size());
  if (left > 0) {
    html += Format("<p class=\"quiet\">{} of lesser weight {} not on this page.</p>",
                   CountText(left, "fact"), std::string_view(left == 1 ? "is" : "are"));
  }
  return html;
}

}  // namespace soulprint
