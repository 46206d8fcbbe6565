// The page: a head, the parts one below the other, each left out that has nothing to say.

#include "report/report.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "pipeline/types.hpp"
#include "report/data.hpp"
#include "report/parts.hpp"
#include "report/text.hpp"
#include "util/format.hpp"

namespace soulprint {
namespace {

// About the user first, then how they speak, then their assistant.
constexpr std::array<std::size_t, 5> kSectionOrder = {2, 0, 1, 3, 4};

constexpr ReportPart kFactsPart = {"facts", "What you said"};
constexpr ReportPart kTimelinePart = {"timeline", "Your conversations"};
constexpr ReportPart kChangesPart = {"changes", "What changed"};
constexpr ReportPart kOriginPart = {"origin", "How this was made"};

// Parts of the page and the links to them.
class Page {
 public:
  void Add(const ReportPart& part, const std::string& html) {
    parts_ += Format("<section id=\"{}\"><h2>{}</h2>{}</section>\n", part.id, part.title, html);
    links_ += Format("<li><a href=\"#{}\">{}</a></li>", part.id, part.title);
  }
  std::string Html() const {
    return Format("<nav aria-label=\"On this page\"><ul>{}</ul></nav>\n<main>\n{}</main>\n", links_,
                  parts_);
  }

 private:
  std::string parts_;
  std::string links_;
};

bool IsMade(const PublishedProfile& profile) {
  return profile.memory_md || std::ranges::any_of(profile.sections, [](const auto& section) {
           return section.has_value();
         });
}

std::int64_t CountConversations(const Report& report) {
  std::int64_t count = report.undated;
  for (const ReportMonth& month : report.months) count += month.conversations;
  return count;
}

std::string DocumentHtml(std::string_view title, std::string_view body) {
  return Format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
      "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
      "<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n{}"
      "<footer><p>This page is complete in itself: it loads nothing and runs nothing. Keep it or "
      "print it as you like.</p></footer>\n</body>\n</html>\n",
      title, kReportStyle, body);
}

std::string FigureHtml(std::int64_t number, std::string_view noun) {
  const std::string counted = CountText(number, noun);
  const std::size_t space = counted.find(' ');
  return Format("<li><strong>{}</strong> {}</li>", counted.substr(0, space),
                counted.substr(space + 1));
}

std::string FiguresHtml(const Report& report) {
  std::string figures = FigureHtml(CountConversations(report), "conversation");
  if (report.months.size() > 1) {
    const int span = report.months.back().month - report.months.front().month + 1;
    figures += FigureHtml(span, "month");
  }
  return Format("<ul class=\"figures\">{}{}</ul>", figures,
                FigureHtml(report.facts_in_all, "fact"));
}

std::string HeaderHtml(const Report& report, const std::string& heading) {
  const auto& identity = report.profile.sections[1];
  const std::string archetype = FieldOf(identity, "archetype");
  const std::string vibe = FieldOf(identity, "vibe");
  const std::string assistant = FieldOf(identity, "ai_name");
  std::string html = Format("<p class=\"kicker\">Soulprint</p><h1 dir=\"auto\">{}</h1>", heading);
  if (!archetype.empty()) {
    html += Format("<p class=\"archetype\" dir=\"auto\">{}</p>", HtmlText(archetype));
  }
  if (!vibe.empty()) html += Format("<p class=\"vibe\" dir=\"auto\">{}</p>", HtmlText(vibe));
  if (!assistant.empty()) {
    html += Format("<p class=\"quiet\">as seen by <bdi>{}</bdi>, your assistant</p>",
                   HtmlText(assistant));
  }
  if (report.being_made) html += "<p class=\"note\">A newer version is being made right now.</p>";
  return Format("<header>{}{}</header>\n", html, FiguresHtml(report));
}

// Of a user whose profile was never made.
std::string EmptyHtml(const Report& report) {
  Page page;
  page.Add(kTimelinePart, TimelineHtml(report));
  return Format(
      "<header><p class=\"kicker\">Soulprint</p><h1>There is nothing here yet</h1>"
      "<p class=\"vibe\">{}</p></header>\n{}",
      std::string_view(report.being_made
                           ? "Your soulprint is being made right now. Come back in a while."
                           : "Your soulprint has not been made yet. Once it is, this page tells "
                             "what your conversations say about you."),
      page.Html());
}

}  // namespace

std::string RenderReport(const Report& report) {
  const PublishedProfile& profile = report.profile;
  if (!IsMade(profile)) return DocumentHtml("Your soulprint", EmptyHtml(report));
  const std::string name = FieldOf(profile.sections[2], "name");
  Page page;
  page.Add(kTimelinePart, TimelineHtml(report));
  for (const std::size_t i : kSectionOrder) {
    if (!profile.sections[i]) continue;
    page.Add(kSectionParts[i], SectionHtml(ViewSection(i, *profile.sections[i])));
  }
  if (profile.memory_md) page.Add(kMemoryPart, MemoryHtml(*profile.memory_md));
  page.Add(kFactsPart, FactsHtml(report));
  page.Add(kChangesPart, ChangesHtml(report));
  page.Add(kOriginPart, OriginHtml(report));
  const std::string heading = name.empty() ? "Your soulprint" : HtmlText(name);
  const std::string title = name.empty() ? heading : "Soulprint: " + heading;
  return DocumentHtml(title, HeaderHtml(report, heading) + page.Html());
}

}  // namespace soulprint
