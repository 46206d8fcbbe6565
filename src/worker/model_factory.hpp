// The Model that the settings name.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "llm/client.hpp"
#include "pipeline/batches.hpp"
#include "pipeline/full_pass.hpp"
#include "pipeline/model.hpp"
#include "store/ledger.hpp"
#include "store/purse.hpp"
#include "worker/gate.hpp"

namespace soulprint {

// The name under which questions are asked: the model's, or that of the offline rules.
std::string ModelName();

// What the model costs, nullopt if soulprint.prices does not have it.
std::optional<Prices> ModelPrices();

// How passes are run, as the settings say now.
PassOptions OptionsFromSettings();

// What the purse of a pass allows, for a model with a price.  `batch`: the pass asks in batches.
CostPlan PlanCost(const Purse& purse, const std::string& user_id, bool batch);

// Sends requests as long as the gate is open, and adds what they took to the ledger; both must
// outlive the model.  `waiting` is called at least every 100 ms while requests are in flight; what
// it throws comes through.  Call it only in a process that sends requests: it sets up libcurl.
// Needs no open transaction.
std::unique_ptr<Model> MakeModel(Gate& gate, Ledger& ledger, std::function<void()> waiting);

// The same for a pass, which may ask in batches; they outlive the model.
std::unique_ptr<Model> MakeModel(Gate& gate, Ledger& ledger, Batches& batches,
                                 std::function<void()> waiting);

// The model server, for looks at batches; its prices are those of single requests.
Endpoint EndpointForBatches();

// Asks the model server during a pause, with one small request that no pass is charged for
// (llm/client.hpp).  A response of the API ends the pause, also a 400: passes will find out,
// charged, what is wrong with their questions.  A refusal, an overloaded server or no answer
// prolongs it, with the new reason.
// `waiting` as above.
void ProbeModelServer(std::function<void()> waiting);

}  // namespace soulprint
