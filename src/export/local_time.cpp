// A line becomes tokens, numbers and words.  Three of the numbers are the time of day, two or three
// the date; of the words, names of months and zones and marks of the half of the day count.

#include "export/local_time.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kLineBytes = 120;
constexpr std::size_t kOtherWords = 4;  // "at", "de", "kl", a weekday; more of them are a sentence

// Beginnings of the names of the months, folded; the longest that fits counts.
constexpr std::array<std::string_view, 12> kMonths = {
    "jan jän jaan ene gen oca ian янв січ ιαν јан sty sij ינו जन ม.ค tammi",
    "feb fév fev şub фев лют φεβ lut velj veebr פבר फ\u093Cर ก.พ helmi",
    "mar mär mrt maart márc mac мар берез бер μαρ ožu מרץ मार्च มี.ค maalis",
    "apr abr avr ápr nis апр кві απρ kwi tra אפר अप्रै เม.ย huhti",
    "may mai mei maj máj mag мая май трав мај μαϊ μαΐ svi מאי मई พ.ค touko",
    "jun juin jún jūn juuni giu haz iun июн черв јун ιουν cze יונ जून มิ.ย kesä",
    "jul juil júl jūl juuli lug tem iul июл лип јул ιουλ lip srp יול जुल ก.ค heinä",
    "aug ago agu aoû ağu avg ogo авг серп αυγ sie kol אוג अग ส.ค elo",
    "sep set szept eyl сен сеп вер σεπ wrz ruj ספט सित ก.ย syys",
    "oct okt out ott eki окт жовт οκτ paź אוק अक्तू ต.ค loka",
    "nov kas ноя лист нов νοε lis stu נוב नव พ.ย marras",
    "dec dez déc dic des dis ara det дек груд дец δεκ gru pro דצמ दिस ธ.ค joulu"};

// Minutes east of Greenwich.  Of names that several zones share, the one of most people counts.
constexpr std::pair<std::string_view, int> kZones[] = {
    {"utc", 0},    {"gmt", 0},    {"z", 0},       {"wet", 0},     {"wez", 0},     {"west", 60},
    {"wesz", 60},  {"bst", 60},   {"cet", 60},    {"mez", 60},    {"cest", 120},  {"mesz", 120},
    {"eet", 120},  {"oez", 120},  {"eest", 180},  {"oesz", 180},  {"msk", 180},   {"мск", 180},
    {"trt", 180},  {"sast", 120}, {"cat", 120},   {"wat", 60},    {"eat", 180},   {"idt", 180},
    {"gst", 240},  {"samt", 240}, {"pkt", 300},   {"yekt", 300},  {"ist", 330},   {"npt", 345},
    {"irst", 210}, {"mmt", 390},  {"ict", 420},   {"wib", 420},   {"wita", 480},  {"wit", 540},
    {"hkt", 480},  {"sgt", 480},  {"myt", 480},   {"pht", 480},   {"phst", 480},  {"awst", 480},
    {"jst", 540},  {"kst", 540},  {"acst", 570},  {"aest", 600},  {"acdt", 630},  {"aedt", 660},
    {"nzst", 720}, {"nzdt", 780}, {"omst", 360},  {"krat", 420},  {"novt", 420},  {"irkt", 480},
    {"yakt", 540}, {"vlat", 600}, {"magt", 660},  {"brst", -120}, {"ndt", -150},  {"brt", -180},
    {"art", -180}, {"uyt", -180}, {"clst", -180}, {"adt", -180},  {"nst", -210},  {"ast", -240},
    {"edt", -240}, {"hae", -240}, {"clt", -240},  {"bot", -240},  {"vet", -240},  {"est", -300},
    {"hne", -300}, {"cdt", -300}, {"hac", -300},  {"cot", -300},  {"pet", -300},  {"ect", -300},
    {"cst", -360}, {"hnc", -360}, {"mdt", -360},  {"har", -360},  {"mst", -420},  {"hnr", -420},
    {"pdt", -420}, {"hap", -420}, {"pst", -480},  {"hnp", -480},  {"akdt", -480}, {"akst", -540},
    {"hdt", -540}, {"hst", -600}};
constexpr int kChina = 480;  // "CST" in a date that is written in Chinese

constexpr std::array<std::string_view, 9> kAm = {"am",   "a.m",  "午前", "上午", "凌晨",
                                                 "早上", "오전", "π.μ",  "ص"};
constexpr std::array<std::string_view, 9> kPm = {"pm",   "p.m",  "午後", "下午", "中午",
                                                 "晚上", "오후", "μ.μ",  "م"};
// Units behind the numbers of a time, which stand for its colons, and of a date.
constexpr std::array<std::string_view, 7> kColons = {"h", "min", "時", "时", "分", "시", "분"};
constexpr std::array<std::string_view, 4> kSeconds = {"s", "sec", "秒", "초"};
constexpr std::u32string_view kDateUnits = U"年月日년월일";
// The characters for 0 of decimal digits: ASCII, Arabic, Persian, Devanagari, Bengali, Thai,
// Burmese.
constexpr std::array<char32_t, 7> kZeros = {U'0', 0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0x1040};

struct Token {
  std::string word;  // "" = a number
  int number = 0;
  std::size_t digits = 0;
  char32_t before = 0;  // the mark between the token before and this one; 0 = none
};

using Tokens = std::vector<Token>;

template <typename List>
bool IsWordOf(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

int DigitOf(char32_t c) {
  for (char32_t zero : kZeros) {
    if (c >= zero && c < zero + 10) return static_cast<int>(c - zero);
  }
  return -1;
}

bool IsMark(char32_t c) {
  constexpr std::u32string_view kMarks = U".,:;/-+()\u2212\u060C\u3001";
  return kMarks.find(c) != std::u32string_view::npos;
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view line) : text_(FoldCase(CleanUtf8(line))) {}

  // Nothing if a number has more than four digits.
  Tokens Read() {
    while (at_ < text_.size()) {
      std::size_t next = at_;
      const char32_t c = NextCharacter(text_, &next);
      if (DigitOf(c) >= 0) {
        if (!TakeNumber()) return {};
      } else if (kDateUnits.find(c) != std::u32string_view::npos) {
        in_chinese_ = c == U'年' || in_chinese_;
        at_ = next;
      } else if (IsMark(c)) {
        mark_ = c == U'\u2212' ? U'-' : c;
        at_ = next;
      } else if (IsSpace(c) || IsInvisible(c)) {
        at_ = next;
      } else {
        TakeWord();
      }
    }
    return std::move(tokens_);
  }

  bool in_chinese() const { return in_chinese_; }

 private:
  bool TakeNumber() {
    Token token;
    token.before = std::exchange(mark_, 0);
    while (at_ < text_.size()) {
      std::size_t next = at_;
      const int digit = DigitOf(NextCharacter(text_, &next));
      if (digit < 0) break;
      if (++token.digits > 4) return false;
      token.number = token.number * 10 + digit;
      at_ = next;
    }
    tokens_.push_back(std::move(token));
    return true;
  }

  // A full stop between letters belongs to the word.
  void TakeWord() {
    const std::size_t begin = at_;
    std::size_t end = at_;
    while (at_ < text_.size()) {
      std::size_t next = at_;
      const char32_t c = NextCharacter(text_, &next);
      const bool ends = DigitOf(c) >= 0 || IsSpace(c) || (IsMark(c) && c != U'.') ||
                        kDateUnits.find(c) != std::u32string_view::npos;
      if (ends) break;
      at_ = next;
      if (c != U'.') end = next;
    }
    at_ = end;
    const std::string_view word = std::string_view(text_).substr(begin, end - begin);
    const bool behind_number = !tokens_.empty() && tokens_.back().word.empty();
    if (behind_number && IsWordOf(kSeconds, word)) return;
    if (behind_number && IsWordOf(kColons, word)) {
      mark_ = U':';
      return;
    }
    tokens_.push_back({std::string(word), 0, 0, std::exchange(mark_, 0)});
  }

  std::string text_;
  std::size_t at_ = 0;
  char32_t mark_ = 0;
  bool in_chinese_ = false;
  Tokens tokens_;
};

// The month that a word names; 0 if none.
int MonthOf(const Token& token) {
  std::string_view word = token.word;
  // "lip" and "lis" are Polish, but Croatian behind a full stop.
  if (token.before == U'.' && word.starts_with("lip")) return 6;
  if (token.before == U'.' && word.starts_with("lis")) return 10;
  constexpr std::string_view kIn = "\u05D1";  // Hebrew: "in"
  if (word.starts_with(kIn)) word.remove_prefix(kIn.size());
  std::size_t longest = 0;
  int month = 0;
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    for (std::string_view name : Split(kMonths[i], ' ')) {
      if (name.size() <= longest || !word.starts_with(name)) continue;
      longest = name.size();
      month = static_cast<int>(i) + 1;
    }
  }
  return month;
}

std::optional<int> ZoneOf(std::string_view word) {
  for (const auto& [name, minutes] : kZones) {
    if (name == word) return minutes;
  }
  return std::nullopt;
}

class Reader {
 public:
  Reader(Tokens tokens, bool in_chinese, bool month_first)
      : tokens_(std::move(tokens)), in_chinese_(in_chinese), month_first_(month_first) {}

  LocalTime Read() {
    if (!TakeClock(U':') && !TakeClock(U'.')) return {};
    TakeOffset();
    if (!TakeWords() || !TakeNumbers()) return {};
    return {true, At()};
  }

 private:
  bool IsNumber(std::size_t at, char32_t before) const {
    return at < tokens_.size() && tokens_[at].word.empty() && tokens_[at].before == before;
  }

  void Remove(std::size_t at, std::size_t count) {
    const auto first = tokens_.begin() + static_cast<std::ptrdiff_t>(at);
    tokens_.erase(first, first + static_cast<std::ptrdiff_t>(count));
  }

  // Takes hour, minute and second away; behind_ is then the place behind them.
  bool TakeClock(char32_t mark) {
    for (std::size_t i = 0; i + 2 < tokens_.size(); ++i) {
      const bool three = tokens_[i].word.empty() && tokens_[i].digits <= 2 &&
                         IsNumber(i + 1, mark) && IsNumber(i + 2, mark);
      if (!three || tokens_[i + 2].digits > 2) continue;
      hour_ = tokens_[i].number;
      minute_ = tokens_[i + 1].number;
      second_ = tokens_[i + 2].number;
      Remove(i, 3);
      behind_ = i;
      return hour_ < 24 && minute_ < 60 && second_ <= 60;
    }
    return false;
  }

  // Takes +01:00, -3, +0530 away, with the "UTC" before it.
  void TakeOffset() {
    const auto is_utc = [&](std::size_t at) {
      return at < tokens_.size() && (tokens_[at].word == "utc" || tokens_[at].word == "gmt");
    };
    std::size_t at = behind_;
    while (at < tokens_.size() && !tokens_[at].word.empty() && !is_utc(at)) ++at;
    // Elsewhere a minus parts the numbers of a date.
    if (is_utc(at)) {
      ++at;
    } else if (!IsNumber(at, U'+')) {
      at = behind_;
    }
    if (!IsNumber(at, U'+') && !IsNumber(at, U'-')) return;
    const Token& token = tokens_[at];
    const int sign = token.before == U'-' ? -1 : 1;
    int minutes =
        token.digits > 2 ? token.number / 100 * 60 + token.number % 100 : token.number * 60;
    std::size_t count = 1;
    if (IsNumber(at + 1, U':')) {
      minutes += tokens_[at + 1].number;
      ++count;
    }
    Remove(at, count);
    offset_ = sign * minutes;
  }

  // 1 or 2 if the word at this place, or the two there, name that half of the day; else 0.
  int HalfAt(std::size_t at) const {
    const std::string& word = tokens_[at].word;
    const bool before_m = at + 1 < tokens_.size() && tokens_[at + 1].word == "m";
    if (IsWordOf(kAm, word) || (before_m && word == "a")) return 1;
    return IsWordOf(kPm, word) || (before_m && word == "p") ? 2 : 0;
  }

  // Understands the words.  False if there are more than a date has.
  bool TakeWords() {
    std::size_t others = 0;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const std::string& word = tokens_[i].word;
      if (word.empty()) continue;
      if (const int half = HalfAt(i); half != 0) {
        half_ = half;
      } else if (word == "thg" || word == "tháng") {
        month_at_ = i + 1;
      } else if (const auto zone = ZoneOf(word); zone && i >= behind_) {
        const bool china = word == "cst" && in_chinese_;
        if (!offset_) offset_ = china ? kChina : *zone;
      } else if (const int month = MonthOf(tokens_[i]); month != 0 && month_ == 0) {
        month_ = month;
      } else if (word != "m" && ++others > kOtherWords) {
        return false;
      }
    }
    if (IsNumber(month_at_, 0)) {
      month_ = tokens_[month_at_].number;
      Remove(month_at_, 1);
    }
    return true;
  }

  // What is left are the day and the year, or these and the month.
  bool TakeNumbers() {
    Tokens left;
    for (Token& token : tokens_) {
      if (token.word.empty()) left.push_back(std::move(token));
    }
    const std::size_t years = static_cast<std::size_t>(
        std::count_if(left.begin(), left.end(), [](const Token& t) { return t.digits == 4; }));
    if (years != 1 || left.size() < 2 || left.size() > 3) return false;
    const bool year_first = left.front().digits == 4;
    if (left.size() == 2) {
      year_ = left[year_first ? 0 : 1].number;
      day_ = left[year_first ? 1 : 0].number;
      return true;
    }
    if (month_ != 0 || left[1].digits == 4) return true;  // the date stays unknown
    year_ = left[year_first ? 0 : 2].number;
    int first = left[year_first ? 1 : 0].number;
    int second = left[year_first ? 2 : 1].number;
    const bool slashes = left[1].before == U'/' && !year_first;
    const bool month_first =
        year_first || (slashes && (second > 12 || (month_first_ && first <= 12)));
    month_ = month_first ? first : second;
    day_ = month_first ? second : first;
    return true;
  }

  Time At() const {
    using namespace std::chrono;
    constexpr int kBuddhist = 543;  // years ahead
    const int years = year_ > 2400 ? year_ - kBuddhist : year_;
    const year_month_day date{year(years), month(static_cast<unsigned>(month_)),
                              day(static_cast<unsigned>(day_))};
    if (!date.ok() || years < 1970) return std::nullopt;
    int hours = hour_;
    if (half_ == 1 && hours == 12) hours = 0;
    if (half_ == 2 && hours < 12) hours += 12;
    const std::int64_t days = sys_days(date).time_since_epoch().count();
    const std::int64_t minutes = (days * 24 + hours) * 60 + minute_ - offset_.value_or(0);
    const std::int64_t seconds = minutes * 60 + second_;
    if (seconds <= 0) return std::nullopt;
    return seconds * 1000000;
  }

  Tokens tokens_;
  bool in_chinese_;
  bool month_first_;
  std::size_t behind_ = 0;
  std::size_t month_at_ = SIZE_MAX;  // of a month that is a number with a word before it
  int year_ = 0, month_ = 0, day_ = 0;
  int hour_ = 0, minute_ = 0, second_ = 0;
  int half_ = 0;  // of the day; 0 = of 24 hours
  std::optional<int> offset_;
};

}  // namespace

LocalTime ReadLocalTime(std::string_view line, bool month_first) {
  if (line.size() > kLineBytes) return {};
  Tokenizer tokenizer(line);
  Tokens tokens = tokenizer.Read();
  return Reader(std::move(tokens), tokenizer.in_chinese(), month_first).Read();
}

}  // namespace soulprint
