#include "worker/model_factory.hpp"

#include <utility>

#include "llm/client.hpp"
#include "net/secret_file.hpp"
#include "offline/offline_model.hpp"
#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "settings.hpp"
#include "store/identity.hpp"
#include "store/ledger.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

bool IsOffline() { return settings::provider == settings::Provider::kOffline; }

std::string ReadKey() {
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
  return endpoint;
}

// USD per million tokens; 0, with a warning, if soulprint.prices does not have the model.
void SetPrices(Endpoint* endpoint) {
  pg::Transaction transaction;
  const pg::Row row =
      OwnQuery("SELECT input_usd, output_usd FROM soulprint.model_price()").Run().at(0);
  if (row.IsNull(0)) {
    pg::Log(
        WARNING, Format("model \"{}\" has no price", settings::model), {},
        "Insert its price into soulprint.prices. Until then its tokens are counted, but not its "
        "cost.");
  }
  endpoint->prices = {row.Double(0), row.Double(1)};
  transaction.Commit();
}

}  // namespace

std::string ModelName() {
  return IsOffline() ? std::string(kOfflineModelName) : std::string(settings::model);
}

std::unique_ptr<Model> MakeModel(Gate& gate, Ledger& ledger, std::function<void()> waiting) {
  if (IsOffline()) return std::make_unique<OfflineModel>();
  gate.KeepToServer();
  Endpoint endpoint = EndpointFromSettings();
  SetPrices(&endpoint);
  endpoint.key = [&gate] {
    gate.CheckOpen();
    return ReadKey();
  };
  endpoint.pause = [&gate](const ServerUnavailable& reason, bool doubtful) {
    gate.Close(reason, doubtful);
  };
  endpoint.spent = [&ledger](const Question& question, const Usage& usage) {
    ledger.Add(question, usage);
  };
  return std::make_unique<MessagesModel>(std::move(endpoint), std::move(waiting));
}

void ProbeModelServer(std::function<void()> waiting) {
  if (IsOffline()) return Gate::Open();
  Endpoint endpoint = EndpointFromSettings();
  endpoint.key = ReadKey;
  endpoint.pause = [](const ServerUnavailable& reason, bool) { Gate::StayClosed(reason); };
  SetPrices(&endpoint);
  Ledger ledger;
  endpoint.spent = [&ledger](const Question& question, const Usage& usage) {
    ledger.Add(question, usage);
  };
  MessagesModel model(std::move(endpoint), std::move(waiting));
  const bool answers = model.Probe(ModelName());
  pg::Transaction transaction;
  ledger.Save(std::nullopt);
  transaction.Commit();
  if (answers) Gate::Open();
}

}  // namespace soulprint
