// Sections + MEMORY ──► soulprint_text: a heading for each section, a label for each field.

#include "pipeline/sections_to_soulprint.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "pipeline/markdown.hpp"
#include "pipeline/memory_text.hpp"
#include "pipeline/section_schema.hpp"
#include "util/dump_json.hpp"
#include "util/json_reply.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 5> kSectionHeadings = {
    "## Communication Style & Personality", "## Your AI Identity", "## About You",
    "## How I Operate", "## My Capabilities"};

std::string Label(std::string_view key) {
  std::string label = InertLine(key);
  bool first = true;
  for (char& c : label) {
    if (c == '_') c = ' ';
    if (first && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    first = c == ' ';
  }
  return label;
}

// Any value on one line.
std::string ValueText(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return OneLine(value.get_ref<const std::string&>());
  return OneLine(DumpJson(value));
}

std::string Bullets(const Json& list) {
  std::string bullets;
  for (const Json& item : list) {
    const std::string text = ValueText(item);
    if (!text.empty()) bullets += "\n- " + InertLines(text);
  }
  return bullets;
}

void AppendField(const std::string& key, const Json& value, std::string* text) {
  const std::string bullets = value.is_array() ? Bullets(value) : std::string();
  const std::string line = value.is_string() ? InertLine(ValueText(value)) : std::string();
  *text += "\n**" + Label(key) + ":**";
  if (!line.empty()) {
    *text += " " + line;
  } else {
    *text += bullets.empty() ? " not enough data" : bullets;
  }
}

bool IsKnown(std::size_t section, std::string_view key) {
  for (const SectionField& field : SectionSchema(section)) {
    if (field.name == key) return true;
  }
  return false;
}

void AppendSection(std::size_t section, const std::string& stored, std::string* text) {
  *text += kSectionHeadings[section];
  const std::optional<Json> json = ParseJsonText(stored);
  if (!json || !json->is_object()) {
    if (!stored.empty()) *text += "\n" + InertLines(stored);
    return;
  }
  for (const SectionField& field : SectionSchema(section)) {
    const auto it = json->find(field.name);
    if (it != json->end()) AppendField(it.key(), it.value(), text);
  }
  for (const auto& [key, value] : json->items()) {
    if (!IsKnown(section, key)) AppendField(key, value, text);
  }
}

}  // namespace

std::string SectionsToSoulprint(const StoredSections& sections, const std::string& memory_md) {
  std::string text;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (!sections[i]) continue;
    AppendSection(i, *sections[i], &text);
    text += "\n\n";
  }
  return text + "## Memory\n" + InertMemory(memory_md);
}

std::string SectionsToSoulprint(const Sections& sections, const std::string& memory_md) {
  StoredSections stored;
  std::copy(sections.begin(), sections.end(), stored.begin());
  return SectionsToSoulprint(stored, memory_md);
}

}  // namespace soulprint
