// SQL functions that compute: values in, values out.

#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "export/export_to_conversations.hpp"
#include "pg/call.hpp"
#include "pipeline/conversation_to_chunks.hpp"
#include "pipeline/conversations_to_sample.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/prompt_format.hpp"
#include "pipeline/sample_to_sections.hpp"
#include "pipeline/sections_to_soulprint.hpp"
#include "pipeline/types.hpp"
#include "store/jsonb.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/interrupts.hpp"
#include "util/json_events.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

// Memory that a function may use: a multiple of its argument, and 4 MB.
std::size_t Budget(std::size_t argument_bytes, std::size_t times) {
  return times * argument_bytes + (std::size_t{4} << 20);
}

// The conversations of an argument, read one at a time.
class Conversations {
 public:
  explicit Conversations(Datum jsonb) : array_(jsonb) {
    if (array_.IsArray()) return;
    throw Error(sqlstate::kInvalidParameterValue,
                Format("conversations must be a jsonb array, not {}", array_.type()))
        .Hint("Pass an array of conversations, or use jsonb_build_array().");
  }

  std::size_t size() const { return array_.size(); }
  std::size_t bytes() const { return array_.bytes(); }
  Datum Copy(std::size_t position) const { return array_.At(position).Copy(); }

  Conversation Read(std::size_t position) const {
    CheckForInterrupts();
    return ReadOne([&](JsonEvents* reader) { return array_.At(position).Send(reader); },
                   array_.bytes());
  }

  static Conversation ReadOne(const SendJson& send, std::size_t argument_bytes) {
    return ConversationFromJson(send, Budget(argument_bytes, 6));
  }

 private:
  JsonbView array_;
};

// The copy of an argument that is not in its row is freed once it is read.
Conversation ConversationOf(Datum argument) {
  const Datum jsonb = pg::Call([&] { return PointerGetDatum(PG_DETOAST_DATUM(argument)); });
  const JsonbView view(jsonb);
  const SendJson send = [&](JsonEvents* reader) {
    const bool all = view.Send(reader);
    if (jsonb != argument) pg::Call([&] { pfree(DatumGetPointer(jsonb)); });
    return all;
  };
  return Conversations::ReadOne(send, view.bytes());
}

// A number of things, from an argument.
std::size_t Count(int value, const char* argument) {
  if (value >= 0) return static_cast<std::size_t>(value);
  throw Error(sqlstate::kInvalidParameterValue,
              Format("{} must be 0 or greater, not {}", argument, value));
}

Share ShareFromName(const std::string& name) {
  if (name == "whole") return Share::kWhole;
  if (name == "fair") return Share::kFair;
  throw Error(sqlstate::kInvalidParameterValue,
              Format("share must be \"whole\" or \"fair\", not \"{}\"", name))
      .Hint("\"whole\" takes whole conversations while they fit, \"fair\" a part of each.");
}

std::vector<Scored> Score(const Conversations& conversations) {
  std::vector<Scored> scored;
  scored.reserve(conversations.size());
  for (std::size_t i = 0; i < conversations.size(); ++i) {
    scored.push_back(ScoreAt(i, conversations.Read(i)));
  }
  return scored;
}

std::string FormatAll(const Conversations& conversations, std::size_t max_chars, Share share) {
  constexpr std::size_t kEach = 200;  // bytes of memory for each conversation
  if (kEach * conversations.size() > Budget(conversations.bytes(), 5)) {
    throw Error(sqlstate::kProgramLimitExceeded, "too many conversations are empty")
        .Detail(Format("{} conversations have {} bytes in total.", conversations.size(),
                       conversations.bytes()))
        .Hint("Leave out conversations without messages.");
  }
  return FormatConversations(
      conversations.size(), [&](std::size_t position) { return conversations.Read(position); },
      max_chars, share, Escape::kNone);
}

// The sections of an object {"soul": {…}, …} as the columns hold them: NULL for a missing one.
StoredSections ReadSections(const JsonbView& object) {
  if (!object.IsObject()) {
    throw Error(sqlstate::kInvalidParameterValue,
                Format("sections must be a jsonb object, not {}", object.type()))
        .Hint("Pass an object with the keys soul, identity, user, agents and tools.");
  }
  StoredSections sections;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const std::optional<JsonbView> section = object.Find(kSectionNames[i]);
    if (section && !section->IsNull()) sections[i] = section->ToText();
  }
  return sections;
}

// Merges the facts of an object of lists, one list per category.
void AddFacts(const JsonbView& object, std::size_t argument_bytes, FactMerger* merger) {
  if (!object.IsObject()) ThrowNoFacts(object.type());
  const auto add = [&](Category category, const JsonbView& item) {
    std::optional<Fact> fact = FactFromJson(category, item.ToJson(Budget(argument_bytes, 5)));
    if (fact) merger->Add(std::move(*fact));
    if (merger->bytes() <= Budget(argument_bytes, 8)) return;
    throw Error(sqlstate::kProgramLimitExceeded, "merging the facts takes too much memory")
        .Detail(Format("The facts take more than {} MB, the array {} MB.", merger->bytes() >> 20,
                       argument_bytes >> 20))
        .Hint("Merge fewer facts at a time.");
  };
  for (Category category : kCategories) {
    const std::optional<JsonbView> list = object.Find(CategoryName(category));
    if (!list || list->IsNull()) continue;
    if (!list->IsArray()) {
      add(category, *list);
      continue;
    }
    for (std::size_t i = 0; i < list->size(); ++i) add(category, list->At(i));
  }
}

std::deque<Fact> MergeAll(Datum array) {
  FactMerger merger;
  pg::ForEachJsonb(array, [&](std::optional<Datum> element, std::size_t argument_bytes) {
    if (!element) ThrowNoFacts("null");
    AddFacts(JsonbView(*element), argument_bytes, &merger);
  });
  return merger.Take();
}

// One JSON object of the five sections, which are JSON texts.
std::string SectionsToJson(const Sections& sections) {
  std::string object;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    object += i == 0 ? "{\"" : ",\"";
    object.append(kSectionNames[i]).append("\":").append(sections[i]);
  }
  return object + "}";
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

Datum soulprint_score_conversation(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    return Int64GetDatum(ScoreConversation(ConversationOf(PG_GETARG_DATUM(0))));
  });
}

Datum soulprint_sample_conversations(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const Conversations conversations(PG_GETARG_DATUM(0));
    const std::size_t target_count = Count(PG_GETARG_INT32(1), "target_count");
    pg::RowSet rows(fcinfo);
    int rank = 0;
    for (const Scored& scored : RankConversations(Score(conversations), target_count)) {
      rows.Add({Int32GetDatum(++rank), Int64GetDatum(scored.score),
                conversations.Copy(scored.position)});
    }
    return static_cast<Datum>(0);
  });
}

Datum soulprint_format_conversations(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const Conversations conversations(PG_GETARG_DATUM(0));
    return pg::ToText(FormatAll(conversations, Count(PG_GETARG_INT32(1), "max_chars"),
                                ShareFromName(pg::FromText(PG_GETARG_DATUM(2)))));
  });
}

Datum soulprint_chunk_conversation(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const Conversation conversation = ConversationOf(PG_GETARG_DATUM(0));
    pg::RowSet rows(fcinfo);
    GiveChunks(conversation, {PG_GETARG_INT32(1), PG_GETARG_INT32(2)}, [&](const Chunk& chunk) {
      rows.Add({Int32GetDatum(chunk.index), Int32GetDatum(chunk.total), Int32GetDatum(chunk.tokens),
                pg::ToText(chunk.content)});
    });
    return static_cast<Datum>(0);
  });
}

Datum soulprint_merge_facts(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum { return FactsToJsonb(MergeAll(PG_GETARG_DATUM(0))); });
}

Datum soulprint_parse_sections(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const std::optional<Sections> sections = ParseSections(pg::FromText(PG_GETARG_DATUM(0)));
    if (!sections) {
      fcinfo->isnull = true;
      return static_cast<Datum>(0);
    }
    return pg::ToJsonb(SectionsToJson(*sections));
  });
}

Datum soulprint_assemble_text(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    if (PG_ARGISNULL(0)) {
      fcinfo->isnull = true;
      return static_cast<Datum>(0);
    }
    const StoredSections sections = ReadSections(JsonbView(PG_GETARG_DATUM(0)));
    const std::string memory_md =
        PG_ARGISNULL(1) ? std::string() : pg::FromText(PG_GETARG_DATUM(1));
    return pg::ToText(SectionsToSoulprint(sections, memory_md));
  });
}
}
