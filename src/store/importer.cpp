#include "store/importer.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>
#include <vector>

#include "export/archive.hpp"
#include "export/limits.hpp"
#include "export/rejection.hpp"
#include "pg/call.hpp"
#include "pg/sha256.hpp"
#include "pg/transaction.hpp"
#include "pipeline/types.hpp"
#include "settings.hpp"
#include "store/app_tables.hpp"
#include "store/conversation_rows.hpp"
#include "store/earlier_talks.hpp"
#include "store/identity.hpp"
#include "store/locks.hpp"
#include "store/notes.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/freed_memory.hpp"
#include "util/text.hpp"
#include "util/time.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kBetweenLooks{1};

// Limit on remembered ids (24 MB).
constexpr std::size_t kMet = std::size_t{1} << 19;

// The id of a conversation that has none: "h-" and the first 32 hex digits of the SHA-256 of its
// title, creation time and first visible message.
std::string MakeId(const Conversation& conversation) {
  const std::string head =
      conversation.title.value_or("") + "\n" + FormatTime(conversation.created_at) + "\n";
  return "h-" + pg::Sha256({head, conversation.messages.front().text}).substr(0, 32);
}

// A rollback releases the locks that it took.
void LookBriefly(const std::function<void()>& look) {
  UnlessLocked([&] {
    const pg::Subtransaction rolled_back;
    LimitLockWait(kBriefly);
    look();
  });
}

// The conversations of one user, being imported.
class Importer {
 public:
  Importer(const std::string& user_id, const std::function<void()>& check)
      : check_(check), rows_(user_id), talks_(user_id) {
    if (!pg_strong_random(&secret_, sizeof secret_)) {
      throw Error(sqlstate::kInternalError, "could not generate random values");
    }
  }

  // Also after an error: the session goes on.
  ~Importer() { ReturnFreedMemory(); }
  Importer(const Importer&) = delete;
  Importer& operator=(const Importer&) = delete;

  Imported Import(const ExportSource& source) {
    const ArchiveLimits archive_limits{static_cast<std::uint64_t>(settings::max_export_size) << 20};
    ImportLimits limits;
    limits.max_conversation_bytes = static_cast<std::size_t>(settings::max_conversation_size) << 20;
    imported_.report = ReadExport(
        source, archive_limits, limits,
        [this](Conversation conversation) {
          check_();
          if (conversation.do_not_remember) {
            Remove(conversation.id);
          } else {
            Store(std::move(conversation));
          }
        },
        check_);
    rows_.Finish(&imported_.report);
    imported_.imported = rows_.counts().imported;
    imported_.updated = rows_.counts().updated;
    imported_.unchanged = rows_.counts().unchanged + not_stored_again_;
    if (settings::import_memories) {
      imported_.memories = static_cast<std::int64_t>(imported_.report.notes.size());
    }
    if (imported_.imported + imported_.updated + imported_.unchanged + rows_.removed() +
            imported_.memories ==
        0) {
      ThrowEmpty();
    }
    return std::move(imported_);
  }

 private:
  void Store(Conversation conversation) {
    if (conversation.id.empty()) conversation.id = MakeId(conversation);
    if (taken_back_.count(Hash(conversation.id)) > 0) {
      ++not_stored_again_;
      return;
    }
    const bool met = !Remember(conversation.id, &met_);
    if (conversation.put_together && !ReplaceEarlier(conversation)) {
      ++not_stored_again_;
      return;
    }
    rows_.Store(std::move(conversation), met);
  }

  // The same talk may be stored under another id: an earlier export had its first exchange, which
  // the user has deleted since.  Within one import the fuller copy stays, else the later one. False
  // if what is stored stays.
  bool ReplaceEarlier(const Conversation& talk) {
    const std::vector<EarlierTalk> sharing = talks_.Sharing(talk, [&] { rows_.Flush(); });
    const bool stays = std::any_of(sharing.begin(), sharing.end(), [&](const EarlierTalk& other) {
      return other.of_import ? other.messages >= talk.messages.size()
                             : other.last > *talk.updated_at;
    });
    if (stays) return false;
    for (const EarlierTalk& other : sharing) {
      if (!other.of_import) imported_.taken_back = true;
      rows_.Remove(other.id);
      talks_.Forget(other);
    }
    talks_.Add(talk);
    return true;
  }

  // Keyed, so that nobody can write ids that collide.
  std::size_t Hash(const std::string& id) const {
    return hash_bytes_extended(reinterpret_cast<const unsigned char*>(id.data()),
                               static_cast<int>(id.size()), secret_);
  }

  // False if it is there already.
  bool Remember(const std::string& id, std::unordered_set<std::size_t>* ids) const {
    return ids->size() < kMet ? ids->insert(Hash(id)).second : ids->count(Hash(id)) == 0;
  }

  // An earlier export, or an older copy in this one, may hold it unmarked.
  void Remove(const std::string& id) {
    Remember(id, &taken_back_);
    imported_.taken_back = true;
    rows_.Remove(id);
  }

  [[noreturn]] void ThrowEmpty() {
    std::string found = Format("Conversations found: {}", imported_.report.found);
    for (const auto& [reason, count] : imported_.report.skipped) {
      found += Format(", skipped ({}): {}", reason, count);
    }
    found += '.';
    if (!imported_.report.notes.empty()) {
      found += " What an assistant keeps is left out: soulprint.import_memories is off.";
    }
    if (rows_.any_refused()) {
      if (!rows_.first_refusal().empty()) {
        found += Format(" The first refusal: {}.", rows_.first_refusal());
      }
      throw Error(sqlstate::kObjectNotInPrerequisiteState,
                  Format("{} takes no conversation of the export", AppSql("{conversations}")))
          .Detail(found)
          .Hint(
              "Change the constraint or the trigger of the table that refuses them, then import "
              "again.");
    }
    const Rejection& rejection = imported_.report.rejection;
    if (!rejection.what.empty()) found = rejection.what + " " + found;
    throw Error(sqlstate::kInvalidTextRepresentation, "export contains no usable conversations")
        .Detail(found)
        .Hint(rejection.hint);
  }

  const std::function<void()>& check_;
  ConversationRows rows_;
  EarlierTalks talks_;
  uint64 secret_ = 0;
  std::unordered_set<std::size_t> met_;  // hashes of ids
  std::unordered_set<std::size_t> taken_back_;
  std::int64_t not_stored_again_ = 0;
  Imported imported_;
};

}  // namespace

std::int64_t CountSkipped(const ImportReport& report) {
  std::size_t sum = 0;
  for (const auto& [reason, count] : report.skipped) sum += count;
  return static_cast<std::int64_t>(sum);
}

Imported ImportExport(const std::string& user_id, const ExportSource& source,
                      const std::function<void()>& check, const std::function<void()>& look) {
  ReturnLargeBlocksWhenFreed();
  LockImports(user_id);
  auto next_look = steady_clock::now() + kBetweenLooks;
  const std::function<void()> check_and_look = [&] {
    check();
    if (steady_clock::now() < next_look) return;
    LookBriefly(look);
    next_look = steady_clock::now() + kBetweenLooks;
  };
  return Importer(user_id, check_and_look).Import(source);
}

void RecordImport(const std::string& user_id, const ImportOrigin& origin,
                  const Imported& imported) {
  const ImportReport& report = imported.report;
  OwnQuery(R"(
    INSERT INTO soulprint.imports (user_id, source, storage_path, etag, imported, updated,
                                   unchanged, memories, skipped, skipped_because, skipped_ids,
                                   hidden_messages, replaced_characters, files_left_out)
    VALUES ($1, $2, nullif($3, ''), nullif($4, ''), $5, $6, $7, $14, $8, $9::jsonb, $10, $11::jsonb,
            $12, $13))")
      .Uuid(user_id)
      .Text(origin.source)
      .Text(origin.storage_path)
      .Text(CleanUtf8(origin.etag))
      .BigInt(imported.imported)
      .BigInt(imported.updated)
      .BigInt(imported.unchanged)
      .BigInt(CountSkipped(report))
      .Text(nlohmann::json(report.skipped).dump())
      .TextArray(report.skipped_ids)
      .Text(nlohmann::json(report.hidden).dump())
      .BigInt(static_cast<std::int64_t>(report.replaced_characters))
      .TextArray(report.files_left_out)
      .BigInt(imported.memories)
      .Execute();
  LockProfileRow(user_id);
  StoreNotes(user_id, report.notes);
}

}  // namespace soulprint
