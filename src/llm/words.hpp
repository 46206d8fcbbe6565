// What servers say when they refuse: one table of their words (doc/messages_api.md, "Words").

#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "llm/messages.hpp"

namespace soulprint {

enum class Meaning {
  kTooLong,             // question and answer do not fit the model
  kWithoutFormat,       // output_config is not taken
  kWithoutTemperature,  // temperature is not taken
  kWithoutCache,        // cache_control, or a system prompt in blocks, is not taken
  kBusy,                // asking later helps
  kNoMoney,             // credit, budget or quota are used up: somebody must act
  kBadKey,
  kUnknownModel,
};

// The text, in lower case, stands in an error's type, code or message.
struct Words {
  Meaning meaning;
  std::string_view servers;  // that were seen to say so
  std::string_view text;
};

// In the order in which they are looked for.
std::span<const Words> AllWords();

// What the refusal means beyond its status; nullopt if no words of the table fit the status.
std::optional<Meaning> MeaningOf(int status, const ServerError& error);

// True if a server that refuses the key seems to want it as "authorization: Bearer".
bool WantsBearer(const ServerError& error);

}  // namespace soulprint
