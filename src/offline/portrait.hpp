// The statements of all conversations ──► a portrait without repetitions.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "offline/statement.hpp"

namespace soulprint {

// "" and {} where there is no statement.
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

// `statements` must be oldest first: the location is the newest place.
Portrait StatementsToPortrait(const std::vector<Statement>& statements);

// The statements behind the bullets of a MEMORY that AnswerMemory wrote.
std::vector<Statement> MemoryToStatements(std::string_view memory_md);

}  // namespace soulprint
