// An assistant's text ──► the words the user saw, without the marks of citations and widgets
// (export_format section 6).

#pragma once

#include <string>

namespace soulprint {

std::string WithoutMarkup(std::string text);

}  // namespace soulprint
