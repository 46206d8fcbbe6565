// Expected outputs, from test/data/golden.

#pragma once

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace soulprint {

// A file of golden cases.  The environment variable TEST_DATA names test/data if it is elsewhere.
inline nlohmann::ordered_json ReadGolden(const std::string& name) {
  const char* const folder = std::getenv("TEST_DATA");
  std::string const path =
      std::string(folder == nullptr ? "test/data" : folder) + "/golden/" + name;
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot open " + path + ": set TEST_DATA to test/data");
  return nlohmann::ordered_json::parse(file);
}

}  // namespace soulprint
