-- A model's answer becomes five complete sections, or NULL (doc/behavior.md, "Sections").
\set SHOW_CONTEXT never
SELECT jsonb_pretty(soulprint_parse_sections('{"soul": {}, "identity": {}, "user": {}, "agents": {}, "tools": {}}'));
-- Text around the object, and a code fence, are ignored.
SELECT soulprint_parse_sections(E'Here it is:\n```json\n{"soul": {"humor_style": "dry"}, "identity": {"ai_name": "Nova"}, "user": {}, "agents": {}, "tools": {}}\n```\nAnything else?')
    #>> '{identity,ai_name}' AS ai_name;
-- A string where a list belongs, a list where a string belongs, unknown fields, other types.
SELECT soulprint_parse_sections('{"soul": {"personality_traits": "curious", "humor_style": ["dry", "warm"], "shoe_size": 42}, "identity": {"ai_name": null},
    "user": {"interests": ["tea", 7, null, ""]}, "agents": {}, "tools": {}, "more": {}}') -> 'soul' AS soul;
SELECT soulprint_parse_sections('{"soul": {}, "identity": {"ai_name": null}, "user": {"interests": ["tea", 7, null, ""]}, "agents": {}, "tools": {}}') -> 'user' AS "user";
-- Answers without sections.
\pset null (null)
SELECT soulprint_parse_sections('');
SELECT soulprint_parse_sections('I cannot do that.');
SELECT soulprint_parse_sections('[1, 2]');
SELECT soulprint_parse_sections('{"soul": {}, "identity": {}, "user": {}, "agents": {}}');
SELECT soulprint_parse_sections('{"soul": {}, "identity": {}, "user": {}, "agents": {}, "tools": []}');
SELECT soulprint_parse_sections('{"soul": {}, "identity": {}, "user": {}, "agents": {}, "tools": "none"}');
SELECT soulprint_parse_sections('{"soul": {}, "identity": {}, "user": {}, "agents": {}, "tools": {');
SELECT soulprint_parse_sections(repeat('[', 100000));
SELECT soulprint_parse_sections(repeat('{"soul":', 100000));
SELECT soulprint_parse_sections(NULL);
