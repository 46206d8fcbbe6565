#include "pipeline/letters.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "util/ascii.hpp"

namespace soulprint {

bool IsPartOfWord(char32_t c) {
  if (c < 0x80) return IsAsciiWord(static_cast<char>(c));
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
}

bool IsWrittenWithoutSpaces(char32_t c) {
  constexpr std::array<std::array<char32_t, 2>, 8> kRanges = {{{0xE00, 0x109F},
                                                               {0x1780, 0x17FF},
                                                               {0x3005, 0x3007},
                                                               {0x3040, 0x312F},
                                                               {0x31A0, 0x31FF},
                                                               {0x3400, 0xA4CF},
                                                               {0xF900, 0xFAFF},
                                                               {0x20000, 0x3FFFF}}};
  if (c < kRanges[0][0]) return false;
  return std::any_of(kRanges.begin(), kRanges.end(),
                     [c](const auto& range) { return c >= range[0] && c <= range[1]; });
}

}  // namespace soulprint
