// The names of the stages.

#include "pipeline/progress.hpp"

#include <cstddef>

namespace soulprint {

std::string_view StageName(Stage stage) {
  constexpr std::array<std::string_view, kStages.size()> kNames = {
      "download", "import", "chunks", "facts", "reduce", "memory", "sections", "publish"};
  return kNames[static_cast<std::size_t>(stage)];
}

}  // namespace soulprint
