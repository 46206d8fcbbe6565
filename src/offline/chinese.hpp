// A sentence in Chinese ──► what it says about the user: 我叫…, 我住在…, 我喜欢….

#pragma once

#include <string_view>
#include <vector>

#include "offline/statement.hpp"

namespace soulprint {

// False if the sentence is not mainly in Chinese characters; statements are then left as they are.
bool TellChinese(std::string_view sentence, std::vector<Statement>* statements);

}  // namespace soulprint
