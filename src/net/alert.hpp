// An alert, sent to a webhook as a POST of {"text": "…"}, the form that Slack and others take.

#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "net/http_message.hpp"

namespace soulprint {

struct AlertTarget {
  std::string url;    // secret: whoever knows it may post
  HttpSettings http;  // its timeout gives way to the limit of a try
};

struct AlertLimits {
  int tries = 3;
  std::chrono::milliseconds of_try{10000};
  std::chrono::milliseconds between_tries{1000};
};

// The body: the text without invisible characters, with & < > written as Slack wants them, so that
// nobody is called and no link is made.
std::string AlertBody(std::string_view text);

// Sends the text until a try is answered with a 2xx status, whatever is broken behind that.
// Returns "", or how the last try ended: "HTTP 500", "Couldn't connect to server: Connection
// refused"; never the URL.  Calls `waiting` at least every 100 ms; what it throws comes through,
// and the request is dropped.  Throws Error XX000 if libcurl cannot be used.
std::string SendAlert(const AlertTarget& target, std::string_view text, const AlertLimits& limits,
                      const std::function<void()>& waiting);

}  // namespace soulprint
