#include "pg/plans.hpp"

#include <algorithm>
#include <cstdint>
#include <unordered_map>

#include "pg/call.hpp"
#include "pg/role.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

#include "pg/postgres.hpp"

namespace soulprint::pg {

namespace {

constexpr std::size_t kMostKept = 500;

// No plan costs so much, but one that Citus cannot run without the values of its parameters.
constexpr Cost kUnusable = 1e30;

// Counts what may make plans wrong: changes of tables, functions, types, operators, roles.
std::uint64_t generation = 0;

struct Kept {
  std::uint64_t generation;
  MemoryContext context;
  List* list;

  Kept(std::uint64_t made, MemoryContext in, List* plans)
      : generation(made), context(in), list(plans) {}
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  ~Kept() { MemoryContextDelete(context); }
};

// While it lives, the planner takes every table for a large one with the rows of many users, and
// reads it by its indexes.  What statistics say of a user who is not in them, or of a table that
// has grown since, makes plans that compare each row of a user with each.
class PlanForMany {
 public:
  PlanForMany() {
    // A function that the planner calls may plan a statement.
    if (info_ != Enlarge) of_others_ = info_;
    get_relation_info_hook = Enlarge;
    get_relation_stats_hook = HideColumn;
    enable_seqscan = false;
    jit_enabled = false;  // it depends on the estimated costs
  }
  PlanForMany(const PlanForMany&) = delete;
  PlanForMany& operator=(const PlanForMany&) = delete;
  ~PlanForMany() {
    get_relation_info_hook = info_;
    get_relation_stats_hook = column_;
    enable_seqscan = seqscan_;
    jit_enabled = jit_;
  }

 private:
  static constexpr double kRows = 1e6;
  static constexpr BlockNumber kPages = 100'000;
  static constexpr BlockNumber kPagesOfIndex = 10'000;
  static constexpr int kHeightOfIndex = 2;

  static bool IsCatalog(Oid table) { return table < FirstNormalObjectId; }

  static void Enlarge(PlannerInfo* root, Oid table, bool has_children, RelOptInfo* known) {
    if (of_others_ != nullptr) of_others_(root, table, has_children, known);
    if (IsCatalog(table)) return;
    known->tuples = std::max(known->tuples, kRows);
    known->pages = std::max(known->pages, kPages);
    for (int i = 0; i < list_length(known->indexlist); ++i) {
      auto* const index = static_cast<IndexOptInfo*>(list_nth(known->indexlist, i));
      if (index->indpred != NIL) continue;
      index->tuples = std::max(index->tuples, kRows);
      index->pages = std::max(index->pages, kPagesOfIndex);
      index->tree_height = std::max(index->tree_height, kHeightOfIndex);
    }
  }

  static bool HideColumn(PlannerInfo*, RangeTblEntry* entry, AttrNumber, VariableStatData*) {
    return !IsCatalog(entry->relid);
  }

  static inline get_relation_info_hook_type of_others_ = nullptr;

  const get_relation_info_hook_type info_ = get_relation_info_hook;
  const get_relation_stats_hook_type column_ = get_relation_stats_hook;
  const bool seqscan_ = enable_seqscan;
  const bool jit_ = jit_enabled;
};

void TableChanged(Datum, Oid) { ++generation; }
void ObjectChanged(Datum, int, uint32) { ++generation; }

void NoteChanges() {
  static bool noting = false;
  if (noting) return;
  noting = true;
  Call([] {
    CacheRegisterRelcacheCallback(TableChanged, 0);
    for (const int cache : {int{PROCOID}, int{TYPEOID}, int{NAMESPACEOID}, int{OPEROID},
                            int{AMOPOPID}, int{AUTHOID}, int{AUTHMEMROLEMEM}}) {
      CacheRegisterSyscacheCallback(cache, ObjectChanged, 0);
    }
  });
}

// All that a plan depends on, but for what NoteChanges counts.
std::string KeyOf(const std::string& sql, const std::vector<Oid>& types) {
  std::string key = sql;
  key.push_back('\0');
  key.append(reinterpret_cast<const char*>(types.data()), types.size() * sizeof(Oid));
  const Oid role = Call([] { return GetUserId(); });
  key.append(reinterpret_cast<const char*>(&role), sizeof(role));
  for (const char* setting : {"row_security", "search_path", "session_replication_role"}) {
    key.append(Call([&] { return GetConfigOption(setting, false, false); }));
  }
  return key;
}

template <typename Visit>
void ForEachPlan(List* list, Visit visit) {
  for (int i = 0; i < list_length(list); ++i) visit(static_cast<PlannedStmt*>(list_nth(list, i)));
}

// Locks what analyzing and planning the statement would lock.
void LockTables(List* list) {
  Call([&] {
    ForEachPlan(list, [](const PlannedStmt* plan) {
      for (int i = 0; i < list_length(plan->rtable); ++i) {
        const auto* const entry = static_cast<RangeTblEntry*>(list_nth(plan->rtable, i));
        if (OidIsValid(entry->relid)) LockRelationOid(entry->relid, entry->rellockmode);
      }
    });
  });
}

// A plan for any parameters would lock all partitions of a table.
bool MayBeKept(List* list) {
  bool may = true;
  ForEachPlan(list, [&](const PlannedStmt* plan) {
    may = may && plan->utilityStmt == nullptr && !plan->transientPlan &&
          plan->planTree->total_cost < kUnusable;
    for (int i = 0; i < list_length(plan->rtable); ++i) {
      const auto* const entry = static_cast<RangeTblEntry*>(list_nth(plan->rtable, i));
      may = may && entry->relkind != RELKIND_PARTITIONED_TABLE;
    }
  });
  return may;
}

std::shared_ptr<Kept> Keep(List* list) {
  const MemoryContext context = Call([] {
    return AllocSetContextCreate(TopMemoryContext, "soulprint plan", ALLOCSET_SMALL_SIZES);
  });
  auto kept = std::make_shared<Kept>(generation, context, nullptr);
  kept->list = Call([&] {
    MemoryContext const caller = MemoryContextSwitchTo(context);
    auto* const copy = static_cast<List*>(copyObjectImpl(list));
    MemoryContextSwitchTo(caller);
    return copy;
  });
  return kept;
}

bool ReadsOrWritesRows(const Node* statement) {
  return IsA(statement, SelectStmt) || IsA(statement, InsertStmt) || IsA(statement, UpdateStmt) ||
         IsA(statement, DeleteStmt);
}

}  // namespace

List* MakePlans(const std::string& sql, const std::vector<Oid>& types, ParamListInfo params) {
  RawStmt* const statement =
      Call([&] { return static_cast<RawStmt*>(linitial(pg_parse_query(sql.c_str()))); });
  if (!ReadsOrWritesRows(statement->stmt)) {
    throw Error(sqlstate::kInternalError, "statement neither reads nor writes rows")
        .Detail(Format("The statement was: {}", sql));
  }
  SearchPathScope safe(kSafeSearchPath);
  List* const queries = Call([&] {
    return pg_analyze_and_rewrite_fixedparams(statement, sql.c_str(),
                                              const_cast<Oid*>(types.data()),
                                              static_cast<int>(types.size()), nullptr);
  });
  safe.End();
  // Use a generic plan where a custom plan would copy large parameters.
  const bool large = std::find(types.begin(), types.end(), JSONBOID) != types.end();
  const PlanForMany many;
  return Call([&] { return pg_plan_queries(queries, sql.c_str(), 0, large ? nullptr : params); });
}

// A statement that runs once is not kept.
Plans PlansOf(const std::string& sql, const std::vector<Oid>& types, ParamListInfo params) {
  static auto& kept = *new std::unordered_map<std::string, std::shared_ptr<Kept>>;
  NoteChanges();
  const std::string key = KeyOf(sql, types);
  const auto known = kept.find(key);
  if (known == kept.end()) {
    if (kept.size() >= kMostKept) kept.clear();
    kept.emplace(key, nullptr);
    return {MakePlans(sql, types, params), nullptr};
  }
  const std::shared_ptr<Kept> plans = known->second;
  if (plans && plans->generation == generation) {
    LockTables(plans->list);
    // A lock may have waited for a change.
    if (plans->generation == generation) return {plans->list, plans};
  }
  const std::uint64_t before = generation;
  List* const list = MakePlans(sql, types, nullptr);
  if (!MayBeKept(list)) return {MakePlans(sql, types, params), nullptr};
  if (generation == before) kept[key] = Keep(list);
  return {list, nullptr};
}

}  // namespace soulprint::pg
