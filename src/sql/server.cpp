// Private SQL functions on the server: its settings, its launcher, its pauses.

#include "sql/server.hpp"

#include "pg/call.hpp"
#include "settings.hpp"
#include "shared_state.hpp"
#include "store/preflight.hpp"
#include "util/format.hpp"
#include "worker/gate.hpp"
#include "worker/model_factory.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

Datum TextOrNull(FunctionCallInfo fcinfo, const std::optional<std::string>& text) {
  fcinfo->isnull = !text;
  return text ? pg::ToText(*text) : static_cast<Datum>(0);
}

// The reason names settings and quotes the model server: only pg_monitor may read it.
std::optional<std::string> PauseReason() {
  const auto obstacle = Gate::WhyClosed();
  if (!obstacle) return std::nullopt;
  const bool monitors = pg::Call([] { return has_privs_of_role(GetUserId(), ROLE_PG_MONITOR); });
  return monitors ? obstacle->reason : std::string("no pass can run now");
}

}  // namespace

bool IsTemplate(const std::string& database) {
  return database == "template0" || database == "template1";
}

std::optional<std::string> UnservedReason() {
  if (settings::database == nullptr) {
    return "shared_preload_libraries does not name \"soulprint\"";
  }
  const auto place = static_cast<std::size_t>(shared_state::Place());
  const std::vector<std::string>& served = settings::Databases();
  if (place < served.size() && !IsTemplate(served[place])) return std::nullopt;
  return Format("soulprint.database is \"{}\"", settings::database);
}

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_app_schema);
PG_FUNCTION_INFO_V1(soulprint_model_name);
PG_FUNCTION_INFO_V1(soulprint_unserved_reason);
PG_FUNCTION_INFO_V1(soulprint_pause_reason);
PG_FUNCTION_INFO_V1(soulprint_preflight);
PG_FUNCTION_INFO_V1(soulprint_wake_launcher);

Datum soulprint_app_schema([[maybe_unused]] PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum { return pg::ToText(settings::app_schema); });
}

Datum soulprint_model_name([[maybe_unused]] PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum { return pg::ToText(ModelName()); });
}

Datum soulprint_unserved_reason(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum { return TextOrNull(fcinfo, UnservedReason()); });
}

Datum soulprint_preflight(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    pg::RowSet rows(fcinfo);
    for (const Problem& problem : FindProblems()) {
      rows.Add({pg::ToText(problem.message), pg::ToText(problem.hint),
                BoolGetDatum(problem.stops_passes)});
    }
    return static_cast<Datum>(0);
  });
}

Datum soulprint_pause_reason(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum { return TextOrNull(fcinfo, PauseReason()); });
}

Datum soulprint_wake_launcher([[maybe_unused]] PG_FUNCTION_ARGS) {
  return pg::Enter([]() -> Datum {
    // What kept passes from running may be mended.
    shared_state::ProbeAtCommit();
    PG_RETURN_VOID();
  });
}
}
