#include "worker/evaluation.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <utility>

#include "pg/call.hpp"
#include "pg/process.hpp"
#include "pipeline/caching_model.hpp"
#include "pipeline/evaluate.hpp"
#include "pipeline/evaluate_budget.hpp"
#include "pipeline/full_pass.hpp"
#include "pipeline/model.hpp"
#include "settings.hpp"
#include "store/evaluation_store.hpp"
#include "store/identity.hpp"
#include "store/lease.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "worker/gate.hpp"
#include "worker/model_factory.hpp"
#include "worker/process.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

constexpr long kLookEveryMs = 100;
constexpr std::size_t kMostFigures = 8;

// What caller and process share: bytes.
struct Exchange {
  // Set by the caller.
  std::array<char, 40> user_id{};
  double budget_usd = 0;
  int caller = 0;
  std::atomic<bool> given_up{false};
  // Set by the process, `ended` last.
  std::atomic<bool> ended{false};
  bool failed = false;
  std::array<char, 1024> message{};
  std::array<char, 1024> detail{};
  std::array<char, 1024> hint{};
  double spent_usd = 0;
  bool budget_spent = false;
  int count = 0;
  std::array<EvaluationFigure, kMostFigures> figures{};
};

// Crosses the fork as bytes.
struct EvaluationTask {
  Oid database = InvalidOid;
  Oid role = InvalidOid;
  dsm_handle exchange = 0;
};
static_assert(sizeof(EvaluationTask) <= BGW_EXTRALEN);

template <std::size_t size>
void Put(const std::string& text, std::array<char, size>* out) {
  const std::size_t length = std::min(text.size(), size - 1);
  memcpy(out->data(), text.data(), length);
  (*out)[length] = '\0';
}

Prices RequirePrices() {
  if (const std::optional<Prices> prices = ModelPrices()) return *prices;
  throw Error(sqlstate::kObjectNotInPrerequisiteState,
              Format("model \"{}\" has no price, so that no budget can be kept", ModelName()))
      .Hint("Insert its price into soulprint.prices.");
}

// In the process: one evaluation.
class EvaluationRun {
 public:
  explicit EvaluationRun(Exchange& exchange)
      : exchange_(exchange),
        user_(0, exchange.user_id.data(), [this] { Check(); }),
        store_(user_),
        budget_(exchange.budget_usd, RequirePrices()) {}

  void Go() {
    // Where no pass waits nobody else finds out whether a pause is over.
    if (Gate::ClaimProbe()) ProbeModelServer([this] { Wait(); });
    const PassOptions options = OptionsFromSettings();
    store_.Begin(options.model, PromptsInForce(store_), exchange_.budget_usd);
    try {
      CachingModel model(store_, [this](std::function<void()> save_due) {
        return std::make_unique<BudgetModel>(MakeModel(gate_, store_.purse(),
                                                       [this, save_due = std::move(save_due)] {
                                                         save_due();
                                                         Wait();
                                                       }),
                                             budget_);
      });
      const std::vector<Measure> measures = Evaluate(store_, model, budget_, options);
      store_.End(measures);
      Hand(measures);
    } catch (const PassLost&) {
      throw;
    } catch (const Canceled&) {
      const std::string reason = "canceled by an administrator";
      store_.EndWithout(reason);
      throw Error(sqlstate::kQueryCanceled, reason);
    } catch (const Error& error) {
      store_.EndWithout(error.what());
      throw;
    }
  }

 private:
  void Check() const {
    gate_.CheckSettings();
    const bool alone = exchange_.given_up ||
                       pg::Call([&] { return BackendPidGetProc(exchange_.caller) == nullptr; });
    if (alone) throw PassStopped("nobody waits for the evaluation any more");
  }

  void Wait() const {
    pg::WaitForLatch(std::chrono::milliseconds(0));
    pg::EndServerWait();
    Check();
    pg::ShowServerWait();
  }

  void Hand(const std::vector<Measure>& measures) {
    exchange_.spent_usd = budget_.spent();
    for (const Measure& measure : measures) {
      EvaluationFigure& figure = exchange_.figures.at(static_cast<std::size_t>(exchange_.count++));
      Put(std::string(measure.name), &figure.measure);
      figure.made = measure.value.has_value();
      figure.value = measure.value.value_or(0);
      figure.n = measure.n;
      figure.cost_usd = measure.cost_usd;
    }
    exchange_.budget_spent = budget_.refused();
  }

  Exchange& exchange_;
  Gate gate_;
  PassLease user_;
  EvaluationStore store_;
  Budget budget_;
};

void Serve(Exchange* exchange) {
  try {
    EvaluationRun(*exchange).Go();
  } catch (const Error& error) {
    exchange->failed = true;
    Put(error.what(), &exchange->message);
    Put(error.detail(), &exchange->detail);
    Put(error.hint(), &exchange->hint);
  } catch (const std::exception& error) {
    exchange->failed = true;
    Put(error.what(), &exchange->message);
  }
  exchange->ended = true;
}

// For the caller: the process, which ends with this object.
class Process {
 public:
  explicit Process(Exchange* exchange, dsm_handle handle) : exchange_(exchange) {
    const Oid role = pg::Call([] { return get_role_oid(kWorkerRole, false); });
    const EvaluationTask task{MyDatabaseId, role, handle};
    handle_ = StartProcess("soulprint evaluation", "soulprint_evaluation_main", &task, sizeof(task),
                           CurrentMemoryContext);
    if (handle_ == nullptr) {
      throw Error(sqlstate::kConfigurationLimitExceeded, "no background worker slot is free")
          .Hint("Call it again later, or increase max_worker_processes.");
    }
  }
  ~Process() { exchange_->given_up = true; }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void WaitForEnd() const {
    pid_t pid = 0;
    while (pg::Call([&] { return GetBackgroundWorkerPid(handle_, &pid); }) != BGWH_STOPPED) {
      pg::WaitForLatch(std::chrono::milliseconds(kLookEveryMs));
      pg::CheckForInterrupts();
    }
  }

 private:
  Exchange* exchange_;
  BackgroundWorkerHandle* handle_ = nullptr;
};

}  // namespace

EvaluationResult EvaluateInProcess(const std::string& user_id, double budget_usd) {
  dsm_segment* const segment = pg::Call([] { return dsm_create(sizeof(Exchange), 0); });
  auto* const exchange = new (dsm_segment_address(segment)) Exchange();
  Put(user_id, &exchange->user_id);
  exchange->budget_usd = budget_usd;
  exchange->caller = MyProcPid;
  Process(exchange, dsm_segment_handle(segment)).WaitForEnd();
  if (!exchange->ended) {
    throw Error(sqlstate::kObjectNotInPrerequisiteState,
                "the process of the evaluation ended unexpectedly")
        .Hint("See the server log for the reason. Its answers are remembered: call it again.");
  }
  if (exchange->failed) {
    throw Error(sqlstate::kObjectNotInPrerequisiteState, exchange->message.data())
        .Detail(exchange->detail.data())
        .Hint(exchange->hint.data());
  }
  EvaluationResult result;
  result.figures.assign(exchange->figures.begin(), exchange->figures.begin() + exchange->count);
  result.spent_usd = exchange->spent_usd;
  result.budget_spent = exchange->budget_spent;
  pg::Call([&] { dsm_detach(segment); });
  return result;
}

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PGDLLEXPORT void soulprint_evaluation_main(Datum place);

void soulprint_evaluation_main(Datum place) {
  return pg::Enter([place] {
    EvaluationTask task;
    memcpy(&task, MyBgworkerEntry->bgw_extra, sizeof(task));
    BecomeProcess("soulprint evaluation", place, task.database, task.role);
    dsm_segment* const segment = pg::Call([&] { return dsm_attach(task.exchange); });
    // The caller may be gone by now.
    if (segment != nullptr) Serve(static_cast<Exchange*>(dsm_segment_address(segment)));
  });
}
}
