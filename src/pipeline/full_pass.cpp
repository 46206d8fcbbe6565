// The whole route.
//
//   conversations ──► chunks ──► facts ──► memory ─┐
//         └─────────► sample ──────────────────────┴──► sections ──► soulprint_text ──► published
//
// There is no code for resuming.  Answers are remembered: an interrupted pass runs again from the
// top and asks only the questions that were not answered.

#include "pipeline/full_pass.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "pipeline/changes.hpp"
#include "pipeline/conversation_to_chunks.hpp"
#include "pipeline/conversations_to_sample.hpp"
#include "pipeline/excerpt.hpp"
#include "pipeline/excerpt_groups.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/facts_to_memory.hpp"
#include "pipeline/later.hpp"
#include "pipeline/notes.hpp"
#include "pipeline/progress.hpp"
#include "pipeline/progress_model.hpp"
#include "pipeline/read_chunks.hpp"
#include "pipeline/sample.hpp"
#include "pipeline/sample_to_sections.hpp"
#include "pipeline/sections_to_soulprint.hpp"
#include "pipeline/tries.hpp"
#include "pipeline/types.hpp"
#include "pipeline/wording_model.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint {
namespace {

class Pass {
 public:
  Pass(Store& store, Model& model, const PassOptions& options)
      : store_(store),
        options_(options),
        reporting_(model, store, progress_),
        model_(reporting_, store, options.model) {}

  void Run() {
    Begin(Stage::kChunks);
    ids_ = store_.ConversationIds();
    const std::vector<Scored> scored = StoreChunks();
    std::vector<Excerpt> notes = NotesToExcerpts(store_.ReadNotes());
    progress_.chunks += static_cast<int>(notes.size());

    Begin(Stage::kFacts);
    Profile profile;
    profile.facts = MergeFacts(ReadEnoughChunks(PlanReading(scored, std::move(notes))));

    Begin(Stage::kReduce);
    FindChanges(&profile.facts, options_.memory.changes_tokens, model_, store_);
    ForgetFacts(&profile.facts, store_.FindForgotten(profile.facts));
    AddOwnFacts(&profile.facts, store_.ReadOwnFacts());
    progress_.facts = static_cast<int>(profile.facts.size());

    Begin(Stage::kMemory);
    Memory memory = FactsToMemory(FactsThatHold(profile.facts), options_.memory, model_, store_);
    progress_.facts_left_out = memory.facts_left_out;
    profile.memory_md = std::move(memory.memory_md);
    store_.PublishMemory(profile.memory_md);

    Begin(Stage::kSections);
    profile.sections = MakeSections(scored, profile.memory_md);
    if (profile.sections) {
      profile.soulprint_text = SectionsToSoulprint(*profile.sections, profile.memory_md);
    }

    Begin(Stage::kPublish);
    store_.Publish(profile);
  }

 private:
  void Begin(Stage stage) {
    progress_.stage = stage;
    store_.Report(progress_);
  }

  // Replaces the chunk rows, with one conversation in memory at a time, and returns what ranking
  // needs to know of each.
  std::vector<Scored> StoreChunks() {
    std::vector<Scored> scored;
    std::size_t position = 0;
    store_.ReplaceChunks([&]() -> std::optional<ChunkedConversation> {
      while (position < ids_.size()) {
        const std::string& id = ids_[position++];
        const std::optional<Conversation> conversation = store_.ReadConversation(id);
        if (!conversation) continue;
        std::vector<Chunk> chunks = ConversationToChunks(*conversation);
        if (chunks.empty()) continue;
        for (const Chunk& chunk : chunks) {
          chunk_bytes_ += static_cast<double>(chunk.content.size());
          chunk_tokens_ += chunk.tokens;
        }
        scored.push_back(ScoreAt(position - 1, *conversation));
        ++progress_.conversations;
        progress_.chunks += static_cast<int>(chunks.size());
        return ChunkedConversation{id, conversation->title, conversation->created_at,
                                   static_cast<int>(scored.back().messages), std::move(chunks)};
      }
      return std::nullopt;
    });
    return scored;
  }

  ReadPlan PlanReading(const std::vector<Scored>& scored, std::vector<Excerpt> notes) const {
    ReadPlan plan{.question_characters = options_.question_characters,
                  .sample_bytes = SampleBytes(chunk_bytes_, chunk_tokens_),
                  .notes = std::move(notes)};
    if (options_.cost.coverage >= 1) return plan;
    RequireCoverage(options_.cost.coverage);
    plan.richness.resize(ids_.size());
    for (const Scored& conversation : scored) {
      plan.richness[conversation.position] = conversation.score;
    }
    return plan;
  }

  void RequireCoverage(double coverage) const {
    const CostPlan& cost = options_.cost;
    if (coverage >= cost.min_coverage) return;
    throw CostLimit(
        Format("{} allow the pass to read {} % of the chunks", FormatUsd(cost.limit_usd),
               static_cast<int>(100 * coverage)),
        Format("The whole pass is estimated at {}. Below {} % it is not worth its price.",
               FormatUsd(cost.estimated_usd), static_cast<int>(100 * cost.min_coverage)),
        "Allow it more with soulprint.max_cost_per_pass or max_cost_usd, or lower "
        "soulprint.min_coverage, then request it again.");
  }

  std::vector<Fact> ReadEnoughChunks(const ReadPlan& plan) {
    const auto count = [&](const ChunkCounts& counts) {
      progress_.chunks_done = counts.done;
      progress_.chunks_failed = counts.failed;
      progress_.chunk_error = counts.last_failure;
      progress_.facts = counts.facts;
      progress_.dropped = counts.dropped;
    };
    ReadChunksResult read = ReadChunks(ids_, store_, model_, count, plan);
    const int all = read.counts.done + read.counts.failed;
    if (all == 0) {
      throw Error(sqlstate::kObjectNotInPrerequisiteState,
                  "the user has no conversation with a visible message")
          .Hint("Import an export that holds conversations, then ask for a full pass again.");
    }
    progress_.coverage = static_cast<double>(all) / std::max(progress_.chunks, all);
    RequireCoverage(*progress_.coverage);
    if (read.counts.done < options_.min_chunk_success * all) {
      throw Error(sqlstate::kConnectionException,
                  Format("{} of {} chunks could not be read", read.counts.failed, all))
          .Detail(Format("The reason of the last one: {}.", read.counts.last_failure))
          .Hint(std::string(kMissingIsAskedAgain));
    }
    return std::move(read.facts);
  }

  // nullopt if they could not be made and are not required.
  std::optional<Sections> MakeSections(const std::vector<Scored>& scored,
                                       const std::string& memory_md) {
    const Sample sample(ids_, scored, store_);
    const auto format = [&](const SampleSize& size) { return sample.Format(size).text; };
    try {
      return SampleToSections(format, memory_md, model_, store_);
    } catch (const SectionsFailed&) {
      if (options_.require_sections) throw;
      return std::nullopt;
    }
  }

  Store& store_;
  const PassOptions& options_;
  Progress progress_;
  ProgressModel reporting_;
  WordingModel model_;
  std::vector<std::string> ids_;
  double chunk_bytes_ = 0;
  double chunk_tokens_ = 0;
};

}  // namespace

void RunFullPass(Store& store, Model& model, const PassOptions& options) {
  Pass(store, model, options).Run();
}

}  // namespace soulprint
