// Statements of all conversations ──► who the user is, each thing once.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "offline/statement.hpp"

namespace soulprint {

// "" and {} where nothing was said.
struct Portrait {
  std::string name;
  std::string location;
  std::string occupation;
  std::vector<std::string> relationships;
  std::vector<std::string> interests;  // most often said first, at most 25
  std::vector<std::string> dislikes;
  std::vector<std::string> projects;
  std::vector<std::string> traits;
};

// `statements`: oldest first, so that of two places the newer is where the user lives.
Portrait StatementsToPortrait(const std::vector<Statement>& statements);

// MEMORY by our own rules, read back: the statements behind its bullets.
std::vector<Statement> MemoryToStatements(std::string_view memory_md);

}  // namespace soulprint
