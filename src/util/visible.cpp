// Invisible are Unicode's Default_Ignorable_Code_Point, controls, and the marks of annotations.

#include "util/visible.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "util/hex.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr char32_t kNonJoiner = 0x200C;
constexpr char32_t kJoiner = 0x200D;
constexpr char32_t kEmojiStyle = 0xFE0F;
constexpr char32_t kKeycap = 0x20E3;
constexpr std::size_t kMaxQuoted = 1024;

struct Range {
  char32_t first;
  char32_t last;
};

template <std::size_t N>
bool IsIn(char32_t c, const std::array<Range, N>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](const Range& range) { return c >= range.first && c <= range.last; });
}

constexpr std::array<Range, 20> kInvisible = {
    {{0x00, 0x08},     {0x0B, 0x1F},       {0x7F, 0x9F},       {0xAD, 0xAD},
     {0x34F, 0x34F},   {0x61C, 0x61C},     {0x115F, 0x1160},   {0x17B4, 0x17B5},
     {0x180B, 0x180F}, {0x200B, 0x200F},   {0x202A, 0x202E},   {0x2060, 0x206F},
     {0x3164, 0x3164}, {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},
     {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}}};

// Scripts in which joiners between letters are part of the spelling: Arabic to Mandaic, the scripts
// of India and its neighbors, Mongolian, the Arabic presentation forms, Brahmi and its relatives.
constexpr std::array<Range, 8> kJoining = {{{0x600, 0x8FF},
                                            {0x900, 0x109F},
                                            {0x1700, 0x18AF},
                                            {0x1A20, 0x1CFF},
                                            {0xA800, 0xABFF},
                                            {0xFB50, 0xFDFF},
                                            {0xFE70, 0xFEFE},
                                            {0x10A00, 0x11FFF}}};

constexpr std::array<std::string_view, 3> kFlags = {
    "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",
    "\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F",
    "\U0001F3F4\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F"};

bool EndsLine(char32_t c) {
  return (c >= 0x0A && c <= 0x0D) || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool IsPictograph(char32_t c) {
  return c >= 0x80 && utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->boundclass ==
                          UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

bool IsSkinTone(char32_t c) { return c >= 0x1F3FB && c <= 0x1F3FF; }

bool IsKeycapBase(char32_t c) { return (c >= '0' && c <= '9') || c == '#' || c == '*'; }

bool IsJoiningLetter(char32_t c) {
  if (IsInvisible(c) || !IsIn(c, kJoining)) return false;
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME;
}

// True if the invisible character c must stay between these two; `before` is the last one kept.
bool IsNeeded(char32_t before, char32_t c, char32_t after) {
  if (c == kEmojiStyle) {
    return IsPictograph(before) || (IsKeycapBase(before) && after == kKeycap);
  }
  if (c != kJoiner && c != kNonJoiner) return false;
  if (IsJoiningLetter(before) && IsJoiningLetter(after)) return true;
  const bool emoji = IsPictograph(before) || IsSkinTone(before) || before == kEmojiStyle;
  return c == kJoiner && emoji && IsPictograph(after);
}

// The end of the run of visible ASCII, spaces, tabs and line ends that starts at `at`.
std::size_t SkipPlain(std::string_view text, std::size_t at) {
  const auto is_plain = [](char c) { return (c >= ' ' && c < 0x7F) || c == '\n' || c == '\t'; };
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

std::string_view FlagAt(std::string_view text, std::size_t at) {
  for (const std::string_view flag : kFlags) {
    if (text.substr(at, flag.size()) == flag) return flag;
  }
  return {};
}

}  // namespace

bool IsInvisible(char32_t c) { return (c < ' ' || c >= 0x7F) && IsIn(c, kInvisible); }

std::string Visible(std::string_view text) {
  std::string visible;
  char32_t before = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    if (at = SkipPlain(text, begin); at > begin) {
      visible += text.substr(begin, at - begin);
      before = static_cast<char32_t>(text[at - 1]);
      continue;
    }
    const char32_t c = NextCharacter(text, &at);
    std::string_view kept = text.substr(begin, at - begin);
    if (EndsLine(c)) {
      const bool pair = c == '\r' && at < text.size() && text[at] == '\n';
      kept = pair ? "" : "\n";
    } else if (const std::string_view flag = FlagAt(text, begin); !flag.empty()) {
      kept = flag;
      at = begin + flag.size();
    } else if (IsInvisible(c)) {
      std::size_t next = at;
      const char32_t after = at < text.size() ? NextCharacter(text, &next) : 0;
      if (!IsNeeded(before, c, after)) continue;
    }
    visible += kept;
    before = c;
  }
  return visible;
}

std::string OneLine(std::string_view text) {
  const std::string visible = Visible(text);
  std::string line;
  bool space = false;
  for (std::size_t at = 0; at < visible.size();) {
    const std::size_t begin = at;
    if (IsSpace(NextCharacter(visible, &at))) {
      space = true;
      continue;
    }
    if (space && !line.empty()) line += ' ';
    space = false;
    line.append(visible, begin, at - begin);
  }
  return line;
}

std::string Quoted(std::string_view text) {
  // A few bytes more than the limit, so that CleanUtf8 sees whole characters.
  const std::string clean = CleanUtf8(text.substr(0, kMaxQuoted + 4));
  std::string quoted;
  for (std::size_t at = 0; at < clean.size();) {
    const std::size_t begin = at;
    const char32_t c = NextCharacter(clean, &at);
    std::string shown = clean.substr(begin, at - begin);
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
      const char byte = static_cast<char>(c);
      shown = "\\x" + ToHex({&byte, 1});
    } else if (EndsLine(c)) {
      shown = " ";
    } else if (IsInvisible(c)) {
      continue;
    }
    if (quoted.size() + shown.size() > kMaxQuoted) break;
    quoted += shown;
  }
  return quoted;
}

}  // namespace soulprint
