#include "store/batches.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "pg/query.hpp"
#include "pg/sha256.hpp"
#include "pg/transaction.hpp"
#include "pipeline/model.hpp"
#include "settings.hpp"
#include "shared_state.hpp"
#include "store/erasure.hpp"
#include "store/identity.hpp"
#include "store/ledger.hpp"
#include "store/locks.hpp"
#include "store/replies.hpp"
#include "util/dump_json.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/text.hpp"

namespace soulprint {

namespace {

constexpr int kMostLost = 2;  // of a pass; then it asks one by one

// What a pass waits for, by the oldest of its user's batches that have not ended.
constexpr std::string_view kWaiting = R"(
  SELECT 'waiting for batch ' || coalesce(min(batch_id), '(not known yet)') ||
         CASE WHEN count(*) > 1 THEN format(' and %s more', count(*) - 1) ELSE '' END ||
         to_char(min(submitted_at) AT TIME ZONE 'UTC', '" since "YYYY-MM-DD HH24:MI" UTC, "') ||
         trim(to_char(sum(requests_done), 'FM999,999,990')) || ' of ' ||
         trim(to_char(sum(requests), 'FM999,999,990')) ||
         coalesce('; the last look failed: ' || min(error), '')
  FROM soulprint.batches WHERE user_id = {} AND state IN ('sent', 'processing', 'canceling')
  HAVING count(*) > 0)";

// One statement on one batch.
template <typename... Values>
std::uint64_t Change(const char* sql, std::int64_t row, const Values&... values) {
  pg::Transaction transaction;
  LimitLockWait(kForAWhile);
  pg::Query query = OwnQuery(sql);
  query.BigInt(row);
  (query.Text(values), ...);
  const std::uint64_t rows = query.Execute();
  transaction.Commit();
  return rows;
}

// Counts what it took in the row of its pass, in soulprint.costs and in its own row, in the open
// transaction.  Returns its user, model and questions; none if that was done before.
pg::Rows CountBatch(std::int64_t row, const char* state, const Usage& usage,
                    const std::string& reason) {
  pg::Rows rows = OwnQuery(Format(R"(
    UPDATE soulprint.batches
    SET state = $2, reserved_usd = 0, error = nullif($3, ''), ended_at = now()
    WHERE id = $1 AND {}
    RETURNING user_id, model, questions::text, pass_id)",
                                  kBatchIsOpen))
                      .BigInt(row)
                      .Text(state)
                      .Text(CleanUtf8(reason))
                      .Run();
  if (rows.empty()) return rows;
  OwnQuery(R"(
    UPDATE soulprint.full_passes
    SET input_tokens = input_tokens + $2, output_tokens = output_tokens + $3,
        cost_usd = cost_usd + $4::numeric, lost_usd = lost_usd + $5::numeric
    WHERE id = $1 AND user_id = $6::uuid)")
      .BigInt(rows.front().BigInt(3))
      .BigInt(usage.input_tokens)
      .BigInt(usage.output_tokens)
      .Double(usage.cost_usd)
      .Double(usage.lost_usd)
      .Text(rows.front().TextOrNull(0))
      .Execute();
  Ledger ledger;
  Question question;
  question.step = Step::kFacts;
  question.model = rows.front().Text(1);
  ledger.Pay(question, usage, 0);
  ledger.Save(rows.front().TextOrNull(0));
  return rows;
}

double ReservedFor(std::int64_t row) {
  return pg::InTransaction([&] {
    const pg::Rows rows =
        OwnQuery("SELECT reserved_usd FROM soulprint.batches WHERE id = $1").BigInt(row).Run();
    return rows.empty() ? 0 : rows.front().Double(0);
  });
}

}  // namespace

std::string PassBatches::NameOf(const Question& question) const {
  return pg::InTransaction([&] { return pg::Sha256({QuestionIdentity(question)}); });
}

bool PassBatches::Wanted() {
  const bool takes_them = pg::InTransaction([&] {
    return OwnQuery(R"(
      SELECT count(*) FILTER (WHERE state = 'refused') = 0
             AND count(*) FILTER (WHERE state = 'lost') < $2
      FROM soulprint.batches WHERE pass_id = $1)")
        .BigInt(lease_.id())
        .BigInt(kMostLost)
        .Run()
        .at(0)
        .Bool(0);
  });
  return takes_them && WantsBatches(lease_.user_id());
}

std::unordered_set<std::string> PassBatches::Asked() {
  std::unordered_set<std::string> names;
  for (const pg::Row& row : pg::InTransaction([&] {
         return OwnQuery(R"(
           SELECT jsonb_object_keys(questions) FROM soulprint.batches
           WHERE pass_id = $1 AND state = 'ended')")
             .BigInt(lease_.id())
             .Run();
       })) {
    names.insert(row.Text(0));
  }
  return names;
}

std::int64_t PassBatches::Begin(const std::string& model,
                                const std::vector<BatchQuestion>& questions, double usd) {
  purse_.HandOver(questions.size(), usd);
  nlohmann::json ids = nlohmann::json::object();
  for (const BatchQuestion& question : questions) ids[question.name] = question.conversation_ids;
  pg::Transaction transaction;
  LimitLockWait(kForAWhile);
  const std::uint64_t mine = OwnQuery(R"(
    UPDATE soulprint.full_passes SET reserved_usd = $3::numeric
    WHERE id = $1 AND user_id = $2 AND pid = pg_backend_pid() AND state = 'running')")
                                 .BigInt(lease_.id())
                                 .Uuid(lease_.user_id())
                                 .Double(purse_.SetAside())
                                 .Execute();
  if (mine == 0) throw PassLost(Format("full pass {} was canceled", lease_.id()));
  const std::int64_t row = OwnQuery(R"(
    INSERT INTO soulprint.batches (pass_id, user_id, model, requests, questions, reserved_usd)
    VALUES ($1, $2, $3, $4, $5::jsonb, $6::numeric)
    RETURNING id)")
                               .BigInt(lease_.id())
                               .Uuid(lease_.user_id())
                               .Text(model)
                               .BigInt(static_cast<std::int64_t>(questions.size()))
                               .Text(DumpJson(ids))
                               .Double(usd)
                               .Run()
                               .at(0)
                               .BigInt(0);
  transaction.Commit();
  return row;
}

void PassBatches::Submitted(std::int64_t row, const std::string& id) { RecordFound(row, id); }

void PassBatches::Refused(std::int64_t row, const std::string& reason) {
  purse_.Settle(ReservedFor(row), 0);
  Change(R"(UPDATE soulprint.batches SET state = 'refused', reserved_usd = 0, questions = '{}',
            error = $2 WHERE id = $1)",
         row, CleanUtf8(reason));
}

void PassBatches::Drop(std::int64_t row) {
  purse_.Settle(ReservedFor(row), 0);
  Change("DELETE FROM soulprint.batches WHERE id = $1", row);
}

std::string PassBatches::Waiting() { return WaitingForBatches(lease_.user_id()); }

std::string WaitingForBatches(const std::string& user_id) {
  return pg::InTransaction([&] {
    const pg::Rows rows = OwnQuery(Format(kWaiting, "$1")).Uuid(user_id).Run();
    return rows.empty() ? std::string() : rows.front().Text(0);
  });
}

bool WantsBatches(const std::string& user_id) {
  const pg::Rows rows = pg::InTransaction([&] {
    return OwnQuery(R"(
             SELECT batch FROM soulprint.full_passes
             WHERE user_id = $1 AND state IN ('queued', 'running'))")
        .Uuid(user_id)
        .Run();
  });
  if (rows.empty() || rows.front().IsNull(0)) return settings::batch;
  return rows.front().Bool(0);
}

std::vector<OpenBatch> OpenBatches() {
  const pg::Rows rows = pg::InTransaction([&] {
    return OwnQuery(Format(R"(
             SELECT b.id, b.pass_id, b.batch_id, b.state, f.id IS NOT NULL,
                    coalesce(f.state = 'running', false), b.requests, b.submitted_at
             FROM soulprint.batches b
             LEFT JOIN soulprint.full_passes f
                 ON f.id = b.pass_id AND f.user_id = b.user_id AND f.state IN ('queued', 'running')
             WHERE b.{} ORDER BY b.id LIMIT 1000)",
                           kBatchIsOpen))
        .Run();
  });
  std::vector<OpenBatch> open;
  for (const pg::Row& row : rows) {
    open.push_back({row.BigInt(0), row.BigInt(1), row.Text(2), row.Text(3), row.Bool(4),
                    row.Bool(5), row.BigInt(6), row.Timestamp(7).value_or(0)});
  }
  return open;
}

void RecordSeen(std::int64_t row, std::int64_t done) {
  Change(R"(UPDATE soulprint.batches SET requests_done = $2::int, looked_at = now(), error = NULL
            WHERE id = $1)",
         row, std::to_string(done));
}

void RecordCanceling(std::int64_t row) {
  Change("UPDATE soulprint.batches SET state = 'canceling' WHERE id = $1 AND state = 'processing'",
         row);
}

void RecordNotSeen(std::int64_t row, const std::string& reason) {
  Change("UPDATE soulprint.batches SET looked_at = now(), error = $2 WHERE id = $1", row,
         CleanUtf8(reason));
}

bool IsKnown(const std::string& id) {
  return pg::InTransaction([&] {
    return OwnQuery("SELECT FROM soulprint.batches WHERE batch_id = $1")
               .Text(CleanUtf8(id))
               .Execute() > 0;
  });
}

bool RecordFound(std::int64_t row, const std::string& id) {
  return Change(R"(UPDATE soulprint.batches SET state = 'processing', batch_id = $2
                   WHERE id = $1 AND state = 'sent'
                   AND NOT EXISTS (SELECT FROM soulprint.batches WHERE batch_id = $2))",
                row, CleanUtf8(id)) > 0;
}

void EndBatch(std::int64_t row, const std::map<std::string, Answer>& answers, const Usage& usage) {
  pg::Transaction transaction;
  const pg::Rows rows = CountBatch(row, "ended", usage, "");
  if (rows.empty()) return;
  const std::optional<std::string> user_id = rows.front().TextOrNull(0);
  const nlohmann::json questions = nlohmann::json::parse(rows.front().Text(2));
  std::int64_t saved = 0;
  for (const auto& [name, answer] : answers) {
    const auto question = questions.find(name);
    if (!user_id || question == questions.end()) continue;
    InsertReply({.user_id = *user_id,
                 .step = Step::kFacts,
                 .question = name,
                 .model = rows.front().Text(1),
                 .conversation_ids = question->get<std::vector<std::string>>()},
                answer);
    ++saved;
  }
  OwnQuery(R"(
    UPDATE soulprint.full_passes SET calls_made = calls_made + $3
    WHERE id = $1 AND user_id = $2::uuid)")
      .BigInt(rows.front().BigInt(3))
      .Text(user_id)
      .BigInt(saved)
      .Execute();
  // Chats may have been taken back meanwhile.
  if (user_id) EraseRepliesOfGone(*user_id);
  transaction.Commit();
}

bool LoseBatch(std::int64_t row, const std::string& reason) {
  Usage usage;
  usage.requests = 1;
  usage.lost = 1;
  usage.lost_usd = ReservedFor(row);
  pg::Transaction transaction;
  const bool lost = !CountBatch(row, "lost", usage, reason).empty();
  transaction.Commit();
  return lost;
}

void WakeWaitingPasses() {
  pg::Transaction transaction;
  LimitLockWait(kForAWhile);
  OwnQuery(Format(R"(
    UPDATE soulprint.full_passes f SET error = w.reason
    FROM (SELECT b.user_id, ({}) AS reason FROM soulprint.batches b
          WHERE b.{} GROUP BY b.user_id) AS w
    WHERE f.user_id = w.user_id AND f.state = 'queued' AND w.reason IS NOT NULL
    AND f.error IS DISTINCT FROM w.reason)",
                  Format(kWaiting, "b.user_id"), kBatchIsOpen))
      .Execute();
  const std::uint64_t due = OwnQuery(R"(
    UPDATE soulprint.full_passes f SET not_before = now()
    WHERE state = 'queued' AND not_before > now() AND NOT suspect
    AND error LIKE 'waiting for batch %'
    AND NOT EXISTS (SELECT FROM soulprint.batches b
                    WHERE b.user_id = f.user_id
                    AND b.state IN ('sent', 'processing', 'canceling')))")
                                .Execute();
  if (due > 0) shared_state::WakeLauncherAtCommit();
  transaction.Commit();
}

}  // namespace soulprint
