// What a pass would make the sections from.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/conversations_to_sample.hpp"
#include "pipeline/store.hpp"

namespace soulprint {

// A conversation of the sample.
struct Sampled {
  std::string id;
  Scored scored;
  BlockLength length;
};

// The sample that a pass would try first, best conversation first, with this MEMORY.  Reads one
// conversation at a time, as a pass does, and writes nothing.
std::vector<Sampled> ExplainSample(Store& store, const std::string& memory_md);

}  // namespace soulprint
