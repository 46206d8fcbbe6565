#include "importer.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "error.hpp"
#include "pg/query.hpp"
#include "pipeline/export_to_conversations.hpp"
#include "pipeline/text.hpp"
#include "settings.hpp"

namespace soulprint {

namespace {

// The conversations of one user, being imported.
class Importer {
 public:
  Importer(const std::string& user_id, const std::function<void()>& check)
      : user_id_(user_id), check_(check), table_(settings::AppTable("raw_conversations")) {}

  Imported Import(const ExportSource& source) {
    const ArchiveLimits archive_limits{static_cast<std::uint64_t>(settings::max_export_size) << 20};
    ImportLimits limits;
    limits.max_conversation_bytes = static_cast<std::size_t>(settings::max_conversation_size) << 20;
    imported_.report = ReadExport(
        source, archive_limits, limits,
        [this](Conversation conversation) {
          check_();
          Store(std::move(conversation));
        },
        check_);
    if (imported_.imported + imported_.updated + imported_.unchanged == 0) ThrowEmpty();
    return std::move(imported_);
  }

 private:
  void Store(Conversation conversation) {
    const std::string identity =
        conversation.id.empty() ? ConversationIdentity(conversation) : std::string();
    const auto messages = static_cast<std::int64_t>(conversation.messages.size());
    std::string json = MessagesToJson(conversation.messages);
    conversation.messages.clear();
    conversation.messages.shrink_to_fit();
    pg::Rows rows =
        pg::Query("INSERT INTO " + table_ +
                  " AS r (user_id, conversation_id, title, message_count, created_at, updated_at,"
                  " imported_at, messages) VALUES ($1, coalesce(nullif($2, ''), 'h-' ||"
                  " left(encode(sha256(convert_to($3, 'UTF8')), 'hex'), 32)), $4, $5,"
                  " $6, nullif($7, '-infinity'), now(), $8::jsonb)"
                  " ON CONFLICT (user_id, conversation_id) DO UPDATE SET title = excluded.title,"
                  " messages = excluded.messages, message_count = excluded.message_count,"
                  " created_at = excluded.created_at, updated_at = excluded.updated_at,"
                  " imported_at = excluded.imported_at"
                  " WHERE coalesce(excluded.updated_at >= r.updated_at, true)"
                  " AND (r.title, r.message_count, r.created_at, r.updated_at, r.messages)"
                  " IS DISTINCT FROM (excluded.title, excluded.message_count, excluded.created_at,"
                  " excluded.updated_at, excluded.messages)"
                  " RETURNING xmax = 0")
            .Uuid(user_id_)
            .Text(conversation.id)
            .Text(identity)
            .Text(conversation.title)
            .BigInt(messages)
            .Timestamp(conversation.created_at)
            .Timestamp(conversation.updated_at)
            .Text(std::move(json))
            .Run();
    std::int64_t& count = rows.empty()           ? imported_.unchanged
                          : rows.front().Bool(0) ? imported_.imported
                                                 : imported_.updated;
    ++count;
  }

  [[noreturn]] void ThrowEmpty() {
    std::string found = "Conversations found: " + std::to_string(imported_.report.found);
    for (const auto& [reason, count] : imported_.report.skipped) {
      found += ", skipped (" + reason + "): " + std::to_string(count);
    }
    throw Error(sqlstate::kInvalidTextRepresentation,
                "the export holds no conversation that can be used", found + ".",
                "Upload the archive that ChatGPT sends when data is exported.");
  }

  const std::string& user_id_;
  const std::function<void()>& check_;
  std::string table_;
  Imported imported_;
};

}  // namespace

std::int64_t CountSkipped(const ImportReport& report) {
  std::size_t sum = 0;
  for (const auto& [reason, count] : report.skipped) sum += count;
  return static_cast<std::int64_t>(sum);
}

Imported ImportExport(const std::string& user_id, const ExportSource& source,
                      const std::function<void()>& check) {
  return Importer(user_id, check).Import(source);
}

void RecordImport(const std::string& user_id, const ImportOrigin& origin,
                  const Imported& imported) {
  const ImportReport& report = imported.report;
  pg::Query(
      "INSERT INTO soulprint.imports (user_id, source, storage_path, etag, imported,"
      " updated, unchanged, skipped, skipped_because, skipped_ids, hidden_messages,"
      " replaced_characters) VALUES ($1, $2, nullif($3, ''), nullif($4, ''), $5, $6, $7, $8,"
      " $9::jsonb, $10, $11::jsonb, $12)")
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
      .Execute();
}

}  // namespace soulprint
