#include "store/lease.hpp"

#include <utility>

#include "pg/call.hpp"
#include "pg/process.hpp"
#include "pg/transaction.hpp"
#include "shared_state.hpp"
#include "store/app_statements.hpp"
#include "store/app_tables.hpp"
#include "store/identity.hpp"
#include "store/locks.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/text.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

// A cancel, or the deletion of the user, ends the pass after so long.
constexpr std::chrono::milliseconds kBeat{500};

LOCKTAG PassLock(std::int64_t id) {
  LOCKTAG tag;
  SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, static_cast<uint32>(id >> 32), static_cast<uint32>(id),
                       kPassLockClass);
  return tag;
}

}  // namespace

PassLease::PassLease(std::int64_t id, std::string user_id, std::function<void()> check)
    : id_(id), user_id_(std::move(user_id)), check_(std::move(check)) {}

PassLease::~PassLease() {
  if (!locked_) return;
  const LOCKTAG tag = PassLock(id_);
  try {
    pg::Call([&] { LockRelease(&tag, ExclusiveLock, true); });
  } catch (const Error&) {
    // The lock is gone, or goes with the process.
  }
}

bool PassLease::TryLock() {
  const LOCKTAG tag = PassLock(id_);
  locked_ = pg::Call(
      [&] { return LockAcquire(&tag, ExclusiveLock, true, true) != LOCKACQUIRE_NOT_AVAIL; });
  return locked_;
}

std::string PassLease::Name() const { return Format("full pass {} of user {}", id_, user_id_); }

// "full pass 42 of user 9f2c0000-0000-4000-8000-000000000001: facts 124/240"
std::string PassLease::Activity() const {
  std::string text = Format("{}: {}", Name(), StageName(progress_.stage));
  if (progress_.stage == Stage::kFacts) {
    text += Format(" {}/{}", progress_.chunks_done, progress_.chunks);
  }
  if (const std::string wait = shared_state::DescribeWait(); !wait.empty()) text += "; " + wait;
  return text;
}

void PassLease::Touch() {
  const bool has_profile = AppQuery(app::kFindProfile).Uuid(user_id_).Execute() > 0;
  TouchPass();
  if (!has_profile) throw PassLost(Format("user {} was deleted", user_id_));
}

void PassLease::TouchPass() {
  const std::uint64_t rows = OwnQuery(R"(
    UPDATE soulprint.full_passes f
    SET stage = $3,
        stage_started_at = CASE WHEN f.stage = $3 THEN f.stage_started_at ELSE $18 END,
        stage_seconds = CASE WHEN f.stage = $3 THEN f.stage_seconds
          ELSE soulprint.timed_stages(f.stage_seconds, f.stage, f.stage_started_at) END,
        conversations = $4, chunks = $5, chunks_done = $6, chunks_failed = $7, facts = $8,
        facts_left_out = $9, items_dropped = $10, calls_remembered = $11,
        drop_reasons = jsonb_build_object('malformed', $12::int, 'assistant', $13::int,
                                          'invented', $14::int, 'secret', $15::int),
        coverage = nullif($16, -1), chunk_error = nullif($17, '')
    WHERE f.id = $1 AND f.user_id = $2 AND f.pid = pg_backend_pid() AND f.state = 'running')")
                                 .BigInt(id_)
                                 .Uuid(user_id_)
                                 .Text(StageName(progress_.stage))
                                 .BigInt(progress_.conversations)
                                 .BigInt(progress_.chunks)
                                 .BigInt(progress_.chunks_done)
                                 .BigInt(progress_.chunks_failed)
                                 .BigInt(progress_.facts)
                                 .BigInt(progress_.facts_left_out)
                                 .BigInt(progress_.dropped.Total())
                                 .BigInt(calls_remembered_)
                                 .BigInt(progress_.dropped.malformed)
                                 .BigInt(progress_.dropped.assistant)
                                 .BigInt(progress_.dropped.invented)
                                 .BigInt(progress_.dropped.secret)
                                 .Double(progress_.coverage.value_or(-1))
                                 .Text(CleanUtf8(progress_.chunk_error))
                                 .Now()
                                 .Execute();
  if (rows == 0) {
    throw PassLost(Format("full pass {} was canceled, or its user was deleted", id_));
  }
}

void PassLease::Report(const Progress& progress) {
  if (progress.stage != progress_.stage) next_write_ = {};
  progress_ = progress;
  Beat();
}

void PassLease::WaitForServer() {
  pg::WaitForLatch(std::chrono::milliseconds(0));
  Beat();
  pg::ShowServerWait();
}

// Touches the pass twice a second.
void PassLease::Beat() {
  const auto now = steady_clock::now();
  pg::EndServerWait();
  check_();
  if (now < next_write_) return;
  next_write_ = now + kBeat;
  pg::ShowActivity(Activity());
  if (pg::Transaction::IsOpen()) return;
  // The next beat is early enough.
  UnlessLocked([this] {
    pg::Transaction transaction;
    LimitLockWait(kBriefly);
    Touch();
    transaction.Commit();
  });
  if (now < next_percent_) return;
  next_percent_ = now + seconds(5);
  ShowPercent();
}

// A convenience for the application: not worth waiting for one of its locks.
void PassLease::ShowPercent() {
  for (const AppStatement* statement : {&app::kShowPercent, &app::kShowStage}) {
    try {
      pg::Transaction transaction;
      LimitLockWait(kBriefly);
      AppQueryWithOptionalColumns(*statement)
          .Uuid(user_id_)
          .Text(StageName(progress_.stage))
          .BigInt(progress_.chunks_done)
          .BigInt(progress_.chunks)
          .Execute();
      transaction.Commit();
      return;
    } catch (const SqlError& error) {
      if (error.sqlstate() != sqlstate::kUndefinedColumn) return;
    }
  }
}

}  // namespace soulprint
