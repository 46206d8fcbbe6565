// The Model that the settings name.

#pragma once

#include <functional>
#include <memory>

#include "pipeline/model.hpp"
#include "store/sql_store.hpp"

namespace soulprint {

// `waiting` is called at least every 100 ms while requests are open; what it throws ends asking.
// For the process that asks only: libcurl is set up with the first model that needs it.
std::unique_ptr<Model> ChosenModel(const Price& price, std::function<void()> waiting);

// Asks the model server during a pause, with one request of the client's own (llm/client.hpp),
// which no pass is charged for.  What pauses prolongs the pause; no answer, or a server that could
// not give one (5xx), leaves it as it is; anything else of the server ends it, also a refusal of
// the probe itself (400: what is wrong with questions is then found, and charged, by the passes
// that ask them) and 429 or 529.  `waiting` as above; what it throws comes through.
void ProbeModelServer(std::function<void()> waiting);

}  // namespace soulprint
