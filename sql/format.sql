-- Conversations become prompt text (doc/behavior.md, "Format").
\set SHOW_CONTEXT never

-- A title, a date in UTC, one line for each message.
SELECT soulprint_format_conversations('[
  {"title": "Title", "created_at": "2024-03-20T23:30:00-05:00", "messages": [
    {"role": "user", "content": "first message"}, {"role": "assistant", "content": "its answer"}, {"role": "system", "content": "not this"}]},
  {"title": null, "messages": [{"role": "user", "content": "two\nlines"}]},
  {"title": "", "created_at": "-infinity", "messages": [{"role": "assistant", "content": "hi"}]},
  [{"role": "user", "content": "a bare array"}]
]');
SELECT soulprint_format_conversations('[]') = '' AS empty;
-- A message over 2,000 characters.
SELECT replace(soulprint_format_conversations(jsonb_build_array(jsonb_build_object('messages', jsonb_build_array(
    jsonb_build_object('role', 'user', 'content', repeat('é', 2000)), jsonb_build_object('role', 'user', 'content', repeat('東', 2001)))))),
    repeat('é', 2000), '(2000 é)') LIKE E'%\nUser: (2000 é)\nUser: ' || repeat('東', 2000) || '... [truncated]' AS truncated;

CREATE TEMP TABLE talks AS SELECT '[
  {"title": "A", "created_at": "2024-03-20", "messages": [{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}]},
  {"title": "B", "created_at": "2024-03-21", "messages": [{"role": "user", "content": "three"}]},
  {"title": "C", "created_at": "2024-03-22", "messages": [{"role": "user", "content": "four"}]}]'::jsonb AS conversations;
-- whole: in the given order, up to the first that does not fit.  A takes 63 characters, B 2 + 50.
SELECT n, length(text), text FROM talks, (VALUES (63), (114), (115)) AS t (n), soulprint_format_conversations(conversations, n) AS text;
-- If even the first does not fit, it is cut between messages.
SELECT n, text FROM talks, (VALUES (62), (48), (47), (0)) AS t (n), soulprint_format_conversations(conversations, n) AS text;

-- fair: short ones stay whole, of the others the user keeps most, each keeps its first user message.
CREATE FUNCTION pg_temp.talk(title text, n int, said text) RETURNS jsonb LANGUAGE sql BEGIN ATOMIC
    SELECT jsonb_build_object('title', title, 'messages', jsonb_agg(jsonb_build_object(
               'role', CASE WHEN i % 2 = 1 THEN 'user' ELSE 'assistant' END, 'content', said || ' ' || i) ORDER BY i))
    FROM generate_series(1, n) AS i;
END;
SELECT soulprint_format_conversations(jsonb_build_array(
    pg_temp.talk('Long', 30, 'message'), pg_temp.talk('Short', 2, 'message'), pg_temp.talk('Longer', 60, 'message')), 400, 'fair');
-- The assistant's messages are cut before one of the user's.
SELECT n, soulprint_format_conversations('[{"title": "Books", "messages": [
    {"role": "user", "content": "I work at night as a nurse, and I read on the bus."},
    {"role": "assistant", "content": "Then short stories may be the best choice for you, one for each ride."},
    {"role": "user", "content": "Which?"}, {"role": "assistant", "content": "Chekhov was a doctor himself."}]}]', n, 'fair')
    FROM (VALUES (240), (170), (150)) AS t (n);
-- 200 of 200 appear, with their first message; the limit holds; at least 95 % of it is used.
CREATE TEMP TABLE two_hundred AS
    SELECT soulprint_format_conversations(jsonb_agg(pg_temp.talk('Talk ' || i, 100 + i, repeat('word ', 20)) ORDER BY i), 600000, 'fair') AS text
    FROM generate_series(1, 200) AS i;
SELECT length(text) BETWEEN 570000 AND 600000 AS within,
       (SELECT count(*) FROM generate_series(1, 200) AS i
        WHERE position(format(E'=== Conversation: "Talk %s" (unknown date) ===\nUser: word', i) IN text) > 0) AS appear,
       (SELECT count(*) FROM regexp_matches(text, '^\[\.\.\. \d+ more messages\]$', 'gn')) AS cut
    FROM two_hundred;
-- The limit comes first: first messages are cut, then the lowest ranks left out.
SELECT n, length(text) <= n AS within, position('"Talk 1"' IN text) > 0 AS first,
       (SELECT count(*) FROM regexp_matches(text, '^=== Conversation', 'gn')) AS conversations
    FROM (SELECT jsonb_agg(pg_temp.talk('Talk ' || i, 10, repeat('word ', 300)) ORDER BY i) AS talks FROM generate_series(1, 100) AS i) AS t,
         (VALUES (20000), (2000), (100), (10), (0)) AS s (n), soulprint_format_conversations(talks, n, 'fair') AS text;
-- No limit is ever exceeded.
SELECT count(*) AS exceeded FROM talks, generate_series(0, 200) AS n, (VALUES ('whole'), ('fair')) AS t (share)
    WHERE length(soulprint_format_conversations(conversations, n, share)) > n;
-- If everything fits, both are the same.
SELECT soulprint_format_conversations(conversations) = soulprint_format_conversations(conversations, share => 'fair') AS same FROM talks;

-- Bad arguments.
SELECT soulprint_format_conversations('[]', -1);
\echo :SQLSTATE
SELECT soulprint_format_conversations('[]', 100, 'unfair');
\echo :SQLSTATE
SELECT soulprint_format_conversations('{"messages": []}');
\echo :SQLSTATE
SELECT soulprint_format_conversations('42');
SELECT soulprint_format_conversations('["a string"]');
\echo :SQLSTATE
SELECT soulprint_format_conversations(NULL) IS NULL AS is_null, soulprint_format_conversations('[]', NULL) IS NULL AS is_null;
