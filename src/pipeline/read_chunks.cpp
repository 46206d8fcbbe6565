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
#include "pipeline/prompts.hpp"
#include "util/text.hpp"
#include "util/time.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

// Questions to reject are whole questions: so many are held at a time.
constexpr std::size_t kMaxRejected = 100;

// The part of a chunk between two bytes of its content.
Chunk Part(const Chunk& chunk, std::size_t begin, std::size_t end) {
  Chunk part = chunk;
  part.content = chunk.content.substr(begin, end - begin);
  part.stretches.clear();
  for (const Stretch& stretch : chunk.stretches) {
    const std::size_t from = std::max(stretch.begin, begin);
    const std::size_t to = std::min(stretch.end, end);
    if (from < to) part.stretches.push_back({stretch.role, from - begin, to - begin});
  }
  return part;
}

// The middle of what was said, after white space if there is any near, else between characters.
std::size_t Middle(const Chunk& chunk) {
  const std::size_t begin = chunk.stretches.front().begin;
  const std::size_t end = chunk.stretches.back().end;
  std::size_t middle = begin + (end - begin) / 2;
  const std::size_t space = chunk.content.find_last_of(" \n", middle);
  if (space != std::string::npos && space > begin + (end - begin) / 4) return space + 1;
  while (middle > begin && (chunk.content[middle] & 0xC0) == 0x80) --middle;
  return middle;
}

class ChunkReader {
 public:
  ChunkReader(const std::vector<std::string>& ids, Store& store, Model& model,
              const std::function<void(const ChunkCounts&)>& count)
      : ids_(ids), store_(store), model_(model), count_(count) {}

  ReadChunksResult Read() {
    do {
      rejected_.clear();
      model_.Ask([&] { return Next(); },
                 [&](const Question& question, const Answer& answer) { Take(question, answer); });
      for (const Question& question : rejected_) store_.RejectReply(question);
    } while (rejected_.size() >= kMaxRejected);
    ReadChunksResult result{{}, counts_, std::move(last_failure_)};
    for (auto& [number, facts] : found_) {
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
    Chunk chunk;                  // or the half in question
    std::optional<Chunk> second;  // the half that comes after it
    bool halved = false;
    int max_tokens = 0;  // of the first question
  };

  std::optional<Question> Next() {
    if (rejected_.size() >= kMaxRejected) return std::nullopt;
    if (!again_.empty()) {
      Question question = std::move(again_.front());
      again_.pop_front();
      return question;
    }
    while (chunks_.empty()) {
      if (conversation_ == ids_.size()) return std::nullopt;
      Open(ids_[conversation_++]);
    }
    Chunk chunk = std::move(chunks_.front());
    chunks_.pop_front();
    const std::uint64_t number = number_++;
    Reading& reading = reading_[number];
    reading = {id_, title_, created_at_, std::move(chunk), {}, false, 0};
    return Ask(number, &reading);
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

  Question Ask(std::uint64_t number, Reading* reading) {
    Question question = ChunkToQuestion(reading->chunk, reading->title, reading->created_at);
    question.tag = number;
    question.conversation_id = reading->conversation_id;
    reading->max_tokens = question.max_tokens;
    return question;
  }

  void Take(const Question& question, const Answer& answer) {
    Reading& reading = reading_.at(question.tag);
    switch (answer.outcome) {
      case Outcome::kAnswered:
        return TakeText(question, answer.text, &reading);
      case Outcome::kRefused:
        return Found(question.tag, {}, &reading);
      case Outcome::kCutOff:
        if (question.max_tokens == reading.max_tokens) return AskWithMoreRoom(question);
        return Halve(question, "its answer was cut off", &reading);
      case Outcome::kTooLong:
        return Halve(question, "it does not fit the model", &reading);
      case Outcome::kFailed:
      case Outcome::kUnanswered:
        return Fail(question.tag, answer.reason);
      case Outcome::kGivenUp:
        return;
    }
  }

  void TakeText(const Question& question, const std::string& text, Reading* reading) {
    std::optional<ReadFacts> read = AnswerToFacts(text, reading->chunk);
    if (read) {
      Found(question.tag, std::move(*read), reading);
    } else if (question.try_number == 0) {
      again_.push_back(question);
      again_.back().try_number = 1;
      again_.back().nudge =
          Nudge{Visible(text), JsonCorrection("it is not one object of the five lists")};
    } else {
      // Reject only after the last try failed, so that a usable second try stays remembered with
      // its first.
      RejectTries(question);
      Fail(question.tag, "its answer was not readable JSON");
    }
  }

  void AskWithMoreRoom(const Question& question) {
    again_.push_back(question);
    again_.back().max_tokens = 2 * question.max_tokens;
  }

  void Halve(const Question& question, const std::string& why, Reading* reading) {
    const Chunk& chunk = reading->chunk;
    if (reading->halved || chunk.stretches.empty()) {
      RejectTries(question);
      return Fail(question.tag, why);
    }
    const std::size_t middle = Middle(chunk);
    reading->halved = true;
    reading->second = Part(chunk, middle, chunk.content.size());
    reading->chunk = Part(chunk, 0, middle);
    again_.push_back(Ask(question.tag, reading));
  }

  void RejectTries(Question question) {
    for (; question.try_number >= 0; --question.try_number) rejected_.push_back(question);
  }

  void Found(std::uint64_t number, ReadFacts read, Reading* reading) {
    counts_.items_dropped += read.dropped;
    counts_.facts += static_cast<int>(read.facts.size());
    for (Fact& fact : read.facts) {
      fact.sources = {{reading->conversation_id, reading->chunk.index, reading->created_at}};
      found_[number].push_back(std::move(fact));
    }
    if (reading->second) {
      reading->chunk = *std::exchange(reading->second, std::nullopt);
      again_.push_back(Ask(number, reading));
    } else {
      reading_.erase(number);
      ++counts_.done;
    }
    count_(counts_);
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
  std::deque<Chunk> chunks_;  // of the open conversation, still to be asked about

  std::uint64_t number_ = 0;                          // the next chunk's running number
  std::map<std::uint64_t, Reading> reading_;          // by running number, which is the tag
  std::deque<Question> again_;                        // questions about chunks in reading_
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
