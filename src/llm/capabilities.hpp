// The request parameters that a model accepts, by its name.

#pragma once

#include <string_view>

namespace soulprint {

struct Capabilities {
  bool temperature = true;  // accepts a temperature
  std::string_view
      thinking;             // the type of `thinking` to send so that it answers at once, "" = none
  std::string_view effort;  // `output_config.effort` to send, "" = none
  int max_output_tokens = 0;  // the server rejects more; 0 = unknown
  int context_tokens = 0;     // of a request that the server reads at most; 0 = unknown
};

// Looks up the longest known prefix, with or without a provider's name before "claude-".  An
// unknown model gets all parameters; the client adapts to the first 400 response.
Capabilities CapabilitiesOf(std::string_view model);

}  // namespace soulprint
