-- 10 for each message, min(characters, 500) for each user message, 20 for each pair (doc/behavior.md, "Score and sample").
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR

-- 10 + 5 = 15; an answer makes it 20 + 5 + 20 = 45.
SELECT soulprint_score_conversation('[{"role": "user", "content": "12345"}]');
SELECT soulprint_score_conversation('[{"role": "user", "content": "12345"}, {"role": "assistant", "content": "not counted"}]');
-- Pairs: the smaller of both numbers.  30 + 3 + 20 * 1.
SELECT soulprint_score_conversation('[{"role": "user", "content": "abc"}, {"role": "assistant", "content": "x"}, {"role": "assistant", "content": "y"}]');
-- Characters are code points, neither bytes nor UTF-16 units: 10 + 4.
SELECT soulprint_score_conversation('[{"role": "user", "content": "é東😀\u0301"}]');
-- At most 500 characters of a message count: 10 + 500, and 20 + 499 + 500.
SELECT soulprint_score_conversation(jsonb_build_array(jsonb_build_object('role', 'user', 'content', repeat('a', 100000))));
SELECT soulprint_score_conversation(jsonb_build_array(jsonb_build_object('role', 'user', 'content', repeat('a', 499)),
                                                      jsonb_build_object('role', 'user', 'content', repeat('a', 501))));
-- Messages that are not visible do not count.
SELECT soulprint_score_conversation('[{"role": "system", "content": "abc"}, {"role": "tool", "content": "abc"}, {"role": "user", "content": "  "}]');
SELECT soulprint_score_conversation('[]');

-- The simplified form, and a tree.
SELECT soulprint_score_conversation('{"id": "c", "title": "counts for nothing", "messages": [{"role": "user", "content": "12345"}]}');
SELECT soulprint_score_conversation('{"current_node": "b", "mapping": {
    "a": {"message": {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["123", "45"]}}, "parent": null, "children": ["b", "c"]},
    "b": {"message": {"author": {"role": "assistant"}, "content": {"content_type": "text", "parts": ["yes"]}}, "parent": "a", "children": []},
    "c": {"message": {"author": {"role": "assistant"}, "content": {"content_type": "text", "parts": ["another answer"]}}, "parent": "a", "children": []}}}');
-- A conversation as an import stores it.
SELECT soulprint_score_conversation('[{"id": "m1", "role": "user", "content": "12345", "timestamp": "2024-03-20T10:00:00Z"}]');

-- Golden outputs.
SELECT count(*) AS conversations, count(*) FILTER (WHERE soulprint_score_conversation(c.value) <> s.value::bigint) AS differ
    FROM jsonb_array_elements(pg_read_file(:'abs_srcdir' || '/test/data/golden/scores.json')::jsonb) AS g,
         ROWS FROM (jsonb_array_elements(g -> 'conversations'), jsonb_array_elements(g -> 'scores')) AS t (c, s),
         LATERAL (SELECT c) AS c (value), LATERAL (SELECT s) AS s (value);

-- Values that are not a conversation.
SELECT soulprint_score_conversation('42');
\echo :SQLSTATE
SELECT soulprint_score_conversation('"text"');
SELECT soulprint_score_conversation('null');
SELECT soulprint_score_conversation('{}');
\echo :SQLSTATE
SELECT soulprint_score_conversation('{"header": "Gemini Apps", "title": "Prompted hi"}');
SELECT soulprint_score_conversation('[1, 2]');
SELECT soulprint_score_conversation(('{"messages": ' || repeat('[', 1000) || repeat(']', 1000) || '}')::jsonb);
\echo :SQLSTATE
SELECT soulprint_score_conversation(NULL) IS NULL AS is_null;
