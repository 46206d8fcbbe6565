// The materials of questions ──► the answers that a language model would give.
//
// All throw nlohmann::json::exception when the material is no document that the pipeline writes.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// Facts: sentences of the user's own, each its own quote, the best of each conversation.
std::string AnswerFacts(std::string_view material);

// What overtakes what: by name, home, job, partner and diet, and by what the user says to have
// ended.  {"superseded":[{"id":3,"by":7},…]}
std::string AnswerChanges(std::string_view material);

// At most half of the facts, the best; each lists in "from" the id of the fact that it is.
std::string AnswerReduce(std::string_view material);

// MEMORY: what tells most about the user, each thing once, without what is overtaken.
std::string AnswerMemory(std::string_view material);

// The JSON object of the five sections; "not enough data" where there is no evidence.
std::string AnswerSections(std::string_view material);

// {"ai_name":…} for the JSON object of five sections: the same user keeps the same name.
std::string AnswerName(std::string_view material);

}  // namespace soulprint
