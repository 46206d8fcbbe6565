#include "worker/model_factory.hpp"

#include <functional>
#include <optional>
#include <utility>

#include "llm/batch_model.hpp"
#include "llm/capabilities.hpp"
#include "llm/client.hpp"
#include "llm/limiter.hpp"
#include "llm/secret.hpp"
#include "llm/throttle.hpp"
#include "net/secret_file.hpp"
#include "offline/offline_model.hpp"
#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "pipeline/estimate.hpp"
#include "settings.hpp"
#include "shared_state.hpp"
#include "store/estimate.hpp"
#include "store/identity.hpp"
#include "store/ledger.hpp"
#include "store/vault.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

std::string ReadKey() {
  if (*settings::vault_secret != '\0') return ReadVaultSecret(settings::vault_secret);
  if (*settings::api_key_file == '\0') return {};
  return ReadSecretFile(settings::api_key_file, "soulprint.api_key_file");
}

Endpoint EndpointFromSettings() {
  Endpoint endpoint;
  endpoint.api_url = settings::api_url;
  endpoint.bearer = settings::api_key_header == settings::ApiKeyHeader::kAuthorization;
  endpoint.http = settings::Http();
  endpoint.concurrency = settings::max_concurrent_requests;
  endpoint.max_request_attempts = settings::max_request_attempts;
  endpoint.statistics = shared_state::WithStatistics;
  return endpoint;
}

void WarnOfChange(const std::string& before, const std::string& now) {
  pg::Log(WARNING,
          Format("the model server answers as model \"{}\" after model \"{}\"", now, before),
          Format("What it answers is counted as model \"{}\", at its price.", settings::model),
          "Have what routes the requests keep to one model.");
}

// All workers share the limiter, if there is shared memory.  Another server or key has limits of
// its own.
SharedLimiter LimiterOf(const Endpoint& endpoint) {
  if (!shared_state::WithLimiter([](Limiter&) {})) return {};
  Secret account;
  try {
    account.Set(endpoint.api_url + "\n" + ReadKey());
  } catch (const Error&) {
    // Asking meets it again, and tells.
  }
  const auto with = [](const std::function<void(Limiter&)>& use) {
    shared_state::WithLimiter(use);
  };
  return {with, MyProcPid, std::hash<std::string>()(account.text())};
}

Prices PricesOrWarning() {
  const std::optional<Prices> prices = ModelPrices();
  if (!prices) {
    pg::Log(
        WARNING, Format("model \"{}\" has no price", settings::model), {},
        "Insert its price into soulprint.prices. Until then its tokens are counted, but not its "
        "cost.");
  }
  return prices.value_or(Prices());
}

}  // namespace

std::string ModelName() {
  return settings::IsOffline() ? std::string(kOfflineModelName) : std::string(settings::model);
}

std::optional<Prices> ModelPrices() {
  return pg::InTransaction([]() -> std::optional<Prices> {
    const pg::Row row =
        OwnQuery("SELECT input_usd, output_usd FROM soulprint.model_price()").Run().at(0);
    if (row.IsNull(0)) return std::nullopt;
    return Prices{row.Double(0), row.Double(1)};
  });
}

PassOptions OptionsFromSettings() {
  PassOptions options;
  options.model = ModelName();
  options.min_chunk_success = settings::min_chunk_success;
  options.require_sections = settings::require_sections;
  return options;
}

CostPlan PlanCost(const Purse& purse, const std::string& user_id, bool batch) {
  CostPlan cost{.limit_usd = purse.Limit(), .min_coverage = settings::min_coverage};
  const std::optional<Prices> prices = ModelPrices();
  if (cost.limit_usd == 0 || settings::IsOffline() || !prices) return cost;
  const StoredEstimate estimate = pg::InTransaction([&] {
    return EstimateStored(user_id, ModelName(), *prices, settings::max_concurrent_requests, batch);
  });
  cost.estimated_usd = purse.spent() + estimate.pass.usage.cost_usd;
  cost.coverage = CoverageFor(cost.limit_usd - purse.spent(), estimate.outlook, *prices,
                              CapabilitiesOf(ModelName()).context_tokens);
  return cost;
}

namespace {

Endpoint EndpointOf(Gate& gate, Ledger& ledger) {
  gate.KeepToServer();
  Endpoint endpoint = EndpointFromSettings();
  endpoint.limiter = LimiterOf(endpoint);
  endpoint.prices = PricesOrWarning();
  endpoint.key = [&gate] {
    gate.CheckOpen();
    return ReadKey();
  };
  endpoint.pause = [&gate](const ServerUnavailable& reason, bool doubtful) {
    gate.Close(reason, doubtful);
  };
  endpoint.payer = &ledger;
  endpoint.model_changed = WarnOfChange;
  return endpoint;
}

}  // namespace

std::unique_ptr<Model> MakeModel(Gate& gate, Ledger& ledger, std::function<void()> waiting) {
  if (settings::IsOffline()) return std::make_unique<OfflineModel>();
  return std::make_unique<MessagesModel>(EndpointOf(gate, ledger), std::move(waiting));
}

std::unique_ptr<Model> MakeModel(Gate& gate, Ledger& ledger, Batches& batches,
                                 std::function<void()> waiting) {
  if (settings::IsOffline()) return std::make_unique<OfflineModel>();
  Endpoint endpoint = EndpointOf(gate, ledger);
  auto single = std::make_unique<MessagesModel>(endpoint, waiting);
  return std::make_unique<BatchModel>(std::move(endpoint), batches, std::move(single),
                                      std::move(waiting));
}

Endpoint EndpointForBatches() {
  Endpoint endpoint = EndpointFromSettings();
  endpoint.key = ReadKey;
  endpoint.prices = ModelPrices().value_or(Prices());
  return endpoint;
}

void ProbeModelServer(std::function<void()> waiting) {
  if (settings::IsOffline()) return Gate::Open();
  Endpoint endpoint = EndpointFromSettings();
  endpoint.key = ReadKey;
  endpoint.pause = [](const ServerUnavailable& reason, bool) { Gate::StayClosed(reason); };
  endpoint.prices = ModelPrices().value_or(Prices());
  Ledger ledger;
  endpoint.payer = &ledger;
  MessagesModel model(std::move(endpoint), std::move(waiting));
  if (model.Probe(ModelName())) Gate::Open();
  pg::Transaction transaction;
  ledger.Save(std::nullopt);
  transaction.Commit();
}

}  // namespace soulprint
