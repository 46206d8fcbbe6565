// A Model without a network: answers questions by rules over their material.
//
// Facts come only from statements of the user.  For demonstrations, tests, and users who may not
// send their data to a server.

#pragma once

#include <string_view>

#include "pipeline/model.hpp"

namespace soulprint {

// The model name in questions.  Change it with the rules, so that stored answers of old rules are
// not reused.
inline constexpr std::string_view kOfflineModelName = "offline-2";

class OfflineModel : public Model {
 public:
  // Answers at once, one question at a time, free of charge.  Answers a question in an operator's
  // own wording with kFailed: rules cannot follow a prompt.
  void Ask(const Next& next, const Take& take) override;
};

}  // namespace soulprint
