// The SQL functions that compute: values in, values out (DESIGN 7).

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "error.hpp"
#include "jsonb.hpp"
#include "pg/call.hpp"
#include "pipeline/chunk_to_facts.hpp"
#include "pipeline/conversation_to_chunks.hpp"
#include "pipeline/conversations_to_sample.hpp"
#include "pipeline/export_to_conversations.hpp"
#include "pipeline/sample_to_sections.hpp"
#include "pipeline/sections_to_soulprint.hpp"
#include "settings.hpp"
#include "wake.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

using nlohmann::json;

// The elements of a jsonb array argument.
json ParseArray(Datum jsonb, const char* argument) {
  json array = ParseJsonb(jsonb);
  if (!array.is_array()) {
    throw Error(sqlstate::kInvalidParameterValue,
                std::string(argument) + " must be a jsonb array, not " + array.type_name(), {},
                "Pass an array of conversations, or use jsonb_build_array().");
  }
  return array;
}

// An argument that counts something and must not be negative.
std::size_t Count(int value, const char* argument) {
  if (value >= 0) return static_cast<std::size_t>(value);
  throw Error(sqlstate::kInvalidParameterValue,
              std::string(argument) + " must not be negative: " + std::to_string(value), {},
              "Pass 0 or more.");
}

Share ShareFromName(const std::string& name) {
  if (name == "whole") return Share::kWhole;
  if (name == "fair") return Share::kFair;
  throw Error(
      sqlstate::kInvalidParameterValue, "share must be \"whole\" or \"fair\", not \"" + name + "\"",
      {}, "\"whole\" keeps conversations whole while they fit, \"fair\" lets all of them appear.");
}

std::vector<Scored> Score(const json& conversations) {
  std::vector<Scored> scored;
  for (const json& element : conversations) {
    const Conversation conversation = ConversationFromJson(element);
    scored.push_back({scored.size(), ScoreConversation(conversation), conversation.messages.size(),
                      conversation.created_at});
  }
  return scored;
}

std::string Format(const json& conversations, std::size_t max_chars, Share share) {
  return FormatConversations(
      conversations.size(),
      [&](std::size_t position) { return ConversationFromJson(conversations[position]); },
      max_chars, share, Fence::kNone);
}

// The sections of an object {"soul": {…}, …} as columns hold them: NULL where there is none.
StoredSections SectionsFromJson(const nlohmann::ordered_json& object) {
  if (!object.is_object()) {
    throw Error(sqlstate::kInvalidParameterValue,
                std::string("sections must be a jsonb object, not ") + object.type_name(), {},
                "Pass an object with the keys soul, identity, user, agents and tools.");
  }
  StoredSections sections;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const auto found = object.find(kSectionNames[i]);
    if (found == object.end() || found->is_null()) continue;
    sections[i] = found->is_string() ? found->get<std::string>() : found->dump();
  }
  return sections;
}

Datum MergeAll(Datum array) {
  std::vector<Fact> facts;
  for (std::optional<Datum> element : pg::JsonbElements(array)) {
    ReadFacts read = FactsFromJson(element ? ParseJsonb(*element) : json());
    std::move(read.facts.begin(), read.facts.end(), std::back_inserter(facts));
  }
  return pg::ToJsonb(FactsToJson(MergeFacts(std::move(facts))));
}

}  // namespace

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_score_conversation);
PG_FUNCTION_INFO_V1(soulprint_sample_conversations);
PG_FUNCTION_INFO_V1(soulprint_format_conversations);
PG_FUNCTION_INFO_V1(soulprint_chunk_conversation);
PG_FUNCTION_INFO_V1(soulprint_merge_facts);
PG_FUNCTION_INFO_V1(soulprint_parse_sections);
PG_FUNCTION_INFO_V1(soulprint_assemble_text);
PG_FUNCTION_INFO_V1(soulprint_app_schema);
PG_FUNCTION_INFO_V1(soulprint_model_name);
PG_FUNCTION_INFO_V1(soulprint_wake_launcher);

Datum soulprint_score_conversation(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    return Int64GetDatum(ScoreConversation(ConversationFromJson(ParseJsonb(PG_GETARG_DATUM(0)))));
  });
}

Datum soulprint_sample_conversations(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const json conversations = ParseArray(PG_GETARG_DATUM(0), "conversations");
    const std::size_t target_count = Count(PG_GETARG_INT32(1), "target_count");
    pg::RowSet rows(fcinfo);
    int rank = 0;
    for (const Scored& scored : RankConversations(Score(conversations), target_count)) {
      rows.Add({Int32GetDatum(++rank), Int64GetDatum(scored.score),
                pg::ToJsonb(conversations[scored.position].dump())});
    }
    return static_cast<Datum>(0);
  });
}

Datum soulprint_format_conversations(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const json conversations = ParseArray(PG_GETARG_DATUM(0), "conversations");
    return pg::ToText(Format(conversations, Count(PG_GETARG_INT32(1), "max_chars"),
                             ShareFromName(pg::FromText(PG_GETARG_DATUM(2)))));
  });
}

Datum soulprint_chunk_conversation(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    pg::RowSet rows(fcinfo);
    for (const Chunk& chunk :
         ConversationToChunks(ConversationFromJson(ParseJsonb(PG_GETARG_DATUM(0))),
                              {PG_GETARG_INT32(1), PG_GETARG_INT32(2)})) {
      rows.Add({Int32GetDatum(chunk.index), Int32GetDatum(chunk.total), Int32GetDatum(chunk.tokens),
                pg::ToText(chunk.content)});
    }
    return static_cast<Datum>(0);
  });
}

Datum soulprint_merge_facts(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum { return MergeAll(PG_GETARG_DATUM(0)); });
}

Datum soulprint_parse_sections(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const std::optional<Sections> sections = ParseSections(pg::FromText(PG_GETARG_DATUM(0)));
    if (!sections) {
      fcinfo->isnull = true;
      return static_cast<Datum>(0);
    }
    nlohmann::ordered_json object;
    for (std::size_t i = 0; i < sections->size(); ++i) {
      object[std::string(kSectionNames[i])] = nlohmann::ordered_json::parse((*sections)[i]);
    }
    return pg::ToJsonb(object.dump());
  });
}

Datum soulprint_assemble_text(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    if (PG_ARGISNULL(0)) {
      fcinfo->isnull = true;
      return static_cast<Datum>(0);
    }
    const auto sections = nlohmann::ordered_json::parse(pg::FromJsonb(PG_GETARG_DATUM(0)));
    const std::string memory_md =
        PG_ARGISNULL(1) ? std::string() : pg::FromText(PG_GETARG_DATUM(1));
    return pg::ToText(SectionsToSoulprint(SectionsFromJson(sections), memory_md));
  });
}

Datum soulprint_app_schema([[maybe_unused]] PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum { return pg::ToText(settings::app_schema); });
}

Datum soulprint_model_name([[maybe_unused]] PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum { return pg::ToText(settings::ModelName()); });
}

Datum soulprint_wake_launcher([[maybe_unused]] PG_FUNCTION_ARGS) {
  wake::AtCommit();
  PG_RETURN_VOID();
}
}
