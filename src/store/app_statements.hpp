// The statements that workers send to the application's tables, one constant each.  The preflight
// (store/preflight.hpp) tries each of them, so that none fails after a pass was paid for.

#pragma once

namespace soulprint {

// AppQuery(app::kFindProfile).Uuid(user_id).Execute()
struct AppStatement {
  const char* parameters;  // their types, $1 first
  const char* text;        // with the places of store/app_tables.hpp
};

namespace app {

// the queue

inline constexpr AppStatement kListUploaded = {"bigint", R"(
  SELECT array_agg(user_id)::text
  FROM (SELECT user_id FROM {profiles}
        WHERE full_pass_status = 'pending' AND storage_path IS NOT NULL LIMIT $1) AS p)"};

// How many of the next $2 there are, and the last of them.
inline constexpr AppStatement kScanPending = {"uuid, bigint", R"(
  SELECT count(*), (array_agg(user_id ORDER BY user_id))[count(*)]
  FROM (SELECT user_id FROM {profiles} WHERE full_pass_status = 'pending' AND user_id > $1
        ORDER BY user_id LIMIT $2) AS next)"};

// Those after $1, up to $2, that have conversations, and when the newest was imported.
inline constexpr AppStatement kFindFilled = {"uuid, uuid", R"(
  SELECT array_agg(user_id ORDER BY user_id)::text, array_agg(imported_at ORDER BY user_id)::text
  FROM (SELECT user_id, (SELECT max(imported_at) FROM {conversations} c
                         WHERE c.user_id = p.user_id) AS imported_at
        FROM {profiles} p
        WHERE full_pass_status = 'pending' AND user_id > $1 AND user_id <= $2
        AND EXISTS (SELECT FROM {conversations} c WHERE c.user_id = p.user_id)) AS filled)"};

inline constexpr AppStatement kReadRequest = {"uuid", R"(
  SELECT p.full_pass_status = 'pending',
         p.storage_path IS NOT NULL
         OR EXISTS (SELECT FROM {conversations} c WHERE c.user_id = $1)
  FROM {profiles} p WHERE p.user_id = $1)"};

inline constexpr AppStatement kReadStatus = {"uuid", R"(
  SELECT full_pass_status FROM {profiles} WHERE user_id = $1)"};

inline constexpr AppStatement kClaimProfile = {"uuid", R"(
  UPDATE {profiles}
  SET full_pass_status = 'processing', full_pass_started_at = now(), full_pass_error = NULL
  WHERE user_id = $1 AND full_pass_status IN ('pending', 'processing')
  RETURNING full_pass_status)"};

inline constexpr AppStatement kRequeueProfile = {"uuid, text", R"(
  UPDATE {profiles} SET full_pass_status = 'pending', full_pass_error = $2
  WHERE user_id = $1
  RETURNING full_pass_status)"};

inline constexpr AppStatement kExplainWait = {"uuid, text", R"(
  UPDATE {profiles} SET full_pass_error = $2
  WHERE user_id = $1 AND full_pass_status IN ('pending', 'processing'))"};

// the profile

inline constexpr AppStatement kFindProfile = {"uuid", R"(
  SELECT FROM {profiles} WHERE user_id = $1)"};

inline constexpr AppStatement kKeepProfile = {"uuid", R"(
  SELECT FROM {profiles} WHERE user_id = $1 FOR KEY SHARE)"};

inline constexpr AppStatement kLockProfile = {"uuid, text", R"(
  SELECT full_pass_status = 'pending', $2 IS NOT NULL AND coalesce(storage_path, '') <> $2,
         memory_md, soul_md, identity_md, user_md, agents_md, tools_md, soulprint_text
  FROM {profiles} WHERE user_id = $1 FOR UPDATE)"};

inline constexpr AppStatement kReadLocker = {"uuid", R"(
  SELECT xmax FROM {profiles} WHERE user_id = $1)"};

inline constexpr AppStatement kReadSections = {"uuid", R"(
  SELECT soul_md, identity_md, user_md, agents_md, tools_md FROM {profiles}
  WHERE user_id = $1)"};

inline constexpr AppStatement kPublishMemory = {"uuid, text", R"(
  UPDATE {profiles} SET memory_md = $2 {updated_at|, updated_at = now()} WHERE user_id = $1
  RETURNING memory_md)"};

inline constexpr AppStatement kPublishProfile = {
    "uuid, text, text, text, text, text, text, text, text, text", R"(
  UPDATE {profiles}
  SET memory_md = $2, soul_md = $3, identity_md = $4, user_md = $5, agents_md = $6,
      tools_md = $7, soulprint_text = $8, full_pass_status = $10,
      full_pass_completed_at = now(), full_pass_error = NULL
      {full_pass_percent|, full_pass_percent = 100}
      {full_pass_stage|, full_pass_stage = 'complete'}
      {import_cost_json|, import_cost_json = $9::text}
      {updated_at|, updated_at = now()}
  WHERE user_id = $1
  RETURNING full_pass_status, memory_md, soul_md, identity_md, user_md, agents_md, tools_md,
            soulprint_text)"};

inline constexpr AppStatement kFailProfile = {"uuid, text, text, text", R"(
  UPDATE {profiles}
  SET soulprint_text = coalesce($2, soulprint_text), full_pass_error = $3, full_pass_status = $4
      {full_pass_stage|, full_pass_stage = 'failed'} {updated_at|, updated_at = now()}
  WHERE user_id = $1
  RETURNING full_pass_status)"};

inline constexpr AppStatement kShowPercent = {"uuid, text, bigint, bigint", R"(
  UPDATE {profiles}
  SET full_pass_percent = soulprint.percent($2, $3::int, $4::int)
      {full_pass_stage|, full_pass_stage = $2}
  WHERE user_id = $1 AND full_pass_status = 'processing' AND $2 <> '' AND $3 + $4 >= 0)"};

inline constexpr AppStatement kShowStage = {"uuid, text, bigint, bigint", R"(
  UPDATE {profiles} SET full_pass_stage = $2
  WHERE user_id = $1 AND full_pass_status = 'processing' AND $2 <> '' AND $3 + $4 >= 0)"};

// conversations

inline constexpr AppStatement kFindSources = {"uuid", R"(
  SELECT p.storage_path, EXISTS (SELECT FROM {conversations} c WHERE c.user_id = $1)
  FROM {profiles} p WHERE p.user_id = $1)"};

inline constexpr AppStatement kFindConversations = {"uuid, text[]", R"(
  SELECT conversation_id FROM {conversations}
  WHERE user_id = $1 AND conversation_id = ANY ($2::text[]))"};

inline constexpr AppStatement kStoreConversation = {
    "uuid, text, text, bigint, timestamptz, timestamptz, jsonb, boolean", R"(
  INSERT INTO {conversations} AS r (user_id, conversation_id, title, message_count,
                                    created_at, updated_at, imported_at, messages)
  VALUES ($1, $2, $3, $4, $5, nullif($6, '-infinity'), now(), $7)
  ON CONFLICT (user_id, conversation_id) DO UPDATE
  SET title = excluded.title, messages = excluded.messages,
      message_count = excluded.message_count, created_at = excluded.created_at,
      updated_at = excluded.updated_at, imported_at = excluded.imported_at
  WHERE ($6 > coalesce(r.updated_at, '-infinity')
         OR $6 = coalesce(r.updated_at, '-infinity')
            AND (excluded.message_count > coalesce(r.message_count, 0)
                 OR excluded.message_count = r.message_count AND NOT $8))
  -- In most collations = of jsonb copies the texts that it compares.
  AND (r.title, r.message_count, r.created_at, r.updated_at,
       jsonb_hash_extended(r.messages, 0))
      IS DISTINCT FROM
      (excluded.title, excluded.message_count, excluded.created_at, excluded.updated_at,
       jsonb_hash_extended(excluded.messages, 0)))"};

inline constexpr AppStatement kCompareConversation = {"uuid, text, text, bigint, timestamptz", R"(
  SELECT $5 > coalesce(updated_at, '-infinity')
         AND (title IS DISTINCT FROM $3 OR message_count IS DISTINCT FROM $4)
  FROM {conversations} WHERE user_id = $1 AND conversation_id = $2)"};

inline constexpr AppStatement kDeleteConversation = {"uuid, text", R"(
  DELETE FROM {conversations} WHERE user_id = $1 AND conversation_id = $2)"};

// The conversations whose ids were computed.
inline constexpr AppStatement kListTalks = {"uuid, bigint", R"(
  SELECT conversation_id, created_at, updated_at FROM {conversations}
  WHERE user_id = $1 AND conversation_id LIKE 'h-%'
  ORDER BY created_at DESC LIMIT $2)"};

inline constexpr AppStatement kSharesMessage = {"uuid, text, jsonb, jsonb", R"(
  SELECT FROM {conversations} WHERE user_id = $1 AND conversation_id = $2
  AND (messages @> $3 OR messages @> $4))"};

inline constexpr AppStatement kListConversations = {"uuid", R"(
  SELECT conversation_id FROM {conversations} WHERE user_id = $1
  ORDER BY created_at, conversation_id COLLATE "C")"};

// $2, $3: conversations that were read, and when.
inline constexpr AppStatement kListSizes = {"uuid, text[], text[]", R"(
  SELECT conversation_id, pg_column_size(messages),
         r.id IS NULL OR coalesce(r.at::timestamptz <= imported_at, false)
  FROM {conversations} c LEFT JOIN unnest($2, $3) AS r (id, at) ON r.id = c.conversation_id
  WHERE user_id = $1
  ORDER BY created_at, conversation_id COLLATE "C")"};

inline constexpr AppStatement kReadConversation = {"uuid, text", R"(
  SELECT messages, title, created_at, updated_at FROM {conversations}
  WHERE user_id = $1 AND conversation_id = $2)"};

inline constexpr AppStatement kFindImportedSince = {"uuid, timestamptz", R"(
  SELECT FROM {conversations} WHERE user_id = $1 AND imported_at > $2 LIMIT 1)"};

// chunks

inline constexpr AppStatement kFindChunks = {"uuid", R"(
  SELECT FROM {chunks} WHERE user_id = $1 LIMIT 1)"};

inline constexpr AppStatement kReadChunks = {"uuid, text", R"(
  SELECT content, id FROM {chunks}
  WHERE user_id = $1 AND conversation_id = $2 AND chunk_tier = 'medium')"};

inline constexpr AppStatement kInsertChunks = {
    "uuid, text, text, bigint, timestamptz, bigint, text[], bigint[], bigint[]", R"(
  INSERT INTO {chunks} (id, user_id, conversation_id, title, message_count, created_at,
                        is_recent, chunk_tier, total_chunks, content, chunk_index, token_count)
  SELECT gen_random_uuid(), $1, $2, $3, $4, $5, $5 > now() - interval '180 days', 'medium', $6,
         n.content, n.chunk_index, n.token_count
  FROM unnest($7, $8, $9) AS n (content, chunk_index, token_count))"};

inline constexpr AppStatement kRenumberChunks = {
    "uuid, text[], bigint[], bigint, text, bigint, timestamptz", R"(
  UPDATE {chunks} k
  SET chunk_index = n.chunk_index, total_chunks = $4, title = $5, message_count = $6,
      created_at = $7, is_recent = $7 > now() - interval '180 days'
  FROM unnest($2::uuid[], $3) AS n (id, chunk_index)
  WHERE k.user_id = $1 AND k.id = n.id
  AND (k.chunk_index, k.total_chunks, k.title, k.message_count, k.created_at, k.is_recent)
      IS DISTINCT FROM
      (n.chunk_index, $4, $5, $6, $7, $7 > now() - interval '180 days'))"};

inline constexpr AppStatement kDeleteChunks = {"uuid, text[]", R"(
  DELETE FROM {chunks} WHERE user_id = $1 AND id = ANY ($2::uuid[]))"};

inline constexpr AppStatement kCountChunks = {"uuid, text[]", R"(
  SELECT FROM {chunks} WHERE user_id = $1 AND id = ANY ($2::uuid[]))"};

inline constexpr AppStatement kDeleteChunksOfGone = {"uuid", R"(
  DELETE FROM {chunks} k
  WHERE user_id = $1 AND chunk_tier = 'medium'
  AND NOT EXISTS (SELECT FROM {conversations} c
                  WHERE c.user_id = $1 AND c.conversation_id = k.conversation_id))"};

// Those that a pass fails with: not kExplainWait, kShowPercent, kShowStage and kReadLocker.
inline constexpr const AppStatement* kNeeded[] = {
    &kListUploaded,       &kScanPending,         &kFindFilled,         &kReadRequest,
    &kReadStatus,         &kClaimProfile,        &kRequeueProfile,     &kFindProfile,
    &kKeepProfile,        &kLockProfile,         &kReadSections,       &kPublishMemory,
    &kPublishProfile,     &kFailProfile,         &kFindSources,        &kFindConversations,
    &kStoreConversation,  &kCompareConversation, &kDeleteConversation, &kListConversations,
    &kListSizes,          &kReadConversation,    &kFindImportedSince,  &kReadChunks,
    &kInsertChunks,       &kRenumberChunks,      &kDeleteChunks,       &kCountChunks,
    &kDeleteChunksOfGone, &kListTalks,           &kSharesMessage,      &kFindChunks};

}  // namespace app

}  // namespace soulprint
