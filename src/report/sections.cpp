// The five sections of a report: a list of their fields.

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/section_schema.hpp"
#include "report/parts.hpp"
#include "report/text.hpp"
#include "util/dump_json.hpp"
#include "util/format.hpp"
#include "util/json_reply.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

using SectionJson = nlohmann::ordered_json;

constexpr std::size_t kMostValues = 200;  // that are shown of a field

// "" if it says nothing.
std::string KnownText(const SectionJson& value) {
  if (value.is_null()) return {};
  const std::string text =
      OneLine(value.is_string() ? value.get_ref<const std::string&>() : DumpJson(value));
  const std::string said = LowerAscii(text);
  return said == "not enough data" || said == "not enough data." ? std::string() : text;
}

std::vector<std::string> KnownValues(const SectionJson& value) {
  std::vector<std::string> values;
  const auto add = [&](const SectionJson& item) {
    std::string text = KnownText(item);
    if (!text.empty()) values.push_back(std::move(text));
  };
  if (value.is_array()) {
    for (const SectionJson& item : value) add(item);
  } else {
    add(value);
  }
  return values;
}

void AddField(const std::string& key, const SectionJson& value, SectionView* view) {
  std::vector<std::string> values = KnownValues(value);
  std::string title = FieldTitle(key);
  if (values.empty()) {
    view->unknown.push_back(std::move(title));
  } else {
    view->fields.push_back({std::move(title), std::move(values)});
  }
}

std::string ValuesHtml(const std::vector<std::string>& values) {
  if (values.size() == 1) return HtmlText(values.front());
  std::string items;
  const std::size_t shown = std::min(values.size(), kMostValues);
  for (std::size_t i = 0; i < shown; ++i) {
    items += Format("<li dir=\"auto\">{}</li>", HtmlText(values[i]));
  }
  return "<ul>" + items + "</ul>" + MoreHtml(values.size() - shown);
}

}  // namespace

SectionView ViewSection(std::size_t section, const std::string& stored) {
  SectionView view;
  const std::optional<SectionJson> json = ParseJsonText(stored);
  if (!json || !json->is_object()) {
    view.text = stored;
    return view;
  }
  const std::vector<SectionField>& schema = SectionSchema(section);
  for (const SectionField& field : schema) {
    const auto it = json->find(field.name);
    if (it != json->end()) AddField(it.key(), it.value(), &view);
  }
  for (const auto& [key, value] : json->items()) {
    const bool known = std::ranges::any_of(
        schema, [&name = key](const SectionField& field) { return field.name == name; });
    if (!known) AddField(key, value, &view);
  }
  return view;
}

std::string FieldOf(const std::optional<std::string>& stored, std::string_view key) {
  const std::optional<SectionJson> json = ParseJsonText(stored.value_or(""));
  if (!json || !json->is_object() || !json->contains(key)) return {};
  const SectionJson& value = json->at(std::string(key));
  return value.is_string() ? KnownText(value) : std::string();
}

std::string UnknownHtml(const std::vector<std::string>& titles) {
  std::string list;
  for (const std::string& title : titles) {
    list += (list.empty() ? "" : ", ") + title;
  }
  return list.empty() ? list : Format("<p class=\"quiet\">Not known yet: {}.</p>", HtmlText(list));
}

std::string SectionHtml(const SectionView& section) {
  std::string html;
  for (const std::string_view line : Split(section.text, '\n')) {
    if (!IsBlank(line)) html += Format("<p dir=\"auto\">{}</p>", HtmlText(line));
  }
  std::string fields;
  for (const SectionView::Field& field : section.fields) {
    fields += Format("<div><dt dir=\"auto\">{}</dt><dd dir=\"auto\">{}</dd></div>",
                     HtmlText(field.title), ValuesHtml(field.values));
  }
  if (!fields.empty()) html += "<dl>" + fields + "</dl>";
  return html + UnknownHtml(section.unknown);
}

}  // namespace soulprint
