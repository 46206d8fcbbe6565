// MEMORY as text (doc/behavior.md, "Reduce and MEMORY").

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/types.hpp"

namespace soulprint {

// MEMORY as it may be published: inert lines (markdown.hpp), among which its own headings stay
// headings, each once and in order.
std::string InertMemory(std::string_view memory_md);

// True if the text is no MEMORY: a heading is missing or out of order or it is a placeholder for
// `facts` facts.
bool IsPlaceholder(std::string_view memory_md, std::size_t facts);

// MEMORY by rule: the five headings, one bullet per fact, newest first, within max_tokens.
std::string AssembleMemory(const std::vector<Fact>& facts, std::size_t max_tokens);

// MEMORY of at most max_tokens, cut at line borders; every heading keeps its share.
std::string CutMemory(std::string_view memory_md, std::size_t max_tokens);

}  // namespace soulprint
