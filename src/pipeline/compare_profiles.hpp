// What has changed between two profiles, line by line.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/types.hpp"

namespace soulprint {

struct ChangedLine {
  std::string_view part;  // "memory" or one of kSectionNames
  bool added = false;     // else: removed
  std::string line;
};

// A line that may be told; an anchor if it is not `shown`: what changed around it stays there.
struct PartLine {
  std::string text;
  bool shown = true;
};
using PartLines = std::vector<PartLine>;

// The lines that one of two texts has and the other has not, in reading order; what was removed
// stands before what took its place.  A line that only moved is none.  Linear.
std::vector<ChangedLine> CompareLines(std::string_view part, const PartLines& earlier,
                                      const PartLines& later);

// The lines of MEMORY, and the fields and list items of the sections ("interests: hiking"), that
// are in one profile only, as CompareLines tells them.  A section that is no JSON object is
// compared by its lines.  Blank lines and white space at the ends make no difference.
std::vector<ChangedLine> CompareProfiles(const PublishedProfile& earlier,
                                         const PublishedProfile& later);

}  // namespace soulprint
