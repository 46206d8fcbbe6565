// A profile as a page that its person reads.

#pragma once

#include <string>

#include "report/data.hpp"

namespace soulprint {

// The whole page: HTML that is well-formed XML, too.  It loads nothing and holds no script.  Values
// are text, whatever they hold; one longer than 2,000 characters is cut, and so are long lists.
std::string RenderReport(const Report& report);

}  // namespace soulprint
