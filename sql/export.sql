-- An export becomes raw_conversations: soulprint_import() and soulprint_import_file().
SET timezone = 'UTC';
SET datestyle = 'ISO';
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set ada '00000000-0000-4000-8000-0000000000ad'
\set bob '00000000-0000-4000-8000-0000000000b0'
INSERT INTO user_profiles (user_id) VALUES (:'ada'), (:'bob');
CREATE FUNCTION pg_temp.import(export text) RETURNS record LANGUAGE sql BEGIN ATOMIC
    SELECT soulprint_import('00000000-0000-4000-8000-0000000000ad', convert_to(export, 'UTF8'));
END;

--
-- The simplified form, as an array, in an object, alone
--
SELECT * FROM soulprint_import(:'ada', convert_to($$[
  {"id": "s1", "title": "Bread", "create_time": 1700000000, "update_time": 1700000100, "messages": [
     {"role": "system", "content": "You are helpful."},
     {"id": "m1", "role": "user", "content": "Which flour for rye bread?", "timestamp": "2023-11-14T22:13:21Z"},
     {"id": "m2", "role": "assistant", "content": "Wholemeal rye."},
     {"role": "user", "content": "   "},
     {"role": "user", "content": {"not": "a string"}},
     {"role": "tool", "content": "42"}]},
  {"id": "s2", "title": null, "createdAt": "2024-03-20T10:00:00+02:00", "messages": [
     {"role": "user", "content": "naïve 東京 😀"}]},
  {"title": "Without an id", "messages": [{"role": "user", "content": "hello"}]}
]$$, 'UTF8'));
SELECT conversation_id, title, message_count, created_at, updated_at, messages
    FROM raw_conversations WHERE user_id = :'ada' ORDER BY conversation_id COLLATE "C";
SELECT pg_temp.import($${"conversations": [{"id": "s3", "messages": [{"role": "user", "content": "in an object"}]}]}$$);
SELECT pg_temp.import($${"id": "s4", "messages": [{"role": "user", "content": "alone"}]}$$);
SELECT pg_temp.import(E'\uFEFF  [{"id": "s5", "messages": [{"role": "user", "content": "after a byte order mark"}]}]  ');

--
-- Imported again: the same is unchanged, newer is updated, older is not
--
SELECT pg_temp.import($${"id": "s4", "messages": [{"role": "user", "content": "alone"}]}$$);
SELECT pg_temp.import($${"id": "s4", "messages": [{"role": "user", "content": "alone"}, {"role": "assistant", "content": "no more"}]}$$);
-- Of equal times the fuller copy stays, over two imports and within one.
SELECT pg_temp.import($${"id": "s4", "messages": [{"role": "user", "content": "shorter"}]}$$);
SELECT pg_temp.import($$[{"id": "s4", "messages": [{"role": "user", "content": "alone"}, {"role": "assistant", "content": "no more"}]},
    {"id": "s4", "messages": [{"role": "user", "content": "alone"}, {"role": "assistant", "content": "no more"}, {"role": "user", "content": "really"}]}]$$);
SELECT pg_temp.import($${"id": "s1", "title": "Rye bread", "create_time": 1700000000, "update_time": 1700000200,
    "messages": [{"role": "user", "content": "Which flour?"}]}$$);
SELECT pg_temp.import($${"id": "s1", "title": "Old bread", "create_time": 1700000000, "update_time": 1700000100,
    "messages": [{"role": "user", "content": "older"}]}$$);
SELECT conversation_id, title, message_count, updated_at FROM raw_conversations
    WHERE user_id = :'ada' AND conversation_id IN ('s1', 's4') ORDER BY 1;
-- The same id of another user is another conversation.
SELECT imported FROM soulprint_import(:'bob', convert_to('{"id": "s4", "messages": [{"role": "user", "content": "mine"}]}', 'UTF8'));

--
-- ChatGPT's tree: the branch that the user saw last
--
SELECT * FROM soulprint_import(:'ada', convert_to($$[{"conversation_id": "t1", "title": "Marathon", "create_time": 1710928800.25,
  "update_time": 1710930000, "current_node": "n7", "mapping": {
  "n0": {"id": "n0", "message": null, "parent": null, "children": ["n1"]},
  "n1": {"message": {"id": "n1", "author": {"role": "system"}, "content": {"content_type": "text", "parts": [""]}, "weight": 0,
         "metadata": {"is_visually_hidden_from_conversation": true}}, "parent": "n0", "children": ["n2", "n8"]},
  "n8": {"message": {"id": "n8", "author": {"role": "user"}, "content": {"content_type": "text", "parts": ["an abandoned branch"]}}, "parent": "n1", "children": []},
  "n2": {"message": {"id": "n2", "author": {"role": "user"}, "create_time": 1710928801, "content": {"content_type": "text", "parts": ["A plan for my first marathon?"]}}, "parent": "n1", "children": ["n3"]},
  "n3": {"message": {"id": "n3", "author": {"role": "assistant"}, "content": {"content_type": "thoughts", "thoughts": [{"summary": "s", "content": "private"}]}}, "parent": "n2", "children": ["n4"]},
  "n4": {"message": {"id": "n4", "author": {"role": "assistant"}, "recipient": "python", "content": {"content_type": "code", "text": "1 + 1"}}, "parent": "n3", "children": ["n5"]},
  "n5": {"message": {"id": "n5", "author": {"role": "tool", "name": "python"}, "content": {"content_type": "execution_output", "text": "2"}}, "parent": "n4", "children": ["n6"]},
  "n6": {"message": {"id": "n6", "author": {"role": "assistant"}, "content": {"content_type": "text", "parts": ["Sixteen weeks."]}}, "parent": "n5", "children": ["n7"]},
  "n7": {"message": {"id": "n7", "author": {"role": "user"}, "content": {"content_type": "multimodal_text", "parts": [{"content_type": "image_asset_pointer"}]}}, "parent": "n6", "children": []}
}}]$$, 'UTF8'));
SELECT title, message_count, created_at, updated_at, jsonb_pretty(messages) AS messages
    FROM raw_conversations WHERE conversation_id = 't1';
-- A cycle of parents ends.
SELECT imported FROM soulprint_import(:'ada', convert_to($${"id": "t2", "current_node": "b", "mapping": {
  "a": {"message": {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["round"]}}, "parent": "b", "children": ["b"]},
  "b": {"message": {"author": {"role": "assistant"}, "content": {"content_type": "text", "parts": ["and round"]}}, "parent": "a", "children": ["a"]}}}$$, 'UTF8'));

--
-- Copies in one export: the newest wins, else the first; a copy without a time never replaces one with a time
--
\set copies '[{"id": "d1", "messages": [{"role": "user", "content": "first"}]}, {"id": "d1", "messages": [{"role": "user", "content": "second"}]}, {"id": "d2", "update_time": 20, "messages": [{"role": "user", "content": "newest"}]}, {"id": "d2", "messages": [{"role": "user", "content": "no time"}]}, {"id": "d2", "update_time": 10, "messages": [{"role": "user", "content": "older"}]}]'
SELECT pg_temp.import(:'copies');
SELECT pg_temp.import(:'copies');
SELECT conversation_id, updated_at, messages -> 0 ->> 'content' AS content FROM raw_conversations WHERE conversation_id ~ '^d' ORDER BY 1;
-- A conversation that its user takes back is deleted.
SELECT pg_temp.import($$[{"id": "d1", "is_do_not_remember": true, "mapping": {}}, {"id": "d3", "is_do_not_remember": true, "mapping": {}}, {"id": "d3", "messages": [{"role": "user", "content": "an older copy"}]}]$$);
SELECT conversation_id FROM raw_conversations WHERE conversation_id ~ '^d' ORDER BY 1;

--
-- Conversations left out, and characters repaired
--
SELECT imported, skipped, skipped_because, skipped_ids FROM soulprint_import(:'ada', convert_to($$[
  {"id": "g1", "messages": [{"role": "user", "content": "good"}]},
  {"id": "x1", "is_do_not_remember": true, "messages": [{"role": "user", "content": "not this"}]},
  {"id": "x2", "messages": [{"role": "system", "content": "nobody spoke"}]},
  {"id": "x3", "messages": 42},
  {"id": "x4", "mapping": "no tree"},
  {"id": "x5", "chat_messages": [{"sender": "human", "text": "from elsewhere"}]},
  42,
  {"id": "x6", "messages": [{"role": "user", "content": "a \q that is no escape"}]},
  {"id": "g2", "messages": [{"role": "user", "content": "good, too"}]}
]$$, 'UTF8'));
SELECT imported, replaced_characters FROM soulprint_import(:'ada',
    convert_to($$[{"id": "r1", "messages": [{"role": "user", "content": "nul \u0000 half \ud83d end$$, 'UTF8') || '\xff'::bytea || convert_to('"}]}]', 'UTF8'));
SELECT messages -> 0 ->> 'content' AS content FROM raw_conversations WHERE conversation_id = 'r1';
-- The text of a mark is JSON inside JSON.
SELECT imported FROM soulprint_import(:'ada', convert_to($${"id": "r2", "current_node": "a", "mapping": {"a": {"message": {"author": {"role": "assistant"},
    "content": {"content_type": "text", "parts": ["In \ue200entity\ue202[\"city\",\"Par\\u0000is\"]\ue201."]}}}}}$$, 'UTF8'));
SELECT messages -> 0 ->> 'content' AS content FROM raw_conversations WHERE conversation_id = 'r2';

--
-- ZIP and gzip
--
\set zip 504b03041400000000000000215838058e404a0000004a00000012000000636f6e766572736174696f6e732e6a736f6e5b7b226964223a227a31222c227469746c65223a225a6970706564222c226d65737361676573223a5b7b22726f6c65223a2275736572222c22636f6e74656e74223a226869227d5d7d5d504b010214031400000000000000215838058e404a0000004a000000120000000000000000000000800100000000636f6e766572736174696f6e732e6a736f6e504b05060000000001000100400000007a0000000000
\set gzip 1f8b08000000000002038bae56ca4c51b252aa3254d2512ac92cc9490572a2320b0a52538002b9a9c5c589e9a9c54a56d1d54a45f960c9d2e2d422a054727e5e496a5e0950202353a936b636160038058e404a000000
SELECT imported, unchanged FROM soulprint_import(:'ada', decode(:'zip', 'hex'));
SELECT imported, unchanged FROM soulprint_import(:'ada', decode(:'gzip', 'hex'));

-- Files on the server.  Every visible message and nothing else, to the last id.
SELECT :'abs_srcdir' || '/test/data/' AS data \gset
CREATE FUNCTION pg_temp.visible(truth text) RETURNS TABLE (id text, visible jsonb) LANGUAGE sql BEGIN ATOMIC
    SELECT key, value -> 'visible' FROM jsonb_each(pg_read_file(truth)::jsonb -> 'expected');
END;
CREATE FUNCTION pg_temp.imported(uid uuid) RETURNS TABLE (id text, visible jsonb) LANGUAGE sql BEGIN ATOMIC
    SELECT conversation_id, (SELECT jsonb_agg(jsonb_build_array(m -> 'id', m -> 'role') ORDER BY n)
                             FROM jsonb_array_elements(messages) WITH ORDINALITY AS t (m, n))
    FROM raw_conversations WHERE user_id = uid;
END;
DELETE FROM raw_conversations;
SELECT imported, skipped FROM soulprint_import_file(:'ada', :'data' || 'emily.zip');
SELECT imported, skipped, hidden_messages FROM soulprint_import_file(:'bob', :'data' || 'persona_rich.zip');
SELECT imported, unchanged FROM soulprint_import_file(:'ada', :'data' || 'emily.zip');
SELECT imported, unchanged FROM soulprint_import_file(:'bob', :'data' || 'persona_rich.zip');
SELECT count(*) AS differ FROM pg_temp.visible(:'data' || 'emily.truth.json') t FULL JOIN pg_temp.imported(:'ada') i USING (id)
    WHERE t.visible IS DISTINCT FROM i.visible;
SELECT count(*) AS differ FROM pg_temp.visible(:'data' || 'persona_rich.truth.json') t FULL JOIN pg_temp.imported(:'bob') i USING (id)
    WHERE t.visible IS DISTINCT FROM i.visible;
WITH everything AS MATERIALIZED (SELECT string_agg(messages::text, '') AS text FROM raw_conversations)
SELECT kind.key, jsonb_array_length(kind.value) AS canaries,
       (SELECT count(*) FROM everything, jsonb_array_elements_text(kind.value) AS canary WHERE position(canary IN text) > 0) AS seen
    FROM jsonb_each(pg_read_file(:'data' || 'persona_rich.truth.json')::jsonb -> 'canaries') AS kind ORDER BY 1;

-- Files that are no JSON.  The same activities as JSON have the same ids.
\set dan '00000000-0000-4000-8000-0000000000da'
INSERT INTO user_profiles (user_id) VALUES (:'dan');
SELECT imported, skipped_because FROM soulprint_import_file(:'dan', :'data' || 'formats/gemini_page.html');
SELECT imported, unchanged FROM soulprint_import(:'dan', convert_to($$[
    {"header": "Bard", "title": "Prompt : bonjour", "time": "2023-11-01T07:00:00.250Z", "description": "Bonjour\u00a0!"},
    {"header": "Gemini Apps", "title": "Prompted How do I bake rye bread?\n\n1 < 2 loaves", "time": "2025-06-02T08:00:00.999Z"}]$$, 'UTF8'));
SELECT imported, skipped_because, hidden_messages FROM soulprint_import_file(:'dan', :'data' || 'formats/copilot.csv');
SELECT imported, unchanged FROM soulprint_import_file(:'dan', :'data' || 'formats/copilot.csv');
SELECT title, created_at, updated_at, message_count, messages -> 0 ->> 'role' AS first, messages -> 0 ->> 'content' AS content
    FROM raw_conversations WHERE user_id = :'dan' ORDER BY created_at;
SELECT soulprint_import(:'dan', '<div class="outer-cell"><p class="header-cell">YouTube</p>');
SELECT soulprint_import(:'dan', E'Conversation,Time,Author,Message\\012a,,Human,"cut');

--
-- Bytes that are not an export.  (Some details of archives are zlib's own words.)
--
SELECT soulprint_import(:'ada', '');
\echo :SQLSTATE
SELECT pg_temp.import('   ');
SELECT pg_temp.import('%PDF-1.7 and more');
SELECT pg_temp.import('<!DOCTYPE html><html><body>Sign in</body></html>');
SELECT pg_temp.import('Dear diary');
SELECT pg_temp.import('42');
SELECT pg_temp.import('"a string"');
SELECT pg_temp.import('null');
SELECT soulprint_import(:'ada', '\x89504e470d0a1a0a');
SELECT pg_temp.import('{}');
SELECT pg_temp.import('{"name": "package", "version": 1}');
SELECT pg_temp.import('[]');
\echo :SQLSTATE
SELECT pg_temp.import('[{"id": "x", "messages": []}]');
SELECT pg_temp.import('[{"id": "x", "messages": [{"role": "user", "content": "hi"');
SELECT pg_temp.import('[{"id": "y", "messages": [{"role": "user", "content": "first"}]}, {"id": "z", "mess');
SELECT pg_temp.import('[{"id": "x", "messages": [{"role": "user", "content": "hi"}]}] and more');
SELECT count(*) AS kept FROM raw_conversations WHERE conversation_id = 'y';
SELECT soulprint_import(:'ada', decode('504b0506000000000000000000000000000000000000', 'hex'));
SELECT soulprint_import(:'ada', decode('504b03041400000000000000215886a610360500000005000000090000006e6f7465732e74787468656c6c6f504b010214031400000000000000215886a6103605000000050000000900000000000000000000008001000000006e6f7465732e747874504b05060000000001000100370000002c0000000000', 'hex'));
\set VERBOSITY terse
SELECT soulprint_import(:'ada', substr(decode(:'zip', 'hex'), 1, 60));
\echo :SQLSTATE
SELECT soulprint_import(:'ada', overlay(overlay(decode(:'zip', 'hex') PLACING '\x01' FROM 7) PLACING '\x01' FROM 131));
\echo :SQLSTATE
SELECT soulprint_import(:'ada', decode('504b0304140000000800000021582245ff1c470000005600000012000000636f6e766572736174696f6e732e6a736f6effffffffffffb252aa3254d2512ac92cc9490572a2320b0a52538002b9a9c5c589e9a9c54a56d1d54a45f960c9d2e2d422a054727e5e496a5e0950202353010929d5c6d6c60200504b01021403140000000800000021582245ff1c4700000056000000120000000000000000000000800100000000636f6e766572736174696f6e732e6a736f6e504b0506000000000100010040000000770000000000', 'hex'));
\echo :SQLSTATE
SELECT soulprint_import(:'ada', substr(decode(:'gzip', 'hex'), 1, 40));
\echo :SQLSTATE
\set VERBOSITY default

--
-- Users and files
--
SELECT soulprint_import('00000000-0000-4000-8000-000000000bad', '[]');
\echo :SQLSTATE
SELECT soulprint_import('not-a-uuid', '[]');
\echo :SQLSTATE
SELECT soulprint_import(NULL, '[]');
\echo :SQLSTATE
SELECT soulprint_import(:'ada', NULL);
SELECT soulprint_import_file(NULL, '/tmp/export.zip');
SELECT soulprint_import_file(:'ada', NULL);
\set VERBOSITY sqlstate
SELECT soulprint_import_file(:'ada', '/nowhere/export.zip');
\set VERBOSITY default
SELECT soulprint_import_file(:'ada', '/');
\echo :SQLSTATE

CREATE ROLE regress_importer;
GRANT EXECUTE ON FUNCTION soulprint_import, soulprint_import_file TO regress_importer;
SET ROLE regress_importer;
SELECT soulprint_import_file(:'ada', '/nowhere/export.zip');
\echo :SQLSTATE
-- An import runs with the rights of the caller.
SELECT soulprint_import(:'ada', '[]');
\echo :SQLSTATE
RESET ROLE;
GRANT SELECT ON user_profiles TO regress_importer;
GRANT SELECT, INSERT, UPDATE ON raw_conversations TO regress_importer;
CREATE POLICY importer ON user_profiles TO regress_importer USING (true);
CREATE POLICY importer ON raw_conversations TO regress_importer USING (true);
GRANT pg_read_server_files TO regress_importer;
SET ROLE regress_importer;
SELECT imported FROM soulprint_import(:'ada', '[{"id": "i1", "messages": [{"role": "user", "content": "hi"}]}]');
SELECT unchanged FROM soulprint_import_file(:'ada', :'data' || 'emily.zip');
RESET ROLE;
DROP OWNED BY regress_importer;
DROP ROLE regress_importer;

-- What was not read is named.
SELECT files_left_out FROM soulprint_import_file(:'ada', :'data' || 'persona_rich.zip');

-- soulprint.imports keeps the counts of each import.
SELECT source, imported, updated, unchanged, skipped, skipped_because, skipped_ids, hidden_messages, replaced_characters, files_left_out
    FROM soulprint.imports WHERE imported + updated + unchanged > 0 AND storage_path IS NULL AND etag IS NULL ORDER BY id;
TRUNCATE user_profiles, raw_conversations, soulprint.imports, soulprint.memories;
