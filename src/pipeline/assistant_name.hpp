// The name of the user's assistant: a name that the user knows stays (doc/behavior.md, "Sections").

#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/model.hpp"
#include "pipeline/store.hpp"

namespace soulprint {

// The ai_name in a stored identity section, on one line; "" if there is none.
std::string AiName(const std::optional<std::string>& identity_md);

// True if the name is missing, longer than 60 characters, or made of words that any assistant is
// called: "Assistant", "my bot", "Your AI Helper".
bool IsGenericName(std::string_view name);

// Puts the assistant's name into new sections: the stored one, or the new one where that is
// generic.  Where both are, asks one small question; where that brings no better one, the stored
// name stays, or else the one that came last.  Fails for no answer of the model; an Error of Ask
// comes through.
void NameAssistant(std::array<nlohmann::ordered_json, 5>* sections, Model& model, Store& store);

}  // namespace soulprint
