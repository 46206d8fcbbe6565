// A conversation ──► chunks: writes the text once, reads it as sentences, and makes each chunk a
// range of it.

#include "pipeline/conversation_to_chunks.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "pipeline/prompt_format.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kChunkMessageCharacters = 5000;
constexpr int kMaxTargetTokens = 1000000;
constexpr std::size_t kCharactersPerToken = 4;
constexpr std::size_t kMaxTotalBytes = std::size_t{1} << 30;

struct Range {
  std::size_t begin = 0;  // bytes of the conversation's text
  std::size_t end = 0;
};

struct WrittenText {
  std::string text;
  std::vector<Span> spans;  // of text
};

void CheckSize(ChunkSize size) {
  if (size.target_tokens < 1 || size.target_tokens > kMaxTargetTokens) {
    throw Error(sqlstate::kInvalidParameterValue,
                Format("target_tokens must be between 1 and {}, not {}", kMaxTargetTokens,
                       size.target_tokens))
        .Hint("2000 is usual.");
  }
  if (size.overlap_tokens < 0 || size.overlap_tokens >= size.target_tokens) {
    throw Error(sqlstate::kInvalidParameterValue,
                Format("overlap_tokens must be between 0 and {}, not {}", size.target_tokens - 1,
                       size.overlap_tokens))
        .Hint("Use less than target_tokens; 200 is usual.");
  }
}

WrittenText WriteConversation(const Conversation& conversation) {
  WrittenText written;
  written.text = "# " + ShownTitle(conversation.title) + "\n";
  int number = 0;
  for (const Message& message : conversation.messages) {
    CheckForInterrupts();
    written.text.append("\n").append(Label(message.role));
    // The span ends where the text was cut off: nobody said kTruncated.
    std::size_t const said = FirstCharacters(message.text, kChunkMessageCharacters).size();
    if (said > 0) {
      std::size_t const begin = written.text.size();
      written.spans.push_back({message.role, begin, begin + said, number, message.at});
    }
    ++number;
    written.text += Truncate(message.text, kChunkMessageCharacters);
  }
  return written;
}

// What may end a sentence: all others are passed over quickly.
constexpr std::array<bool, 256> MakeStops() {
  std::array<bool, 256> table{};
  for (unsigned char c : {'\n', '.', '?', '!'}) table[c] = true;
  return table;
}
constexpr std::array<bool, 256> kStops = MakeStops();

bool IsStop(char c) { return kStops[static_cast<unsigned char>(c)]; }

// Reads a text as sentences; a sentence of more than target_tokens comes in pieces.
class SentenceReader {
 public:
  SentenceReader(std::string_view text, std::size_t target_tokens)
      : text_(text), target_tokens_(target_tokens) {}

  bool AtEnd() const { return at_ == text_.size(); }

  // The next sentence or piece; `characters` is its length.
  Range Next(std::size_t* characters) {
    if (at_ == sentence_.end) FindSentence();
    Range range = sentence_;
    range.begin = at_;
    *characters = sentence_characters_;
    if (cut_) range.end = CutPiece(range, characters);
    at_ = range.end;
    sentence_characters_ -= *characters;
    return range;
  }

 private:
  void FindSentence() {
    std::size_t end = at_;
    while (end < text_.size()) {
      const char c = text_[end++];
      if (IsStop(c) && (c == '\n' || text_.substr(end).starts_with(' '))) break;
    }
    sentence_ = {at_, end};
    sentence_characters_ = CountCharacters(text_.substr(at_, end - at_));
    cut_ = sentence_characters_ / kCharactersPerToken > target_tokens_;
  }

  // The end of the first piece of `rest`: after the last white space within the limit, if any.
  std::size_t CutPiece(Range rest, std::size_t* characters) const {
    std::size_t const limit = target_tokens_ * kCharactersPerToken;
    if (*characters <= limit) return rest.end;
    std::size_t at = rest.begin;
    std::size_t after_space = 0;
    std::size_t characters_to_space = 0;
    for (std::size_t n = 1; n <= limit; ++n) {
      if (IsSpace(NextCharacter(text_, &at))) {
        after_space = at;
        characters_to_space = n;
      }
    }
    *characters = after_space == 0 ? limit : characters_to_space;
    return after_space == 0 ? at : after_space;
  }

  std::string_view text_;
  std::size_t target_tokens_;
  std::size_t at_ = 0;
  Range sentence_;
  std::size_t sentence_characters_ = 0;  // from at_
  bool cut_ = false;                     // the sentence has more tokens than a chunk may have
};

// Returns a deque: unlike a vector it grows without a copy.
std::deque<Range> FindRanges(std::string_view text, ChunkSize size) {
  std::size_t const target = static_cast<std::size_t>(size.target_tokens);
  std::size_t const overlap = static_cast<std::size_t>(size.overlap_tokens) * kCharactersPerToken;
  std::deque<Range> ranges;
  std::size_t total_bytes = 0;
  std::size_t characters = 0;  // of the last range
  SentenceReader reader(text, target);
  while (!reader.AtEnd()) {
    CheckForInterrupts();
    std::size_t more = 0;
    Range range = reader.Next(&more);
    if (!ranges.empty() && (characters + more) / kCharactersPerToken <= target) {
      ranges.back().end = range.end;
      characters += more;
      continue;
    }
    if (!ranges.empty()) {
      const Range before = ranges.back();
      range.begin -=
          LastCharacters(text.substr(before.begin, before.end - before.begin), overlap).size();
      more += std::min(characters, overlap);
      total_bytes += before.end - before.begin;
    }
    if (total_bytes > kMaxTotalBytes) {
      throw Error(sqlstate::kProgramLimitExceeded, "the chunks of a conversation exceed 1 GB")
          .Hint("Use a smaller overlap_tokens.");
    }
    ranges.push_back(range);
    characters = more;
  }
  return ranges;
}

// The parts of `spans` within range, relative to its begin.
std::vector<Span> SpansOf(const std::vector<Span>& spans, Range range) {
  std::vector<Span> found;
  auto it = std::partition_point(spans.begin(), spans.end(),
                                 [&](const Span& s) { return s.end <= range.begin; });
  for (; it != spans.end() && it->begin < range.end; ++it) {
    Span part = *it;
    part.begin = std::max(it->begin, range.begin) - range.begin;
    part.end = std::min(it->end, range.end) - range.begin;
    found.push_back(part);
  }
  return found;
}

}  // namespace

void GiveChunks(const Conversation& conversation, ChunkSize size,
                const std::function<void(Chunk)>& give) {
  CheckSize(size);
  if (conversation.messages.empty()) return;
  const WrittenText written = WriteConversation(conversation);
  std::deque<Range> ranges = {{0, written.text.size()}};
  if (EstimateTokens(written.text) > static_cast<std::size_t>(size.target_tokens)) {
    ranges = FindRanges(written.text, size);
  }
  int index = 0;
  for (const Range range : ranges) {
    Chunk chunk;
    chunk.index = index++;
    chunk.total = static_cast<int>(ranges.size());
    chunk.content = written.text.substr(range.begin, range.end - range.begin);
    chunk.tokens = static_cast<int>(EstimateTokens(chunk.content));
    chunk.spans = SpansOf(written.spans, range);
    give(std::move(chunk));
  }
}

std::vector<Chunk> ConversationToChunks(const Conversation& conversation, ChunkSize size) {
  std::vector<Chunk> chunks;
  GiveChunks(conversation, size, [&](Chunk chunk) { chunks.push_back(std::move(chunk)); });
  return chunks;
}

}  // namespace soulprint
