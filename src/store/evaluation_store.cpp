#include "store/evaluation_store.hpp"

#include <nlohmann/json.hpp>

#include "pg/process.hpp"
#include "pg/transaction.hpp"
#include "pipeline/model.hpp"
#include "store/identity.hpp"
#include "store/purse.hpp"
#include "store/replies.hpp"
#include "util/dump_json.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint {

namespace {

[[noreturn]] void ThrowErased(const std::string& user_id) {
  throw PassLost(Format("what user {} said was erased during the evaluation", user_id));
}

}  // namespace

void EvaluationStore::Begin(const std::string& model, const std::string& prompts,
                            double budget_usd) {
  pg::Transaction transaction;
  Purse::CheckDay(budget_usd);
  id_ = OwnQuery(R"(
    INSERT INTO soulprint.evaluations (user_id, model, prompts, budget_usd)
    VALUES ($1, $2, left(encode(sha256(convert_to($3, 'UTF8')), 'hex'), 12), $4::numeric)
    RETURNING id)")
            .Uuid(user_.user_id())
            .Text(model)
            .Text(prompts)
            .Double(budget_usd)
            .Run()
            .at(0)
            .BigInt(0);
  transaction.Commit();
}

// Each in a transaction of its own: a pass of the same user may be saving the same answers, in
// another order.
void EvaluationStore::SaveReplies(const std::vector<Reply>& replies) {
  SaveCosts();
  for (const Reply& reply : replies) {
    if (IsFinal(reply.answer.outcome)) Save(reply);
  }
}

void EvaluationStore::Save(const Reply& reply) {
  pg::Transaction transaction;
  const std::uint64_t rows =
      OwnQuery("UPDATE soulprint.evaluations SET calls_made = calls_made + 1 WHERE id = $1")
          .BigInt(id_)
          .Execute();
  if (rows == 0) ThrowErased(user_.user_id());
  InsertReply(KeyOf(user_.user_id(), reply.question), reply.answer);
  transaction.Commit();
}

void EvaluationStore::SaveCosts() {
  if (purse().empty()) return;
  const Usage usage = purse().Unsaved();
  pg::Transaction transaction;
  const std::uint64_t rows = OwnQuery(R"(
    UPDATE soulprint.evaluations
    SET input_tokens = input_tokens + $2, output_tokens = output_tokens + $3,
        cost_usd = cost_usd + $4::numeric
    WHERE id = $1)")
                                 .BigInt(id_)
                                 .BigInt(usage.input_tokens)
                                 .BigInt(usage.output_tokens)
                                 .Double(usage.cost_usd)
                                 .Execute();
  purse().Save(rows == 0 ? std::nullopt : std::optional(user_.user_id()));
  transaction.Commit();
  purse().Saved();
  if (rows == 0) ThrowErased(user_.user_id());
}

void EvaluationStore::Report(const Progress& progress) {
  user_.Check();
  pg::ShowActivity(
      Format("evaluating the profile of user {}: {}", user_.user_id(), StageName(progress.stage)));
}

void EvaluationStore::End(const std::vector<Measure>& measures) {
  nlohmann::ordered_json figures = nlohmann::ordered_json::object();
  for (const Measure& measure : measures) {
    if (!measure.value) continue;
    figures[std::string(measure.name)] = {{"value", *measure.value}, {"n", measure.n}};
  }
  pg::Transaction transaction;
  const std::uint64_t rows = OwnQuery(R"(
    UPDATE soulprint.evaluations SET ended_at = now(), figures = $2::jsonb
    WHERE id = $1)")
                                 .BigInt(id_)
                                 .Text(DumpJson(figures))
                                 .Execute();
  if (rows == 0) ThrowErased(user_.user_id());
  transaction.Commit();
}

void EvaluationStore::EndWithout(const std::string& reason) {
  SaveCosts();
  pg::Transaction transaction;
  OwnQuery(R"(
    UPDATE soulprint.evaluations SET ended_at = now(), error = left($2, 500)
    WHERE id = $1)")
      .BigInt(id_)
      .Text(reason)
      .Execute();
  transaction.Commit();
}

}  // namespace soulprint
