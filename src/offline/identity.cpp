#include "offline/identity.hpp"

#include <array>
#include <string_view>

namespace soulprint {
namespace {

// Names for an assistant, by the main purpose of the user's messages.
constexpr std::array<std::string_view, 8> kGuides = {"Fennwick", "Marlowe", "Juniper", "Caspian",
                                                     "Tamsin",   "Orrin",   "Linden",  "Sorrel"};
constexpr std::array<std::string_view, 8> kMakers = {"Brunel", "Cobalt", "Lovelock", "Ferrule",
                                                     "Tinder", "Axiom",  "Kestrel",  "Gantry"};
constexpr std::array<std::string_view, 8> kListeners = {"Wren",  "Halcyon", "Elowen", "Isolde",
                                                        "Amity", "Solace",  "Maren",  "Thistle"};
constexpr std::array<std::string_view, 8> kThinkers = {"Quill",  "Meridian", "Sable",  "Corvin",
                                                       "Lyceum", "Ptolemy",  "Verity", "Almanac"};

constexpr std::size_t kEnoughMessages = 3;  // with fewer, shares mean nothing

struct Persona {
  const std::array<std::string_view, 8>& names;
  std::string_view archetype;
  std::string_view vibe;
};

// A persona needs a share of the messages, not one mention.
Persona ChoosePersona(const Style& style) {
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
  std::string result(vibe);
  if (style.Share(Habit::kExclamation) >= 35) result += ", with energy";
  if (style.Share(Habit::kLaughter) >= 8) result += ", not without humor";
  return result;
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
  const Persona persona = ChoosePersona(style);
  const bool casual = style.Share(Habit::kSlang) + style.Share(Habit::kAllLowerCase) >= 30;
  const std::string address = user_name.empty() ? "" : " " + user_name;
  Identity identity;
  // Mixed, because the hashes of short texts differ in few bits.
  identity.ai_name =
      persona.names[((style.hash() ^ (style.hash() >> 32)) * 0x9E3779B97F4A7C15U >> 32) %
                    persona.names.size()];
  identity.archetype = persona.archetype;
  identity.vibe = Vibe(style, persona.vibe);
  identity.emoji_style = EmojiStyle(style);
  identity.signature_greeting = casual ? "Hey" + address + ", what's up?"
                                       : "Hello" + address + ", what is on your mind today?";
  return identity;
}

}  // namespace soulprint
