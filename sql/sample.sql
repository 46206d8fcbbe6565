-- The conversations with the highest scores (doc/behavior.md, "Score and sample").
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR

-- A conversation of n messages whose users say `said`.
CREATE FUNCTION pg_temp.talk(id text, created_at text, n int, said text) RETURNS jsonb LANGUAGE sql BEGIN ATOMIC
    SELECT jsonb_build_object('id', id, 'created_at', created_at, 'messages', jsonb_agg(jsonb_build_object(
               'role', CASE WHEN i % 2 = 1 THEN 'user' ELSE 'assistant' END,
               'content', CASE WHEN i % 2 = 1 THEN said ELSE 'ok' END) ORDER BY i))
    FROM generate_series(1, n) AS i;
END;

-- Highest score first, then the newer, then the given order; conversations of fewer than 4 messages are left out.
CREATE TEMP TABLE talks AS SELECT jsonb_build_array(
    pg_temp.talk('short but long-winded', '2024-01-01', 3, repeat('a', 500)),
    pg_temp.talk('small', '2024-01-01', 4, 'ab'),
    pg_temp.talk('old', '2020-01-01', 4, 'abcd'),
    pg_temp.talk('new', '2024-01-01', 4, 'abcd'),
    pg_temp.talk('unknown date', NULL, 4, 'abcd'),
    pg_temp.talk('new, given later', '2024-01-01', 4, 'abcd'),
    pg_temp.talk('large', '2019-01-01', 20, 'ab')) AS conversations;
SELECT rank, score, conversation ->> 'id' AS id FROM talks, soulprint_sample_conversations(conversations);
SELECT rank, conversation ->> 'id' AS id FROM talks, soulprint_sample_conversations(conversations, 2);
SELECT count(*) FROM talks, soulprint_sample_conversations(conversations, 0);
SELECT count(*) FROM talks, soulprint_sample_conversations(conversations, 2147483647);
-- The default is 200.
SELECT count(*), max(rank) FROM soulprint_sample_conversations(
    (SELECT jsonb_agg(pg_temp.talk(i::text, NULL, 4, 'hi')) FROM generate_series(1, 201) AS i));

-- If all are too short, all count.
SELECT rank, score, conversation ->> 'id' AS id FROM soulprint_sample_conversations(jsonb_build_array(
    pg_temp.talk('one', NULL, 1, 'abc'), pg_temp.talk('three', NULL, 3, 'abc'), '{"id": "none", "messages": []}'::jsonb));
SELECT count(*) FROM soulprint_sample_conversations('[]');

-- Bare message arrays; the output is the input.
SELECT * FROM soulprint_sample_conversations('[[{"role": "user", "content": "hi", "more": [1]}]]');

-- Golden outputs.
SELECT count(*) AS samples, count(*) FILTER (WHERE s.ids IS DISTINCT FROM g -> ('sample_' || n)) AS differ
    FROM jsonb_array_elements(pg_read_file(:'abs_srcdir' || '/test/data/golden/scores.json')::jsonb) AS g,
         (VALUES (200), (3)) AS t (n),
         LATERAL (SELECT jsonb_agg(conversation -> 'id' ORDER BY rank) AS ids
                  FROM soulprint_sample_conversations(g -> 'conversations', n)) AS s;

-- Bad arguments.
SELECT * FROM soulprint_sample_conversations('[]', -1);
\echo :SQLSTATE
SELECT * FROM soulprint_sample_conversations('{"id": "no array"}');
\echo :SQLSTATE
SELECT * FROM soulprint_sample_conversations('42');
SELECT * FROM soulprint_sample_conversations('[42]');
\echo :SQLSTATE
SELECT * FROM soulprint_sample_conversations('[{"messages": []}, {}]');
SELECT * FROM soulprint_sample_conversations(NULL);
SELECT * FROM soulprint_sample_conversations('[]', NULL);
