#include "store/sql_store.hpp"

#include <map>
#include <unordered_set>
#include <utility>

#include "export/export_to_conversations.hpp"
#include "pg/query.hpp"
#include "pg/sha256.hpp"
#include "pg/transaction.hpp"
#include "pipeline/facts.hpp"
#include "store/app_statements.hpp"
#include "store/app_tables.hpp"
#include "store/corrections.hpp"
#include "store/identity.hpp"
#include "store/jsonb.hpp"
#include "store/locks.hpp"
#include "store/notes.hpp"
#include "store/pass_end.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/interrupts.hpp"
#include "util/json_events.hpp"
#include "util/text.hpp"

namespace soulprint {

namespace {

[[noreturn]] void ThrowChunksNotWritten(const std::string& message) {
  throw Error(sqlstate::kTriggeredDataChange, message)
      .Hint(
          "Look for a trigger, rule or policy on conversation_chunks that keeps soulprint_worker "
          "from changing it.");
}

// Without a message where another program stored what no user said.
Conversation ReadMessages(const pg::Row& row) {
  if (row.IsNull(0)) return {};
  const std::string* const stored = row.Jsonb(0);
  if (stored == nullptr) {
    throw Error(sqlstate::kDatatypeMismatch,
                Format("column {}.messages is not of type jsonb", AppSql("{conversations}")))
        .Hint("Change its type, or rename it and let soulprint_setup() add its own.");
  }
  const JsonbView messages(PointerGetDatum(stored->data()));
  try {
    return ConversationFromJson([&](JsonEvents* reader) { return messages.Send(reader); },
                                SIZE_MAX);
  } catch (const Canceled&) {
    throw;
  } catch (const SqlError&) {
    throw;
  } catch (const Error&) {
    return {};
  }
}

Conversation ToConversation(const std::string& id, const pg::Row& row) {
  Conversation conversation = ReadMessages(row);
  conversation.id = id;
  conversation.title = row.TextOrNull(1);
  CutTitle(&conversation.title);
  conversation.created_at = row.Timestamp(2);
  conversation.updated_at = row.Timestamp(3);
  return conversation;
}

}  // namespace

std::vector<std::string> SqlStore::ConversationIds() {
  return pg::InTransaction([&] {
    std::vector<std::string> ids;
    for (const pg::Row& row : AppQuery(app::kListConversations).Uuid(lease_.user_id()).Run()) {
      ids.push_back(row.Text(0));
    }
    return ids;
  });
}

std::optional<Conversation> SqlStore::ReadConversation(const std::string& id) {
  const bool requests_may_be_open = !pg::Transaction::IsOpen();
  return pg::InTransaction([&]() -> std::optional<Conversation> {
    if (requests_may_be_open) LimitLockWait(kBriefly);
    const pg::Rows rows = AppQuery(app::kReadConversation).Uuid(lease_.user_id()).Text(id).Run();
    if (rows.empty()) return std::nullopt;
    return ToConversation(id, rows.front());
  });
}

std::vector<Notes> SqlStore::ReadNotes() {
  return pg::InTransaction([&] { return StoredNotes(lease_.user_id()); });
}

void SqlStore::ReplaceChunks(const std::function<std::optional<ChunkedConversation>()>& next) {
  pg::Transaction transaction;
  lease_.Touch();
  const bool any_stored = AppQuery(app::kFindChunks).Uuid(lease_.user_id()).Execute() > 0;
  while (std::optional<ChunkedConversation> conversation = next()) {
    ReplaceChunksOf(*conversation, any_stored);
    lease_.Check();
  }
  AppQuery(app::kDeleteChunksOfGone).Uuid(lease_.user_id()).Execute();
  LockProfileRow(lease_.user_id());
  transaction.Commit();
}

void SqlStore::ReplaceChunksOf(const ChunkedConversation& conversation, bool any_stored) {
  std::multimap<std::string, std::string> stored;  // content → id
  pg::Rows rows;
  if (any_stored) {
    rows =
        AppQuery(app::kReadChunks).Uuid(lease_.user_id()).Text(conversation.conversation_id).Run();
  }
  for (const pg::Row& row : rows) stored.emplace(row.Text(0), row.Text(1));
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
    AppQuery(app::kRenumberChunks)
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
    AppQuery(app::kDeleteChunks).Uuid(lease_.user_id()).TextArray(gone).Execute();
    const std::uint64_t left =
        AppQuery(app::kCountChunks).Uuid(lease_.user_id()).TextArray(gone).Execute();
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
  const std::uint64_t stored = AppQuery(app::kInsertChunks)
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

std::vector<bool> SqlStore::FindForgotten(const std::vector<Fact>& facts) {
  return pg::InTransaction([&] {
    std::unordered_set<std::string> hashes;
    for (const pg::Row& row : OwnQuery(R"(
           SELECT encode(fact, 'hex') FROM soulprint.forgotten_facts WHERE user_id = $1)")
                                  .Uuid(lease_.user_id())
                                  .Run()) {
      hashes.insert(row.Text(0));
    }
    std::vector<bool> forgotten(facts.size());
    for (std::size_t i = 0; i < facts.size() && !hashes.empty(); ++i) {
      CheckForInterrupts();
      forgotten[i] = hashes.contains(pg::Sha256({FactKey(facts[i])}));
    }
    return forgotten;
  });
}

std::vector<Fact> SqlStore::ReadOwnFacts() {
  return pg::InTransaction([&] { return soulprint::ReadOwnFacts(lease_.user_id()); });
}

StoredSections SqlStore::ReadSections() {
  return pg::InTransaction([&] {
    StoredSections sections;
    pg::Rows rows = AppQuery(app::kReadSections).Uuid(lease_.user_id()).Run();
    for (std::size_t i = 0; !rows.empty() && i < sections.size(); ++i) {
      sections[i] = rows.front().TextOrNull(i);
    }
    return sections;
  });
}

void SqlStore::PublishMemory(const std::string& memory_md) {
  RememberNeeded();
  soulprint::PublishMemory(lease_, memory_md);
  memory_published_ = true;
}

void SqlStore::Publish(const Profile& profile) {
  RememberNeeded();
  summary_ = PublishProfile(lease_, profile);
}

}  // namespace soulprint
