#include "report/text.hpp"

#include <array>
#include <cmath>
#include <cstddef>

#include "util/format.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kShownCharacters = 2000;

constexpr std::array<std::string_view, 12> kMonthNames = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

struct KnownTitle {
  std::string_view key;
  std::string_view title;
};

// The fields of the sections in words for the person whom they are about.
constexpr std::array<KnownTitle, 28> kKnownTitles = {
    {{"communication_style", "How you put things"},
     {"personality_traits", "What you are like"},
     {"tone_preferences", "The tone you like"},
     {"boundaries", "What to leave alone"},
     {"humor_style", "Your humor"},
     {"formality_level", "How formal you are"},
     {"emotional_patterns", "How feelings show"},
     {"ai_name", "Its name"},
     {"archetype", "You in a few words"},
     {"vibe", "The mood"},
     {"emoji_style", "Emoji"},
     {"signature_greeting", "How it greets you"},
     {"name", "Name"},
     {"location", "Where you live"},
     {"occupation", "What you do"},
     {"relationships", "People around you"},
     {"interests", "What you like"},
     {"life_context", "Where you are in life"},
     {"preferred_address", "How to address you"},
     {"response_style", "How it answers"},
     {"behavioral_rules", "Its rules"},
     {"context_adaptation", "How it adapts"},
     {"memory_directives", "What it should remember"},
     {"do_not", "What it avoids"},
     {"likely_usage", "Tasks"},
     {"capabilities_emphasis", "What matters most"},
     {"output_preferences", "The form you like"},
     {"depth_preference", "How thorough"}}};

std::string_view ReferenceFor(char32_t c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case 0xFFFE:
    case 0xFFFF:
      return "\uFFFD";
    default:
      return {};
  }
}

}  // namespace

std::string HtmlText(std::string_view text) {
  const std::string_view first = FirstCharacters(text, kShownCharacters);
  const std::string line = OneLine(first) + (first.size() < text.size() ? "…" : "");
  std::string html;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t begin = at;
    const std::string_view reference = ReferenceFor(NextCharacter(line, &at));
    html += reference.empty() ? std::string_view(line).substr(begin, at - begin) : reference;
  }
  return html;
}

std::string HtmlDay(Time time) {
  if (!time) return {};
  const std::string day = FormatDate(time);  // 2023-05-04
  const int month = std::stoi(day.substr(5, 2)) - 1;
  return Format("<time datetime=\"{}\">{} {} {}</time>", day, std::stoi(day.substr(8, 2)),
                kMonthNames[static_cast<std::size_t>(month)], std::stoi(day.substr(0, 4)));
}

std::string MonthText(int month) {
  return Format("{} {}", kMonthNames[static_cast<std::size_t>(month % 12)], month / 12);
}

std::string NumberText(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string CountText(std::int64_t number, std::string_view noun) {
  return Format("{} {}{}", NumberText(number), noun, std::string_view(number == 1 ? "" : "s"));
}

std::string MoreHtml(std::size_t number) {
  if (number == 0) return {};
  return Format("<p class=\"quiet\">and {} more</p>",
                NumberText(static_cast<std::int64_t>(number)));
}

std::string MoneyText(double usd) {
  constexpr double kCent = 0.01;
  if (usd <= 0) return "nothing";
  if (usd < kCent) return "less than $0.01";
  const auto cents = static_cast<std::int64_t>(std::llround(usd / kCent));
  return Format("${}.{}{}", NumberText(cents / 100), cents / 10 % 10, cents % 10);
}

std::string FieldTitle(std::string_view key) {
  for (const KnownTitle& known : kKnownTitles) {
    if (known.key == key) return std::string(known.title);
  }
  std::string title = OneLine(key);
  for (char& c : title) {
    if (c == '_') c = ' ';
  }
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') title[0] -= 'a' - 'A';
  return title;
}

}  // namespace soulprint
