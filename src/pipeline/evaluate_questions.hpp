// The questions of an evaluation and what their answers say (doc/behavior.md, "Evaluation").
//
// Each question about a list numbers its items from 1.  What an answer says of other numbers, or in
// another form, is ignored.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/model.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// What one conversation tells about the user, as a question that a profile may answer.
struct Probe {
  std::string question;
  std::string expected;
  std::string answer;  // the profile's, "" = unknown
};

// A bullet of MEMORY and the user's words that it may rest on.
struct QuotedBullet {
  std::string text;
  std::vector<std::string> quotes;
};

// Two bullets, by their places.
struct Contradiction {
  std::size_t first = 0;
  std::size_t second = 0;
};

// Asks for at most `most` questions about the user, with answers and quotes.
Question AskForProbes(const Conversation& conversation, std::size_t most);

// The probes in an answer whose quotes are the user's words and prove something (quotes.hpp); at
// most `most`.
std::vector<Probe> ReadProbes(std::string_view answer, const Conversation& conversation,
                              std::size_t most);

// Asks for the answers that a profile has to these questions.
Question AskProfile(const std::string& soulprint_text, const std::vector<Probe>& probes);

// Sets the answers of the probes.  False if the answer cannot be read.
bool ReadProfilesAnswers(std::string_view answer, std::vector<Probe>* probes);

// Asks which answers are right.
Question AskJudge(const std::vector<Probe>& probes);

// Asks which bullets their quotes bear out.
Question AskForGrounds(const std::vector<QuotedBullet>& bullets);

// What a judge says of each item, in the order of the items; nullopt = nothing.
std::vector<std::optional<bool>> ReadVerdicts(std::string_view answer, std::size_t items);

// Asks which bullets contradict each other.
Question AskForContradictions(const std::vector<std::string>& bullets);

// Each contradiction once; nullopt if the answer cannot be read.
std::optional<std::vector<Contradiction>> ReadContradictions(std::string_view answer,
                                                             std::size_t bullets);

// The wording of all these questions.
std::string EvaluationWording();

}  // namespace soulprint
