// The SQL function that shows a profile as a page.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pipeline/conversations_to_sample.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/sample.hpp"
#include "pipeline/types.hpp"
#include "report/data.hpp"
#include "report/report.hpp"
#include "sql/arguments.hpp"
#include "store/app_tables.hpp"
#include "store/identity.hpp"
#include "store/request.hpp"
#include "store/titles.hpp"
#include "store/versions.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

constexpr std::int64_t kMostFacts = 3000;  // on a page

void ReadPublished(const std::string& user_id, Report* report) {
  report->profile = CurrentProfile(user_id);
  report->being_made = AppQuery(R"(
    SELECT FROM {profiles}
    WHERE user_id = $1 AND full_pass_status IN ('pending', 'processing'))")
                           .Uuid(user_id)
                           .Execute() > 0;
}

void ReadEarlier(const std::string& user_id, Report* report) {
  const pg::Rows rows = OwnQuery(R"(
    SELECT version, replaced_at FROM soulprint.versions WHERE user_id = $1
    ORDER BY version DESC LIMIT 1)")
                            .Uuid(user_id)
                            .Run();
  if (rows.empty()) return;
  report->earlier = ReadVersion(user_id, rows.front().BigInt(0));
  report->replaced = rows.front().Timestamp(1);
}

// The start of the attempt that made the profile; nullopt if nobody knows.
std::optional<std::int64_t> ReadPass(const std::string& user_id, Report* report) {
  report->cost_usd =
      OwnQuery("SELECT sum(cost_usd)::float8 FROM soulprint.costs WHERE user_id = $1")
          .Uuid(user_id)
          .Run()
          .at(0)
          .Double(0);
  const pg::Rows rows = OwnQuery(R"(
    SELECT taken_at, ended_at, conversations, coalesce(coverage, 1), cost_usd::float8
    FROM soulprint.full_passes WHERE user_id = $1 AND state = 'done'
    ORDER BY ended_at DESC LIMIT 1)")
                            .Uuid(user_id)
                            .Run();
  if (rows.empty()) return std::nullopt;
  const pg::Row& row = rows.front();
  report->pass = ReportPass{.conversations = row.BigInt(2),
                            .coverage = row.Double(3),
                            .cost_usd = row.Double(4),
                            .ended = row.Timestamp(1)};
  return row.Timestamp(0);
}

// `taken`: the start of the attempt that made the profile.
void ReadConversations(const std::string& user_id, std::optional<std::int64_t> taken,
                       Report* report) {
  std::int64_t long_ones = 0;
  for (const pg::Row& row : AppQuery(R"(
         SELECT CASE WHEN created_at >= '0001-01-01 00:00+00' AND created_at < '10000-01-01 00:00+00'
                THEN (12 * extract(year FROM created_at AT TIME ZONE 'UTC')
                      + extract(month FROM created_at AT TIME ZONE 'UTC') - 1)::bigint END AS month,
                count(*), count(*) FILTER (WHERE imported_at > $2),
                count(*) FILTER (WHERE message_count >= $3)
         FROM {conversations} WHERE user_id = $1 GROUP BY 1 ORDER BY 1)")
                                .Uuid(user_id)
                                .Timestamp(taken)
                                .BigInt(kFewMessages)
                                .Run()) {
    if (row.IsNull(0)) {
      report->undated = row.BigInt(1);
    } else {
      report->months.push_back({static_cast<int>(row.BigInt(0)), row.BigInt(1)});
    }
    if (taken) report->unread += row.BigInt(2);
    long_ones += row.BigInt(3);
  }
  if (!report->pass) return;
  const std::int64_t all = report->pass->conversations;
  report->pass->sampled = std::min<std::int64_t>(long_ones == 0 ? all : std::min(all, long_ones),
                                                 kLargestSample.conversations);
}

// Reads those that hold first, then by their weight.  Gives the conversation in which each was said
// last, "" = none.
std::vector<std::string> ReadFacts(const std::string& user_id, Report* report) {
  report->facts_in_all = OwnQuery("SELECT count(*) FROM soulprint.facts WHERE user_id = $1")
                             .Uuid(user_id)
                             .Run()
                             .at(0)
                             .BigInt(0);
  std::vector<std::string> conversations;
  std::unordered_map<std::int64_t, std::size_t> places;
  std::vector<std::int64_t> successors;  // 0 = none
  for (const pg::Row& row : OwnQuery(R"(
         SELECT id, category, fact::text, quote, verified, said_on::timestamp AT TIME ZONE 'UTC',
                superseded_by, jsonb_array_length(sources), sources -> -1 ->> 'conversation_id',
                sources -> -1 ->> 'source'
         FROM soulprint.facts WHERE user_id = $1
         ORDER BY superseded_by IS NULL DESC, importance DESC, said_on DESC NULLS LAST, id
         LIMIT $2)")
                                .Uuid(user_id)
                                .BigInt(kMostFacts)
                                .Run()) {
    std::optional<Fact> stored = FactFromStored(row.Text(1), row.Text(2));
    if (!stored) continue;
    stored->quote = row.Text(3);
    stored->verified = row.Bool(4);
    ReportFact fact{.fact = *std::move(stored),
                    .holds = row.IsNull(6),
                    .said = row.Timestamp(5),
                    .times = row.BigInt(7),
                    .notes = row.Text(9)};
    places.emplace(row.BigInt(0), report->facts.size());
    successors.push_back(row.BigInt(6));
    conversations.push_back(row.Text(8));
    report->facts.push_back(std::move(fact));
  }
  for (std::size_t i = 0; i < successors.size(); ++i) {
    const auto later = places.find(successors[i]);
    if (later != places.end()) report->facts[i].fact.superseded_by = later->second;
  }
  return conversations;
}

// Reads with the rights of the current role what the application's tables hold.
Report ReadReport(const std::string& user_id) {
  RequireProfile(user_id);
  Report report;
  ReadPublished(user_id, &report);
  ReadEarlier(user_id, &report);
  ReadConversations(user_id, ReadPass(user_id, &report), &report);
  const std::vector<std::string> conversations = ReadFacts(user_id, &report);
  const Titles titles = ReadTitles(user_id, conversations);
  for (std::size_t i = 0; i < conversations.size(); ++i) {
    report.facts[i].title = TitleIn(titles, conversations[i]).value_or("");
  }
  return report;
}

}  // namespace

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_report);

Datum soulprint_report(PG_FUNCTION_ARGS) {
  return pg::Enter(
      [&]() -> Datum { return pg::ToText(RenderReport(ReadReport(UserIdArgument(fcinfo)))); });
}
}
