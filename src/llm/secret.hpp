// An API key, held for one attempt.

#pragma once

#include <string>

#include "util/zero_secret.hpp"

namespace soulprint {

// Zeroes the old text when it is set again or destroyed.
class Secret {
 public:
  Secret() = default;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { ZeroSecret(&text_); }

  void Set(std::string text) {
    ZeroSecret(&text_);
    text_ = text;
    ZeroSecret(&text);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace soulprint
