INSERT INTO user_profiles (user_id) VALUES ('9f2c0000-0000-4000-8000-000000000001');

SELECT * FROM soulprint_import('9f2c0000-0000-4000-8000-000000000001', '[{"id": "c", "title": "t", "created_at": "2025-03-01T12:00:00Z", "messages": [{"role": "user", "content": "I love painting."}, {"role": "assistant", "content": "I see."}]}]');

SELECT soulprint_start_full_pass('9f2c0000-0000-4000-8000-000000000001');

SELECT * FROM soulprint_progress;

SELECT * FROM soulprint_history;

SELECT * FROM soulprint_costs;

SELECT * FROM soulprint_health();

SELECT * FROM soulprint_facts('9f2c0000-0000-4000-8000-000000000001');

SELECT NOT EXISTS (SELECT FROM soulprint.full_passes JOIN user_profiles USING (user_id) WHERE state IN ('queued', 'running'));

SELECT concat_ws(': ', full_pass_status, full_pass_error) FROM user_profiles WHERE user_id = '9f2c0000-0000-4000-8000-000000000001';

SELECT pid FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.backend_type = 'soulprint worker' LIMIT 1;

ALTER SYSTEM SET soulprint.max_pass_attempts = 3;

SELECT pg_reload_conf();

CREATE TABLE public.warm (a int PRIMARY KEY, b text, c jsonb);

CREATE FUNCTION public.warm() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN new; END $$;

CREATE TRIGGER warm BEFORE INSERT ON public.warm FOR EACH ROW EXECUTE FUNCTION public.warm();

INSERT INTO public.warm SELECT n, format('%s %s', n, repeat('x', n)), jsonb_build_object('a', n) FROM generate_series(1, 100) AS n ON CONFLICT (a) DO UPDATE SET b = excluded.b;

UPDATE public.warm SET b = b || 'y' WHERE a < 50;

DELETE FROM public.warm WHERE a > 50;

SELECT string_agg(b, ',' ORDER BY a), max(c::text) FROM public.warm WHERE b ~ '^[0-9]+ x' GROUP BY a % 3;

DO $$ BEGIN PERFORM 1 / 0; EXCEPTION WHEN division_by_zero THEN NULL; END $$;

SELECT 1 / 0;

ALTER TABLE public.warm ADD COLUMN d int;

DROP TABLE public.warm;

DROP FUNCTION public.warm();

DELETE FROM user_profiles;

