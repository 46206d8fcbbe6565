// A Model without a network: it reads the material and answers by rules.
//
// Only what the user said becomes a fact, nothing is invented.  For demonstrations, tests, and
// people who may not send their data out.

#pragma once

#include <string_view>

#include "pipeline/model.hpp"

namespace soulprint {

// The name questions are asked under.  Raised when the rules change: remembered answers of the old
// rules are then not taken for the new ones'.
inline constexpr std::string_view kOfflineModelName = "offline-1";

class OfflineModel : public Model {
 public:
  // Answers at once, one question at a time, for nothing.  A question in an operator's wording is
  // answered with kFailed: rules cannot follow a wording.
  void Ask(const Next& next, const Take& take) override;

  // Nothing: there is only the one answer.
  void Refuse(const Question& question) override;
};

}  // namespace soulprint
