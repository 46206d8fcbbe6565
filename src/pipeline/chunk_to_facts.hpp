// A chunk ──► facts in five categories (CONTRACT 5).

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pipeline/facts.hpp"
#include "pipeline/model.hpp"
#include "pipeline/types.hpp"
#include "util/time.hpp"

namespace soulprint {

// The question about one chunk: its material is one JSON document
//   {"conversation":{"title":…,"date":"2024-03-20","messages":[{"role":"user","text":…},…]}}
// with one message for each span, without invisible characters.  model, wording, tag and attempt
// are the asker's to set.
Question ChunkToQuestion(const Chunk& chunk, const std::string& title, Time created_at);

// The facts in a model's answer about this chunk, quotes verified; nullopt if it is no readable
// answer. Items are checked one by one: coerced where the meaning is clear, else dropped and
// counted.
std::optional<ReadFacts> AnswerToFacts(std::string_view answer, const Chunk& chunk);

}  // namespace soulprint
