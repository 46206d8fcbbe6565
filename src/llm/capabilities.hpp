// What a model can be asked for, by its name.

#pragma once

#include <string_view>

namespace soulprint {

struct Capabilities {
  bool temperature = true;  // takes a temperature other than its own
  std::string_view
      thinking;             // the type of `thinking` to send so that it answers at once, "" = none
  std::string_view effort;  // `output_config.effort` to send, "" = none
  int max_output_tokens = 0;  // more is refused; 0 = not known
};

// By the longest prefix that is known, with or without a provider's name before "claude-".  A model
// that is not known is asked as configured.
Capabilities CapabilitiesOf(std::string_view model);

}  // namespace soulprint
