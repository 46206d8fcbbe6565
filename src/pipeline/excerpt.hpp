// A chunk of a conversation, or of notes, as the model is asked about it.

#pragma once

#include <string>

#include "pipeline/types.hpp"
#include "util/shared_text.hpp"
#include "util/time.hpp"

namespace soulprint {

struct Excerpt {
  SharedText conversation_id;
  std::string title;
  Time created_at;  // of the conversation
  Chunk chunk;
  SharedText notes = {};  // Notes::source; "" = of a conversation
};

// The time at which the span was said: of its message, or of the conversation if that is unknown.
inline Time SaidAt(const Excerpt& excerpt, const Span& span) {
  return span.at ? span.at : excerpt.created_at;
}

}  // namespace soulprint
