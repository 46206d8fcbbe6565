// The JSON in a model's answer: candidates are found by counting brackets, then parsed strictly.

#include "util/json_reply.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "util/interrupts.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxNesting = 100;
// An ordered object looks a key up by going through all of them.
constexpr std::size_t kMaxKeys = 1000;
constexpr std::size_t kMaxValues = 100000;
constexpr std::size_t kMaxBytes = std::size_t{16} << 20;
// How often a text is gone through in search of JSON.
constexpr std::size_t kMaxSearches = 16;
constexpr std::size_t kFreeSearch = std::size_t{1} << 20;  // bytes that may be in any case
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kFence = "```";

// The code unit of the escape \uXXXX at `at`, -1 if there is none.
int EscapedUnit(std::string_view text, std::size_t at) {
  if (text.size() - at < 6 || text[at] != '\\' || text[at + 1] != 'u') return -1;
  int unit = 0;
  for (const char c : text.substr(at + 2, 4)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

bool IsHighSurrogate(int unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool IsLowSurrogate(int unit) { return unit >= 0xDC00 && unit < 0xE000; }

// Escapes of U+0000 and of surrogates without their other half become \ufffd.
std::string RepairEscapes(std::string text) {
  for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
    const int unit = EscapedUnit(text, at);
    if (unit < 0) {
      at += 2;
    } else if (IsHighSurrogate(unit) && at + 6 < text.size() &&
               IsLowSurrogate(EscapedUnit(text, at + 6))) {
      at += 12;
    } else {
      if (unit == 0 || IsHighSurrogate(unit) || IsLowSurrogate(unit)) {
        text.replace(at, 6, "\\ufffd");
      }
      at += 6;
    }
  }
  return text;
}

// Bytes that can be interrupted when they are read.
class ReadBytes {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  explicit ReadBytes(const char* at = nullptr) : at_(at) {}
  const char& operator*() const { return *at_; }
  ReadBytes& operator++() {
    if ((reinterpret_cast<std::uintptr_t>(++at_) & 0xFFFF) == 0) CheckForInterrupts();
    return *this;
  }
  ReadBytes operator++(int) {
    const ReadBytes before = *this;
    ++*this;
    return before;
  }
  bool operator==(const ReadBytes& other) const { return at_ == other.at_; }
  bool operator!=(const ReadBytes& other) const { return at_ != other.at_; }

 private:
  const char* at_;
};

// Refuses what nests too deep or has too many keys or values, before it is built.
class Limits {
 public:
  bool Keep(int depth, Json::parse_event_t event) {
    std::size_t const level = static_cast<std::size_t>(depth);
    if (event != Json::parse_event_t::key && ++values_ > kMaxValues) exceeded_ = true;
    if (event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start) {
      if (level >= kMaxNesting) exceeded_ = true;
      if (!exceeded_) keys_[level + 1] = 0;
    } else if (event == Json::parse_event_t::key && !exceeded_) {
      exceeded_ = ++keys_[level] > kMaxKeys;
    }
    return !exceeded_;
  }
  bool exceeded() const { return exceeded_; }

 private:
  std::vector<std::size_t> keys_ = std::vector<std::size_t>(kMaxNesting + 1);  // by level
  std::size_t values_ = 0;
  bool exceeded_ = false;
};

// `exceeded`, if given, is set when the text is unreadable for exceeding a limit.
std::optional<Json> ParseClean(std::string_view text, bool* exceeded = nullptr) {
  Limits limits;
  std::string const repaired = RepairEscapes(std::string(text));
  Json json = Json::parse(
      ReadBytes(repaired.data()), ReadBytes(repaired.data() + repaired.size()),
      [&](int depth, Json::parse_event_t event, Json&) { return limits.Keep(depth, event); },
      /*allow_exceptions=*/false);
  if (exceeded != nullptr && limits.exceeded()) *exceeded = true;
  if (json.is_discarded() || limits.exceeded()) return std::nullopt;
  return json;
}

std::string_view StripMarkAndSpace(std::string_view text) {
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  return Trim(text);
}

// What stands between the first two fences, without the language's name.
std::optional<std::string_view> InsideFence(std::string_view text) {
  std::size_t const open = text.find(kFence);
  if (open == std::string_view::npos) return std::nullopt;
  text.remove_prefix(open + kFence.size());
  std::size_t const close = text.find(kFence);
  if (close == std::string_view::npos) return std::nullopt;
  text = text.substr(0, close);
  std::size_t const start = text.find_first_of("{[");
  if (start == std::string_view::npos) return std::nullopt;
  return Trim(text.substr(start));
}

// The end of the balanced {…} or […] that begins at `at`, npos if it is none.  `left` is how many
// bytes may be gone through.
std::size_t BalancedEnd(std::string_view text, std::size_t at, std::size_t* left, bool* exceeded) {
  std::string closing;
  bool in_string = false;
  CheckForInterrupts();
  InterruptsNowAndThen interrupts;
  for (; at < text.size(); ++at) {
    interrupts.Step();
    *exceeded = --*left == 0;
    if (*exceeded) return std::string_view::npos;
    const char c = text[at];
    if (in_string) {
      if (c == '\\') ++at;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '\\') {
      return std::string_view::npos;
    } else if (c == '{' || c == '[') {
      *exceeded = closing.size() == kMaxNesting;
      if (*exceeded) return std::string_view::npos;
      closing.push_back(c == '{' ? '}' : ']');
    } else if (c == '}' || c == ']') {
      if (closing.back() != c) return std::string_view::npos;
      closing.pop_back();
      if (closing.empty()) return at + 1;
    }
  }
  return std::string_view::npos;
}

// The balanced values of one kind that were found.
struct Found {
  std::optional<Json> first;
  std::size_t longest = 0;  // in bytes
  bool differ = false;

  void Add(Json json, std::size_t size) {
    longest = std::max(longest, size);
    if (!first) {
      first = std::move(json);
    } else if (*first != json) {
      differ = true;
    }
  }
};

// Objects and lists are told apart: "[1]" in a sentence says nothing against the object after it.
std::optional<Json> FindBalanced(std::string_view text) {
  Found objects;
  Found lists;
  std::size_t at = text.find_first_of("{[");
  bool exceeded = false;
  std::size_t left = kMaxSearches * text.size() + kFreeSearch;  // bytes to go through
  while (at != std::string_view::npos) {
    std::size_t const end = BalancedEnd(text, at, &left, &exceeded);
    std::optional<Json> json;
    if (end != std::string_view::npos) {
      json = ParseClean(text.substr(at, end - at), &exceeded);
      left -= std::min(left - 1, end - at);
    }
    if (exceeded) return std::nullopt;
    if (json) {
      Found& found = json->is_object() ? objects : lists;
      found.Add(std::move(*json), end - at);
    }
    at = text.find_first_of("{[", json ? end : at + 1);
  }
  Found& best = objects.longest >= lists.longest ? objects : lists;
  if (best.differ) return std::nullopt;
  return std::move(best.first);
}

}  // namespace

std::optional<Json> ParseJsonText(std::string_view text) {
  if (text.size() > kMaxBytes) return std::nullopt;
  return ParseClean(StripMarkAndSpace(CleanUtf8(text)));
}

std::optional<Json> ParseJsonReply(std::string_view answer) {
  if (answer.size() > kMaxBytes) return std::nullopt;
  std::string const clean = CleanUtf8(answer);
  std::string_view const text = StripMarkAndSpace(clean);
  if (std::optional<Json> whole = ParseClean(text)) return whole;
  if (const std::optional<std::string_view> inside = InsideFence(text)) {
    if (std::optional<Json> fenced = ParseClean(*inside)) return fenced;
  }
  return FindBalanced(text);
}

}  // namespace soulprint
