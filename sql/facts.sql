-- Facts of several chunks, oldest first, become one object (doc/behavior.md, "Facts").
\set SHOW_CONTEXT never

-- Six categories, in the order in which jsonb keeps them.
SELECT jsonb_pretty(soulprint_merge_facts(ARRAY['{
    "person": ["Comes from Riga"], "preferences": ["Prefers rye bread"], "projects": [{"name": "Kiosk", "description": "a coffee cart", "details": "opens in May"}],
    "dates": [{"event": "Marathon", "date": "2024-10-06"}], "beliefs": ["Practice beats talent"],
    "decisions": [{"decision": "Learns Portuguese", "context": "moves to Lisbon"}]}']::jsonb[]));
SELECT soulprint_merge_facts('{}');
SELECT soulprint_merge_facts(ARRAY['{}']::jsonb[]);
-- Equal texts, ignoring case and surrounding white space, are one fact: the newer wording at the older place.
SELECT soulprint_merge_facts(ARRAY['{"preferences": ["likes tea", "likes jazz"]}', '{"preferences": ["  Likes TEA ", "likes walks"]}']::jsonb[]) -> 'preferences';
-- The same name, event or decision: the newer statement wins.
SELECT soulprint_merge_facts(ARRAY[
    '{"projects": [{"name": "Kiosk", "description": "a cart"}], "dates": [{"event": "Wedding", "date": "2024-05-01"}], "decisions": [{"decision": "Move", "context": "for work"}]}',
    '{"projects": [{"name": "KIOSK", "description": "a shop"}], "dates": [{"event": "wedding", "date": "2024-06-01"}], "decisions": [{"decision": "move", "context": "for love"}]}']::jsonb[])
    - 'preferences' - 'beliefs';
-- The same text in two categories is two facts.
SELECT soulprint_merge_facts(ARRAY['{"preferences": ["Quiet"], "beliefs": ["Quiet"]}']::jsonb[]) - 'projects' - 'dates' - 'decisions';
-- Each item is checked alone: a clear one is coerced, any other dropped.
SELECT jsonb_pretty(soulprint_merge_facts(ARRAY['{
    "preferences": ["kept", 42, null, "", "   ", ["nested"], {"text": "as an object"}],
    "projects": ["only a name", {"name": "kept", "details": 7}, {"description": "no name"}, 1],
    "dates": {"event": "no list", "date": "2024"}, "beliefs": "no list", "decisions": null, "unknown": ["ignored"]}']::jsonb[]));
-- Invisible characters are left out.
SELECT soulprint_merge_facts(ARRAY[jsonb_build_object('preferences', jsonb_build_array(U&'likes \202Etea\200B', 'Likes tea', U&'\200B'))]) -> 'preferences';

-- Linear time: 20,000 facts, half of them stated twice.
SELECT jsonb_array_length(soulprint_merge_facts(array_agg(jsonb_build_object('preferences', jsonb_build_array('Likes number ' || i % 10000)) ORDER BY i)) -> 'preferences')
    FROM generate_series(1, 20000) AS i;

-- Bad arguments.
SELECT soulprint_merge_facts(ARRAY['[]']::jsonb[]);
\echo :SQLSTATE
SELECT soulprint_merge_facts(ARRAY['{}', '42']::jsonb[]);
SELECT soulprint_merge_facts(ARRAY[NULL]::jsonb[]);
SELECT soulprint_merge_facts(NULL) IS NULL AS is_null;
