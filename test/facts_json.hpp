// Facts as one JSON text, for tests and fuzz targets that compare them.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipeline/facts.hpp"
#include "util/dump_json.hpp"

namespace soulprint {

// Six lists in the order of kCategories, without quotes and sources.
inline std::string FactsToJson(const std::vector<Fact>& facts) {
  nlohmann::ordered_json lists;
  for (const Category category : kCategories) {
    lists[std::string(CategoryName(category))] = nlohmann::ordered_json::array();
  }
  for (const Fact& fact : facts) {
    lists[std::string(CategoryName(fact.category))].push_back(FactToJson(fact));
  }
  return DumpJson(lists);
}

}  // namespace soulprint
