// The Messages API's bodies: a question ──► the body of a request, the body of a response ──► an
// answer.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/model.hpp"

namespace soulprint {

// Parameters that a server has rejected.
struct NotTaken {
  bool temperature = false;
  bool format = false;  // output_config
  bool cache = false;   // cache_control, or blocks of text instead of one
};
using Parameter = bool NotTaken::*;

// The URL that requests are sent to; api_url is without /v1/messages.
std::string MessagesUrl(std::string api_url);

// The header lines of a request; "" = no key.  `bearer`: the key goes into "authorization: Bearer",
// else into x-api-key.
std::vector<std::string> RequestHeaders(const std::string& key, bool bearer);

// The body of one request, in valid UTF-8, without null or unneeded fields.  `nonce` names the
// fence around the material.  All that is sent before it is the same for the questions of a step
// and model, and is marked so that the server can keep it, for five minutes or `for_an_hour`
// (doc/messages_api.md, "Cache").
std::string RequestBody(const Question& question, const NotTaken& not_taken, std::string_view nonce,
                        bool for_an_hour = false);

// The question of a probe (client.hpp): the smallest request, without any user's data.
Question ProbeQuestion(Step step, const std::string& model);

// A generous upper bound on the response to the question, in bytes, from its max_tokens.
std::size_t LargestResponse(const Question& question);

struct Completion {
  std::string model;        // that the server says it asked, "" = not said
  std::string text;         // all text blocks, as storable text, without thoughts before them
  std::string stop_reason;  // as the server sent it, "" = not said
  std::string refusal;      // the server's explanation of a refusal, may be ""
};

// Reads a response of status 200, also one of server-sent events; nullopt if it is no complete
// message.
std::optional<Completion> ReadCompletion(std::string_view body);

struct Tokens {
  std::int64_t input = 0;
  std::int64_t cache_written = 0;
  std::int64_t cache_hour = 0;  // of these, to be kept for an hour
  std::int64_t cache_read = 0;
  std::int64_t output = 0;
};

// Token usage in a response, even an unusable one; of a stream that was cut, as far as it goes.
Tokens ReadTokens(std::string_view body);

struct ServerError {
  bool own = false;  // in the Messages API's own form, so not of a firewall in front of it
  std::string type;
  std::string message;
  std::string code;  // details.error_code, or another name of the error
};

// Reads the body of an error in any server's form; fields are empty if it is not readable (an HTML
// page, for example).
ServerError ReadError(std::string_view body);

// The status that belongs to an error that came with 200; nullopt if the body is no error.
std::optional<int> StatusOfError(std::string_view body);

}  // namespace soulprint
