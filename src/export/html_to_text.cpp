// One pass.  White space is owed, as a space or as line ends, until the next word pays it.

#include "export/html_to_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "export/html_tags.hpp"
#include "util/ascii.hpp"
#include "util/hex.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kEntityBytes = 12;
constexpr std::array<std::string_view, 6> kLines = {"br", "div", "li", "tr", "dt", "dd"};
constexpr std::array<std::string_view, 14> kParagraphs = {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "hr", "pre"};
constexpr std::array<std::string_view, 96> kLatin1 = {  // U+00A0 to U+00FF
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",
    "copy",   "ordf",   "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn",
    "sup2",   "sup3",   "acute",  "micro",  "para",   "middot", "cedil",  "sup1",   "ordm",
    "raquo",  "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",  "Atilde",
    "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",   "Igrave",
    "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde",
    "Ouml",   "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",
    "szlig",  "agrave", "aacute", "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil",
    "egrave", "eacute", "ecirc",  "euml",   "igrave", "iacute", "icirc",  "iuml",   "eth",
    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave",
    "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 41> kEntities = {{
    {"amp", "&"},        {"lt", "<"},          {"gt", ">"},          {"quot", "\""},
    {"apos", "'"},       {"hellip", "\u2026"}, {"ndash", "\u2013"},  {"mdash", "\u2014"},
    {"lsquo", "\u2018"}, {"rsquo", "\u2019"},  {"ldquo", "\u201C"},  {"rdquo", "\u201D"},
    {"bull", "\u2022"},  {"euro", "\u20AC"},   {"rarr", "\u2192"},   {"larr", "\u2190"},
    {"uarr", "\u2191"},  {"darr", "\u2193"},   {"le", "\u2264"},     {"ge", "\u2265"},
    {"ne", "\u2260"},    {"minus", "\u2212"},  {"infin", "\u221E"},  {"asymp", "\u2248"},
    {"trade", "\u2122"}, {"dagger", "\u2020"}, {"Dagger", "\u2021"}, {"permil", "\u2030"},
    {"prime", "\u2032"}, {"sum", "\u2211"},    {"radic", "\u221A"},  {"alpha", "\u03B1"},
    {"beta", "\u03B2"},  {"gamma", "\u03B3"},  {"delta", "\u03B4"},  {"pi", "\u03C0"},
    {"omega", "\u03C9"}, {"mu", "\u03BC"},     {"Delta", "\u0394"},  {"Omega", "\u03A9"},
    {"Sigma", "\u03A3"},
}};

bool EndsWord(char c) { return IsHtmlSpace(c) || c == '/' || c == '>'; }

template <typename Names>
bool IsIn(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string Character(char32_t c) {
  std::string text;
  AppendCharacter(c, &text);
  return text;
}

std::string OfName(std::string_view name) {
  for (const auto& [known, means] : kEntities) {
    if (name == known) return std::string(means);
  }
  const auto latin1 = std::find(kLatin1.begin(), kLatin1.end(), name);
  if (latin1 == kLatin1.end()) return "";
  return Character(static_cast<char32_t>(0xA0 + (latin1 - kLatin1.begin())));
}

// The text of the entity &name;, "" if it is unknown.
std::string Decoded(std::string_view name) {
  if (name.empty() || name[0] != '#') return OfName(name);
  const bool hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
  name.remove_prefix(hex ? 2 : 1);
  if (name.empty()) return "";
  std::uint32_t number = 0;
  for (char c : name) {
    const int digit = HexDigit(c);
    if (digit < 0 || (digit > 9 && !hex)) return "";
    number = std::min<std::uint32_t>(number * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit),
                                     0x110000);
  }
  if (number == 0 || number > 0x10FFFF || (number >= 0xD800 && number < 0xE000)) number = 0xFFFD;
  return Character(number);
}

class Converter {
 public:
  explicit Converter(std::string_view html) : left_(html) {}

  std::string Convert() {
    InterruptsNowAndThen interrupts;
    while (!left_.empty()) {
      interrupts.Step();
      const char c = left_[0];
      if (c == '<' && TakeTag()) continue;
      if (c == '&' && TakeEntity()) continue;
      left_.remove_prefix(1);
      if (!IsHtmlSpace(c)) {
        Pay();
        out_.push_back(c);
      } else if (!preformatted_) {
        owed_space_ = true;
      } else if (c == '\n') {
        ++owed_lines_;
      } else if (c != '\r') {
        Pay();
        out_.push_back(c);
      }
    }
    return std::move(out_);
  }

 private:
  void Owe(std::size_t lines) { owed_lines_ = std::max(owed_lines_, lines); }

  void Pay() {
    if (!out_.empty()) {
      out_.append(owed_lines_, '\n');
      if (owed_space_ && owed_lines_ == 0) out_.push_back(' ');
    }
    owed_lines_ = 0;
    owed_space_ = false;
  }

  // Skips past `end`.  If there is no `end`, skips nothing and sets *none, so that later calls need
  // not search again.
  bool SkipBehind(std::string_view end, bool* none) {
    const std::size_t at = *none ? std::string_view::npos : left_.find(end);
    *none = at == std::string_view::npos;
    if (*none) return false;
    left_.remove_prefix(at + end.size());
    return true;
  }

  // The place of the quote that closes the one at `open`; `open` if there is none, or if no value
  // can end there.
  std::size_t ClosingQuote(std::size_t open) const {
    const std::size_t end = left_.find(left_[open], open + 1);
    const bool closes = end < left_.size() - 1 && EndsWord(left_[end + 1]);
    return closes ? end : open;
  }

  // The place of the > that ends the tag, npos if there is none.  A > in a quoted value does not
  // count.
  std::size_t TagEnd() const {
    char before = '<';
    for (std::size_t at = 1; at < left_.size(); ++at) {
      const char c = left_[at];
      if (c == '>') return at;
      if (IsHtmlSpace(c)) continue;
      if (before == '=' && (c == '"' || c == '\'')) at = ClosingQuote(at);
      before = c;
    }
    return std::string_view::npos;
  }

  // After quotes have left one tag without an end, they no longer count: every later tag would
  // search to the end of the text again.
  bool SkipTag() {
    const std::size_t end = no_quotes_ ? std::string_view::npos : TagEnd();
    no_quotes_ = end == std::string_view::npos;
    if (no_quotes_) return SkipBehind(">", &no_tag_end_);
    left_.remove_prefix(end + 1);
    return true;
  }

  // Skips to the tag that ends this script or style sheet.  If there is none, skips nothing and
  // sets *none, so that later calls need not search again.
  void SkipToEndOf(std::string_view tag, bool* none) {
    std::size_t at = *none ? std::string_view::npos : left_.find("</");
    for (; at != std::string_view::npos; at = left_.find("</", at + 2)) {
      const std::string_view name = left_.substr(at + 2, tag.size());
      const bool same = std::equal(name.begin(), name.end(), tag.begin(), tag.end(),
                                   [](char c, char letter) { return (c | 0x20) == letter; });
      const std::size_t behind = at + 2 + tag.size();
      if (same && behind < left_.size() && EndsWord(left_[behind])) break;
    }
    *none = at == std::string_view::npos;
    if (!*none) left_.remove_prefix(at);
  }

  bool TakeTag() {
    if (left_.substr(0, 4) == "<!--") return SkipBehind("-->", &no_comment_end_);
    const bool closes = left_.substr(0, 2) == "</";
    std::string_view name = left_.substr(closes ? 2 : 1);
    if (name.empty() || !IsAsciiLetter(name[0])) return false;
    std::size_t length = 1;
    while (length < name.size() && (IsAsciiLetter(name[length]) || IsAsciiDigit(name[length])))
      ++length;
    const std::string tag = LowerAscii(name.substr(0, std::min<std::size_t>(length, 16)));
    if (!SkipTag()) return false;
    if (tag == "script" && !closes) SkipToEndOf(tag, &no_script_end_);
    if (tag == "style" && !closes) SkipToEndOf(tag, &no_style_end_);
    if (tag == "pre") preformatted_ = !closes;
    if (tag == "td" || tag == "th") owed_space_ = true;
    if (tag == "br" && owed_lines_ == 1) Owe(2);
    if (IsIn(kLines, tag)) Owe(1);
    if (IsIn(kParagraphs, tag)) Owe(2);
    return true;
  }

  bool TakeEntity() {
    const std::size_t end = left_.substr(0, kEntityBytes).find(';');
    if (end == std::string_view::npos) return false;
    const std::string text = Decoded(left_.substr(1, end - 1));
    if (text.empty()) return false;
    left_.remove_prefix(end + 1);
    Pay();
    out_ += text;
    return true;
  }

  std::string_view left_;
  std::string out_;
  std::size_t owed_lines_ = 0;
  bool owed_space_ = false;
  bool preformatted_ = false;
  bool no_quotes_ = false;
  bool no_tag_end_ = false;
  bool no_comment_end_ = false;
  bool no_script_end_ = false;
  bool no_style_end_ = false;
};

}  // namespace

std::string HtmlToText(std::string_view html) { return Converter(html).Convert(); }

}  // namespace soulprint
