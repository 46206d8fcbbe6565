#include "offline/sentences.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "offline/words.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kLongMessage = 1500;   // bytes; a longer message can be a pasted document
constexpr std::size_t kLongSentence = 1000;  // bytes; a longer sentence is not natural speech
constexpr std::size_t kStoryQuotes = 4;      // spoken lines that make a text a story

// Phrases after which the rest of a message is material or a role play.
constexpr std::array<std::string_view, 32> kMaterialFollows = {
    "translate ",         "summarize ",       "summarise ",       "proofread",
    "proof read",         "paraphrase ",      "rewrite ",         "reword ",
    "rephrase ",          "the following",    "correct this",     "correct the grammar",
    "correct my grammar", "fix the grammar",  "fix my grammar",   "check the grammar",
    "check my grammar",   "improve this",     "edit this",        "analyze this",
    "analyse this",       "classify this",    "here is the text", "here is an email",
    "here is the email",  "here's the email", "text below",       "continue this",
    "continue the story", "act as ",          "acting as ",       "pretend "};

constexpr std::array<std::string_view, 10> kPartsToPlay = {
    "roleplay",       "role play",       "role-play",
    "pretend i",      "pretend that i",  "pretend we",
    "pretend to be",  "my character is", "i am playing the role",
    "in character as"};

// Phrases that request a text.  The sentence is about that text; after a speaker's label, so is the
// rest of the message.
constexpr std::string_view kWriting = "write compose draft generate";
constexpr std::string_view kWritten =
    "story poem song essay letter email e-mail speech script dialogue monologue article post tweet "
    "bio biography lyrics rap haiku sentence sentences paragraph review statement caption";

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

template <std::size_t kSize>
bool ContainsAny(std::string_view text, const std::array<std::string_view, kSize>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return Contains(text, part); });
}

// The words of a text, split at white space, without punctuation around them.
template <typename Use>
void EachWord(std::string_view text, const Use& use) {
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n,.:;!?()\"", begin), text.size());
    if (end > begin) use(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

std::string_view FirstLine(std::string_view text) { return text.substr(0, text.find('\n')); }

// "Bob: hello", "[10:32] Bob: hello" or " User: hello": a line of somebody's chat log.
bool IsSpeakerLine(std::string_view line) {
  line = Trim(line);
  if (!line.empty() && line[0] == '[') {
    line = Trim(line.substr(std::min(line.find(']'), line.size() - 1) + 1));
  }
  const std::size_t colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos || colon > 24) return false;
  if (colon + 1 < line.size() && line[colon + 1] != ' ') return false;
  const std::string_view name = line.substr(0, colon);
  return name[0] >= 'A' && name[0] <= 'Z' && std::count(name.begin(), name.end(), ' ') < 3 &&
         !Contains(name, ",");
}

bool IsRoleLabel(std::string_view line) {
  line = Trim(line);
  constexpr std::array<std::string_view, 9> kLabels = {
      "User:", "Assistant:", "Human:", "AI:", "System:", "ChatGPT:", "Q:", "A:", "Bot:"};
  return std::any_of(kLabels.begin(), kLabels.end(),
                     [&](std::string_view label) { return line.substr(0, label.size()) == label; });
}

// Characters that do not occur in prose.
bool LooksLikeCode(std::string_view line) {
  const auto marks = static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return std::string_view("{}[]<>=|\\;_$#*+^~`").find(c) != std::string_view::npos;
  }));
  return marks >= 3 && marks * 12 > line.size();
}

// The lines of a message that the user typed, in order.
class OwnLines {
 public:
  explicit OwnLines(std::string_view message) : message_(message) {
    for (std::size_t at = 0; at < message.size();) {
      const std::string_view line = FirstLine(message.substr(at));
      speakers_ += IsSpeakerLine(line) ? 1 : 0;
      at += line.size() + 1;
    }
  }

  template <typename Use>
  void Each(const Use& use) {
    for (std::size_t at = 0; at < message_.size();) {
      const std::string_view line = FirstLine(message_.substr(at));
      at += line.size() + 1;
      if (IsOwn(line)) use(line);
    }
  }

 private:
  bool IsOwn(std::string_view line) {
    const std::string_view trimmed = Trim(line);
    if (trimmed.substr(0, 3) == "```" || trimmed.substr(0, 3) == "~~~") {
      const bool closed = Contains(trimmed.substr(3), trimmed.substr(0, 3));  // ```on one line```
      in_fence_ = closed ? in_fence_ : !in_fence_;
      return false;
    }
    if (in_fence_) return false;
    if (trimmed.empty()) in_log_ = false;
    // One line with a name in front can be a label of the user's own; two are a chat log.
    if (IsRoleLabel(line) || (speakers_ >= 2 && IsSpeakerLine(line))) in_log_ = true;
    return !in_log_ && !trimmed.empty() && trimmed[0] != '>' && trimmed[0] != '<' &&
           trimmed[0] != '|' && !LooksLikeCode(trimmed);
  }

  std::string_view message_;
  int speakers_ = 0;
  bool in_fence_ = false;
  bool in_log_ = false;
};

bool EndsSentence(std::string_view line, std::size_t at) {
  const char c = line[at];
  if (c == '!' || c == '?') {
    return at + 1 == line.size() ||
           (line[at + 1] != '!' && line[at + 1] != '?' && line[at + 1] != '"');
  }
  if (c == '\x82' || c == '\x81' || c == '\x9F') {  // 。 ！ ？
    return at >= 2 &&
           (line.substr(at - 2, 3) == "\xE3\x80\x82" || line.substr(at - 2, 3) == "\xEF\xBC\x81" ||
            line.substr(at - 2, 3) == "\xEF\xBC\x9F");
  }
  if (c != '.') return false;
  if (at + 1 < line.size() && line[at + 1] != ' ' && line[at + 1] != '\t') return false;
  const std::size_t space = line.find_last_of(" (", at);
  const std::size_t begin = space == std::string_view::npos ? 0 : space + 1;
  const std::string_view word = line.substr(begin, at - begin);
  const bool initial = word.size() == 1 && word != "I" && (word[0] < '0' || word[0] > '9');
  return !initial && !Among(word, "Mr Mrs Ms Dr St Prof vs e.g i.e etc Jr Sr No approx");
}

void SplitLine(std::string_view line, std::vector<std::string_view>* sentences) {
  bool in_quote = false;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '"') in_quote = !in_quote && line.find('"', at + 1) != std::string_view::npos;
    if (in_quote || !EndsSentence(line, at)) continue;
    sentences->push_back(Trim(line.substr(begin, at + 1 - begin)));
    begin = at + 1;
  }
  if (!IsBlank(line.substr(begin))) sentences->push_back(Trim(line.substr(begin)));
}

// A long text with few "I", or with quoted speech, is a document.
bool LooksPasted(std::string_view message, std::string_view lower) {
  if (message.size() < kLongMessage) return false;
  std::size_t words = 0;
  std::size_t first_person = 0;
  EachWord(lower, [&](std::string_view word) {
    ++words;
    first_person += Among(word, "i i'm i've i'd i'll my me mine myself im ive we our") ? 1 : 0;
  });
  std::size_t spoken = 0;
  for (const std::string_view mark :
       {",\"", ".\"", "!\"", "?\"", ",\xE2\x80\x9D", ".\xE2\x80\x9D"}) {
    for (std::size_t at = lower.find(mark); at != std::string_view::npos;
         at = lower.find(mark, at + 1))
      ++spoken;
  }
  return first_person * 100 < words * 3 || spoken >= kStoryQuotes;
}

bool OrdersText(std::string_view sentence) {
  bool writing = false;
  bool written = false;
  EachWord(sentence, [&](std::string_view word) {
    writing = writing || Among(word, kWriting);
    written = written || (writing && Among(word, kWritten));
  });
  return written;
}

bool AssignsPart(std::string_view sentence) {
  return sentence.substr(0, 10) == "you are a " || sentence.substr(0, 11) == "you are an " ||
         sentence.substr(0, 12) == "you are now " || sentence.substr(0, 8) == "imagine " ||
         sentence.substr(0, 8) == "suppose " || sentence.substr(0, 9) == "you're a ";
}

bool SpeaksForAnother(std::string_view sentence) {
  constexpr std::array<std::string_view, 8> kVoices = {
      " as if ",      " as a ",        " as an ",      "perspective of",
      "first person", "point of view", "in the voice", "in the style"};
  return Contains(sentence, ":") || ContainsAny(sentence, kVoices);
}

}  // namespace

OwnWords MessageToSentences(std::string_view message) {
  OwnWords own;
  const std::string lower = AsciiLower(message);
  std::vector<std::string_view> all;
  OwnLines(message).Each([&](std::string_view line) { SplitLine(line, &all); });
  // Users write a line before and a line after a pasted document.
  if (LooksPasted(message, lower) && all.size() > 2) all = {all.front(), all.back()};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string_view said = all[i];
    const std::string_view low =
        std::string_view(lower).substr(said.data() - message.data(), said.size());
    if (ContainsAny(low, kPartsToPlay)) {
      own.role_play = true;
      return own;
    }
    if (ContainsAny(low, kMaterialFollows) || (i == 0 && AssignsPart(low))) return own;
    if (OrdersText(low)) {
      if (SpeaksForAnother(low)) return own;
      continue;
    }
    if (said.size() <= kLongSentence) own.sentences.push_back(said);
  }
  return own;
}

}  // namespace soulprint
