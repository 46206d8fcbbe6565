// How far a pass is: for soulprint.full_passes and pg_stat_activity.

#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/types.hpp"

namespace soulprint {

// What a pass is doing, in this order.  kDownload and kImport only if there is a stored export.
enum class Stage { kDownload, kImport, kChunks, kFacts, kReduce, kMemory, kSections, kPublish };

inline constexpr std::array<Stage, 8> kStages = {Stage::kDownload, Stage::kImport, Stage::kChunks,
                                                 Stage::kFacts,    Stage::kReduce, Stage::kMemory,
                                                 Stage::kSections, Stage::kPublish};

// "download", "import", "chunks", …: as in soulprint.full_passes.
std::string_view StageName(Stage stage);

struct Progress {
  Stage stage = Stage::kChunks;
  int conversations = 0;
  int chunks = 0;
  int chunks_done = 0;           // read, or refused by the model
  int chunks_failed = 0;         // not read
  std::string chunk_error = {};  // why the last of them failed, "" = none did
  int facts = 0;
  int facts_left_out = 0;  // of MEMORY's question, which had no room
  DroppedItems dropped{};
  std::optional<double> coverage = {};  // the share of the chunks that the pass reads, 0 … 1
};

}  // namespace soulprint
