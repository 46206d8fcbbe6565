#include "store/sql_store.hpp"

#include <map>
#include <set>
#include <utility>

#include "export/export_to_conversations.hpp"
#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "pipeline/facts.hpp"
#include "store/app_tables.hpp"
#include "store/identity.hpp"
#include "store/locks.hpp"
#include "store/pass_end.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/text.hpp"

namespace soulprint {

namespace {

[[noreturn]] void ThrowChunksNotWritten(const std::string& message) {
  throw Error(sqlstate::kTriggeredDataChange, message)
      .Hint(
          "Look for a trigger, rule or policy on conversation_chunks that keeps soulprint_worker "
          "from changing it.");
}

}  // namespace

std::vector<std::string> SqlStore::ConversationIds() {
  return pg::InTransaction([&] {
    std::vector<std::string> ids;
    for (const pg::Row& row : AppQuery(R"(
           SELECT conversation_id FROM {conversations} WHERE user_id = $1
           ORDER BY created_at, conversation_id COLLATE "C")")
                                  .Uuid(lease_.user_id())
                                  .Run()) {
      ids.push_back(row.Text(0));
    }
    return ids;
  });
}

std::optional<Conversation> SqlStore::ReadConversation(const std::string& id) {
  const bool requests_may_be_open = !pg::Transaction::IsOpen();
  pg::Rows rows = pg::InTransaction([&] {
    if (requests_may_be_open) LimitLockWait(kBriefly);
    return AppQuery(R"(
      SELECT messages::text, title, created_at, updated_at FROM {conversations}
      WHERE user_id = $1 AND conversation_id = $2)")
        .Uuid(lease_.user_id())
        .Text(id)
        .Run();
  });
  if (rows.empty()) return std::nullopt;
  const pg::Row& row = rows.front();
  Conversation conversation;
  try {
    conversation = ConversationFromText(row.Text(0));
  } catch (const Canceled&) {
    throw;
  } catch (const Error&) {
    // Whatever another program stored there, no user said it.
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
  lease_.Touch();
  while (std::optional<ChunkedConversation> conversation = next()) {
    ReplaceChunksOf(*conversation);
    lease_.Check();
  }
  AppQuery(R"(
    DELETE FROM {chunks} k
    WHERE user_id = $1 AND chunk_tier = 'medium'
    AND NOT EXISTS (SELECT FROM {conversations} c
                    WHERE c.user_id = k.user_id AND c.conversation_id = k.conversation_id))")
      .Uuid(lease_.user_id())
      .Execute();
  LockProfileRow(lease_.user_id());
  transaction.Commit();
}

void SqlStore::ReplaceChunksOf(const ChunkedConversation& conversation) {
  std::multimap<std::string, std::string> stored;  // content → id
  for (const pg::Row& row : AppQuery(R"(
         SELECT content, id FROM {chunks}
         WHERE user_id = $1 AND conversation_id = $2 AND chunk_tier = 'medium')")
                                .Uuid(lease_.user_id())
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
    AppQuery(R"(
      UPDATE {chunks} k
      SET chunk_index = n.chunk_index, total_chunks = $4, title = $5, message_count = $6,
          created_at = $7, is_recent = $7 > now() - interval '180 days'
      FROM unnest($2::uuid[], $3) AS n (id, chunk_index)
      WHERE k.user_id = $1 AND k.id = n.id
      AND (k.chunk_index, k.total_chunks, k.title, k.message_count, k.created_at, k.is_recent)
          IS DISTINCT FROM
          (n.chunk_index, $4, $5, $6, $7, $7 > now() - interval '180 days'))")
        .Uuid(lease_.user_id())
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
    AppQuery("DELETE FROM {chunks} WHERE user_id = $1 AND id = ANY ($2::uuid[])")
        .Uuid(lease_.user_id())
        .TextArray(gone)
        .Execute();
    const std::uint64_t left = AppQuery(R"(
      SELECT FROM {chunks} WHERE user_id = $1 AND id = ANY ($2::uuid[]))")
                                   .Uuid(lease_.user_id())
                                   .TextArray(gone)
                                   .Execute();
    if (left > 0) ThrowChunksNotWritten(Format("{} old chunks cannot be deleted", left));
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
  const std::uint64_t stored = AppQuery(R"(
    INSERT INTO {chunks} (id, user_id, conversation_id, title, message_count, created_at,
                          is_recent, chunk_tier, total_chunks, content, chunk_index, token_count)
    SELECT gen_random_uuid(), $1, $2, $3, $4, $5, $5 > now() - interval '180 days', 'medium', $6,
           n.content, n.chunk_index, n.token_count
    FROM unnest($7, $8, $9) AS n (content, chunk_index, token_count))")
                                   .Uuid(lease_.user_id())
                                   .Text(conversation.conversation_id)
                                   .Text(conversation.title)
                                   .BigInt(conversation.message_count)
                                   .Timestamp(conversation.created_at)
                                   .BigInt(static_cast<std::int64_t>(conversation.chunks.size()))
                                   .TextArray(std::move(contents))
                                   .BigIntArray(std::move(indexes))
                                   .BigIntArray(std::move(tokens))
                                   .Execute();
  if (stored == chunks.size()) return;
  ThrowChunksNotWritten(
      Format("{} of {} chunks were not stored", chunks.size() - stored, chunks.size()));
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
    return OwnQuery(R"(
             SELECT n.key FROM soulprint.forgotten_facts f, unnest($2) AS n (key)
             WHERE f.user_id = $1 AND f.fact = sha256(convert_to(n.key, 'UTF8')))")
        .Uuid(lease_.user_id())
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
    pg::Rows rows = AppQuery(R"(
      SELECT soul_md, identity_md, user_md, agents_md, tools_md FROM {profiles}
      WHERE user_id = $1)")
                        .Uuid(lease_.user_id())
                        .Run();
    for (std::size_t i = 0; !rows.empty() && i < sections.size(); ++i) {
      sections[i] = rows.front().TextOrNull(i);
    }
    return sections;
  });
}

void SqlStore::PublishMemory(const std::string& memory_md) {
  soulprint::PublishMemory(lease_, memory_md);
  memory_published_ = true;
}

void SqlStore::Publish(const Profile& profile) { summary_ = PublishProfile(lease_, profile); }

}  // namespace soulprint
