// The fields of the five sections.

#include "pipeline/section_schema.hpp"

#include <array>

namespace soulprint {

const std::vector<SectionField>& SectionSchema(std::size_t section) {
  static const auto& schema = *new std::array<std::vector<SectionField>, 5>{{
      {{"communication_style", false},
       {"personality_traits", true},
       {"tone_preferences", false},
       {"boundaries", false},
       {"humor_style", false},
       {"formality_level", false},
       {"emotional_patterns", false}},
      {{"ai_name", false},
       {"archetype", false},
       {"vibe", false},
       {"emoji_style", false},
       {"signature_greeting", false}},
      {{"name", false},
       {"location", false},
       {"occupation", false},
       {"relationships", true},
       {"interests", true},
       {"life_context", false},
       {"preferred_address", false}},
      {{"response_style", false},
       {"behavioral_rules", true},
       {"context_adaptation", false},
       {"memory_directives", false},
       {"do_not", true}},
      {{"likely_usage", true},
       {"capabilities_emphasis", true},
       {"output_preferences", false},
       {"depth_preference", false}},
  }};
  return schema[section];
}

}  // namespace soulprint
