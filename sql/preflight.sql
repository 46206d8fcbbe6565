-- What keeps passes from running is said before anything is paid for: by soulprint.preflight(), and by
-- soulprint_setup() after it has mended what it may.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on

-- Breaks something, asks both, and takes everything back.
CREATE FUNCTION pg_temp.try(broken text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    found text[];
    changes text[];
BEGIN
    BEGIN
        EXECUTE broken;
        found := ARRAY(SELECT format('%s: %s -> %s', CASE WHEN stops_passes THEN 'stops' ELSE 'warns' END, problem, hint)
                       FROM soulprint.preflight() WHERE problem NOT LIKE 'no launcher serves%');
        BEGIN
            changes := ARRAY(SELECT change FROM soulprint_setup());
        EXCEPTION WHEN OTHERS THEN
            changes := ARRAY['error: ' || SQLERRM];
        END;
        RAISE EXCEPTION USING ERRCODE = 'PT000';
    EXCEPTION WHEN SQLSTATE 'PT000' THEN
    END;
    RETURN QUERY SELECT unnest(found) UNION ALL SELECT 'setup: ' || unnest(changes);
END $$;

SELECT problem, stops_passes FROM soulprint.preflight();
SET client_min_messages = error;

\echo the role
SELECT pg_temp.try('ALTER ROLE soulprint_worker RENAME TO regress_worker');
SELECT pg_temp.try('ALTER ROLE soulprint_worker NOLOGIN');
SELECT pg_temp.try('REVOKE CONNECT ON DATABASE contrib_regression FROM PUBLIC, soulprint_worker');
SELECT pg_temp.try('REVOKE USAGE ON SCHEMA public FROM PUBLIC, soulprint_worker');
SELECT pg_temp.try('REVOKE EXECUTE ON FUNCTION soulprint.queue_full_pass FROM PUBLIC');

\echo privileges
SELECT pg_temp.try('REVOKE ALL ON raw_conversations FROM soulprint_worker');
SELECT pg_temp.try('REVOKE UPDATE ON user_profiles FROM soulprint_worker;
    GRANT UPDATE (full_pass_status, full_pass_error, full_pass_started_at, full_pass_completed_at, memory_md) ON user_profiles TO soulprint_worker');
-- Privileges on the columns that workers use suffice.
SELECT pg_temp.try('REVOKE SELECT, UPDATE ON user_profiles FROM soulprint_worker;
    GRANT SELECT (user_id, storage_path, full_pass_status, memory_md, soul_md, identity_md, user_md, agents_md, tools_md, soulprint_text),
        UPDATE (full_pass_status, full_pass_started_at, full_pass_completed_at, full_pass_error, full_pass_percent, full_pass_stage,
                memory_md, soul_md, identity_md, user_md, agents_md, tools_md, soulprint_text, import_cost_json, updated_at)
        ON user_profiles TO soulprint_worker');

\echo row security
SELECT pg_temp.try('DROP POLICY soulprint_worker ON user_profiles');
SELECT pg_temp.try('DROP POLICY soulprint_worker ON conversation_chunks; CREATE POLICY soulprint_worker ON conversation_chunks FOR SELECT TO soulprint_worker USING (true)');
SELECT pg_temp.try('CREATE POLICY "one tenant" ON raw_conversations AS RESTRICTIVE USING (false)');
SELECT pg_temp.try('CREATE ROLE regress_other; CREATE POLICY "one tenant" ON raw_conversations AS RESTRICTIVE TO regress_other USING (false)');
SELECT pg_temp.try('CREATE POLICY loops ON user_profiles USING (EXISTS (SELECT FROM user_profiles p WHERE p.user_id = user_profiles.user_id))');

\echo tables
SELECT pg_temp.try('DROP TABLE conversation_chunks');
SELECT pg_temp.try('ALTER TABLE user_profiles RENAME TO profiles; CREATE VIEW user_profiles AS SELECT * FROM profiles');
SELECT pg_temp.try('CREATE RULE doubled AS ON INSERT TO raw_conversations DO ALSO SELECT 1');
SELECT pg_temp.try('REVOKE EXECUTE ON FUNCTION jsonb_hash_extended FROM PUBLIC');
SELECT pg_temp.try('ALTER TABLE user_profiles ENABLE ROW LEVEL SECURITY; CREATE FUNCTION sees(uuid) RETURNS boolean LANGUAGE sql AS ''SELECT true''; REVOKE EXECUTE ON FUNCTION sees FROM PUBLIC;
    CREATE POLICY p ON user_profiles USING (sees(user_id))');

\echo columns
SELECT pg_temp.try('ALTER TABLE user_profiles DROP full_pass_error, DROP updated_at, DROP file_type');
SELECT pg_temp.try('CREATE TYPE pass_status AS ENUM (''pending'', ''processing'', ''complete'', ''failed'');
    DROP TRIGGER soulprint_queue_pending_profile ON user_profiles; DROP INDEX soulprint_pending_idx, soulprint_pending_upload_idx;
    ALTER TABLE user_profiles DROP CONSTRAINT user_profiles_full_pass_status_check, ALTER full_pass_status TYPE pass_status USING NULL');
SELECT pg_temp.try('ALTER TABLE user_profiles ALTER soul_md TYPE jsonb USING NULL, ALTER user_md TYPE int USING NULL');
SELECT pg_temp.try('ALTER TABLE user_profiles ALTER import_cost_json TYPE jsonb USING NULL');
SELECT pg_temp.try('ALTER TABLE raw_conversations ALTER created_at TYPE timestamp');
SELECT pg_temp.try('ALTER TABLE conversation_chunks DROP id, ADD id bigint PRIMARY KEY');
SELECT pg_temp.try('ALTER TABLE conversation_chunks ADD tenant int NOT NULL');
SELECT pg_temp.try('ALTER TABLE conversation_chunks ADD tenant int NOT NULL DEFAULT 1, ADD number bigint GENERATED ALWAYS AS IDENTITY');
SELECT pg_temp.try('CREATE DOMAIN tenant AS int NOT NULL; ALTER TABLE raw_conversations ADD tenant tenant');
-- A trigger may fill it.
SELECT pg_temp.try('ALTER TABLE conversation_chunks ADD tenant int NOT NULL;
    CREATE TRIGGER fills BEFORE INSERT ON conversation_chunks FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()');
SELECT pg_temp.try('ALTER TABLE conversation_chunks DROP token_count, ADD token_count int GENERATED ALWAYS AS (length(content)) STORED');
SELECT pg_temp.try('ALTER TABLE conversation_chunks DROP chunk_index, ADD chunk_index int GENERATED ALWAYS AS IDENTITY');
SELECT pg_temp.try('ALTER TABLE user_profiles DROP full_pass_stage, ADD full_pass_stage text GENERATED ALWAYS AS (upper(full_pass_error)) STORED');
SELECT pg_temp.try('ALTER TABLE user_profiles ALTER full_pass_error SET NOT NULL');

\echo the key of imports
SELECT pg_temp.try('ALTER TABLE raw_conversations DROP CONSTRAINT raw_conversations_pkey');
SELECT pg_temp.try('ALTER TABLE raw_conversations DROP CONSTRAINT raw_conversations_pkey, ADD CONSTRAINT later UNIQUE (user_id, conversation_id) DEFERRABLE');
SELECT pg_temp.try('ALTER TABLE raw_conversations DROP CONSTRAINT raw_conversations_pkey;
    CREATE UNIQUE INDEX ON raw_conversations (user_id, conversation_id) WHERE title IS NOT NULL');
SELECT pg_temp.try('ALTER TABLE raw_conversations DROP CONSTRAINT raw_conversations_pkey;
    CREATE UNIQUE INDEX ON raw_conversations (user_id, conversation_id, lower(title))');
SELECT pg_temp.try('ALTER TABLE raw_conversations DROP CONSTRAINT raw_conversations_pkey;
    CREATE UNIQUE INDEX soulprint_conversations_key ON raw_conversations (user_id, conversation_id);
    UPDATE pg_index SET indisvalid = false WHERE indexrelid = ''soulprint_conversations_key''::regclass');
SELECT pg_temp.try('ALTER TABLE raw_conversations DROP CONSTRAINT raw_conversations_pkey;
    CREATE UNIQUE INDEX ON raw_conversations (conversation_id, user_id) INCLUDE (title)');

\echo versions
SELECT pg_temp.try('UPDATE pg_extension SET extversion = ''0.0.9'' WHERE extname = ''soulprint''');

-- A problem is a WARNING with a hint, and something to do.
RESET client_min_messages;
\set VERBOSITY terse
BEGIN;
ALTER ROLE soulprint_worker NOLOGIN;
SELECT change FROM soulprint_setup();
ROLLBACK;

-- With nothing to do, setup keeps nobody from reading or writing.
BEGIN;
SELECT change FROM soulprint_setup();
SELECT DISTINCT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation IN
    ('user_profiles'::regclass, 'raw_conversations'::regclass, 'conversation_chunks'::regclass);
ROLLBACK;

-- Somebody else's schema of this name.
DROP EXTENSION soulprint;
CREATE SCHEMA soulprint;
CREATE EXTENSION soulprint;
DROP SCHEMA soulprint;
CREATE EXTENSION soulprint;
SELECT count(*) AS changes FROM soulprint_setup();
