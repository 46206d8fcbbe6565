// The Messages API's bodies: a question ──► the body of a request, the body of a response ──► an
// answer.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/model.hpp"

namespace soulprint {

// What a server turned out not to take.
struct NotTaken {
  bool temperature = false;
  bool format = false;  // output_config.format
};

// One request: nothing in it is null or not needed, and all of it is valid UTF-8.  `nonce` names
// the fence around the material.
std::string RequestBody(const Question& question, const NotTaken& not_taken,
                        std::string_view nonce);

// Bytes of the largest response that the question's max_tokens can explain, generously.
std::size_t LargestResponse(const Question& question);

struct Completion {
  std::string text;         // all text blocks, as storable text
  std::string stop_reason;  // as the server says it
  std::string refusal;      // of a refusal: what the server says about it, may be ""
};

// A response of status 200; nullopt if it is no whole message.
std::optional<Completion> ReadCompletion(std::string_view body);

struct Tokens {
  std::int64_t input = 0;
  std::int64_t cache_written = 0;
  std::int64_t cache_read = 0;
  std::int64_t output = 0;
};

// What a response says that it used, also one that is of no other use.
Tokens ReadTokens(std::string_view body);

struct ServerError {
  bool own = false;  // in the Messages API's own form, so not of something in front of it
  std::string type;
  std::string message;
  std::string code;  // details.error_code
};

// The body of an error; empty fields where it says nothing readable (an HTML page, say).
ServerError ReadError(std::string_view body);

}  // namespace soulprint
