// soulprint_evaluate(user_id, budget_usd).

#include <cmath>
#include <optional>
#include <string>

#include "pg/call.hpp"
#include "settings.hpp"
#include "sql/arguments.hpp"
#include "store/request.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "worker/evaluation.hpp"
#include "worker/gate.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

double BudgetArgument(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(1)) throw Error(sqlstate::kNullValueNotAllowed, "budget_usd must not be null");
  const double budget = pg::Call(
      [&] { return DatumGetFloat8(DirectFunctionCall1(numeric_float8, PG_GETARG_DATUM(1))); });
  if (std::isfinite(budget) && budget >= 0) return budget;
  throw Error(sqlstate::kInvalidParameterValue, "budget_usd must be a number from 0")
      .Hint("With 0 only remembered answers are used.");
}

void RequireModel() {
  if (settings::IsOffline()) {
    throw Error(sqlstate::kObjectNotInPrerequisiteState,
                "no profile can be evaluated: soulprint.provider is offline")
        .Detail("A model writes the questions and judges the answers.")
        .Hint(
            "Set soulprint.provider = 'anthropic' and a key. What offline finds, \"make eval\" "
            "measures.");
  }
  const auto obstacle = Gate::WhyClosed();
  if (obstacle && !Gate::IsProbeDue()) {
    throw Error(sqlstate::kObjectNotInPrerequisiteState,
                Format("no profile can be evaluated: {}", obstacle->reason))
        .Hint(obstacle->hint);
  }
}

}  // namespace

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_evaluate);

Datum soulprint_evaluate(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const std::string user_id = UserIdArgument(fcinfo);
    const double budget = BudgetArgument(fcinfo);
    RequireProfile(user_id);
    RequireModel();
    const EvaluationResult result = EvaluateInProcess(user_id, budget);
    if (result.budget_spent) {
      pg::Log(WARNING, "the budget does not allow all measures", {},
              "Their values are NULL. All answers are remembered: call it again with a larger "
              "budget, and only what is missing is asked.");
    }
    pg::RowSet rows(fcinfo);
    for (const EvaluationFigure& figure : result.figures) {
      std::optional<Datum> value;
      if (figure.made) value = Float8GetDatum(figure.value);
      rows.Add({pg::ToText(figure.measure.data()), value, Int32GetDatum(figure.n),
                ToNumeric(figure.cost_usd)});
    }
    return static_cast<Datum>(0);
  });
}
}
