// The lines of a part are compared as sets that know how often each line occurs.  A line that both
// profiles have is an anchor: what was removed after it stands there, before what was added.

#include "pipeline/compare_profiles.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>
#include <utility>

#include "util/dump_json.hpp"
#include "util/interrupts.hpp"
#include "util/json_reply.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

PartLines TextLines(std::string_view text) {
  PartLines lines;
  for (const std::string_view line : Split(text, '\n')) {
    CheckForInterrupts();
    if (!IsBlank(line)) lines.push_back({std::string(Trim(line))});
  }
  return lines;
}

PartLines SectionLines(const std::string& section) {
  const auto json = ParseJsonText(section);
  if (!json || !json->is_object()) return TextLines(section);
  PartLines lines;
  const auto add = [&](const std::string& name, const nlohmann::ordered_json& value) {
    CheckForInterrupts();
    const std::string text =
        OneLine(value.is_string() ? value.get_ref<const std::string&>() : DumpJson(value));
    if (!text.empty()) lines.push_back({name + ": " + text});
  };
  for (const auto& [name, value] : json->items()) {
    lines.push_back({name, false});
    if (!value.is_array()) {
      add(name, value);
      continue;
    }
    for (const auto& item : value) add(name, item);
  }
  return lines;
}

// Pairs equal lines, the first with the first: for each line of `later`, the place of its equal in
// `earlier`.  `paired` tells which lines of `earlier` have one.
std::vector<std::optional<std::size_t>> PairLines(const PartLines& earlier, const PartLines& later,
                                                  std::vector<bool>* paired) {
  const auto key = [](const PartLine& line) { return (line.shown ? "+" : "-") + line.text; };
  std::unordered_map<std::string, std::vector<std::size_t>> places;  // last first
  for (std::size_t i = earlier.size(); i-- > 0;) {
    CheckForInterrupts();
    places[key(earlier[i])].push_back(i);
  }
  std::vector<std::optional<std::size_t>> pairs(later.size());
  for (std::size_t i = 0; i < later.size(); ++i) {
    CheckForInterrupts();
    const auto found = places.find(key(later[i]));
    if (found == places.end() || found->second.empty()) continue;
    pairs[i] = found->second.back();
    found->second.pop_back();
    (*paired)[*pairs[i]] = true;
  }
  return pairs;
}

}  // namespace

std::vector<ChangedLine> CompareLines(std::string_view part, const PartLines& earlier,
                                      const PartLines& later) {
  std::vector<ChangedLine> changes;
  std::vector<bool> paired(earlier.size());
  const std::vector<std::optional<std::size_t>> pairs = PairLines(earlier, later, &paired);
  const auto add = [&](bool added, const PartLine& line) {
    CheckForInterrupts();
    if (line.shown) changes.push_back({part, added, line.text});
  };
  const auto removed_from = [&](std::size_t at) {
    for (; at < earlier.size() && !paired[at]; ++at) add(false, earlier[at]);
  };
  removed_from(0);
  for (std::size_t i = 0; i < later.size(); ++i) {
    if (pairs[i]) {
      removed_from(*pairs[i] + 1);
    } else {
      add(true, later[i]);
    }
  }
  return changes;
}

std::vector<ChangedLine> CompareProfiles(const PublishedProfile& earlier,
                                         const PublishedProfile& later) {
  std::vector<ChangedLine> changes = CompareLines(
      "memory", TextLines(earlier.memory_md.value_or("")), TextLines(later.memory_md.value_or("")));
  for (std::size_t i = 0; i < kSectionNames.size(); ++i) {
    std::ranges::move(CompareLines(kSectionNames[i], SectionLines(earlier.sections[i].value_or("")),
                                   SectionLines(later.sections[i].value_or(""))),
                      std::back_inserter(changes));
  }
  return changes;
}

}  // namespace soulprint
