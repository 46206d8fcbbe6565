// The style of a user's messages ──► the identity of a matching assistant.

#pragma once

#include <string>

#include "offline/style.hpp"

namespace soulprint {

struct Identity {
  std::string ai_name;  // never generic; the same messages give the same name
  std::string archetype;
  std::string vibe;
  std::string emoji_style;
  std::string signature_greeting;
};

// user_name is "" if unknown.
Identity ChooseIdentity(const Style& style, const std::string& user_name);

}  // namespace soulprint
