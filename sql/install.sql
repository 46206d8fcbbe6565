-- Installing, preparing the application's tables, and dropping again.
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset

-- Databases and schemas that the extension refuses.
CREATE DATABASE regress_ascii ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;
\connect regress_ascii
CREATE EXTENSION soulprint;
\connect :home
DROP DATABASE regress_ascii;

CREATE EXTENSION soulprint;
SELECT rolcanlogin, rolconnlimit, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb
    FROM pg_roles WHERE rolname = 'soulprint_worker';
DROP EXTENSION soulprint;
ALTER ROLE soulprint_worker SUPERUSER;
CREATE EXTENSION soulprint;
ALTER ROLE soulprint_worker NOSUPERUSER BYPASSRLS;
CREATE EXTENSION soulprint;
ALTER ROLE soulprint_worker NOBYPASSRLS;

-- In a schema of the user's choice, and in the private schema.
CREATE SCHEMA regress_tools;
CREATE EXTENSION soulprint SCHEMA regress_tools;
SELECT regress_tools.soulprint_score_conversation('[{"role": "user", "content": "hi"}]');
DROP EXTENSION soulprint;
SELECT to_regnamespace('soulprint') AS private_schema;

CREATE SCHEMA soulprint;
CREATE EXTENSION soulprint SCHEMA soulprint;
SELECT soulprint.soulprint_score_conversation('[{"role": "user", "content": "hi"}]');
SELECT count(*) AS changes FROM soulprint.soulprint_setup();
DROP EXTENSION soulprint;
DROP SCHEMA soulprint;
DROP TABLE user_profiles, raw_conversations, conversation_chunks;
DROP SCHEMA regress_tools;

CREATE EXTENSION soulprint;

-- Every object has a comment.
SELECT pg_describe_object(classid, objid, objsubid) AS without_comment
    FROM pg_depend
    WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
      AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'soulprint')
      AND pg_describe_object(classid, objid, objsubid) !~ '^(sequence|type) '
      AND NOT EXISTS (SELECT FROM pg_description d
                      WHERE d.classoid = classid AND d.objoid = objid AND d.objsubid = 0 AND d.description <> '');

-- So has every column of a table or view.
SELECT c.oid::regclass, a.attname AS without_comment
    FROM pg_depend d JOIN pg_class c ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND relkind IN ('r', 'v')
    JOIN pg_extension e ON d.refobjid = e.oid AND d.deptype = 'e' AND extname = 'soulprint'
    JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped
    WHERE col_description(c.oid, attnum) IS NULL ORDER BY 1, 2;

-- No function is SECURITY DEFINER, and soulprint_worker owns nothing that others call or read ...
SELECT p.oid::regprocedure AS runs_with_its_owners_rights FROM pg_proc p
    JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
    JOIN pg_extension e ON d.refobjid = e.oid AND extname = 'soulprint'
    WHERE p.prosecdef;
SELECT pg_describe_object(classid, objid, 0) AS owned FROM pg_shdepend
    WHERE refobjid = 'soulprint_worker'::regrole AND deptype = 'o';
-- ... functions that ignore NULL arguments are STRICT ...
SELECT p.oid::regprocedure::text COLLATE "C" AS looks_at_null FROM pg_proc p
    JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
    JOIN pg_extension e ON d.refobjid = e.oid AND extname = 'soulprint'
    JOIN pg_language l ON l.oid = p.prolang AND lanname = 'c'
    WHERE NOT p.proisstrict AND p.pronargs > 0 ORDER BY 1;
SELECT soulprint_assemble_text(NULL, NULL) IS NULL AS nothing;
-- ... and every function has a safe search_path, but those in C and the triggers that call them: these set off code of
-- the application, which needs the caller's.
SELECT p.oid::regprocedure AS with_the_callers_search_path
    FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
    JOIN pg_extension e ON d.refobjid = e.oid AND extname = 'soulprint'
    JOIN pg_language l ON l.oid = p.prolang
    WHERE CASE lanname WHEN 'c' THEN proconfig IS NOT NULL
          ELSE NOT coalesce(proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false) END;

-- pg_dump dumps every table and sequence.
SELECT c.relname AS dumped, coalesce(nullif(condition, ''), 'all') AS rows
    FROM pg_extension e, unnest(extconfig, extcondition) AS t (id, condition) JOIN pg_class c ON c.oid = id
    WHERE extname = 'soulprint' ORDER BY 1;

-- Functions that act need a grant; functions that compute are for everybody.
CREATE ROLE regress_nobody;
SELECT p.proname FROM pg_proc p
    WHERE p.proname LIKE 'soulprint\_%' AND p.pronamespace = 'public'::regnamespace
      AND NOT has_function_privilege('regress_nobody', p.oid, 'EXECUTE')
    ORDER BY 1;
DROP ROLE regress_nobody;

-- An empty schema: everything is created, and the second time there is nothing to do.
SELECT * FROM soulprint_setup();
SELECT * FROM soulprint_setup();
\d user_profiles
\d raw_conversations
\d conversation_chunks
SELECT c.oid::regclass, attnum, attname AS without_comment
    FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND (attnum > 0 OR attnum = -1) AND NOT attisdropped
    WHERE c.oid IN ('user_profiles'::regclass, 'raw_conversations'::regclass, 'conversation_chunks'::regclass)
      AND CASE WHEN attnum > 0 THEN col_description(c.oid, attnum) ELSE obj_description(c.oid, 'pg_class') END IS NULL
    ORDER BY 1, 2;

-- Dropping the extension leaves the application its tables.
INSERT INTO user_profiles (user_id) VALUES ('00000000-0000-4000-8000-000000000001');
DROP EXTENSION soulprint;
SELECT count(*) AS profiles FROM user_profiles;
SELECT count(*) AS triggers FROM pg_trigger WHERE tgname LIKE 'soulprint%';
CREATE EXTENSION soulprint;
SELECT * FROM soulprint_setup();
DROP EXTENSION soulprint;
DROP TABLE user_profiles, raw_conversations, conversation_chunks;

-- A live Supabase project: missing objects are added, nothing is changed or dropped.
CREATE SCHEMA auth;
CREATE TABLE auth.users (id uuid PRIMARY KEY);
CREATE TABLE user_profiles (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid NOT NULL UNIQUE REFERENCES auth.users ON DELETE CASCADE,
    storage_path text,
    full_pass_status text DEFAULT 'pending'
        CHECK (full_pass_status IN ('pending', 'processing', 'complete', 'failed')),
    soul_md text, identity_md text, user_md text, agents_md text, tools_md text, soulprint_text text);
CREATE TABLE raw_conversations (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
    conversation_id text NOT NULL, title text, messages jsonb, message_count int, created_at timestamptz,
    UNIQUE (user_id, conversation_id));
CREATE TABLE conversation_chunks (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
    conversation_id text, title text, content text NOT NULL, chunk_tier text, message_count int,
    created_at timestamptz NOT NULL DEFAULT now(), is_recent boolean DEFAULT false, embedding float4[]);
COMMENT ON TABLE user_profiles IS 'ours';
COMMENT ON COLUMN user_profiles.user_id IS 'ours';
ALTER TABLE user_profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE raw_conversations ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation_chunks ENABLE ROW LEVEL SECURITY;
INSERT INTO auth.users SELECT ('00000000-0000-4000-8000-00000000000' || n)::uuid FROM generate_series(1, 3) n;
INSERT INTO user_profiles (user_id, soulprint_text) SELECT id, 'from the quick pass' FROM auth.users;
INSERT INTO raw_conversations (user_id, conversation_id, messages)
    VALUES ('00000000-0000-4000-8000-000000000001', 'c1', '[{"role": "user", "content": "hi"}]');

CREATE EXTENSION soulprint;
SELECT * FROM soulprint_setup();
SELECT * FROM soulprint_setup();
\d user_profiles
\d raw_conversations
\d conversation_chunks
-- Columns that it added have a comment; those that were there keep theirs.
SELECT a.attname, col_description(attrelid, attnum) AS comment FROM pg_attribute a
    WHERE attrelid = 'user_profiles'::regclass AND attnum > 0 ORDER BY attnum;
SELECT obj_description('user_profiles'::regclass, 'pg_class') AS comment;
SELECT count(*) AS untouched FROM user_profiles
    WHERE full_pass_status = 'pending' AND soulprint_text = 'from the quick pass';
-- Pending before the trigger was created: workers find them when they scan.
SELECT count(*) AS queued FROM soulprint.full_passes;

DROP EXTENSION soulprint;
DROP TABLE user_profiles, raw_conversations, conversation_chunks, auth.users;
DROP SCHEMA auth;

-- The schema of the application's tables does not exist.
CREATE SCHEMA regress_tools;
CREATE EXTENSION soulprint SCHEMA regress_tools;
ALTER SCHEMA public RENAME TO regress_away;
SELECT regress_tools.soulprint_setup();
ALTER SCHEMA regress_away RENAME TO public;
DROP EXTENSION soulprint;
DROP SCHEMA regress_tools;

-- For the tests that follow.
CREATE EXTENSION soulprint;
SELECT count(*) AS changes FROM soulprint_setup();
