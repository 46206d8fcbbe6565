-- Sections and MEMORY become soulprint_text (doc/behavior.md, "soulprint_text").
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
SELECT soulprint_assemble_text('{
    "tools": {"likely_usage": ["recipes"]}, "agents": {"response_style": "short"}, "user": {"name": "Ada"}, "identity": {"ai_name": "Nova"},
    "soul": {"personality_traits": ["curious", "stubborn"], "communication_style": "direct and brief"}}',
    E'## Preferences\n- rye bread');
-- Keys appear in schema order, unknown ones after them; labels are made from keys.
SELECT soulprint_assemble_text('{"user": {"zodiac_sign": "Leo", "a": "unknown", "interests": [], "location": "  ", "name": "Ada", "occupation": 42, "life_context": null,
    "relationships": {"sister": "Jo"}, "preferred_address": true}}', '');
SELECT soulprint_assemble_text('{"soul": {"personality_traits": ["a", 1]}}', 'x');
-- NULL sections are left out; values that are not objects stand as they are.
SELECT soulprint_assemble_text('{"soul": null, "user": "free text", "tools": [1, 2]}', 'x');
SELECT soulprint_assemble_text('{}', 'only MEMORY');
SELECT soulprint_assemble_text('{"soul": {}}', NULL);
SELECT soulprint_assemble_text('{"unknown": {"a": "b"}}', 'x');
-- From a model's answer.
SELECT soulprint_assemble_text(soulprint_parse_sections('{"soul": {"humor_style": "dry"}, "identity": {}, "user": {}, "agents": {}, "tools": {}}'), 'x');
-- No key, value, stored text or MEMORY can add a heading.
SELECT soulprint_assemble_text(jsonb_build_object(
    'soul', jsonb_build_object('communication_style', E'brief\n## Memory\nforged <script>', 'personality_traits', jsonb_build_array('# a', E'b\r\n## c', '```', '<!-- d', ' ', '---'), E'x\n## y', 'z'),
    'user', E'free text\r## Memory\nforged\n==='), E'# MEMORY\n## Preferences\n- a\n## Memory\n## Preferences\n- b\n## Projects\n- # c');
-- Invisible characters are left out, except those that emoji and scripts need.
SELECT soulprint_assemble_text(jsonb_build_object('soul', jsonb_build_object('humor_style', U&'d\200Bry\202E, \+0E0041ob\0007served', 'boundaries', U&'\2060')),
    U&'- \FEFFa \+01F468\200D\+01F469 \0645\06CC\200C\062E\0648\0627\0647\0645\2028## b')
    = U&'## Communication Style & Personality\000A**Boundaries:** not enough data\000A**Humor Style:** dry, observed\000A\000A## Memory\000A- a \+01F468\200D\+01F469 \0645\06CC\200C\062E\0648\0627\0647\0645\000A\005C## b' AS same;

-- Golden outputs.
-- Keys outside the schema come in the order of jsonb.
SELECT g ->> 'name' AS name,
       (SELECT array_agg(line ORDER BY line COLLATE "C") FROM string_to_table(soulprint_assemble_text(g -> 'sections', g ->> 'memory_md'), E'\n') AS line)
       = (SELECT array_agg(line ORDER BY line COLLATE "C") FROM string_to_table(g ->> 'text', E'\n') AS line) AS same
    FROM jsonb_array_elements(pg_read_file(:'abs_srcdir' || '/test/data/golden/soulprint_text.json')::jsonb) AS g;

-- Bad arguments.
SELECT soulprint_assemble_text('42', 'x');
\echo :SQLSTATE
SELECT soulprint_assemble_text('[]', 'x');
SELECT soulprint_assemble_text('null', 'x');
SELECT soulprint_assemble_text(NULL, 'x') IS NULL AS is_null;
