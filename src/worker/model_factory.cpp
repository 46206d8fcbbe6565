#include "worker/model_factory.hpp"

#include <utility>

#include "llm/client.hpp"
#include "net/secret_file.hpp"
#include "offline/offline_model.hpp"
#include "settings.hpp"
#include "worker/gate.hpp"

namespace soulprint {

namespace {

std::string ReadKey() {
  if (*settings::api_key_file == '\0') return {};
  return ReadSecretFile(settings::api_key_file, "soulprint.api_key_file");
}

Endpoint EndpointFromSettings(const Price& price) {
  Endpoint endpoint;
  endpoint.api_url = settings::api_url;
  endpoint.key = [server = settings::ModelServer()] {
    if (server != settings::ModelServer()) {
      throw Error(sqlstate::kAdminShutdown, "another model server is to be asked from now on");
    }
    ObeyPause();
    return ReadKey();
  };
  endpoint.pause = PauseAll;
  endpoint.http = settings::Http();
  endpoint.concurrency = settings::max_concurrent_requests;
  endpoint.request_attempts = settings::max_request_attempts;
  endpoint.input_price = price.input;
  endpoint.output_price = price.output;
  return endpoint;
}

}  // namespace

std::unique_ptr<Model> ChosenModel(const Price& price, std::function<void()> waiting) {
  if (settings::provider == static_cast<int>(settings::Provider::kOffline)) {
    return std::make_unique<OfflineModel>();
  }
  return std::make_unique<MessagesModel>(EndpointFromSettings(price), std::move(waiting));
}

void ProbeModelServer(std::function<void()> waiting) {
  Endpoint endpoint;
  endpoint.api_url = settings::api_url;
  endpoint.key = ReadKey;
  endpoint.pause = ProlongPause;
  endpoint.http = settings::Http();
  MessagesModel model(std::move(endpoint), std::move(waiting));
  if (model.Probe(settings::ModelName()) == Reach::kAnswers) EndPause();
}

}  // namespace soulprint
