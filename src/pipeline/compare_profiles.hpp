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

// The lines of MEMORY, and the fields and list items of the sections ("interests: hiking"), that
// are in one profile only, in reading order; what was removed stands before what took its place.  A
// line that only moved is none.  A section that is no JSON object is compared by its lines.  Blank
// lines and white space at the ends make no difference.  Linear.
std::vector<ChangedLine> CompareProfiles(const PublishedProfile& earlier,
                                         const PublishedProfile& later);

}  // namespace soulprint
