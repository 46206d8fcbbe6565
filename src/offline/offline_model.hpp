// A Model without a network: answers questions by rules over their material.
//
// Facts come only from statements of the user.  For demonstrations, tests, and users who may not
// send their data to a server.

#pragma once

#include <string>
#include <string_view>

#include "pipeline/model.hpp"

namespace soulprint {

// The model name in questions.  Change it with the rules, so that stored answers of old rules are
// not reused.
inline constexpr std::string_view kOfflineModelName = "offline-4";

class OfflineModel : public Model {
 public:
  // Answers at once, one question at a time, free of charge.  Answers a question in an operator's
  // own wording with kFailed: rules cannot follow a prompt.
  void Ask(const Next& next, const Take& take) override;
};

// Its answers to the material of each step.  They throw nlohmann::json::exception when that is no
// document that the pipeline writes.
//
// Facts: sentences of the user's own, each its own quote, the best of each conversation.
std::string AnswerFacts(std::string_view material);
// What overtakes what: by name, home, job, age, partner, diet, and what the user says is over.
std::string AnswerChanges(std::string_view material);
// At most half of the facts, the best; each lists in "from" the id of the fact that it is.
std::string AnswerReduce(std::string_view material);
// MEMORY: what tells most about the user, each thing once, with what it overtakes.
std::string AnswerMemory(std::string_view material);
// The JSON object of the five sections; "not enough data" where there is no evidence.
std::string AnswerSections(std::string_view material);
// {"ai_name":…} for the JSON object of five sections: the same user keeps the same name.
std::string AnswerName(std::string_view sections);

}  // namespace soulprint
