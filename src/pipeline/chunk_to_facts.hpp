// A chunk ──► facts in six categories (doc/behavior.md, "Facts").

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pipeline/facts.hpp"
#include "pipeline/model.hpp"
#include "pipeline/types.hpp"
#include "util/time.hpp"

namespace soulprint {

// The question about one chunk.  Its material is one JSON document
//   {"conversation":{"title":…,"date":"2024-03-20","messages":[{"role":"user","text":…},…]}}
// with one message per span, without invisible characters.  The caller sets the tag and the
// conversation id.
Question ChunkToQuestion(const Chunk& chunk, const std::string& title, Time created_at);

// The facts in a model's answer about this chunk, with their quotes verified; nullopt if the answer
// cannot be read.  Each item is checked by itself: coerced where the meaning is clear, else dropped
// and counted.
std::optional<ReadFacts> AnswerToFacts(std::string_view answer, const Chunk& chunk);

}  // namespace soulprint
