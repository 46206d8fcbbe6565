// Merged facts ──► MEMORY markdown (CONTRACT 6).

#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/model.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// Sets what a question needs besides its material: the wording in force, the model's name.
using Complete = std::function<void(Question*)>;

struct MemoryLimits {
  std::size_t max_fact_tokens = 150000;  // of facts in the MEMORY question
  std::size_t batch_tokens = 20000;      // of facts in one reduce question
  std::size_t max_tokens = 5000;         // of MEMORY that are kept
};

// MEMORY for these facts.  Reduces them first if there are too many, asks for the text up to three
// times and assembles it by rule when no answer can be kept: never fails for want of a good answer.
// progress->facts_left_out counts what did not fit.
std::string FactsToMemory(const std::vector<Fact>& facts, Model& model, const Complete& complete,
                          const MemoryLimits& limits, Progress* progress);

// MEMORY as it may be published: inert lines (markdown.hpp), among which its own headings stay
// headings, each once and in order.
std::string InertMemory(std::string_view memory_md);

// True if the text is no MEMORY: a heading is missing or out of order or it is a placeholder for
// `facts` facts.
bool IsPlaceholder(std::string_view memory_md, std::size_t facts);

// MEMORY by rule: the five headings, one bullet per fact, newest first, within max_tokens.
std::string AssembleMemory(const std::vector<Fact>& facts, std::size_t max_tokens);

}  // namespace soulprint
