// A chunk ──► facts: writes the question about it and reads the answer.
//
// The chunk's spans tell who said what; labels in its text do not.

#include "pipeline/chunk_to_facts.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "pipeline/prompt_format.hpp"
#include "pipeline/prompts.hpp"
#include "pipeline/quotes.hpp"
#include "util/dump_json.hpp"
#include "util/interrupts.hpp"
#include "util/json_reply.hpp"
#include "util/text.hpp"
#include "util/time.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

using nlohmann::ordered_json;

std::string_view Said(const Chunk& chunk, const Span& span) {
  return std::string_view(chunk.content).substr(span.begin, span.end - span.begin);
}

void VerifyQuotes(const Chunk& chunk, std::vector<Fact>* facts) {
  const UsersWords words(chunk);
  for (Fact& fact : *facts) {
    CheckForInterrupts();
    fact.verified = words.Hold(fact.quote);
  }
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
  return answer.size() == 1 && inner.is_object() && HasCategory(inner) ? &inner : nullptr;
}

}  // namespace

Question ChunkToQuestion(const Chunk& chunk, const std::string& title, Time created_at) {
  ordered_json messages = ordered_json::array();
  for (const Span& span : chunk.spans) {
    messages.push_back({{"role", span.role == Role::kUser ? "user" : "assistant"},
                        {"text", Visible(Said(chunk, span))}});
  }
  const std::string shown = Visible(title);
  const ordered_json material = {{"conversation",
                                  {{"title", IsBlank(shown) ? std::string(kUntitled) : shown},
                                   {"date", FormatDate(created_at)},
                                   {"messages", std::move(messages)}}}};
  Question question;
  question.step = Step::kFacts;
  question.material = DumpJson(material);
  question.instruction = Instruction(Step::kFacts);
  question.schema =
      FactsSchema({kCategories.begin(), kCategories.end()}, "quote", {{"type", "string"}});
  question.max_tokens = 2048;
  question.temperature = 0.3;
  return question;
}

std::optional<ReadFacts> AnswerToFacts(std::string_view answer, const Chunk& chunk) {
  const std::optional<ordered_json> json = ParseJsonReply(answer);
  const ordered_json* categories = json ? CategoriesIn(*json) : nullptr;
  if (categories == nullptr) return std::nullopt;
  ReadFacts read = FactsFromJson(nlohmann::json(*categories));
  VerifyQuotes(chunk, &read.facts);
  return read;
}

}  // namespace soulprint
