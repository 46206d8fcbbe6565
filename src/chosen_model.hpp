// The Model that the settings name.

#pragma once

#include <functional>
#include <memory>

#include "pipeline/model.hpp"
#include "sql_store.hpp"

namespace soulprint {

// `waiting` is called at least every 100 ms while requests are open; what it throws ends asking.
// For the process that asks only: libcurl is set up with the first model that needs it.
std::unique_ptr<Model> ChosenModel(const Price& price, std::function<void()> waiting);

}  // namespace soulprint
