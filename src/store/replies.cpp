#include "store/replies.hpp"

#include <utility>

#include "pg/query.hpp"
#include "pg/sha256.hpp"
#include "pg/transaction.hpp"
#include "pipeline/model.hpp"
#include "pipeline/store.hpp"
#include "store/disk.hpp"
#include "store/identity.hpp"
#include "store/locks.hpp"
#include "store/sql_store.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

namespace soulprint {

namespace {

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kCutOff:
      return "cut_off";
    case Outcome::kRefused:
      return "refused";
    default:
      return "answered";
  }
}

Outcome OutcomeFromName(const std::string& name) {
  if (name == "cut_off") return Outcome::kCutOff;
  if (name == "refused") return Outcome::kRefused;
  return Outcome::kAnswered;
}

}  // namespace

std::optional<Answer> SqlStore::FindReply(const Question& question) {
  pg::Rows rows = pg::InTransaction([&] {
    return OwnQuery(R"(
             SELECT outcome, reply, reason, used_at < now() - interval '1 day',
                    encode(question, 'hex')
             FROM soulprint.replies
             WHERE user_id = $1 AND step = $2
             AND question = sha256(convert_to($3, 'UTF8')) AND attempt = $4)")
        .Uuid(lease_.user_id())
        .Text(StepName(question.step))
        .Text(QuestionIdentity(question))
        .BigInt(question.try_number)
        .Run();
  });
  if (rows.empty()) return std::nullopt;
  lease_.CountRememberedCall();
  if (rows.front().Bool(3)) {
    needed_steps_.emplace_back(StepName(question.step));
    needed_hashes_.push_back(rows.front().Text(4));
  }
  Answer answer;
  answer.outcome = OutcomeFromName(rows.front().Text(0));
  answer.text = rows.front().Text(1);
  answer.reason = rows.front().Text(2);
  return answer;
}

void SqlStore::SaveReplies(const std::vector<Reply>& replies) {
  try {
    pg::Transaction transaction;
    // TouchPass: a lock on the application's tables must not delay it.
    lease_.TouchPass();
    TouchNeeded();
    std::int64_t calls = 0;
    for (const Reply& reply : replies) {
      if (!IsFinal(reply.answer.outcome)) continue;
      InsertReply(KeyOf(lease_.user_id(), reply.question), reply.answer);
      ++calls;
    }
    SaveCosts(calls);
    transaction.Commit();
    purse_.Saved();
  } catch (const SqlError& error) {
    if (error.sqlstate() == sqlstate::kDiskFull && HasFullDisk()) throw DiskFull(error.what());
    throw;
  }
  answers_saved_ += replies.size();
}

// Whatever has become of the pass: it was spent.
void SqlStore::SaveCosts() {
  if (purse_.IsSaved()) return;
  pg::Transaction transaction;
  LimitLockWait(kBriefly);
  SaveCosts(0);
  transaction.Commit();
  purse_.Saved();
}

void SqlStore::SaveCosts(std::int64_t calls) {
  const Usage usage = purse_.Unsaved();
  const std::uint64_t rows = OwnQuery(R"(
    UPDATE soulprint.full_passes
    SET calls_made = calls_made + $5, input_tokens = input_tokens + $2,
        output_tokens = output_tokens + $3, cost_usd = cost_usd + $4::numeric,
        lost_usd = lost_usd + $6::numeric, reserved_usd = $7::numeric
    WHERE id = $1 AND user_id = $8)")
                                 .BigInt(lease_.id())
                                 .BigInt(usage.input_tokens)
                                 .BigInt(usage.output_tokens)
                                 .Double(usage.cost_usd)
                                 .BigInt(calls)
                                 .Double(usage.lost_usd)
                                 .Double(purse_.SetAside())
                                 .Uuid(lease_.user_id())
                                 .Execute();
  purse_.Save(rows == 0 ? std::nullopt : std::optional(lease_.user_id()));
}

// With all tries of these questions: another pass will need them, too.
void SqlStore::TouchNeeded() {
  if (needed_hashes_.empty()) return;
  OwnQuery(R"(
    UPDATE soulprint.replies r SET used_at = now()
    FROM unnest($2, $3) AS n (step, question)
    WHERE r.user_id = $1 AND r.step = n.step AND r.question = decode(n.question, 'hex'))")
      .Uuid(lease_.user_id())
      .TextArray(std::exchange(needed_steps_, {}))
      .TextArray(std::exchange(needed_hashes_, {}))
      .Execute();
}

void SqlStore::RememberNeeded() {
  if (needed_hashes_.empty()) return;
  pg::Transaction transaction;
  lease_.TouchPass();
  TouchNeeded();
  transaction.Commit();
}

ReplyKey KeyOf(const std::string& user_id, const Question& question) {
  return {user_id,
          question.step,
          pg::Sha256({QuestionIdentity(question)}),
          question.try_number,
          question.model,
          question.conversation_ids};
}

void InsertReply(const ReplyKey& key, const Answer& answer) {
  OwnQuery(R"(
    INSERT INTO soulprint.replies (user_id, step, question, attempt, outcome, reply, reason,
                                   request_id, model, input_tokens, output_tokens, cost_usd,
                                   conversation_ids)
    VALUES ($1, $2, decode($3, 'hex'), $4, $5, $6, $7, nullif($8, ''), $9, $10, $11, $12,
            nullif($13, '{}'))
    ON CONFLICT DO NOTHING)")
      .Uuid(key.user_id)
      .Text(StepName(key.step))
      .Text(key.question)
      .BigInt(key.try_number)
      .Text(OutcomeName(answer.outcome))
      .Text(CleanUtf8(answer.text))
      .Text(CleanUtf8(answer.reason))
      .Text(answer.request_id)
      .Text(key.model)
      .BigInt(answer.usage.input_tokens)
      .BigInt(answer.usage.output_tokens)
      .Double(answer.usage.cost_usd)
      .TextArray(key.conversation_ids)
      .Execute();
}

void SqlStore::RejectReply(const Question& question) {
  pg::Transaction transaction;
  lease_.Touch();
  OwnQuery(R"(
    UPDATE soulprint.replies SET unusable = true
    WHERE user_id = $1 AND step = $2 AND question = sha256(convert_to($3, 'UTF8'))
    AND attempt = $4 AND NOT unusable)")
      .Uuid(lease_.user_id())
      .Text(StepName(question.step))
      .Text(QuestionIdentity(question))
      .BigInt(question.try_number)
      .Execute();
  transaction.Commit();
}

}  // namespace soulprint
