// Chunks in flight.  A chunk is usually one question; it becomes several when its answer was no
// JSON (one nudge), was cut off (more room, once) or when it has to be read in two halves.

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
#include "pipeline/conversation_to_chunks.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/prompt_format.hpp"
#include "pipeline/prompts.hpp"
#include "pipeline/tries.hpp"
#include "util/interrupts.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

constexpr int kMaxTries = 2;
// A question holds its whole material, so at most about so many wait for their rejection.
constexpr std::size_t kMaxRejected = 100;

// The part of a chunk between two bytes of its content.
Chunk Part(const Chunk& chunk, std::size_t begin, std::size_t end) {
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
              const std::function<void(const ChunkCounts&)>& count)
      : ids_(ids), store_(store), model_(model), count_(count) {}

  ReadChunksResult Read() {
    do {
      rejected_.clear();
      AskThenReject(
          model_, store_, [&] { return Next(); },
          [&](const Question& question, const Answer& answer) { Take(question, answer); },
          rejected_);
    } while (rejected_.size() >= kMaxRejected);
    ReadChunksResult result{{}, counts_, std::move(last_failure_)};
    for (auto& [number, facts] : found_) {
      CheckForInterrupts();
      std::move(facts.begin(), facts.end(), std::back_inserter(result.facts));
    }
    return result;
  }

 private:
  // A chunk that is being read.
  struct Reading {
    std::string conversation_id;
    std::string title;
    Time created_at;
    Chunk chunk;                  // or its half that is asked about
    std::optional<Chunk> second;  // the half after that
    std::optional<Tries> tries;   // of the question about `chunk`
  };

  std::optional<Question> Next() {
    if (rejected_.size() >= kMaxRejected) return std::nullopt;
    if (!again_.empty()) {
      const std::uint64_t number = again_.front();
      again_.pop_front();
      return reading_.at(number).tries->question();
    }
    while (chunks_.empty()) {
      if (conversation_ == ids_.size()) return std::nullopt;
      Open(ids_[conversation_++]);
    }
    const std::uint64_t number = number_++;
    Reading& reading = reading_[number];
    reading = {id_, title_, created_at_, std::move(chunks_.front()), {}, {}};
    chunks_.pop_front();
    const bool can_be_halved = !reading.chunk.spans.empty();
    Begin(number, can_be_halved ? Tries::Split::kTooLongOrCutOff : Tries::Split::kNever);
    return reading.tries->question();
  }

  void Open(const std::string& id) {
    const std::optional<Conversation> conversation = store_.ReadConversation(id);
    if (!conversation) return;
    id_ = id;
    title_ = ShownTitle(conversation->title);
    created_at_ = conversation->created_at;
    std::vector<Chunk> chunks = ConversationToChunks(*conversation);
    chunks_.assign(std::make_move_iterator(chunks.begin()), std::make_move_iterator(chunks.end()));
  }

  void Begin(std::uint64_t number, Tries::Split split) {
    Reading& reading = reading_.at(number);
    Question question = ChunkToQuestion(reading.chunk, reading.title, reading.created_at);
    question.tag = number;
    question.conversation_id = reading.conversation_id;
    reading.tries.emplace(std::move(question), kMaxTries, split);
  }

  void BeginHalf(std::uint64_t number) {
    Begin(number, Tries::Split::kNever);
    again_.push_back(number);
  }

  void Take(const Question& asked, const Answer& answer) {
    Tries& tries = *reading_.at(asked.tag).tries;
    if (answer.outcome == Outcome::kRefused) return Found(asked.tag, {});
    switch (tries.After(asked, answer)) {
      case Tries::Step::kRead:
        return TakeText(asked.tag, answer.text);
      case Tries::Step::kAgain:
        return again_.push_back(asked.tag);
      case Tries::Step::kSplit:
        return Halve(asked.tag);
      case Tries::Step::kGiveUp:
        return GiveUp(asked.tag, WhyGivenUp(answer));
      case Tries::Step::kUnanswered:
        return Fail(asked.tag, answer.reason);
      case Tries::Step::kNone:
        return;
    }
  }

  void TakeText(std::uint64_t number, const std::string& text) {
    Reading& reading = reading_.at(number);
    std::optional<ReadFacts> read = AnswerToFacts(text, reading.chunk);
    if (read) return Found(number, std::move(*read));
    const Tries::Step step =
        reading.tries->AfterUseless(text, JsonCorrection("it is not one object of the six lists"));
    if (step == Tries::Step::kAgain) return again_.push_back(number);
    GiveUp(number, "its answer was not readable JSON");
  }

  void Halve(std::uint64_t number) {
    Reading& reading = reading_.at(number);
    const Chunk whole = std::move(reading.chunk);
    const std::size_t middle = Middle(whole);
    reading.chunk = Part(whole, 0, middle);
    reading.second = Part(whole, middle, whole.content.size());
    BeginHalf(number);
  }

  void Found(std::uint64_t number, ReadFacts read) {
    Reading& reading = reading_.at(number);
    counts_.items_dropped += read.dropped;
    counts_.facts += static_cast<int>(read.facts.size());
    for (Fact& fact : read.facts) {
      fact.sources = {{reading.conversation_id, reading.chunk.index, reading.created_at}};
      found_[number].push_back(std::move(fact));
    }
    if (reading.second) {
      reading.chunk = *std::exchange(reading.second, std::nullopt);
      BeginHalf(number);
    } else {
      reading_.erase(number);
      ++counts_.done;
    }
    count_(counts_);
  }

  void GiveUp(std::uint64_t number, const std::string& why) {
    const std::vector<Question>& useless = reading_.at(number).tries->useless();
    rejected_.insert(rejected_.end(), useless.begin(), useless.end());
    Fail(number, why);
  }

  void Fail(std::uint64_t number, const std::string& why) {
    reading_.erase(number);
    ++counts_.failed;
    last_failure_ = why;
    count_(counts_);
  }

  const std::vector<std::string>& ids_;
  Store& store_;
  Model& model_;
  const std::function<void(const ChunkCounts&)>& count_;

  std::size_t conversation_ = 0;  // the next in ids_
  std::string id_;                // of the open conversation
  std::string title_;
  Time created_at_;
  std::deque<Chunk> chunks_;  // of the open conversation, not asked about yet

  std::uint64_t number_ = 0;                          // the next chunk's running number
  std::map<std::uint64_t, Reading> reading_;          // by running number, which is the tag
  std::deque<std::uint64_t> again_;                   // of these, to be asked again
  std::map<std::uint64_t, std::vector<Fact>> found_;  // by running number
  std::vector<Question> rejected_;
  ChunkCounts counts_;
  std::string last_failure_;
};

}  // namespace

ReadChunksResult ReadChunks(const std::vector<std::string>& ids, Store& store, Model& model,
                            const std::function<void(const ChunkCounts&)>& count) {
  return ChunkReader(ids, store, model, count).Read();
}

}  // namespace soulprint
