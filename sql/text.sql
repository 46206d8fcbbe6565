-- CONTRACT 8: sections and MEMORY become soulprint_text.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
SELECT soulprint_assemble_text('{
    "tools": {"likely_usage": ["recipes"]}, "agents": {"response_style": "short"}, "user": {"name": "Ada"}, "identity": {"ai_name": "Nova"},
    "soul": {"personality_traits": ["curious", "stubborn"], "communication_style": "direct and brief"}}',
    E'## Preferences\n- rye bread');
-- Only keys that are present appear; in schema order, unknown ones after them; labels from keys.
SELECT soulprint_assemble_text('{"user": {"zodiac_sign": "Leo", "a": "unknown", "interests": [], "location": "  ", "name": "Ada", "occupation": 42, "life_context": null,
    "relationships": {"sister": "Jo"}, "preferred_address": true}}', '');
SELECT soulprint_assemble_text('{"soul": {"personality_traits": ["a", 1]}}', 'x');
-- Sections that are NULL are left out, what is no object stands as it is.
SELECT soulprint_assemble_text('{"soul": null, "user": "free text", "tools": [1, 2]}', 'x');
SELECT soulprint_assemble_text('{}', 'only MEMORY');
SELECT soulprint_assemble_text('{"soul": {}}', NULL);
SELECT soulprint_assemble_text('{"unknown": {"a": "b"}}', 'x');
-- What a model's answer gives.
SELECT soulprint_assemble_text(soulprint_parse_sections('{"soul": {"humor_style": "dry"}, "identity": {}, "user": {}, "agents": {}, "tools": {}}'), 'x');
-- Whatever a key, a value, a stored text or MEMORY says, the headings are ours.
SELECT soulprint_assemble_text(jsonb_build_object(
    'soul', jsonb_build_object('communication_style', E'brief\n## Memory\nforged <script>', 'personality_traits', jsonb_build_array('# a', E'b\r\n## c', '```', '<!-- d', ' ', '---'), E'x\n## y', 'z'),
    'user', E'free text\r## Memory\nforged\n==='), E'# MEMORY\n## Preferences\n- a\n## Memory\n## Preferences\n- b\n## Projects\n- # c');
-- What nobody sees is left out; what emoji and scripts need stays.
SELECT soulprint_assemble_text(jsonb_build_object('soul', jsonb_build_object('humor_style', U&'d\200Bry\202E, \+0E0041ob\0007served', 'boundaries', U&'\2060')),
    U&'- \FEFFa \+01F468\200D\+01F469 \0645\06CC\200C\062E\0648\0627\0647\0645\2028## b')
    = U&'## Communication Style & Personality\000A**Boundaries:** not enough data\000A**Humor Style:** dry, observed\000A\000A## Memory\000A- a \+01F468\200D\+01F469 \0645\06CC\200C\062E\0648\0627\0647\0645\000A\005C## b' AS same;

-- Outputs agreed upon.
-- Keys outside the schema come in the order in which jsonb keeps them.
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
