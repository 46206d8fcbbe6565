// How it works: one pass.  White space is owed, as a space or as line ends, until the next word.

#include "pipeline/html_to_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "pipeline/text.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kEntityBytes = 12;
constexpr std::array<std::string_view, 6> kLines = {"br", "div", "li", "tr", "dt", "dd"};
constexpr std::array<std::string_view, 14> kParagraphs = {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "hr", "pre"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kEntities = {{
    {"amp", "&"},         {"lt", "<"},         {"gt", ">"},          {"quot", "\""},
    {"apos", "'"},        {"nbsp", "\u00A0"},  {"hellip", "\u2026"}, {"ndash", "\u2013"},
    {"mdash", "\u2014"},  {"lsquo", "\u2018"}, {"rsquo", "\u2019"},  {"ldquo", "\u201C"},
    {"rdquo", "\u201D"},  {"laquo", "\u00AB"}, {"raquo", "\u00BB"},  {"bull", "\u2022"},
    {"middot", "\u00B7"}, {"deg", "\u00B0"},   {"times", "\u00D7"},  {"euro", "\u20AC"},
}};

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHtmlSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

template <typename Names>
bool IsIn(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What &name; stands for, "" if it is not known.
std::string Decoded(std::string_view name) {
  for (const auto& [known, means] : kEntities) {
    if (name == known) return std::string(means);
  }
  if (name.size() < 2 || name[0] != '#') return "";
  bool const hex = name[1] == 'x' || name[1] == 'X';
  name.remove_prefix(hex ? 2 : 1);
  if (name.empty()) return "";
  std::uint32_t number = 0;
  for (char c : name) {
    char const lower = static_cast<char>(c | 0x20);
    bool const letter = hex && lower >= 'a' && lower <= 'f';
    if (!IsDigit(c) && !letter) return "";
    int const digit = letter ? lower - 'a' + 10 : c - '0';
    number = std::min<std::uint32_t>(number * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit),
                                     0x110000);
  }
  if (number == 0 || number > 0x10FFFF || (number >= 0xD800 && number < 0xE000)) number = 0xFFFD;
  std::string text;
  AppendCharacter(number, &text);
  return text;
}

class Converter {
 public:
  explicit Converter(std::string_view html) : left_(html) {}

  std::string Convert() {
    while (!left_.empty()) {
      char const c = left_[0];
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

  // Skips to behind `end`, or takes nothing when there is no end: then none follows later either.
  bool SkipBehind(std::string_view end, bool* none) {
    std::size_t const at = *none ? std::string_view::npos : left_.find(end);
    *none = at == std::string_view::npos;
    if (*none) return false;
    left_.remove_prefix(at + end.size());
    return true;
  }

  bool TakeTag() {
    if (left_.substr(0, 4) == "<!--") return SkipBehind("-->", &no_comment_end_);
    bool const closes = left_.substr(0, 2) == "</";
    std::string_view name = left_.substr(closes ? 2 : 1);
    if (name.empty() || !IsLetter(name[0])) return false;
    std::size_t length = 1;
    while (length < name.size() && (IsLetter(name[length]) || IsDigit(name[length]))) ++length;
    std::string const tag = LowerCase(name.substr(0, std::min<std::size_t>(length, 16)));
    if (!SkipBehind(">", &no_tag_end_)) return false;
    if (tag == "script" && !closes) SkipBehind("</script>", &no_script_end_);
    if (tag == "style" && !closes) SkipBehind("</style>", &no_style_end_);
    if (tag == "pre") preformatted_ = !closes;
    if (tag == "td" || tag == "th") owed_space_ = true;
    if (tag == "br" && owed_lines_ == 1) Owe(2);
    if (IsIn(kLines, tag)) Owe(1);
    if (IsIn(kParagraphs, tag)) Owe(2);
    return true;
  }

  bool TakeEntity() {
    std::size_t const end = left_.substr(0, kEntityBytes).find(';');
    if (end == std::string_view::npos) return false;
    std::string const text = Decoded(left_.substr(1, end - 1));
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
  bool no_tag_end_ = false;
  bool no_comment_end_ = false;
  bool no_script_end_ = false;
  bool no_style_end_ = false;
};

}  // namespace

std::string HtmlToText(std::string_view html) { return Converter(html).Convert(); }

}  // namespace soulprint
