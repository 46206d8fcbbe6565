// Counting and cleaning run over gigabytes, so both read words of many bytes and single characters
// only where they must.

#include "util/text.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "util/ascii.hpp"
#include "util/interrupts.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kTitleCharacters = 500;
constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighBits = 0x8080808080808080;

std::uint64_t LoadWord(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

bool BeginsCharacter(char byte) { return static_cast<signed char>(byte) > -65; }

// The number of these eight bytes that begin a character.
std::size_t BeginningsInWord(const char* at) {
  const std::uint64_t word = LoadWord(at);
  const std::uint64_t continuations = (word >> 7) & ~(word >> 6) & kOnes;
  return 8 - static_cast<std::size_t>((continuations * kOnes) >> 56);
}

// The end of the run of bytes 0x01 … 0x7F that starts at `at`.
std::size_t SkipAscii(std::string_view text, std::size_t at) {
  for (; at + 8 <= text.size(); at += 8) {
    const std::uint64_t word = LoadWord(text.data() + at);
    // The first term has a high bit for every zero byte (and some bytes above it).
    if ((((word - kOnes) & ~word) | word) & kHighBits) break;
  }
  while (at < text.size() && static_cast<signed char>(text[at]) > 0) ++at;
  return at;
}

bool IsContinuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

struct Lead {
  std::size_t length = 0;  // 0 = not the first byte of a longer character
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xBF;
};

Lead ReadLead(unsigned char byte) {
  if (byte < 0xC2 || byte > 0xF4) return {};
  if (byte < 0xE0) return {2};
  if (byte == 0xE0) return {3, 0xA0};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3};
  if (byte == 0xF0) return {4, 0x90};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {4};
}

// The length in bytes of the multi-byte character at `at`.  If it is incomplete, *whole is false
// and the length is that of its longest valid prefix, at least 1.
std::size_t MeasureCharacter(std::string_view text, std::size_t at, bool* whole) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const std::size_t left = text.size() - at;
  const Lead lead = ReadLead(byte(0));
  *whole = false;
  if (lead.length == 0 || left < 2 || byte(1) < lead.second_min || byte(1) > lead.second_max) {
    return 1;
  }
  std::size_t length = 2;
  while (length < lead.length && length < left && IsContinuation(byte(length))) ++length;
  *whole = length == lead.length;
  return length;
}

// The end of the clean text that starts at `at`.
std::size_t SkipClean(std::string_view text, std::size_t at) {
  for (InterruptsNowAndThen interrupts;; interrupts.Step()) {
    at = SkipAscii(text, at);
    if (at == text.size() || text[at] == '\0') return at;
    bool whole = false;
    const std::size_t length = MeasureCharacter(text, at, &whole);
    if (!whole) return at;
    at += length;
  }
}

// The surrogate encoded in three bytes at `at`, 0 if there is none.
char32_t SurrogateAt(std::string_view text, std::size_t at) {
  if (text.size() - at < 3) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  if (byte(0) != 0xED || byte(1) < 0xA0 || byte(1) > 0xBF || !IsContinuation(byte(2))) return 0;
  return 0xD000 | static_cast<char32_t>((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
}

// Appends the replacement of the unclean bytes at `at` and returns their number.
std::size_t Repair(std::string_view text, std::size_t at, std::string* out, std::size_t* replaced) {
  const char32_t first = SurrogateAt(text, at);
  if (first >= 0xD800 && first < 0xDC00) {
    const char32_t second = SurrogateAt(text, at + 3);
    if (second >= 0xDC00) {
      AppendCharacter(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00), out);
      return 6;
    }
  }
  out->append(kReplacement);
  ++*replaced;
  if (first != 0) return 3;
  bool whole = false;
  return text[at] == '\0' ? 1 : MeasureCharacter(text, at, &whole);
}

}  // namespace

std::size_t CountCharacters(std::string_view text) {
  // 16 counters of one byte each: emptied before the 256th round, when they would overflow.
  typedef signed char Bytes __attribute__((vector_size(16)));
  std::size_t count = 0;
  std::size_t at = 0;
  while (text.size() - at >= sizeof(Bytes)) {
    const std::size_t rounds = std::min<std::size_t>(255, (text.size() - at) / sizeof(Bytes));
    Bytes counters = {};
    for (std::size_t i = 0; i < rounds; ++i, at += sizeof(Bytes)) {
      Bytes bytes;
      std::memcpy(&bytes, text.data() + at, sizeof bytes);
      counters -= bytes > -65;  // true is -1
    }
    for (std::size_t i = 0; i < sizeof(Bytes); ++i) {
      count += static_cast<unsigned char>(counters[i]);
    }
  }
  for (; at < text.size(); ++at) count += BeginsCharacter(text[at]);
  return count;
}

std::size_t EstimateTokens(std::string_view text) { return CountCharacters(text) / 4; }

std::string_view FirstCharacters(std::string_view text, std::size_t n) {
  if (text.size() <= n) return text;
  std::size_t at = 0;
  std::size_t seen = 0;
  for (; at + 8 <= text.size() && seen + 8 <= n; at += 8) {
    seen += BeginningsInWord(text.data() + at);
  }
  for (; at < text.size(); ++at) {
    if (!BeginsCharacter(text[at])) continue;
    if (seen == n) break;
    ++seen;
  }
  return text.substr(0, at);
}

std::string_view LastCharacters(std::string_view text, std::size_t n) {
  if (text.size() <= n) return text;
  std::size_t at = text.size();
  std::size_t seen = 0;
  while (at >= 8 && seen + 8 <= n) {
    at -= 8;
    seen += BeginningsInWord(text.data() + at);
  }
  while (at > 0 && seen < n) seen += BeginsCharacter(text[--at]);
  return text.substr(at);
}

bool IsSpace(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13);
  if (c < 0x1680) return c == 0x85 || c == 0xA0;
  return c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

std::size_t SkipSpace(std::string_view text, std::size_t at) {
  InterruptsNowAndThen interrupts;
  while (at < text.size()) {
    interrupts.Step();
    std::size_t next = at;
    if (!IsSpace(NextCharacter(text, &next))) break;
    at = next;
  }
  return at;
}

std::string_view Trim(std::string_view text) {
  InterruptsNowAndThen interrupts;
  text.remove_prefix(SkipSpace(text, 0));
  while (!text.empty()) {
    interrupts.Step();
    const std::string_view last = LastCharacters(text, 1);
    std::size_t at = 0;
    if (!IsSpace(NextCharacter(last, &at))) break;
    text.remove_suffix(last.size());
  }
  return text;
}

void CutTitle(std::optional<std::string>* title) {
  if (*title) (*title)->resize(FirstCharacters(**title, kTitleCharacters).size());
}

bool IsBlank(std::string_view text) { return Trim(text).empty(); }

std::string Truncate(std::string_view text, std::size_t limit) {
  const std::string_view first = FirstCharacters(text, limit);
  std::string result(first);
  if (first.size() < text.size()) result += kTruncated;
  return result;
}

void AppendCharacter(char32_t c, std::string* out) {
  if (c < 0x80) {
    out->push_back(static_cast<char>(c));
    return;
  }
  if (c < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (c >> 6)));
  } else {
    if (c < 0x10000) {
      out->push_back(static_cast<char>(0xE0 | (c >> 12)));
    } else {
      out->push_back(static_cast<char>(0xF0 | (c >> 18)));
      out->push_back(static_cast<char>(0x80 | ((c >> 12) & 0x3F)));
    }
    out->push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
  }
  out->push_back(static_cast<char>(0x80 | (c & 0x3F)));
}

std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (IsAsciiUpper(c)) c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string FoldCase(std::string_view text) {
  if (SkipAscii(text, 0) == text.size()) return LowerAscii(text);
  constexpr auto kOptions = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE |
                                                           UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
  utf8proc_uint8_t* folded = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &folded, kOptions);
  if (size < 0) return std::string(text);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(folded, &std::free);
  return std::string(reinterpret_cast<const char*>(folded), static_cast<std::size_t>(size));
}

std::string Fold(std::string_view text) {
  const std::string cased = FoldCase(Trim(text));
  std::string folded;
  folded.reserve(cased.size());
  bool space = false;
  for (std::size_t at = 0; at < cased.size();) {
    const std::size_t begin = at;
    const bool is_space = IsSpace(NextCharacter(cased, &at));
    if (!is_space) {
      folded.append(cased, begin, at - begin);
    } else if (!space) {
      folded.push_back(' ');
    }
    space = is_space;
  }
  return folded;
}

std::string CleanUtf8(std::string_view bytes, std::size_t* replaced) {
  std::size_t clean = SkipClean(bytes, 0);
  std::string text;
  // Reserve the worst case: untouched pages are free, growing would hold two copies.
  text.reserve(clean + 3 * (bytes.size() - clean));
  text.append(bytes.substr(0, clean));
  std::size_t count = 0;
  InterruptsNowAndThen interrupts;
  for (std::size_t at = clean; at < bytes.size(); at = clean) {
    interrupts.Step();
    at += Repair(bytes, at, &text, &count);
    clean = SkipClean(bytes, at);
    text.append(bytes.substr(at, clean - at));
  }
  if (replaced != nullptr) *replaced += count;
  return text;
}

bool IsCleanUtf8(std::string_view bytes) { return SkipClean(bytes, 0) == bytes.size(); }

bool IsListed(std::string_view item, std::string_view list) {
  while (!item.empty()) {
    const std::size_t comma = list.find(',');
    if (Trim(list.substr(0, comma)) == item) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

char32_t NextCharacter(std::string_view text, std::size_t* at) {
  const auto byte = static_cast<unsigned char>(text[(*at)++]);
  if (byte < 0x80) return byte;
  char32_t c = byte < 0xE0 ? byte & 0x1F : byte < 0xF0 ? byte & 0x0F : byte & 0x07;
  while (*at < text.size() && !BeginsCharacter(text[*at])) {
    c = (c << 6) | static_cast<char32_t>(text[(*at)++] & 0x3F);
  }
  return c;
}

}  // namespace soulprint
