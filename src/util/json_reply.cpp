// Candidates are found by counting brackets, then parsed strictly.

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
#include "util/json_escapes.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxNesting = 100;
// An ordered object searches all its keys for each lookup.
constexpr std::size_t kMaxKeys = 1000;
constexpr std::size_t kMaxValues = 100000;
constexpr std::size_t kMaxBytes = std::size_t{16} << 20;
// Limit on the bytes scanned in search of JSON, as a multiple of the text.
constexpr std::size_t kMaxSearches = 16;
constexpr std::size_t kFreeSearch = std::size_t{1} << 20;  // bytes that may be scanned in any text
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kCodeFence = "```";

// Iterates over bytes and checks for interrupts.
class ByteIterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  explicit ByteIterator(const char* at = nullptr) : at_(at) {}
  const char& operator*() const { return *at_; }
  ByteIterator& operator++() {
    if ((reinterpret_cast<std::uintptr_t>(++at_) & 0xFFFF) == 0) CheckForInterrupts();
    return *this;
  }
  ByteIterator operator++(int) {
    const ByteIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const ByteIterator& other) const { return at_ == other.at_; }
  bool operator!=(const ByteIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
};

// Stops the parser before a value is built that is nested too deeply or has too many keys or
// values.
class Limits {
 public:
  bool Keep(int depth, Json::parse_event_t event) {
    const std::size_t level = static_cast<std::size_t>(depth);
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

// nullopt if the text is not JSON or exceeds a limit; the latter sets *exceeded, if given.
std::optional<Json> ParseStrictly(std::string_view text, bool* exceeded = nullptr) {
  Limits limits;
  std::string repaired(text);
  RepairEscapes(&repaired);
  Json json = Json::parse(
      ByteIterator(repaired.data()), ByteIterator(repaired.data() + repaired.size()),
      [&](int depth, Json::parse_event_t event, Json&) { return limits.Keep(depth, event); },
      /*allow_exceptions=*/false);
  if (exceeded != nullptr && limits.exceeded()) *exceeded = true;
  if (json.is_discarded() || limits.exceeded()) return std::nullopt;
  return json;
}

// The same, also with raw control characters in strings.
std::optional<Json> ParseClean(std::string_view text, bool* exceeded = nullptr) {
  bool too_much = false;
  std::optional<Json> json = ParseStrictly(text, &too_much);
  if (!json && !too_much) json = ParseStrictly(EscapeControls(text), &too_much);
  if (exceeded != nullptr && too_much) *exceeded = true;
  return json;
}

std::string_view StripMarkAndSpace(std::string_view text) {
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  return Trim(text);
}

// The text between the first two fences, from its first bracket on.
std::optional<std::string_view> InsideCodeFence(std::string_view text) {
  const std::size_t open = text.find(kCodeFence);
  if (open == std::string_view::npos) return std::nullopt;
  text.remove_prefix(open + kCodeFence.size());
  const std::size_t close = text.find(kCodeFence);
  if (close == std::string_view::npos) return std::nullopt;
  text = text.substr(0, close);
  const std::size_t start = text.find_first_of("{[");
  if (start == std::string_view::npos) return std::nullopt;
  return Trim(text.substr(start));
}

// The end of the balanced {…} or […] at `at`, npos if it is not balanced.  *left is the number of
// bytes that may still be scanned; at 0, or nested too deeply, sets *exceeded.
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
      at += c == '\\';
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

// The balanced values of one kind found so far.
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

// Objects and lists are counted apart: "[1]" in a sentence does not compete with an object after
// it.
std::optional<Json> FindBalanced(std::string_view text) {
  Found objects;
  Found lists;
  std::size_t at = text.find_first_of("{[");
  bool exceeded = false;
  std::size_t left = kMaxSearches * text.size() + kFreeSearch;
  while (at != std::string_view::npos) {
    const std::size_t end = BalancedEnd(text, at, &left, &exceeded);
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
  return ParseStrictly(StripMarkAndSpace(CleanUtf8(text)));
}

std::optional<Json> ParseJsonReply(std::string_view answer) {
  if (answer.size() > kMaxBytes) return std::nullopt;
  const std::string clean = CleanUtf8(answer);
  const std::string_view text = StripMarkAndSpace(clean);
  if (std::optional<Json> whole = ParseClean(text)) return whole;
  if (const std::optional<std::string_view> inside = InsideCodeFence(text)) {
    if (std::optional<Json> fenced = ParseClean(*inside)) return fenced;
  }
  return FindBalanced(text);
}

}  // namespace soulprint
