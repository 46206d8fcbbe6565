#include "pipeline/letters.hpp"

#include <algorithm>
#include <array>

namespace soulprint {

utf8proc_category_t CategoryOf(char32_t c) {
  static const auto ascii = [] {
    std::array<utf8proc_category_t, 0x80> categories;
    for (int i = 0; i < 0x80; ++i) categories[i] = utf8proc_category(i);
    return categories;
  }();
  return c < ascii.size() ? ascii[c] : utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

bool IsPartOfWord(char32_t c) {
  const utf8proc_category_t category = CategoryOf(c);
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
