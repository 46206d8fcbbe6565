// Facts as the material of the MEMORY question.

#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "pipeline/types.hpp"

namespace soulprint {

// {"newest":"2024-05-01","facts":{…six categories…}}, "newest" being the day of the newest fact, if
// that is known.
std::string FactsDocument(const std::vector<Fact>& facts);

// An item of it: the fields of the fact's category, "importance" where it is not 2, "said", the day
// on which the user last said it, if that is known, and "before", what it overtook:
// [{"text":…,"said":…},…].
nlohmann::ordered_json FactItem(const Fact& fact);

}  // namespace soulprint
