// Four passes; each runs only if its mark is in the text.  A span is U+E200, a name, fields that
// begin with U+E202, U+E201.

#include "export/markup.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>

#include "util/ascii.hpp"
#include "util/interrupts.hpp"
#include "util/json_escapes.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kMarks = "\xEE\x88";  // first bytes of U+E200 to U+E23F
constexpr std::string_view kOpen = "\xEE\x88\x80";
constexpr std::string_view kClose = "\xEE\x88\x81";
constexpr std::string_view kField = "\xEE\x88\x82";
constexpr std::string_view kOldOpen = "\xE3\x80\x90";   // 【
constexpr std::string_view kOldClose = "\xE3\x80\x91";  // 】
constexpr std::string_view kDagger = "\xE2\x80\xA0";    // †
constexpr std::size_t kOldMarkBytes = 200;
constexpr std::size_t kLabelBytes = 1000;

bool StartsWith(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

// Removes the spaces at the end of `out` if punctuation or nothing follows.
void Tidy(std::string_view follows, std::string* out) {
  constexpr std::string_view kTightens = ".,;:!?)]\n\r";
  if (!follows.empty() && kTightens.find(follows[0]) == std::string_view::npos) return;
  while (!out->empty() && out->back() == ' ') out->pop_back();
}

// The length of the JSON string at the beginning of text; 0 if there is no complete string.
std::size_t StringLength(std::string_view text) {
  if (!StartsWith(text, "\"")) return 0;
  std::size_t at = text.find_first_of("\"\\", 1);
  while (at != std::string_view::npos && text[at] == '\\') at = text.find_first_of("\"\\", at + 2);
  return at == std::string_view::npos ? 0 : at + 1;
}

// The string at this position of a JSON list that begins with strings; "" if there is none. Decodes
// only that string and ignores the rest: a list may be large and cut off.
std::string StringOfList(std::string_view list, std::size_t position) {
  const auto skip_space = [&] {
    list.remove_prefix(std::min(list.size(), list.find_first_not_of(" \t\r\n")));
  };
  list.remove_prefix(1);
  for (; position > 0; --position) {
    list.remove_prefix(StringLength(list));
    skip_space();
    if (!StartsWith(list, ",")) return "";
    list.remove_prefix(1);
    skip_space();
  }
  std::string literal(list.substr(0, StringLength(list)));
  RepairEscapes(&literal);
  const auto word = nlohmann::json::parse(literal, nullptr, false);
  return word.is_string() ? word.get<std::string>() : "";
}

// The words that the user saw in place of a span; "" if it was no word.
std::string SpanWords(std::string_view span) {
  const std::size_t end = span.find(kField);
  if (end == std::string_view::npos) return "";
  const std::string_view name = span.substr(0, end);
  const bool entity = name == "entity";
  if (!entity && name != "link_title" && name != "url") return "";
  span.remove_prefix(end + kField.size());
  const std::string_view field = span.substr(0, span.find(kField));
  if (StartsWith(field, "[\"")) return StringOfList(field, entity ? 1 : 0);
  // A title may begin with a bracket.
  return entity && StartsWith(field, "[") ? "" : std::string(field);
}

std::string WithoutSpans(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    CheckForInterrupts();
    const std::size_t mark = text.find(kMarks);
    out.append(text.substr(0, mark));
    if (mark == std::string_view::npos) break;
    text.remove_prefix(mark);
    const bool opens = StartsWith(text, kOpen);
    const bool ours = text.size() >= 3 && static_cast<unsigned char>(text[2]) <= 0x84;
    if (!ours) {
      out.append(text.substr(0, kMarks.size()));
      text.remove_prefix(kMarks.size());
      continue;
    }
    text.remove_prefix(kOpen.size());
    if (!opens) continue;
    // The span ends at the next U+E201, unless another U+E200 comes first.
    std::size_t end = text.find(kMarks);
    while (end != std::string_view::npos && !StartsWith(text.substr(end), kOpen) &&
           !StartsWith(text.substr(end), kClose)) {
      end = text.find(kMarks, end + kMarks.size());
    }
    if (end == std::string_view::npos || StartsWith(text.substr(end), kOpen)) continue;
    const std::string words = SpanWords(text.substr(0, end));
    text.remove_prefix(end + kClose.size());
    out += words;
    if (words.empty()) Tidy(text, &out);
  }
  return out;
}

// The length of one "turn0search3" at the beginning of text; 0 if there is none.
std::size_t TurnLength(std::string_view text) {
  if (!StartsWith(text, "turn")) return 0;
  const auto run = [&](std::size_t at, auto is) {
    const std::size_t begin = at;
    while (at < text.size() && is(text[at])) ++at;
    return at - begin;
  };
  const std::size_t number = run(4, IsAsciiDigit);
  const std::size_t name =
      run(4 + number, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  const std::size_t index = run(4 + number + name, IsAsciiDigit);
  return number > 0 && name > 0 && index > 0 ? 4 + number + name + index : 0;
}

// Removes citations that have lost their private-use characters: citeturn0search3.
std::string WithoutBareCitations(std::string_view text) {
  constexpr std::string_view kCite = "cite";
  constexpr std::string_view kFile = "file";
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    CheckForInterrupts();
    const std::size_t mark = text.find("citeturn");
    out.append(text.substr(0, mark));
    if (mark == std::string_view::npos) break;
    text.remove_prefix(mark + kCite.size());
    if (TurnLength(text) == 0) {
      out.append(kCite);
      continue;
    }
    while (const std::size_t length = TurnLength(text)) text.remove_prefix(length);
    if (out.size() >= kFile.size() &&
        out.compare(out.size() - kFile.size(), kFile.size(), kFile) == 0) {
      out.resize(out.size() - kFile.size());
    }
    Tidy(text, &out);
  }
  return out;
}

// Removes marks such as 【11†source】.
std::string WithoutOldCitations(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    CheckForInterrupts();
    const std::size_t mark = text.find(kOldOpen);
    out.append(text.substr(0, mark));
    if (mark == std::string_view::npos) break;
    text.remove_prefix(mark);
    const std::string_view near = text.substr(0, kOldMarkBytes);
    const std::size_t dagger = near.find(kDagger);
    const std::size_t end = near.find(kOldClose);
    const bool citation = near.size() > kOldOpen.size() && IsAsciiDigit(near[kOldOpen.size()]) &&
                          end != std::string_view::npos && dagger < end;
    if (!citation) {
      out.append(kOldOpen);
      text.remove_prefix(kOldOpen.size());
      continue;
    }
    text.remove_prefix(end + kOldClose.size());
    Tidy(text, &out);
  }
  return out;
}

// Where a link ends that begins with "](": at the matching parenthesis, if it is on the same line
// and before another link; else at the first closing parenthesis.
std::size_t LinkEnd(std::string_view link) {
  constexpr std::string_view kStops = "()\n";
  int open = 1;
  std::size_t at = link.find_first_of(kStops, 2);
  while (at != std::string_view::npos && link[at] != '\n') {
    if (link[at] == '(' && link[at - 1] == ']') break;
    open += link[at] == '(' ? 1 : -1;
    if (open == 0) return at;
    at = link.find_first_of(kStops, at + 1);
  }
  return link.find(')');
}

// [label](sandbox:/mnt/data/…) becomes its label.
std::string WithoutSandboxLinks(std::string_view text) {
  constexpr std::string_view kLink = "](sandbox:";
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    CheckForInterrupts();
    const std::size_t link = text.find(kLink);
    out.append(text.substr(0, link));
    if (link == std::string_view::npos) break;
    text.remove_prefix(link);
    const std::size_t end = LinkEnd(text.substr(0, kLabelBytes));
    const std::size_t near = out.size() - std::min(out.size(), kLabelBytes);
    const std::size_t label = std::string_view(out).substr(near).rfind('[');
    if (end == std::string_view::npos || label == std::string_view::npos) {
      out.append(kLink);
      text.remove_prefix(kLink.size());
      continue;
    }
    const std::size_t bracket = near + label;
    const bool picture = bracket > 0 && out[bracket - 1] == '!';
    out.erase(picture ? bracket - 1 : bracket, picture ? 2 : 1);
    text.remove_prefix(end + 1);
  }
  return out;
}

// Removes everything from each `open` to the next `close`; an `open` without a `close` stays.
std::string WithoutEnclosed(std::string_view open, std::string_view close, std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (;;) {
    CheckForInterrupts();
    const std::size_t begin = text.find(open);
    const std::size_t end =
        begin == std::string_view::npos ? begin : text.find(close, begin + open.size());
    if (end == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, begin));
    text.remove_prefix(end + close.size());
  }
}

}  // namespace

std::string WithoutClaudeMarkup(std::string text) {
  constexpr std::string_view kPlaceholders[] = {
      "This block is not supported on your current device yet.",
      "Viewing artifacts created via the Analysis Tool web feature preview isn't yet supported on "
      "mobile.",
      "Viewing artifacts created via the Analysis Tool web feature preview isn\u2019t yet "
      "supported "
      "on mobile."};
  for (std::string_view placeholder : kPlaceholders) {
    if (text.find(placeholder) == std::string::npos) continue;
    text = WithoutEnclosed("```\n" + std::string(placeholder) + "\n```", "", text);
    text = WithoutEnclosed(placeholder, "", text);
  }
  text = WithoutEnclosed("<antThinking", "</antThinking>", text);
  return WithoutEnclosed("<antArtifact", "</antArtifact>", text);
}

std::string WithoutThinking(std::string text) {
  constexpr std::string_view kThink = "<think>";
  constexpr std::string_view kEnd = "</think>";
  const std::string_view trimmed = Trim(text);
  if (!StartsWith(trimmed, kThink)) return text;
  const std::size_t end = trimmed.find(kEnd);
  return end == std::string_view::npos ? "" : std::string(Trim(trimmed.substr(end + kEnd.size())));
}

std::string WithoutElements(std::string_view name, std::string_view text) {
  const std::string open = "<" + std::string(name);
  const std::string close = "</" + std::string(name) + ">";
  std::string out;
  out.reserve(text.size());
  for (;;) {
    CheckForInterrupts();
    const std::size_t begin = text.find(open);
    const std::size_t end = begin == std::string_view::npos ? begin : text.find('>', begin);
    if (end == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, begin));
    const bool empty = text[end - 1] == '/';
    const std::size_t last = empty ? end : text.find(close, end);
    if (last == std::string_view::npos) return out;
    text.remove_prefix(last + (empty ? 1 : close.size()));
    Tidy(text, &out);
  }
}

std::string WithoutCopy(std::string_view hidden, std::string text) {
  hidden = Trim(hidden);
  if (hidden.empty()) return text;
  // Unlike std::string::find, memmem is linear.
  const void* const copy = memmem(text.data(), text.size(), hidden.data(), hidden.size());
  if (copy == nullptr) return text;
  return text.erase(static_cast<std::size_t>(static_cast<const char*>(copy) - text.data()),
                    hidden.size());
}

std::string WithoutMarkup(std::string text) {
  const auto has = [&](std::string_view mark) { return text.find(mark) != std::string::npos; };
  if (has(kMarks)) text = WithoutSpans(text);
  if (has("citeturn")) text = WithoutBareCitations(text);
  if (has(kDagger) && has(kOldOpen)) text = WithoutOldCitations(text);
  if (has("](sandbox:")) text = WithoutSandboxLinks(text);
  return text;
}

}  // namespace soulprint
