#include "store/sql_store.hpp"

#include <map>

#include "activity.hpp"
#include "export/export_to_conversations.hpp"
#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "pipeline/facts.hpp"
#include "settings.hpp"
#include "store/erasure.hpp"
#include "store/identity.hpp"
#include "store/locks.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

namespace soulprint {

namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

// "full pass 42 of user 9f2c0000-0000-4000-8000-000000000001: facts 124/240"
std::string PassText(const TakenPass& pass, const Progress& progress) {
  std::string text = NameOf(pass) + ": " + std::string(progress.stage);
  if (progress.stage == "facts") {
    text += " " + std::to_string(progress.chunks_done) + "/" + std::to_string(progress.chunks);
  }
  return text;
}

// In the present transaction: while requests are open nothing else may keep the worker.
void WaitBrieflyForLocks() { pg::Query("SELECT set_config('lock_timeout', '100ms', true)").Run(); }

}  // namespace

std::string NameOf(const TakenPass& pass) {
  return "full pass " + std::to_string(pass.id) + " of user " + pass.user_id;
}

SqlStore::SqlStore(const TakenPass& pass)
    : pass_(pass),
      profiles_(settings::AppTable("user_profiles")),
      conversations_(settings::AppTable("raw_conversations")),
      chunks_(settings::AppTable("conversation_chunks")) {
  pg::InTransaction([&] {
    for (const pg::Row& row : pg::Query("SELECT attname::text FROM pg_attribute WHERE attrelid = "
                                        "$1::regclass AND attnum > 0 AND NOT attisdropped")
                                  .Text(profiles_)
                                  .Run()) {
      profile_columns_.insert(row.Text(0));
    }
    return true;
  });
}

Readable SqlStore::FindReadable() {
  return pg::InTransaction([&]() -> Readable {
    const pg::Rows rows =
        pg::Query("SELECT p.storage_path, EXISTS (SELECT FROM " + conversations_ +
                  " c WHERE c.user_id = $1) FROM " + profiles_ + " p WHERE p.user_id = $1")
            .Uuid(pass_.user_id)
            .Run();
    if (rows.empty()) return {};
    const std::optional<std::string> path = rows.front().TextOrNull(0);
    const pg::Rows imports =
        OwnQuery(
            "SELECT etag FROM soulprint.imports WHERE user_id = $1 AND storage_path = $2"
            // A setting may let them in by now.
            " AND NOT skipped_because ? 'too large' ORDER BY id DESC LIMIT 1")
            .Uuid(pass_.user_id)
            .Text(path)
            .Run();
    return {path, imports.empty() ? "" : imports.front().Text(0), rows.front().Bool(1)};
  });
}

void SqlStore::ImportExport(int fd, const ImportOrigin& origin) {
  pg::Transaction transaction;
  Guard();
  const Imported imported =
      soulprint::ImportExport(pass_.user_id, ExportSource{{}, fd}, [] { ObeyServer(); });
  RecordImport(pass_.user_id, origin, imported);
  const bool unlearned = imported.taken_back && EraseLearnedFromGone(pass_.user_id);
  // What this pass has imported itself is no reason for another one.
  OwnQuery(
      "UPDATE soulprint.full_passes SET taken_at = clock_timestamp(), unlearned = unlearned OR $2"
      " WHERE id = $1")
      .BigInt(pass_.id)
      .Bool(unlearned)
      .Execute();
  transaction.Commit();
}

std::vector<std::string> SqlStore::ConversationIds() {
  return pg::InTransaction([&] {
    std::vector<std::string> ids;
    for (const pg::Row& row : pg::Query("SELECT conversation_id FROM " + conversations_ +
                                        " WHERE user_id = $1"
                                        " ORDER BY created_at, conversation_id COLLATE \"C\"")
                                  .Uuid(pass_.user_id)
                                  .Run()) {
      ids.push_back(row.Text(0));
    }
    return ids;
  });
}

std::optional<Conversation> SqlStore::ReadConversation(const std::string& id) {
  const bool requests_may_be_open = !pg::Transaction::IsOpen();
  pg::Rows rows = pg::InTransaction([&] {
    if (requests_may_be_open) WaitBrieflyForLocks();
    return pg::Query("SELECT messages::text, title, created_at, updated_at FROM " + conversations_ +
                     " WHERE user_id = $1 AND conversation_id = $2")
        .Uuid(pass_.user_id)
        .Text(id)
        .Run();
  });
  if (rows.empty()) return std::nullopt;
  const pg::Row& row = rows.front();
  Conversation conversation;
  try {
    conversation = ConversationFromText(row.Text(0));
  } catch (const Error& error) {
    if (error.sqlstate() == sqlstate::kQueryCanceled) throw;
    // Whatever another program stored there: nothing a user said.
    conversation = {};
  }
  conversation.id = id;
  conversation.title = row.TextOrNull(1);
  CutTitle(&conversation.title);
  conversation.created_at = row.Timestamp(2);
  conversation.updated_at = row.Timestamp(3);
  return conversation;
}

void SqlStore::ReplaceChunks(const std::function<std::optional<ChunkedConversation>()>& next) {
  pg::Transaction transaction;
  Guard();
  while (std::optional<ChunkedConversation> conversation = next()) {
    ReplaceChunksOf(*conversation);
    ObeyServer();
  }
  pg::Query("DELETE FROM " + chunks_ +
            " k WHERE user_id = $1 AND chunk_tier = 'medium'"
            " AND NOT EXISTS (SELECT FROM " +
            conversations_ +
            " c WHERE c.user_id = k.user_id AND c.conversation_id = k.conversation_id)")
      .Uuid(pass_.user_id)
      .Execute();
  HoldProfile(pass_.user_id);
  transaction.Commit();
}

void SqlStore::ReplaceChunksOf(const ChunkedConversation& conversation) {
  std::multimap<std::string, std::string> stored;  // content → id
  for (const pg::Row& row : pg::Query("SELECT content, id FROM " + chunks_ +
                                      " WHERE user_id = $1 AND conversation_id = $2"
                                      " AND chunk_tier = 'medium'")
                                .Uuid(pass_.user_id)
                                .Text(conversation.conversation_id)
                                .Run()) {
    stored.emplace(row.Text(0), row.Text(1));
  }
  std::vector<const Chunk*> fresh;
  std::vector<std::string> kept;
  std::vector<std::int64_t> kept_index;
  for (const Chunk& chunk : conversation.chunks) {
    const auto same = stored.find(chunk.content);
    if (same == stored.end()) {
      fresh.push_back(&chunk);
      continue;
    }
    kept.push_back(same->second);
    kept_index.push_back(chunk.index);
    stored.erase(same);
  }
  if (!kept.empty()) {
    pg::Query("UPDATE " + chunks_ +
              " k SET chunk_index = n.chunk_index, total_chunks = $4, title = $5,"
              " message_count = $6, created_at = $7, is_recent = $7 > now() - interval '180 days'"
              " FROM unnest($2::uuid[], $3) AS n (id, chunk_index)"
              " WHERE k.user_id = $1 AND k.id = n.id"
              " AND (k.chunk_index, k.total_chunks, k.title, k.message_count, k.created_at,"
              " k.is_recent) IS DISTINCT FROM (n.chunk_index, $4, $5, $6, $7,"
              " $7 > now() - interval '180 days')")
        .Uuid(pass_.user_id)
        .TextArray(kept)
        .BigIntArray(kept_index)
        .BigInt(static_cast<std::int64_t>(conversation.chunks.size()))
        .Text(conversation.title)
        .BigInt(conversation.message_count)
        .Timestamp(conversation.created_at)
        .Execute();
  }
  if (!stored.empty()) {
    std::vector<std::string> gone;
    for (const auto& [content, id] : stored) gone.push_back(id);
    pg::Query("DELETE FROM " + chunks_ + " WHERE user_id = $1 AND id = ANY ($2::uuid[])")
        .Uuid(pass_.user_id)
        .TextArray(gone)
        .Execute();
  }
  if (!fresh.empty()) InsertChunks(conversation, fresh);
}

void SqlStore::InsertChunks(const ChunkedConversation& conversation,
                            const std::vector<const Chunk*>& chunks) {
  std::vector<std::string> contents;
  std::vector<std::int64_t> indexes;
  std::vector<std::int64_t> tokens;
  for (const Chunk* chunk : chunks) {
    contents.push_back(chunk->content);
    indexes.push_back(chunk->index);
    tokens.push_back(chunk->tokens);
  }
  pg::Query("INSERT INTO " + chunks_ +
            " (id, user_id, conversation_id, title, message_count, created_at, is_recent,"
            " chunk_tier, total_chunks, content, chunk_index, token_count)"
            " SELECT gen_random_uuid(), $1, $2, $3, $4, $5, $5 > now() - interval '180 days',"
            " 'medium', $6, n.content, n.chunk_index, n.token_count"
            " FROM unnest($7, $8, $9) AS n (content, chunk_index, token_count)")
      .Uuid(pass_.user_id)
      .Text(conversation.conversation_id)
      .Text(conversation.title)
      .BigInt(conversation.message_count)
      .Timestamp(conversation.created_at)
      .BigInt(static_cast<std::int64_t>(conversation.chunks.size()))
      .TextArray(std::move(contents))
      .BigIntArray(std::move(indexes))
      .BigIntArray(std::move(tokens))
      .Execute();
}

std::optional<std::string> SqlStore::OperatorPrompt(Step step) {
  return pg::InTransaction([&]() -> std::optional<std::string> {
    pg::Rows rows = OwnQuery("SELECT wording FROM soulprint.prompts WHERE step = $1")
                        .Text(StepName(step))
                        .Run();
    if (rows.empty()) return std::nullopt;
    return rows.front().Text(0);
  });
}

void SqlStore::DropForgotten(std::vector<Fact>* facts) {
  std::vector<std::string> keys;
  for (const Fact& fact : *facts) keys.push_back(FactKey(fact));
  const pg::Rows forgotten = pg::InTransaction([&] {
    return OwnQuery(
               "SELECT n.key FROM soulprint.forgotten_facts f, unnest($2) AS n (key)"
               " WHERE f.user_id = $1 AND f.fact = sha256(convert_to(n.key, 'UTF8'))")
        .Uuid(pass_.user_id)
        .TextArray(std::move(keys))
        .Run();
  });
  std::set<std::string> gone;
  for (const pg::Row& row : forgotten) gone.insert(row.Text(0));
  if (gone.empty()) return;
  std::erase_if(*facts, [&](const Fact& fact) { return gone.contains(FactKey(fact)); });
}

StoredSections SqlStore::ReadSections() {
  return pg::InTransaction([&] {
    StoredSections sections;
    pg::Rows rows = pg::Query("SELECT soul_md, identity_md, user_md, agents_md, tools_md FROM " +
                              profiles_ + " WHERE user_id = $1")
                        .Uuid(pass_.user_id)
                        .Run();
    for (std::size_t i = 0; !rows.empty() && i < sections.size(); ++i) {
      sections[i] = rows.front().TextOrNull(i);
    }
    return sections;
  });
}

Price SqlStore::ModelPrice() {
  return pg::InTransaction([] {
    const pg::Row row =
        OwnQuery("SELECT input_usd, output_usd FROM soulprint.model_price()").Run().at(0);
    return Price{row.Double(0), row.Double(1)};
  });
}

void SqlStore::Report(const Progress& progress) {
  if (progress.stage != progress_.stage) next_write_ = {};
  progress_ = progress;
  StillThere();
}

void SqlStore::WaitingForRequests() {
  LookAtLatch();
  StillThere();
  ShowWaitForRequests();
}

// Sends the update that notices the end of the pass, once a second.
void SqlStore::StillThere() {
  const auto now = steady_clock::now();
  ObeyServer();
  if (now < next_write_) return;
  next_write_ = now + seconds(1);
  ShowActivity(PassText(pass_, progress_));
  if (pg::Transaction::IsOpen()) return;
  try {
    pg::Transaction transaction;
    WaitBrieflyForLocks();
    Guard();
    transaction.Commit();
  } catch (const Error& error) {
    // A second later is early enough.
    if (error.sqlstate() != sqlstate::kLockNotAvailable) throw;
  }
  if (now < next_percent_) return;
  next_percent_ = now + seconds(5);
  ShowPercent();
}

void SqlStore::Guard() {
  const bool has_profile =
      pg::Query("SELECT FROM " + profiles_ + " WHERE user_id = $1").Uuid(pass_.user_id).Execute() >
      0;
  GuardPass();
  if (!has_profile) throw Error(sqlstate::kNoData, "user " + pass_.user_id + " was deleted");
}

// The same without the application's tables.
void SqlStore::GuardPass() {
  const std::uint64_t rows =
      OwnQuery(
          "UPDATE soulprint.full_passes f SET stage = $3,"
          " stage_started_at = CASE WHEN f.stage = $3 THEN f.stage_started_at ELSE now() END,"
          " conversations = $4, chunks = $5, chunks_done = $6, chunks_failed = $7, facts = $8,"
          " facts_left_out = $9, items_dropped = $10, calls_remembered = $11"
          " WHERE f.id = $1 AND f.user_id = $2 AND f.pid = pg_backend_pid()"
          " AND f.state = 'running'")
          .BigInt(pass_.id)
          .Uuid(pass_.user_id)
          .Text(progress_.stage)
          .BigInt(progress_.conversations)
          .BigInt(progress_.chunks)
          .BigInt(progress_.chunks_done)
          .BigInt(progress_.chunks_failed)
          .BigInt(progress_.facts)
          .BigInt(progress_.facts_left_out)
          .BigInt(progress_.items_dropped)
          .BigInt(calls_remembered_)
          .Execute();
  if (rows == 0) {
    throw Error(sqlstate::kNoData,
                "full pass " + std::to_string(pass_.id) + " was canceled, or its user was deleted");
  }
}

}  // namespace soulprint
