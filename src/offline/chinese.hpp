// A Chinese sentence ──► statements about the user: 我叫…, 我住在…, 我喜欢….

#pragma once

#include <string_view>
#include <vector>

#include "offline/statement.hpp"

namespace soulprint {

// Returns false, and adds nothing, if the sentence is not mainly in Chinese characters.
bool ExtractChinese(std::string_view sentence, std::vector<Statement>* statements);

}  // namespace soulprint
