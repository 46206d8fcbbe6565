// The table of models.  A model that is too new for it heals itself at the first refusal (client).

#include "llm/capabilities.hpp"

#include <array>

namespace soulprint {
namespace {

struct Row {
  std::string_view prefix;
  Capabilities capabilities;
};

constexpr std::array<Row, 14> kModels = {{
    {"claude-haiku-4-5", {true, "", "", 64000, 200000}},
    {"claude-haiku-5-5", {false, "disabled", "", 128000}},
    {"claude-sonnet-4-5", {true, "", "", 64000, 200000}},
    {"claude-sonnet-4-6", {true, "", "", 64000}},
    {"claude-opus-4-5", {true, "", "", 64000, 200000}},
    {"claude-opus-4-6", {true, "", "", 64000}},
    {"claude-opus-4-7", {false, "", "", 128000}},
    {"claude-opus-4-8", {false, "", "", 128000}},
    {"claude-opus-4-9", {false, "", "", 128000}},
    {"claude-opus-5", {false, "", "", 128000}},
    {"claude-opus-5-5", {false, "", "low", 0}},
    {"claude-sonnet-5", {false, "disabled", "", 128000}},
    {"claude-sonnet-5-5", {false, "between_tools", "", 0}},
    {"claude-fable-", {false, "", "low", 0}},
}};

}  // namespace

Capabilities CapabilitiesOf(std::string_view model) {
  const std::size_t family = model.find("claude-");
  if (family != std::string_view::npos) model.remove_prefix(family);
  const Row* best = nullptr;
  for (const Row& row : kModels) {
    const bool longer = best == nullptr || row.prefix.size() > best->prefix.size();
    if (longer && model.starts_with(row.prefix)) best = &row;
  }
  return best == nullptr ? Capabilities() : best->capabilities;
}

}  // namespace soulprint
