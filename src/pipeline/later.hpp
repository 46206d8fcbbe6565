// What a pass asks once the facts are read, at its largest: money is kept for it (doc/behavior.md,
// "Limits of cost").

#pragma once

#include <cstddef>
#include <vector>

#include "pipeline/model.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// The bytes of a fact in these questions.
std::size_t FactBytes(const Fact& fact);

// The bytes of the sample, of chunks of so many bytes and tokens in all.
std::size_t SampleBytes(double chunk_bytes, double chunk_tokens);

// The questions about changes, MEMORY, the sections and the name, for facts and a sample of so many
// bytes.
std::vector<RequestSize> LaterQuestions(std::size_t fact_bytes, std::size_t sample_bytes);

}  // namespace soulprint
