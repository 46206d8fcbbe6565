// The fields of the five sections and their meaning, for the prompt and the schema of the answer.

#include "pipeline/section_schema.hpp"

#include <array>

namespace soulprint {

const std::vector<SectionField>& SectionSchema(std::size_t section) {
  static const auto& schema = *new std::array<std::vector<SectionField>, 5>{{
      {{"communication_style", false,
        "How the user puts things: direct or roundabout, brief or wordy, ordered or loose, plain "
        "or technical. Name habits that return, such as how they open and what they repeat."},
       {"personality_traits", true,
        "3 to 7 traits that show in what the user wrote, each of one to four words."},
       {"tone_preferences", false,
        "The tone the user writes in, and the tone of answers that the user takes well."},
       {"boundaries", false,
        "Subjects the user keeps away from, answers the user objects to, matters that hurt."},
       {"humor_style", false,
        "How the user jokes: dry, ironic, playful, dark, self-mocking, …, or not at all."},
       {"formality_level", false,
        "casual, semi-formal, formal or adaptive, judged by the user's own language; if adaptive, "
        "what it depends on."},
       {"emotional_patterns", false,
        "How feelings show in the user's texts: reserved, open, analytical, …, and what stirs "
        "them."}},
      {{"ai_name", false,
        "The name of this user's own assistant: one or two words with character, drawn from the "
        "user's world and temper, as an inventive friend would choose a nickname. Never a generic "
        "one such as Assistant, Helper, AI, Bot or Buddy."},
       {"archetype", false,
        "2 to 4 words for the essence of the user, in the manner of \"The Patient Cartographer\"."},
       {"vibe", false, "One sentence: the mood and character of the whole."},
       {"emoji_style", false,
        "none, minimal, moderate or heavy, after the user's own use; if any, which ones."},
       {"signature_greeting", false,
        "One line with which the assistant greets this user, in the user's language, energy and "
        "style."}},
      {{"name", false, "The user's own name, as the user gave it."},
       {"location", false, "Where the user lives now, as exactly as the user said it."},
       {"occupation", false, "The user's present work or studies, with the place if it is known."},
       {"relationships", true,
        "The people and animals that matter to the user, one an item, by relation and name, with a "
        "few words about them: \"sister Mira, a vet in Lyon\"."},
       {"interests", true, "Hobbies and subjects that the user comes back to, one an item."},
       {"life_context", false,
        "Two or three sentences on where the user stands in life now: what fills the days, what "
        "has changed, what lies ahead."},
       {"preferred_address", false,
        "How the user wants to be addressed: first name, nickname or title; formal or informal "
        "where the language has both."}},
      {{"response_style", false,
        "The answers that serve this user best: short or long, structured or conversational, what "
        "comes first."},
       {"behavioral_rules", true,
        "3 to 7 rules for the assistant, each an order that something the user showed or asked for "
        "justifies: \"Give the command first, the reason after it\"."},
       {"context_adaptation", false,
        "How the assistant changes with the subject: technical, personal, creative, …"},
       {"memory_directives", false,
        "Which kinds of things about this user are worth remembering, and why."},
       {"do_not", true,
        "What the assistant must avoid, each from something the user disliked or refused."}},
      {{"likely_usage", true,
        "What the user will want the assistant for, judged by what they came for so far."},
       {"capabilities_emphasis", true,
        "The abilities that matter most to this user: writing, code, analysis, ideas, research, …"},
       {"output_preferences", false,
        "The form of answers the user likes: prose, bullet points, tables, code, steps, …"},
       {"depth_preference", false, "Brief, thorough, or by subject: then which and when."}},
  }};
  return schema[section];
}

std::string_view SectionMeaning(std::size_t section) {
  constexpr std::array<std::string_view, 5> kMeanings = {
      "how the user communicates", "the assistant made for the user", "who the user is",
      "how that assistant works with the user", "what the user needs it for"};
  return kMeanings[section];
}

}  // namespace soulprint
