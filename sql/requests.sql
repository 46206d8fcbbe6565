-- Requesting, canceling and running a pass: rights, refusals, the queue (doc/behavior.md, "Status and commits").
-- The launcher serves another database here, so that queued passes stay queued.
\set SHOW_CONTEXT never
\set ada '00000000-0000-4000-8000-0000000000ad'
\set bob '00000000-0000-4000-8000-0000000000b0'
\set nobody '00000000-0000-4000-8000-000000000bad'
INSERT INTO user_profiles (user_id) VALUES (:'ada'), (:'bob');
SELECT imported FROM soulprint_import(:'ada', convert_to('{"id": "a1", "title": "Tea", "messages": [
    {"role": "user", "content": "I love green tea."}, {"role": "assistant", "content": "Noted."}]}', 'UTF8'));

-- A second request returns the same pass.
SELECT soulprint_start_full_pass(:'ada') AS pass \gset
SELECT soulprint_start_full_pass(:'ada') = :pass AS same;
SELECT full_pass_status, full_pass_error FROM user_profiles WHERE user_id = :'ada';
SELECT state, stage, percent, progress, attempts, pid, error FROM soulprint_progress;
SELECT count(*) FROM soulprint_history;

-- A pass is canceled once.
SELECT soulprint_cancel_full_pass(:'ada');
SELECT soulprint_cancel_full_pass(:'ada');
SELECT full_pass_status, full_pass_error = 'canceled by ' || current_user AS says_who FROM user_profiles WHERE user_id = :'ada';
SELECT count(*) FROM soulprint_progress;
SELECT state, attempts, conversations, error = 'canceled by ' || current_user AS says_who FROM soulprint_history;
SELECT soulprint_cancel_full_pass(:'bob');

-- The next request is another pass.
SELECT soulprint_start_full_pass(:'ada') > :pass AS another;

-- The status alone requests a pass, if the user has conversations.
DELETE FROM soulprint.full_passes;
UPDATE user_profiles SET full_pass_status = 'pending' WHERE user_id IN (:'ada', :'bob');
SELECT user_id, state FROM soulprint.full_passes;
UPDATE user_profiles SET full_pass_status = 'pending';
INSERT INTO user_profiles (user_id, full_pass_status, storage_path)
    VALUES ('00000000-0000-4000-8000-0000000000c0', 'pending', 'imports/c0/export.zip');
SELECT user_id, state FROM soulprint.full_passes ORDER BY 1;

-- Refused requests.
SELECT soulprint_start_full_pass(:'nobody');
\echo :SQLSTATE
SELECT soulprint_start_full_pass(NULL);
\echo :SQLSTATE
SELECT soulprint_start_full_pass('not-a-uuid');
\echo :SQLSTATE
SELECT soulprint_start_full_pass(:'bob');
\echo :SQLSTATE
SELECT full_pass_status FROM user_profiles WHERE user_id = :'bob';
UPDATE user_profiles SET full_pass_status = 'asked for' WHERE user_id = :'bob';
\echo :SQLSTATE
SELECT soulprint_cancel_full_pass(:'nobody');
\echo :SQLSTATE
SELECT soulprint_cancel_full_pass(NULL);
SELECT soulprint_cancel_full_pass('not-a-uuid');
CALL soulprint_run_full_pass(:'nobody');
\echo :SQLSTATE
CALL soulprint_run_full_pass(NULL);
\echo :SQLSTATE
CALL soulprint_run_full_pass('not-a-uuid');
CALL soulprint_run_full_pass(:'bob');
\echo :SQLSTATE
BEGIN;
CALL soulprint_run_full_pass(:'ada');
\echo :SQLSTATE
ROLLBACK;
CREATE FUNCTION pg_temp.run(user_id uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN CALL soulprint_run_full_pass(user_id); END $$;
SELECT pg_temp.run(:'ada');
\echo :SQLSTATE
-- A prompt is not empty, and belongs to a step.
INSERT INTO soulprint.prompts VALUES ('facts', '');
\echo :SQLSTATE
INSERT INTO soulprint.prompts VALUES ('v1', 'Find out.');
\echo :SQLSTATE

-- A pass that runs publishes everything.
SET client_min_messages = warning;
CALL soulprint_run_full_pass(:'ada');
RESET client_min_messages;
SELECT full_pass_status, full_pass_error, full_pass_completed_at >= full_pass_started_at AS timed,
       soulprint_text = soulprint_assemble_text(jsonb_build_object('soul', soul_md::jsonb, 'identity', identity_md::jsonb,
           'user', user_md::jsonb, 'agents', agents_md::jsonb, 'tools', tools_md::jsonb), memory_md) AS assembled
    FROM user_profiles WHERE user_id = :'ada';
SELECT state, attempts, conversations, chunks, chunks_failed, error FROM soulprint_history;
SELECT chunk_index, total_chunks, token_count, title, chunk_tier, message_count, is_recent, content
    FROM conversation_chunks WHERE user_id = :'ada';
-- The second pass sends no question.
SET client_min_messages = warning;
CALL soulprint_run_full_pass(:'ada');
RESET client_min_messages;
SELECT state, calls_made FROM soulprint_history ORDER BY pass_id DESC LIMIT 1;

-- The rights of the caller apply: row security decides who may request a pass for which user.
CREATE ROLE regress_user;
GRANT EXECUTE ON FUNCTION soulprint_start_full_pass, soulprint_cancel_full_pass TO regress_user;
SET ROLE regress_user;
SELECT soulprint_start_full_pass(:'ada');
\echo :SQLSTATE
RESET ROLE;
GRANT SELECT, UPDATE ON user_profiles TO regress_user;
ALTER TABLE user_profiles ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON user_profiles TO regress_user USING (user_id = current_setting('regress.uid')::uuid);
SET regress.uid = :'ada';
SET ROLE regress_user;
SELECT soulprint_start_full_pass(:'ada') IS NOT NULL AS started;
SELECT soulprint_start_full_pass('00000000-0000-4000-8000-0000000000c0');
\echo :SQLSTATE
SELECT soulprint_cancel_full_pass('00000000-0000-4000-8000-0000000000c0');
\echo :SQLSTATE
SELECT * FROM soulprint_progress;
\echo :SQLSTATE
SELECT * FROM soulprint.replies;
\echo :SQLSTATE
SELECT soulprint_setup();
\echo :SQLSTATE
SELECT soulprint_cancel_full_pass(:'ada');
RESET ROLE;
SELECT full_pass_error FROM user_profiles WHERE user_id = :'ada';
DROP POLICY own ON user_profiles;
ALTER TABLE user_profiles DISABLE ROW LEVEL SECURITY;
DROP OWNED BY regress_user;
DROP ROLE regress_user;

-- Progress as text.
SELECT stage, done, soulprint.percent(stage, done, 240) AS percent, soulprint.progress_bar(soulprint.percent(stage, done, 240)) AS bar
    FROM (VALUES (NULL, 0), ('chunks', 0), ('facts', 0), ('facts', 98), ('facts', 240), ('reduce', 240), ('memory', 240), ('sections', 240), ('publish', 240)) AS t (stage, done);
SELECT soulprint.minutes_seconds(seconds) FROM (VALUES (0), (31.9), (60), (3725)) AS t (seconds);
BEGIN;
SELECT state, chunks_done, soulprint.progress_text(jsonb_populate_record(NULL::soulprint.full_passes, jsonb_build_object(
           'state', state, 'stage', 'facts', 'chunks', 240, 'chunks_done', chunks_done, 'stage_started_at', now() - interval '60 s',
           'not_before', '2000-01-01'))) AS progress
    FROM (VALUES ('running', 98), ('running', 0), ('queued', 98), ('failed', 98), ('done', 240)) AS t (state, chunks_done);
SELECT state, soulprint.summary(pass), length(soulprint.summary(pass)) AS length
    FROM (VALUES ('{"state": "done", "chunks": 240, "chunks_done": 240, "facts": 310, "coverage": 1, "cost_usd": 1.214}'::jsonb),
                 ('{"state": "done", "chunks": 240, "chunks_done": 60, "facts": 99, "coverage": 0.25, "cost_usd": 0.3}'),
                 ('{"state": "failed", "error": "MEMORY is published; there are no sections yet: the model refused"}'),
                 ('{"state": "canceled", "error": "a reason that is longer than the 52 characters that there are"}')) AS c (columns),
         jsonb_populate_record(NULL::soulprint.full_passes, columns || jsonb_build_object('started_at', now() - interval '134.5 s', 'ended_at', now())) AS pass;
SELECT soulprint.timed_stages(pass.stage_seconds, pass.stage, pass.stage_started_at), soulprint.chunks_per_minute(pass)
    FROM (VALUES ('facts', '{"chunks": 1.5}'::jsonb, now() - interval '60 s'), ('facts', '{"chunks": 1.5, "facts": 60}', now() - interval '60 s'),
                 ('facts', '{"facts": 30}', NULL), ('chunks', '{}', now() - interval '60 s'), (NULL, '{}', NULL)) AS t (stage, seconds, started_at),
         jsonb_populate_record(NULL::soulprint.full_passes, jsonb_build_object('stage', stage, 'stage_seconds', seconds,
             'stage_started_at', started_at, 'chunks_done', 98)) AS pass;
COMMIT;

TRUNCATE user_profiles, raw_conversations, conversation_chunks, soulprint.full_passes, soulprint.replies, soulprint.facts, soulprint.versions;
