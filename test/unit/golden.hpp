// Outputs to agree with, from test/data/golden.

#pragma once

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace soulprint {

// A file of golden cases.  TEST_DATA in the environment says where test/data is, if not here.
inline nlohmann::ordered_json ReadGolden(const std::string& name) {
  const char* const folder = std::getenv("TEST_DATA");
  std::string const path =
      std::string(folder == nullptr ? "test/data" : folder) + "/golden/" + name;
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot open " + path + ": set TEST_DATA to test/data");
  return nlohmann::ordered_json::parse(file);
}

}  // namespace soulprint
