#include "store/corrections.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "pg/query.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/secrets.hpp"
#include "store/erasure.hpp"
#include "store/identity.hpp"
#include "store/request.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/text.hpp"
#include "util/time.hpp"
#include "util/visible.hpp"

namespace soulprint {

namespace {

constexpr std::size_t kMaxCharacters = 1000;
constexpr std::int64_t kMaxOwnFacts = 1000;

std::optional<Category> CategoryOf(const std::string& name) {
  for (Category category : kCategories) {
    if (CategoryName(category) == name) return category;
  }
  return std::nullopt;
}

std::string CleanStatement(const std::string& text) {
  std::string clean(Trim(Visible(text)));
  if (clean.empty()) {
    throw Error(sqlstate::kInvalidParameterValue, "the fact must not be blank")
        .Hint("Use soulprint_forget_fact() to leave a fact out.");
  }
  if (const std::size_t characters = CountCharacters(clean); characters > kMaxCharacters) {
    throw Error(sqlstate::kInvalidParameterValue,
                Format("the fact has {} characters, the most are {}", characters, kMaxCharacters))
        .Hint("State several facts.");
  }
  if (HoldsSecret(clean)) {
    throw Error(sqlstate::kInvalidParameterValue,
                "the fact holds a password, a key, a card or identity number")
        .Hint("State it without the secret: models are asked about facts.");
  }
  return clean;
}

Fact OwnFact(Category category, std::string text, Time at) {
  Fact fact;
  fact.category = category;
  fact.text = std::move(text);
  fact.quote = fact.text;
  fact.verified = true;
  fact.importance = 3;
  fact.sources.push_back({"", 0, -1, at, kOwnStatement});
  return fact;
}

// Whether there is something to read for a pass.
bool Begin(const std::string& user_id) {
  RequireProfile(user_id);
  const bool readable = HasSources(user_id);
  RequireChange(kRequestPass, user_id);
  RestartRunningPass(user_id);
  return readable;
}

void RequireSources(const std::string& user_id, bool readable) {
  if (readable) return;
  throw Error(sqlstate::kObjectNotInPrerequisiteState,
              Format("no conversations to process for user {}", user_id))
      .Detail("MEMORY and the sections cannot be made anew.")
      .Hint("Use soulprint_forget() to forget everything about the user.");
}

struct FoundFact {
  Category category;
  std::string key;
};

FoundFact FindFact(const std::string& user_id, std::int64_t fact_id) {
  const pg::Rows rows = OwnQuery(R"(
    SELECT category, fact::text FROM soulprint.facts WHERE user_id = $1 AND id = $2)")
                            .Uuid(user_id)
                            .BigInt(fact_id)
                            .Run();
  const auto category = rows.empty() ? std::nullopt : CategoryOf(rows.front().Text(0));
  if (!category) {
    throw Error(sqlstate::kNoDataFound,
                Format("fact {} of user {} does not exist", fact_id, user_id))
        .Hint(
            "SELECT * FROM soulprint_facts(user_id) shows the facts; each pass numbers them anew.");
  }
  return {*category, StoredFactKey(rows.front().Text(0), rows.front().Text(1))};
}

// Later passes do not publish it, whoever said it.
void Suppress(const std::string& user_id, const std::string& key) {
  for (const char* sql : {R"(
         INSERT INTO soulprint.forgotten_facts (user_id, fact)
         VALUES ($1, sha256(convert_to($2, 'UTF8'))) ON CONFLICT DO NOTHING)",
                          R"(
         DELETE FROM soulprint.own_facts
         WHERE user_id = $1 AND key = sha256(convert_to($2, 'UTF8')))"}) {
    OwnQuery(sql).Uuid(user_id).Text(key).Execute();
  }
}

void State(const std::string& user_id, Category category, const std::string& text) {
  OwnQuery(R"(
    INSERT INTO soulprint.own_facts (user_id, key, category, statement)
    VALUES ($1, sha256(convert_to($2, 'UTF8')), $3, $4)
    ON CONFLICT (user_id, key) DO UPDATE
    SET statement = EXCLUDED.statement, stated_at = EXCLUDED.stated_at)")
      .Uuid(user_id)
      .Text(FactKey(OwnFact(category, text, {})))
      .Text(std::string(CategoryName(category)))
      .Text(text)
      .Execute();
  const std::int64_t stated =
      OwnQuery("SELECT count(*) FROM soulprint.own_facts WHERE user_id = $1")
          .Uuid(user_id)
          .Run()
          .at(0)
          .BigInt(0);
  if (stated <= kMaxOwnFacts) return;
  throw Error(sqlstate::kProgramLimitExceeded,
              Format("user {} has stated {} facts, the most of a user", user_id, kMaxOwnFacts))
      .Hint("Leave some out with soulprint_forget_fact().");
}

}  // namespace

void ForgetFact(const std::string& user_id, std::int64_t fact_id) {
  const bool readable = Begin(user_id);
  Suppress(user_id, FindFact(user_id, fact_id).key);
  OwnQuery("DELETE FROM soulprint.facts WHERE user_id = $1 AND id = $2")
      .Uuid(user_id)
      .BigInt(fact_id)
      .Execute();
  EraseConclusions(user_id);
  RequireSources(user_id, readable);
  EnqueueAgain(user_id);
}

void CorrectFact(const std::string& user_id, std::int64_t fact_id, const std::string& text) {
  const std::string clean = CleanStatement(text);
  const bool readable = Begin(user_id);
  const FoundFact wrong = FindFact(user_id, fact_id);
  Suppress(user_id, wrong.key);
  State(user_id, wrong.category, clean);
  RequireSources(user_id, readable);
  Enqueue(user_id);
}

void AddFact(const std::string& user_id, const std::string& category, const std::string& text) {
  const std::optional<Category> known = CategoryOf(category);
  if (!known) {
    throw Error(sqlstate::kInvalidParameterValue, Format("category \"{}\" is unknown", category))
        .Hint("The categories are person, preferences, projects, dates, beliefs and decisions.");
  }
  const std::string clean = CleanStatement(text);
  const bool readable = Begin(user_id);
  State(user_id, *known, clean);
  RequireSources(user_id, readable);
  Enqueue(user_id);
}

std::vector<Fact> ReadOwnFacts(const std::string& user_id) {
  std::vector<Fact> facts;
  for (const pg::Row& row : OwnQuery(R"(
         SELECT category, statement, stated_at FROM soulprint.own_facts WHERE user_id = $1
         ORDER BY stated_at, key)")
                                .Uuid(user_id)
                                .Run()) {
    if (const auto category = CategoryOf(row.Text(0))) {
      facts.push_back(OwnFact(*category, row.Text(1), row.Timestamp(2)));
    }
  }
  return facts;
}

}  // namespace soulprint
