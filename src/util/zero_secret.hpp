#pragma once

#include <cstring>
#include <string>

namespace soulprint {

// Overwrites a secret with zeros and empties it.
inline void ZeroSecret(std::string* secret) {
  explicit_bzero(secret->data(), secret->size());
  secret->clear();
}

}  // namespace soulprint
