// MEMORY as text (doc/behavior.md, "Reduce and MEMORY").

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/types.hpp"

namespace soulprint {

// MEMORY as it may be published: its own headings stay headings, each once and in order; all other
// lines are inert (markdown.hpp).
std::string InertMemory(std::string_view memory_md);

// True if the text is no MEMORY made from `facts` facts: a heading is missing or out of order, or
// there is too little under the headings.  An operator's wording (`own_wording` = false) may not
// know the first heading.
bool IsPlaceholder(std::string_view memory_md, std::size_t facts, bool own_wording = true);

// MEMORY by rule: six headings, one bullet per fact, newest first, within max_tokens.
std::string AssembleMemory(const std::vector<Fact>& facts, std::size_t max_tokens);

// MEMORY cut to max_tokens at line borders; every heading keeps its share.
std::string CutMemory(std::string_view memory_md, std::size_t max_tokens);

}  // namespace soulprint
