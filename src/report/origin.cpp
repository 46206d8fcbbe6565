// How a profile was made: what was read, what it cost.

#include <cmath>
#include <string>
#include <string_view>

#include "report/data.hpp"
#include "report/parts.hpp"
#include "report/text.hpp"
#include "util/format.hpp"

namespace soulprint {
namespace {

std::string OriginRow(std::string_view title, std::string_view html) {
  return Format("<div><dt>{}</dt><dd>{}</dd></div>", title, html);
}

std::string ReadText(const ReportPass& pass) {
  const std::string all = CountText(pass.conversations, "conversation");
  if (pass.coverage >= 1) return "All of your " + all + ", for facts";
  return Format("{} % of the text of your {}, for facts: as much as the budget allowed",
                static_cast<int>(std::floor(100 * pass.coverage)), all);
}

std::string SampledText(const ReportPass& pass) {
  if (pass.sampled >= pass.conversations)
    return "All of them side by side, to see how you express yourself";
  return Format(
      "Up to {} of these {}, those that say most about you, side by side, to see how you "
      "express yourself",
      NumberText(pass.sampled), NumberText(pass.conversations));
}

std::string PassRows(const ReportPass& pass) {
  std::string rows;
  if (pass.ended) rows += OriginRow("Made on", HtmlDay(pass.ended));
  rows += OriginRow("Read", ReadText(pass));
  return rows + OriginRow("Studied closely", SampledText(pass));
}

std::string CostText(const Report& report) {
  const std::string all = MoneyText(report.cost_usd);
  if (!report.pass) return Format("Up to now {}", all);
  return Format("This version: {}; all that was ever asked about you: {}",
                MoneyText(report.pass->cost_usd), all);
}

}  // namespace

std::string OriginHtml(const Report& report) {
  std::string rows = report.pass ? PassRows(*report.pass) : std::string();
  if (report.unread > 0) {
    rows += OriginRow("Not read yet", CountText(report.unread, "conversation") + " came in since");
  }
  rows += OriginRow("Facts", NumberText(report.facts_in_all));
  return "<dl>" + rows + OriginRow("Cost", CostText(report)) + "</dl>";
}

}  // namespace soulprint
