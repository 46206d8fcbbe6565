// An API key, held for one attempt.

#pragma once

#include <string>

#include "net/http.hpp"

namespace soulprint {

// Zeroes the old text when it is set again or destroyed.
class Secret {
 public:
  Secret() = default;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { Wipe(&text_); }

  void Set(std::string text) {
    Wipe(&text_);
    text_ = text;
    Wipe(&text);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace soulprint
