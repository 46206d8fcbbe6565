// Any text as a model's answer: the result can be stored, has the shape of facts or sections, and
// is the same when it is read again.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../facts_json.hpp"
#include "fuzz.hpp"
#include "pipeline/chunk_to_facts.hpp"
#include "pipeline/conversation_to_chunks.hpp"
#include "pipeline/sample_to_sections.hpp"
#include "pipeline/section_schema.hpp"
#include "util/json_reply.hpp"

namespace soulprint {
namespace {

using nlohmann::ordered_json;

void RequireReply(std::string_view answer) {
  const std::optional<ordered_json> reply = ParseJsonReply(answer);
  if (!reply) return;
  const std::string text = reply->dump();  // throws if it is not UTF-8
  Require(ParseJsonText(text) == reply, "a reply is read as it is written");
}

void RequireSection(std::size_t section, const std::string& text) {
  RequireStorable(text);
  const ordered_json json = ordered_json::parse(text);
  auto field = json.begin();
  for (const SectionField& known : SectionSchema(section)) {
    Require(field != json.end() && field.key() == known.name, "known fields come first, in order");
    Require(known.list ? field->is_array() : field->is_string(), "lists are lists, others text");
    Require(!known.list || std::all_of(field->begin(), field->end(),
                                       [](const auto& item) {
                                         return item.is_string() &&
                                                !IsBlank(item.template get<std::string>());
                                       }),
            "lists are of texts");
    ++field;
  }
}

void RequireSections(std::string_view answer) {
  const std::optional<Sections> sections = ParseSections(answer);
  if (!sections) return;
  for (std::size_t i = 0; i < sections->size(); ++i) RequireSection(i, (*sections)[i]);
}

std::optional<ReadFacts> Facts(std::string_view answer, Role role) {
  Conversation conversation;
  conversation.messages.push_back({"", role, "I moved to Bern in 2019, for the rivers.", {}});
  return AnswerToFacts(answer, {{"c", "", {}, ConversationToChunks(conversation).front()}});
}

void RequireFacts(std::string_view answer) {
  const std::optional<ReadFacts> read = Facts(answer, Role::kUser);
  if (!read) return;
  for (const Fact& fact : read->facts) {
    Require(!IsBlank(fact.text), "a fact has a text");
    Require(CountCharacters(fact.text) <= 1015, "a fact is short");
    Require(!fact.verified || !fact.quote.empty(), "a verified fact has a quote");
    RequireStorable(fact.quote);
  }
  const std::optional<ReadFacts> unsaid = Facts(answer, Role::kAssistant);
  Require(std::none_of(unsaid->facts.begin(), unsaid->facts.end(),
                       [](const Fact& fact) { return fact.verified; }),
          "only the user's own words verify a fact");
  const std::string json = FactsToJson(read->facts);
  RequireStorable(json);
  const ReadFacts again = FactsFromJson(nlohmann::json::parse(json));
  Require(again.dropped.Total() == 0 && FactsToJson(again.facts) == json,
          "facts are read as written");
}

}  // namespace
}  // namespace soulprint

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace soulprint;
  const std::string_view answer(reinterpret_cast<const char*>(data), size);
  RequireReply(answer);
  RequireSections(answer);
  RequireFacts(answer);
  return 0;
}
