#include "store/purse.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "pipeline/model.hpp"
#include "settings.hpp"
#include "shared_state.hpp"
#include "store/identity.hpp"
#include "store/locks.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

using std::chrono::seconds;

constexpr double kAhead = 1;  // requests like the next one, for which money is set aside with it
constexpr seconds kForOthers{60};

// As soulprint.day has it.
struct Day {
  double spent = 0;
  double set_aside = 0;
  seconds until_less{};  // until some of what was spent leaves the day
};

// What the day's hours before the present and the last one cost.  Nothing is added to them any
// more, and each user has rows in them: a process adds them up once in `hour`, the present one.
double SpentEarlier(std::int64_t hour) {
  static std::int64_t known_in = 0;
  static double usd = 0;
  if (hour == known_in) return usd;
  usd = OwnQuery(R"(
    SELECT coalesce(sum(cost_usd + lost_usd), 0) FROM soulprint.costs
    WHERE hour > now() - interval '25 hours'
    AND hour < date_trunc('hour', now(), 'UTC') - interval '1 hour')")
            .Run()
            .at(0)
            .Double(0);
  known_in = hour;
  return usd;
}

// What others have spent and set aside.  `pass`: whose money in its row does not count.
Day ReadDay(std::int64_t pass, const std::optional<std::string>& user_id) {
  const pg::Row row = OwnQuery(R"(
    SELECT extract(epoch FROM date_trunc('hour', now(), 'UTC'))::bigint,
           (SELECT coalesce(sum(cost_usd + lost_usd), 0) FROM soulprint.costs
            WHERE hour >= date_trunc('hour', now(), 'UTC') - interval '1 hour'),
           set_aside_usd - coalesce((SELECT reserved_usd FROM soulprint.full_passes
                                     WHERE id = $1 AND user_id = $2::uuid AND state = 'running'), 0),
           ceil(extract(epoch FROM less_at - now()))::bigint
    FROM soulprint.day)")
                          .BigInt(pass)
                          .Text(user_id)
                          .Run()
                          .at(0);
  return {SpentEarlier(row.BigInt(0)) + row.Double(1), row.Double(2),
          seconds(row.IsNull(3) ? 0 : row.BigInt(3))};
}

[[noreturn]] void ThrowDayLimit(const Day& day) {
  const bool others_wait = day.set_aside > 0 && day.spent < settings::max_cost_per_day;
  throw DayLimit(
      Format("the limit of cost of the day is reached: of {} {} are spent, {} set aside",
             FormatUsd(settings::max_cost_per_day), FormatUsd(day.spent), FormatUsd(day.set_aside)),
      std::max(others_wait ? kForOthers : day.until_less, kForOthers));
}

bool IsLimited() { return settings::max_cost_per_day > 0; }

// One process at a time looks at the day and takes of it, until the end of the transaction.
void LockDay() {
  LOCKTAG tag;
  SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, 0, 0, kCostLockClass);
  pg::Call([&] { LockAcquire(&tag, ExclusiveLock, false, false); });
}

}  // namespace

void Purse::CheckDay(double needed) {
  if (!IsLimited() || settings::IsOffline()) return;
  const Day day = pg::InTransaction([] {
    LockDay();
    return ReadDay(0, std::nullopt);
  });
  if (day.spent + day.set_aside + needed > settings::max_cost_per_day) ThrowDayLimit(day);
}

void Purse::Open() {
  pg::Transaction transaction;
  ChargeSetAside(pass_, user_id_);
  const pg::Rows rows = OwnQuery(R"(
    SELECT cost_usd + lost_usd, max_cost_usd FROM soulprint.full_passes
    WHERE id = $1 AND user_id = $2)")
                            .BigInt(pass_)
                            .Uuid(user_id_)
                            .Run();
  transaction.Commit();
  if (rows.empty()) return;
  spent_ = rows.front().Double(0);
  requested_limit_ = rows.front().Double(1);
}

double Purse::Limit() const {
  const double usual = pass_ == 0 ? 0 : settings::max_cost_per_pass;
  if (requested_limit_ == 0 || usual == 0) return std::max(requested_limit_, usual);
  return std::min(requested_limit_, usual);
}

bool Purse::Reserve(double most, double later) {
  const double limit = Limit();
  if (limit > 0 && spent_ + in_flight_ + most + later > limit) {
    if (requests_ > 0) return false;
    throw CostLimit(
        Format("the next request could cost {}, and {} of the pass's {} are spent", FormatUsd(most),
               FormatUsd(spent_), FormatUsd(limit)),
        later > 0 ? Format("{} are kept for the questions that follow.", FormatUsd(later)) : "",
        "Allow the pass more with soulprint.max_cost_per_pass or max_cost_usd, then request it "
        "again.");
  }
  const Usage unsaved = Unsaved();
  const double needed = unsaved.cost_usd + unsaved.lost_usd + in_flight_ + most;
  const bool limited = pass_ != 0 && (limit > 0 || IsLimited());
  if (limited && needed > set_aside_) {
    bool enough = false;
    UnlessLocked([&] { enough = SetMoreAside(most, needed); });
    if (!enough) return false;
  }
  in_flight_ += most;
  ++requests_;
  return true;
}

bool Purse::SetMoreAside(double most, double needed) {
  double amount = needed + kAhead * most;
  pg::Transaction transaction;
  LimitLockWait(kBriefly);
  if (IsLimited()) {
    LockDay();
    const Day day = ReadDay(pass_, user_id_);
    const double room = settings::max_cost_per_day - day.spent - day.set_aside;
    if (needed > room) {
      if (requests_ > 0) return false;
      ThrowDayLimit(day);
    }
    amount = std::min(amount, room);
  }
  const std::uint64_t rows = OwnQuery(R"(
    UPDATE soulprint.full_passes SET reserved_usd = $3::numeric
    WHERE id = $1 AND user_id = $2 AND pid = pg_backend_pid() AND state = 'running')")
                                 .BigInt(pass_)
                                 .Uuid(user_id_)
                                 .Double(amount)
                                 .Execute();
  if (rows == 0) throw PassLost(Format("full pass {} was canceled", pass_));
  transaction.Commit();
  set_aside_ = amount;
  return true;
}

void Purse::Pay(const Question& question, const Usage& usage, double reserved) {
  Ledger::Pay(question, usage, reserved);
  spent_ += usage.cost_usd + usage.lost_usd;
  in_flight_ = --requests_ > 0 ? in_flight_ - reserved : 0;
}

void Purse::HandOver(std::size_t questions, double usd) {
  Release(questions, usd);
  spent_ += usd;
  set_aside_ = std::max(set_aside_ - usd, 0.0);
}

void Purse::Release(std::size_t questions, double usd) {
  requests_ -= static_cast<int>(questions);
  in_flight_ = requests_ > 0 ? in_flight_ - usd : 0;
}

double Purse::SetAside() const {
  if (requests_ <= 0) return 0;
  const Usage unsaved = Unsaved();
  return std::max(set_aside_ - unsaved.cost_usd - unsaved.lost_usd, 0.0);
}

void Purse::Saved() {
  set_aside_ = SetAside();
  Ledger::Saved();
}

void ChargeSetAside(std::int64_t pass, const std::string& user_id) {
  OwnQuery(R"(
    WITH pass AS (
      SELECT id, user_id, reserved_usd FROM soulprint.full_passes
      WHERE id = $1 AND user_id = $2 AND reserved_usd > 0 FOR UPDATE),
    charged AS (
      UPDATE soulprint.full_passes f
      SET lost_usd = f.lost_usd + pass.reserved_usd, reserved_usd = 0
      FROM pass WHERE f.id = pass.id AND f.user_id = pass.user_id)
    INSERT INTO soulprint.costs AS c
      (hour, user_id, model, step, requests, retries, refusals, lost, input_tokens,
       cache_creation_input_tokens, cache_read_input_tokens, output_tokens, cost_usd, lost_usd)
    SELECT date_trunc('hour', now(), 'UTC'), user_id, soulprint.model_name(), 'interrupted', 0, 0,
           0, 0, 0, 0, 0, 0, 0, reserved_usd
    FROM pass
    ON CONFLICT (hour, user_id, model, step) DO UPDATE
    SET lost_usd = c.lost_usd + EXCLUDED.lost_usd)")
      .BigInt(pass)
      .Uuid(user_id)
      .Execute();
}

void ChargeOrphans(const std::string& user_id) {
  for (const pg::Row& pass : OwnQuery(Format("WITH held AS ({})", kHeldPasses) + R"(
         SELECT id FROM soulprint.full_passes
         WHERE user_id = $2 AND reserved_usd > 0 AND id NOT IN (SELECT id FROM held))")
                                 .BigInt(kPassLockClass)
                                 .Uuid(user_id)
                                 .Run()) {
    ChargeSetAside(pass.BigInt(0), user_id);
  }
}

// A worker hears of a cancel within a second.
void ChargeCanceledInCrash() {
  for (const pg::Row& pass : OwnQuery(R"(
         SELECT id, user_id FROM soulprint.full_passes,
           LATERAL (SELECT timestamptz '2000-01-01 00:00+00' + $1 * interval '1 us') AS e (crash)
         WHERE ended_at BETWEEN crash - interval '10 s' AND crash
         AND state = 'canceled' AND reserved_usd > 0)")
                                 .BigInt(shared_state::Epoch())
                                 .Run()) {
    ChargeSetAside(pass.BigInt(0), pass.Text(1));
  }
}

}  // namespace soulprint
