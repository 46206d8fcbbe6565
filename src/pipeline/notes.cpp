#include "pipeline/notes.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "util/interrupts.hpp"
#include "util/text.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kMostCharacters = 8000;  // of an excerpt

// Takes the day in brackets with which the line begins, after a list's number or mark.
Time TakeDay(std::string_view* from) {
  std::string_view line = *from;
  const std::size_t begin = line.find_first_not_of("0123456789.-*# ");
  constexpr std::size_t kDay = 10;
  if (begin == std::string_view::npos || line[begin] != '[') return std::nullopt;
  line.remove_prefix(begin + 1);
  if (line.find(']') != kDay) return std::nullopt;
  const Time day = ParseTime(line.substr(0, kDay));
  if (day) *from = line.substr(std::min(line.find_first_not_of("]. ", kDay), line.size()));
  return day;
}

class Cutter {
 public:
  explicit Cutter(std::vector<Excerpt>* excerpts) : excerpts_(*excerpts) {}

  void Cut(const Notes& notes) {
    const std::size_t first = excerpts_.size();
    message_ = -1;
    at_ = notes.at;
    Begin(notes);
    for (std::string_view line : Split(notes.text, '\n')) {
      CheckForInterrupts();
      line = Trim(line);
      if (const Time day = TakeDay(&line)) {
        at_ = day;
        in_span_ = false;
      }
      while (!line.empty()) {
        const std::string_view part = FirstCharacters(line, kMostCharacters);
        line.remove_prefix(part.size());
        Add(notes, part);
      }
    }
    if (excerpts_.back().chunk.spans.empty()) excerpts_.pop_back();
    for (std::size_t i = first; i < excerpts_.size(); ++i) {
      Chunk& chunk = excerpts_[i].chunk;
      chunk.index = static_cast<int>(i - first);
      chunk.total = static_cast<int>(excerpts_.size() - first);
      chunk.tokens = static_cast<int>(CountCharacters(chunk.content) / 4);
    }
  }

 private:
  void Begin(const Notes& notes) {
    excerpts_.push_back({"", notes.source, notes.at, {}, notes.source});
    excerpts_.back().chunk.content = "# " + notes.source + "\n";
    characters_ = 0;
    in_span_ = false;
  }

  void Add(const Notes& notes, std::string_view part) {
    const std::size_t more = CountCharacters(part) + 1;
    if (characters_ > 0 && characters_ + more > kMostCharacters) Begin(notes);
    characters_ += more;
    Chunk& chunk = excerpts_.back().chunk;
    chunk.content += '\n';
    if (!in_span_) {
      const std::size_t begin = chunk.content.size();
      chunk.spans.push_back({Role::kNotes, begin, begin, ++message_, at_});
      in_span_ = true;
    }
    chunk.content += part;
    chunk.spans.back().end = chunk.content.size();
  }

  std::vector<Excerpt>& excerpts_;
  std::size_t characters_ = 0;  // of the last excerpt
  bool in_span_ = false;
  int message_ = -1;  // of the last span
  Time at_;
};

}  // namespace

std::vector<Excerpt> NotesToExcerpts(const std::vector<Notes>& all) {
  std::vector<Excerpt> excerpts;
  for (const Notes& notes : all) Cutter(&excerpts).Cut(notes);
  return excerpts;
}

}  // namespace soulprint
