#include "worker/batches.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "llm/batch_api.hpp"
#include "llm/client.hpp"
#include "llm/outcome.hpp"
#include "net/http_message.hpp"
#include "pg/call.hpp"
#include "pg/cancel.hpp"
#include "pg/process.hpp"
#include "pipeline/batches.hpp"
#include "store/batches.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "worker/gate.hpp"
#include "worker/model_factory.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

constexpr std::int64_t kMinute = 60'000'000;   // microseconds
constexpr std::int64_t kApart = 20 * kMinute;  // its making from its submission, by two clocks
constexpr std::int64_t kUntilShown = kMinute;  // a batch that was taken is listed by then
constexpr const char* kPage = "?limit=100";

std::int64_t Now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class Looker {
 public:
  explicit Looker(const Endpoint& endpoint)
      : endpoint_(endpoint), api_(endpoint_, [] { Wait(); }) {}

  void Look(OpenBatch& open) {
    if (open.state == "sent" && (open.in_hand || !Find(open))) return;
    if (!open.needed && open.state == "processing") Cancel(open);
    if (HasEnded(open)) TakeResults(open);
  }

 private:
  static void Wait() {
    pg::WaitForLatch(std::chrono::milliseconds(0));
    pg::EndServerWait();
    pg::HandleInterrupts();
    Gate().CheckSettings();
    pg::ShowServerWait();
  }

  // The response to the submission was lost: the batch is one of so many requests that was made
  // about then and that no other row has.
  bool Find(OpenBatch& open) {
    std::string body;
    const HttpResponse response = api_.Get(kPage, &body);
    const auto page = response.status == 200 ? ReadBatchPage(body) : std::nullopt;
    if (!page) {
      NotSeen(open, response);
      return false;
    }
    const BatchStatus* found = nullptr;
    const auto apart = [&](const BatchStatus& batch) {
      return std::abs(batch.created_at.value_or(0) - open.submitted_at);
    };
    for (const BatchStatus& batch : *page) {
      const bool fits = batch.requests == open.requests && apart(batch) <= kApart;
      const bool closer = found == nullptr || apart(batch) < apart(*found);
      if (fits && closer && !IsKnown(batch.id)) found = &batch;
    }
    if (found != nullptr && RecordFound(open.row, found->id)) {
      open.id = found->id;
      open.state = "processing";
      return true;
    }
    if (Now() - open.submitted_at > kUntilShown) {
      Lose(open, "the model server did not answer its submission, and does not list it");
    }
    return false;
  }

  void Cancel(const OpenBatch& open) {
    const HttpResponse response = api_.Post(api_.Request("/" + open.id + "/cancel"));
    if (response.status == 200) RecordCanceling(open.row);
  }

  bool HasEnded(const OpenBatch& open) {
    std::string body;
    const HttpResponse response = api_.Get("/" + open.id, &body);
    const auto status = response.status == 200 ? ReadBatch(body) : std::nullopt;
    if (!status) {
      if (response.status == 404) {
        Lose(open, "the model server does not have it");
      } else {
        NotSeen(open, response);
      }
      return false;
    }
    RecordSeen(open.row, std::min(status->done, open.requests));
    return status->ended;
  }

  void TakeResults(const OpenBatch& open) {
    BatchResults results(BatchPrices(endpoint_.prices));
    const HttpResponse response = api_.Results(open.id, &results);
    if (response.status == 200 && response.end == HttpEnd::kWhole) {
      EndBatch(open.row, results.answers(), results.usage());
    } else if (response.status == 404) {
      Lose(open, "the model server does not have its answers");
    } else {
      NotSeen(open, response);
    }
  }

  void Lose(const OpenBatch& batch, const std::string& reason) {
    if (!LoseBatch(batch.row, reason)) return;
    pg::Log(
        WARNING, Format("a batch of full pass {} is lost: {}", batch.pass, reason),
        "It counts with the most that it can have cost. Its questions are asked again if the pass "
        "goes on.",
        "");
  }

  void NotSeen(const OpenBatch& batch, const HttpResponse& response) {
    const Classified classified = api_.Meaning(response);
    RecordNotSeen(batch.row, classified.reason);
    if (classified.disposition != Disposition::kPause || response.status == 404) return;
    Gate().Close(PauseError(classified), false);
    throw PassStopped("requests are paused");
  }

  Endpoint endpoint_;
  BatchApi api_;
};

// What one batch meets in the database keeps nobody from the others.
void LookAt(Looker& looker, OpenBatch& batch) {
  try {
    looker.Look(batch);
  } catch (const SqlError& error) {
    pg::Log(WARNING,
            Format("could not look at a batch of full pass {}: {}", batch.pass, error.what()),
            error.detail(), error.hint(), error.sqlstate());
  }
}

}  // namespace

void LookAtBatches() {
  std::vector<OpenBatch> open = OpenBatches();
  if (open.empty()) return;
  pg::ShowIdle(Format("looking at {} batches", open.size()));
  try {
    Looker looker(EndpointForBatches());
    for (OpenBatch& batch : open) LookAt(looker, batch);
  } catch (const Canceled&) {
    pg::ForgetCancelRequest();
  } catch (const PassStopped&) {
    // The settings changed, or requests are paused.
  } catch (const ServerUnavailable& unavailable) {
    Gate().Close(unavailable, false);
  }
  pg::EndServerWait();
  WakeWaitingPasses();
}

}  // namespace soulprint
