// Chunks ──► facts: writes the question about them and reads the answer.
//
// A chunk's spans tell who said what; labels in its text do not.

#include "pipeline/chunk_to_facts.hpp"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "pipeline/prompt_format.hpp"
#include "pipeline/prompts.hpp"
#include "pipeline/quotes.hpp"
#include "pipeline/secrets.hpp"
#include "util/dump_json.hpp"
#include "util/interrupts.hpp"
#include "util/json_reply.hpp"
#include "util/text.hpp"
#include "util/time.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kAssistantCharacters = 300;
constexpr std::size_t kShortMessage = 40;  // characters
constexpr std::string_view kOmission = " […] ";

std::string_view Said(const Chunk& chunk, const Span& span) {
  return std::string_view(chunk.content).substr(span.begin, span.end - span.begin);
}

// The first characters of a text of the assistant, and the last ones if it `asks`.
std::string Shortened(const std::string& text, bool asks) {
  const std::string_view first = FirstCharacters(text, kAssistantCharacters);
  const std::string_view rest = std::string_view(text).substr(first.size());
  const std::string_view last = LastCharacters(rest, asks ? kAssistantCharacters : 0);
  if (rest.size() <= last.size() + kOmission.size()) return text;
  return std::string(first).append(kOmission).append(last);
}

// Without a quote a fact may come from each of the excerpts.
std::vector<Source> AllOf(const std::vector<Excerpt>& excerpts) {
  std::vector<Source> sources;
  for (const Excerpt& excerpt : excerpts) {
    sources.push_back(
        {excerpt.conversation_id, excerpt.chunk.index, -1, excerpt.created_at, excerpt.notes});
  }
  return sources;
}

std::vector<Source> SourcesAt(const std::vector<Place>& places,
                              const std::vector<Excerpt>& excerpts) {
  std::vector<Source> sources;
  for (const Place& place : places) {
    const Excerpt& excerpt = excerpts[place.excerpt];
    const Span& span = excerpt.chunk.spans[place.span];
    sources.push_back({excerpt.conversation_id, excerpt.chunk.index, span.message,
                       SaidAt(excerpt, span), excerpt.notes});
  }
  return sources;
}

// Notes share no question with conversations.
bool AreNotes(const std::vector<Excerpt>& excerpts) { return !excerpts.front().notes.empty(); }

std::string_view RoleName(Role role) {
  if (role == Role::kNotes) return "notes";
  return role == Role::kUser ? "user" : "assistant";
}

bool IsSecret(const Fact& fact) {
  return HoldsSecret(fact.text) || HoldsSecret(fact.quote) || HoldsSecret(fact.more[0]) ||
         HoldsSecret(fact.more[1]);
}

// Sets where the fact was said.  False if it is dropped.
bool Locate(const SpokenWords& words, const std::vector<Excerpt>& excerpts, Fact* fact,
            DroppedItems* dropped) {
  if (IsSecret(*fact)) return ++dropped->secret, false;
  if (HasNoWords(fact->quote)) {
    fact->quote = {};
    fact->sources = AllOf(excerpts);
    return true;
  }
  const FoundQuote found = words.Find(fact->quote);
  switch (found.by) {
    case SaidBy::kNobody:
      return ++dropped->invented, false;
    case SaidBy::kAssistant:
      return ++dropped->assistant, false;
    case SaidBy::kUser:
    case SaidBy::kUserBriefly:
      break;
  }
  const bool notes = AreNotes(excerpts);
  fact->verified = found.by == SaidBy::kUser && !notes;
  fact->noted = found.by == SaidBy::kUser && notes;
  fact->sources = SourcesAt(found.places, excerpts);
  return true;
}

bool HasCategory(const ordered_json& object) {
  return std::any_of(kCategories.begin(), kCategories.end(),
                     [&](Category category) { return object.contains(CategoryName(category)); });
}

// The object that holds the categories: the answer, or the only value in it; null if there is none.
const ordered_json* CategoriesIn(const ordered_json& answer) {
  if (!answer.is_object()) return nullptr;
  if (answer.empty() || HasCategory(answer)) return &answer;
  const ordered_json& inner = answer.front();
  return answer.size() == 1 && HasCategory(inner) ? &inner : nullptr;
}

}  // namespace

std::vector<std::string> SentTexts(const Excerpt& excerpt) {
  std::vector<std::string> texts;
  const std::vector<Span>& spans = excerpt.chunk.spans;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    std::string text = Visible(Said(excerpt.chunk, spans[i]));
    const bool asks = i + 1 < spans.size() && spans[i + 1].role == Role::kUser &&
                      CountCharacters(Said(excerpt.chunk, spans[i + 1])) < kShortMessage;
    texts.push_back(spans[i].role == Role::kAssistant ? Shortened(text, asks) : std::move(text));
  }
  return texts;
}

bool HasUsersWords(const Chunk& chunk) {
  return std::any_of(chunk.spans.begin(), chunk.spans.end(), [&](const Span& span) {
    return span.role == Role::kUser && !IsBlank(Said(chunk, span));
  });
}

Question ExcerptsToQuestion(const std::vector<Excerpt>& excerpts) {
  ordered_json conversations = ordered_json::array();
  for (const Excerpt& excerpt : excerpts) {
    const std::vector<std::string> texts = SentTexts(excerpt);
    ordered_json messages = ordered_json::array();
    std::string day;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const Span& span = excerpt.chunk.spans[i];
      const Time at = SaidAt(excerpt, span);
      ordered_json message;
      if (at && FormatDate(at) != day) message["date"] = day = FormatDate(at);
      message["role"] = RoleName(span.role);
      message["text"] = texts[i];
      messages.push_back(std::move(message));
    }
    const std::string title = Visible(excerpt.title);
    conversations.push_back({{"title", IsBlank(title) ? std::string(kUntitled) : title},
                             {"messages", std::move(messages)}});
  }
  Question question;
  question.step = Step::kFacts;
  question.material = DumpJson(ordered_json{{"conversations", std::move(conversations)}});
  question.instruction = AreNotes(excerpts) ? NotesInstruction() : Instruction(Step::kFacts);
  static const auto& schema = *new std::string(
      FactsSchema({kCategories.begin(), kCategories.end()}, {{"quote", {{"type", "string"}}}},
                  {{"importance", {{"type", "integer"}, {"enum", {1, 2, 3}}}}}));
  question.schema = schema;
  question.max_tokens = 2048;
  question.temperature = 0.3;
  for (const Excerpt& excerpt : excerpts) {
    if (excerpt.conversation_id.empty()) continue;
    std::vector<std::string>& ids = question.conversation_ids;
    if (ids.empty() || ids.back() != excerpt.conversation_id) {
      ids.emplace_back(excerpt.conversation_id);
    }
  }
  return question;
}

std::optional<ReadFacts> AnswerToFacts(std::string_view answer,
                                       const std::vector<Excerpt>& excerpts) {
  const std::optional<ordered_json> json = ParseJsonReply(answer);
  const ordered_json* categories = json ? CategoriesIn(*json) : nullptr;
  if (categories == nullptr) return std::nullopt;
  ReadFacts read = FactsFromJson(nlohmann::json(*categories));
  const SpokenWords words(excerpts);
  std::erase_if(read.facts, [&](Fact& fact) {
    CheckForInterrupts();
    return !Locate(words, excerpts, &fact, &read.dropped);
  });
  return read;
}

}  // namespace soulprint
