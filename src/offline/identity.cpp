// See offline_identity.hpp.

#include "offline/identity.hpp"

#include <array>
#include <string_view>

namespace soulprint {
namespace {

// Names of no person in particular, by what the user mostly comes for.
constexpr std::array<std::string_view, 8> kGuides = {"Fennwick", "Marlowe", "Juniper", "Caspian",
                                                     "Tamsin",   "Orrin",   "Linden",  "Sorrel"};
constexpr std::array<std::string_view, 8> kMakers = {"Brunel", "Cobalt", "Lovelock", "Ferrule",
                                                     "Tinder", "Axiom",  "Kestrel",  "Gantry"};
constexpr std::array<std::string_view, 8> kListeners = {"Wren",  "Halcyon", "Elowen", "Isolde",
                                                        "Amity", "Solace",  "Maren",  "Thistle"};
constexpr std::array<std::string_view, 8> kThinkers = {"Quill",  "Meridian", "Sable",  "Corvin",
                                                       "Lyceum", "Ptolemy",  "Verity", "Almanac"};

constexpr std::size_t kEnoughMessages = 3;  // below that a share says nothing

struct Role {
  const std::array<std::string_view, 8>& names;
  std::string_view archetype;
  std::string_view vibe;
};

// By what most of the messages are: a role needs more than a passing mention.
Role ChooseRole(const Style& style) {
  if (style.messages() < kEnoughMessages) {
    return {kThinkers, "The Thinking Companion", "clear and attentive"};
  }
  if (style.Share(Habit::kCoding) >= 25 || style.Share(Habit::kCode) >= 15) {
    return {kMakers, "The Workshop Partner", "focused and practical"};
  }
  const int advice = style.Share(Habit::kAdvice);
  const int distress = style.Share(Habit::kDistress);
  if (distress >= 15 && distress >= advice) return {kListeners, "The Confidant", "calm and warm"};
  if (advice >= 15) return {kGuides, "The Trail Guide", "encouraging and concrete"};
  return {kThinkers, "The Thinking Companion", "clear and attentive"};
}

std::string Vibe(const Style& style, std::string_view vibe) {
  std::string told(vibe);
  if (style.Share(Habit::kExclamation) >= 35) told += ", with energy";
  if (style.Share(Habit::kLaughter) >= 8) told += ", not without humor";
  return told;
}

std::string EmojiStyle(const Style& style) {
  if (style.messages() == 0) return "not enough data";
  const int share = style.Share(Habit::kEmoji);
  if (share == 0) return "none: the user writes without emoji";
  const std::string measured = " (emoji in " + std::to_string(share) + "% of messages)";
  return (share < 15 ? "sparing" : "frequent, as the user does") + measured;
}

}  // namespace

Identity ChooseIdentity(const Style& style, const std::string& user_name) {
  const Role role = ChooseRole(style);
  const bool casual = style.Share(Habit::kSlang) + style.Share(Habit::kAllLowerCase) >= 30;
  const std::string address = user_name.empty() ? "" : " " + user_name;
  Identity identity;
  // Stirred, because in the hash of a short text few bits differ.
  identity.ai_name =
      role.names[((style.hash() ^ (style.hash() >> 32)) * 0x9E3779B97F4A7C15U >> 32) %
                 role.names.size()];
  identity.archetype = role.archetype;
  identity.vibe = Vibe(style, role.vibe);
  identity.emoji_style = EmojiStyle(style);
  identity.signature_greeting = casual ? "Hey" + address + ", what's up?"
                                       : "Hello" + address + ", what is on your mind today?";
  return identity;
}

}  // namespace soulprint
