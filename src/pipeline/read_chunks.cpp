// Chunks in flight.  A list of chunks is usually one question; it becomes several when its answer
// was no JSON (one nudge), was cut off (more room, once) or when it has to be read in parts.

#include "pipeline/read_chunks.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "pipeline/chunk_to_facts.hpp"
#include "pipeline/excerpt.hpp"
#include "pipeline/excerpt_groups.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/later.hpp"
#include "pipeline/prompts.hpp"
#include "pipeline/sort_facts.hpp"
#include "pipeline/tries.hpp"
#include "util/error.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr int kFactsTries = 2;
// A question holds its whole material, so at most about so many wait for their rejection.
constexpr std::size_t kMaxRejected = 100;

// The part of a chunk between two bytes of its content.
Chunk PartOf(const Chunk& chunk, std::size_t begin, std::size_t end) {
  Chunk part = chunk;
  part.content = chunk.content.substr(begin, end - begin);
  part.spans.clear();
  for (const Span& span : chunk.spans) {
    const std::size_t from = std::max(span.begin, begin);
    const std::size_t to = std::min(span.end, end);
    if (from >= to) continue;
    part.spans.push_back(span);
    part.spans.back().begin = from - begin;
    part.spans.back().end = to - begin;
  }
  return part;
}

// The middle of the spoken text: after white space if there is some near, else between characters.
std::size_t Middle(const Chunk& chunk) {
  const std::size_t begin = chunk.spans.front().begin;
  const std::size_t end = chunk.spans.back().end;
  std::size_t middle = begin + (end - begin) / 2;
  const std::size_t space = chunk.content.find_last_of(" \n", middle);
  if (space != std::string::npos && space > begin + (end - begin) / 4) return space + 1;
  while (middle > begin && (chunk.content[middle] & 0xC0) == 0x80) --middle;
  return middle;
}

// Why a chunk is given up after this answer.
std::string WhyGivenUp(const Answer& answer) {
  if (answer.outcome == Outcome::kCutOff) return "its answer was cut off";
  if (answer.outcome == Outcome::kTooLong) return "it does not fit the model";
  return answer.reason;
}

class ChunkReader {
 public:
  ChunkReader(const std::vector<std::string>& ids, Store& store, Model& model,
              const std::function<void(const ChunkCounts&)>& count, const ReadPlan& plan)
      : store_(store),
        model_(model),
        count_(count),
        sample_bytes_(plan.sample_bytes),
        groups_(ids, store, plan, [this] {
          ++counts_.done;
          count_(counts_);
        }) {}

  ReadChunksResult Read() {
    while (ReadMore()) {
    }
    ReadChunksResult result{{}, counts_};
    result.facts.reserve(static_cast<std::size_t>(counts_.facts));
    while (!found_.empty()) {
      CheckForInterrupts();
      std::vector<Fact>& facts = found_.begin()->second;
      std::move(facts.begin(), facts.end(), std::back_inserter(result.facts));
      found_.erase(found_.begin());
    }
    SortFactsBy(&result.facts, LastSaid);
    return result;
  }

 private:
  // False if nothing is left to be read.
  bool ReadMore() {
    rejected_.clear();
    try {
      AskThenReject(
          model_, store_, [&] { return Next(); },
          [&](const Question& question, const Answer& answer) { Take(question, answer); },
          rejected_);
    } catch (const CostLimit&) {
      // Others may be smaller, or remembered.
      reading_.clear();
      again_.clear();
      return true;
    }
    return rejected_.size() >= kMaxRejected;
  }

  // What one question is about.
  struct Part {
    std::vector<Excerpt> excerpts;
    enum class Half { kNone, kFirst, kSecond } half = Half::kNone;  // of one chunk
  };

  // A list of excerpts that is being read: as a whole, or in parts one after another.
  struct Reading {
    std::deque<Part> parts;      // the first is asked about
    std::optional<Tries> tries;  // of the question about it
  };

  std::optional<Question> Next() {
    if (rejected_.size() >= kMaxRejected) return std::nullopt;
    if (!again_.empty()) {
      const std::uint64_t number = again_.front();
      again_.pop_front();
      Question question = reading_.at(number).tries->question();
      question.may_wait = false;
      return question;
    }
    std::vector<Excerpt> group = groups_.Next();
    if (group.empty()) return std::nullopt;
    const std::uint64_t number = number_++;
    reading_[number].parts.push_back({std::move(group), Part::Half::kNone});
    Begin(number);
    Question question = reading_.at(number).tries->question();
    question.may_wait = true;
    return question;
  }

  void Begin(std::uint64_t number) {
    Reading& reading = reading_.at(number);
    const Part& part = reading.parts.front();
    Question question = ExcerptsToQuestion(part.excerpts);
    question.tag = number;
    question.later = LaterQuestions(fact_bytes_, sample_bytes_);
    reading.tries.emplace(
        std::move(question), kFactsTries,
        part.half == Part::Half::kNone ? Tries::Split::kTooLongOrCutOff : Tries::Split::kNever);
  }

  void Take(const Question& asked, const Answer& answer) {
    Tries& tries = *reading_.at(asked.tag).tries;
    const bool several = reading_.at(asked.tag).parts.front().excerpts.size() > 1;
    if (answer.outcome == Outcome::kRefused) {
      return several ? Split(asked.tag) : Found(asked.tag, {});
    }
    switch (tries.After(asked, answer)) {
      case Tries::Step::kRead:
        return TakeText(asked.tag, answer.text);
      case Tries::Step::kAgain:
        return again_.push_back(asked.tag);
      case Tries::Step::kSplit:
        return Split(asked.tag);
      case Tries::Step::kGiveUp:
        return GiveUp(asked.tag, WhyGivenUp(answer));
      case Tries::Step::kUnanswered:
        return Fail(asked.tag, answer.reason);
      case Tries::Step::kNone:
        reading_.erase(asked.tag);
        return;
    }
  }

  void TakeText(std::uint64_t number, const std::string& text) {
    Reading& reading = reading_.at(number);
    std::optional<ReadFacts> read = AnswerToFacts(text, reading.parts.front().excerpts);
    if (read) return Found(number, std::move(*read));
    const Tries::Step step =
        reading.tries->AfterUseless(text, JsonCorrection("it is not one object of the six lists"));
    if (step == Tries::Step::kAgain) return again_.push_back(number);
    GiveUp(number, "its answer was not readable JSON");
  }

  // Reads several chunks in two lists, one chunk in two halves.
  void Split(std::uint64_t number) {
    std::deque<Part>& parts = reading_.at(number).parts;
    Part whole = std::move(parts.front());
    parts.pop_front();
    std::vector<Excerpt>& excerpts = whole.excerpts;
    Part first;
    Part second;
    if (excerpts.size() > 1) {
      const auto middle = excerpts.begin() + static_cast<std::ptrdiff_t>(excerpts.size() / 2);
      first.excerpts.assign(std::make_move_iterator(excerpts.begin()),
                            std::make_move_iterator(middle));
      second.excerpts.assign(std::make_move_iterator(middle),
                             std::make_move_iterator(excerpts.end()));
    } else {
      const Chunk chunk = std::move(excerpts.front().chunk);
      const std::size_t middle = Middle(chunk);
      first.half = Part::Half::kFirst;
      second.half = Part::Half::kSecond;
      first.excerpts = second.excerpts = std::move(excerpts);
      first.excerpts.front().chunk = PartOf(chunk, 0, middle);
      second.excerpts.front().chunk = PartOf(chunk, middle, chunk.content.size());
    }
    parts.push_front(std::move(second));
    parts.push_front(std::move(first));
    AskAboutFirst(number);
  }

  void AskAboutFirst(std::uint64_t number) {
    if (reading_.at(number).parts.empty()) {
      reading_.erase(number);
      return;
    }
    Begin(number);
    again_.push_back(number);
  }

  void Found(std::uint64_t number, ReadFacts read) {
    counts_.dropped.Add(read.dropped);
    counts_.facts += static_cast<int>(read.facts.size());
    for (const Fact& fact : read.facts) fact_bytes_ += FactBytes(fact);
    std::move(read.facts.begin(), read.facts.end(), std::back_inserter(found_[number]));
    std::deque<Part>& parts = reading_.at(number).parts;
    if (parts.front().half != Part::Half::kFirst) {
      counts_.done += static_cast<int>(parts.front().excerpts.size());
    }
    parts.pop_front();
    AskAboutFirst(number);
    count_(counts_);
  }

  void GiveUp(std::uint64_t number, const std::string& why) {
    Reading& reading = reading_.at(number);
    if (reading.parts.front().excerpts.size() > 1) return Split(number);
    const std::vector<Question>& useless = reading.tries->useless();
    rejected_.insert(rejected_.end(), useless.begin(), useless.end());
    Fail(number, why);
  }

  void Fail(std::uint64_t number, const std::string& why) {
    std::deque<Part>& parts = reading_.at(number).parts;
    const bool first_half = parts.front().half == Part::Half::kFirst;
    counts_.failed += static_cast<int>(parts.front().excerpts.size());
    parts.pop_front();
    if (first_half) parts.pop_front();
    counts_.last_failure = why;
    AskAboutFirst(number);
    count_(counts_);
  }

  Store& store_;
  Model& model_;
  const std::function<void(const ChunkCounts&)>& count_;
  std::size_t sample_bytes_;

  std::uint64_t number_ = 0;                          // the next list's running number
  std::map<std::uint64_t, Reading> reading_;          // by running number, which is the tag
  std::deque<std::uint64_t> again_;                   // of these, to be asked again
  std::map<std::uint64_t, std::vector<Fact>> found_;  // by running number
  std::vector<Question> rejected_;
  ChunkCounts counts_;
  std::size_t fact_bytes_ = 0;  // of the facts found, in later questions
  ExcerptGroups groups_;        // counts when it is made
};

}  // namespace

ReadChunksResult ReadChunks(const std::vector<std::string>& ids, Store& store, Model& model,
                            const std::function<void(const ChunkCounts&)>& count,
                            const ReadPlan& plan) {
  return ChunkReader(ids, store, model, count, plan).Read();
}

}  // namespace soulprint
