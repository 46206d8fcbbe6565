#include "llm/events.hpp"

#include <algorithm>
#include <array>

#include "util/text.hpp"

namespace soulprint {

std::vector<std::string_view> EventData(std::string_view body) {
  constexpr std::string_view kData = "data:";
  // ":" is a comment: gateways keep the connection alive with it.
  constexpr std::array<std::string_view, 5> kFields = {kData, "event:", "id:", "retry:", ":"};
  body = Trim(body);
  std::vector<std::string_view> data;
  if (std::none_of(kFields.begin(), kFields.end(),
                   [&](std::string_view field) { return body.starts_with(field); })) {
    return data;
  }
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (line.starts_with(kData)) data.push_back(Trim(line.substr(kData.size())));
  }
  return data;
}

}  // namespace soulprint
