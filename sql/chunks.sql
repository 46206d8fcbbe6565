-- A conversation becomes chunks of about 2,000 tokens (doc/behavior.md, "Chunks").
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
CREATE FUNCTION pg_temp.said(content text) RETURNS jsonb LANGUAGE sql BEGIN ATOMIC
    SELECT jsonb_build_object('title', 'T', 'messages', jsonb_build_array(jsonb_build_object('role', 'user', 'content', content)));
END;

-- A conversation that fits is one chunk; tokens are characters / 4, rounded down.
SELECT * FROM soulprint_chunk_conversation('{"title": "Bread", "messages": [
    {"role": "user", "content": "Which flour?"}, {"role": "system", "content": "not this"}, {"role": "assistant", "content": "Rye: 東京 😀"}]}');
SELECT content FROM soulprint_chunk_conversation('[{"role": "user", "content": "no title"}]');
SELECT * FROM soulprint_chunk_conversation('{"title": "Nobody spoke", "messages": [{"role": "system", "content": "x"}]}');
SELECT * FROM soulprint_chunk_conversation('[]');
-- A message over 5,000 characters is cut.
SELECT right(content, 20), length(content) FROM soulprint_chunk_conversation(pg_temp.said(repeat('é', 5001)));
SELECT length(content) FROM soulprint_chunk_conversation(pg_temp.said(repeat('é', 5000)));

-- Sentences.  "# T\n\nUser: " has 11 characters; target 5 tokens = up to 23 characters.
SELECT chunk_index, total_chunks, token_count, to_json(content) AS content
    FROM soulprint_chunk_conversation(pg_temp.said('One two. Three four? Five six! Seven eight.Nine'), 5, 0);
-- The overlap: the last 4 * overlap_tokens characters of the chunk before.
SELECT chunk_index, total_chunks, token_count, to_json(content) AS content
    FROM soulprint_chunk_conversation(pg_temp.said('One two. Three four? Five six! Seven eight.Nine'), 6, 1);
-- A sentence that is too long is cut after the last white space in its first 4 * target characters, else after these.
SELECT chunk_index, to_json(content) AS content FROM soulprint_chunk_conversation(pg_temp.said('aaa bbb ccc ddd eee fff ggg'), 3, 0);
SELECT chunk_index, to_json(content) AS content FROM soulprint_chunk_conversation(pg_temp.said('aaaabbbbccccddddeeeeffffgggg'), 3, 0);

-- No chunk exceeds target + overlap, and nothing is lost.
CREATE TEMP TABLE long AS SELECT jsonb_build_object('title', 'Long', 'messages', jsonb_agg(jsonb_build_object(
    'role', CASE WHEN i % 2 = 1 THEN 'user' ELSE 'assistant' END,
    'content', format('Sentence number %s is here. Is it? %s', i, repeat('word ', i % 100)))
    ORDER BY i)) AS conversation FROM generate_series(1, 1000) AS i;
SELECT target, overlap, count(*) = max(total_chunks) AND max(chunk_index) = count(*) - 1 AS counted,
       max(token_count) <= target + overlap AS bounded, bool_and(token_count = length(content) / 4) AS estimated,
       (SELECT 1000 - count(DISTINCT n) FROM regexp_matches(string_agg(content, '|'), 'Sentence number (\d+) is', 'g') AS n) AS lost
    FROM long, (VALUES (2000, 200), (2000, 0), (100, 99)) AS t (target, overlap), soulprint_chunk_conversation(conversation, target, overlap)
    GROUP BY target, overlap ORDER BY 1, 2;
SELECT count(*) FROM long, soulprint_chunk_conversation(conversation, 1000000, 999999);
SELECT count(*) > 1000 AS many FROM long, soulprint_chunk_conversation(conversation, 1, 0);

-- Golden outputs.
SELECT g ->> 'name' AS name, given.chunks = wanted.chunks AS same, jsonb_array_length(wanted.chunks) AS chunks
    FROM jsonb_array_elements(pg_read_file(:'abs_srcdir' || '/test/data/golden/chunks.json')::jsonb) WITH ORDINALITY AS t (g, n),
    LATERAL (SELECT jsonb_agg(w - 'conversation_id' ORDER BY i) AS chunks FROM jsonb_array_elements(g -> 'chunks') WITH ORDINALITY AS t (w, i)) AS wanted,
    LATERAL (SELECT jsonb_agg(to_jsonb(k) ORDER BY i, k.chunk_index) AS chunks
             FROM jsonb_array_elements(g -> 'conversations') WITH ORDINALITY AS t (c, i), soulprint_chunk_conversation(c) AS k) AS given
    ORDER BY n;

-- Bad arguments.
SELECT * FROM soulprint_chunk_conversation('42');
\echo :SQLSTATE
SELECT * FROM soulprint_chunk_conversation('{"id": "x"}');
SELECT * FROM soulprint_chunk_conversation('[]', 0);
\echo :SQLSTATE
SELECT * FROM soulprint_chunk_conversation('[]', -5);
SELECT * FROM soulprint_chunk_conversation('[]', 2000000000);
SELECT * FROM soulprint_chunk_conversation('[]', 2000, -1);
SELECT * FROM soulprint_chunk_conversation('[]', 2000, 2000);
\echo :SQLSTATE
SELECT * FROM soulprint_chunk_conversation('[]', 100);
SELECT * FROM soulprint_chunk_conversation(NULL);
