# The application's code that soulprint's statements set off runs with the application's search_path: that of
# the caller, or in a worker that of the database.  soulprint's own statements mean Postgres's own operators,
# functions and types, whatever stands in that path.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

# The application's schema, its search_path, where its helpers are, and how sessions and workers learn of it.
for my $shape ([ 'public', 'public', 'public', '' ], [ 'app', 'helpers, app', 'helpers', 'ALTER DATABASE postgres SET search_path = helpers, app' ], [ 'app', 'app', 'app', 'ALTER ROLE CURRENT_USER SET search_path = app' ])
{
	my ($app, $path, $helpers, $set) = @$shape;
	my $with = $set || 'default path';
	my $node = new_server('path_' . lc(substr($set || 'default', 6, 1)), 'soulprint.app_schema' => $app);
	my $sql = sub { $node->safe_psql('postgres', $_[0]) };
	my $in_index = $sql->("SHOW server_version_num") >= 170000 ? "$helpers." : "";
	$sql->("CREATE SCHEMA IF NOT EXISTS $app; CREATE SCHEMA IF NOT EXISTS $helpers; GRANT USAGE ON SCHEMA $app, $helpers TO PUBLIC; $set");
	$sql->('CREATE EXTENSION soulprint SCHEMA public; SELECT public.soulprint_setup()');

	# Each kind of code of the application names a table, a function, a type and an operator without a schema.
	$sql->(qq{SET search_path = $path;
CREATE TABLE seen (place text, who text, at timestamptz DEFAULT clock_timestamp());
GRANT SELECT, INSERT ON seen TO PUBLIC;
CREATE TYPE mood AS ENUM ('good');
CREATE FUNCTION same(a mood, b mood) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN a::text = b::text; END';
CREATE OPERATOR === (LEFTARG = mood, RIGHTARG = mood, FUNCTION = same);
CREATE FUNCTION helper() RETURNS boolean LANGUAGE plpgsql AS \$\$ BEGIN RETURN 'good'::mood === 'good'::mood; END \$\$;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
    IF helper() THEN
        INSERT INTO seen VALUES (concat_ws(' ', TG_NAME, TG_TABLE_NAME, TG_OP), session_user);
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END \$\$;
-- In SQL: planning puts their text in place.
CREATE FUNCTION visible(id uuid) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT helper() AND id IS NOT NULL';
CREATE FUNCTION plain(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(t)';
-- PostgreSQL 17 and newer compute an index under a search_path of their own.
CREATE FUNCTION expression(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ${in_index}plain(t)';
CREATE FUNCTION fits(t text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN ${in_index}plain(t) IS NOT NULL OR t IS NULL; END';});
	for my $table (qw(user_profiles raw_conversations conversation_chunks))
	{
		$sql->(qq{SET search_path = $path;
CREATE TRIGGER before BEFORE INSERT OR UPDATE OR DELETE ON $app.$table FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER after AFTER INSERT OR UPDATE OR DELETE ON $app.$table FOR EACH ROW EXECUTE FUNCTION note();
CREATE CONSTRAINT TRIGGER deferred AFTER INSERT OR UPDATE OR DELETE ON $app.$table DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE $app.$table ADD COLUMN checked boolean DEFAULT helper();
CREATE POLICY visible ON $app.$table AS RESTRICTIVE USING (visible(user_id));});
	}
	$sql->(qq{SET search_path = $path;
CREATE INDEX ON $app.user_profiles (expression(memory_md)) WHERE fits(full_pass_error);
CREATE INDEX ON $app.raw_conversations (expression(title));
CREATE INDEX ON $app.conversation_chunks (expression(title));
ALTER TABLE $app.conversation_chunks ADD CHECK (fits(chunk_tier));
CREATE ROLE client LOGIN;
GRANT SELECT, UPDATE, DELETE ON $app.user_profiles TO client; GRANT SELECT, INSERT, UPDATE, DELETE ON $app.raw_conversations TO client;
CREATE POLICY client ON $app.user_profiles TO client USING (true); CREATE POLICY client ON $app.raw_conversations TO client USING (true);
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO client; GRANT EXECUTE ON ALL PROCEDURES IN SCHEMA public TO client;
GRANT SELECT ON public.soulprint_progress TO client;});

	my $user = user(1);
	$sql->("INSERT INTO $app.user_profiles (user_id, full_pass_status) VALUES ('$user', NULL)");
	my $as_client = sub {
		my ($statement) = @_;
		$sql->("SET search_path = $path; TRUNCATE seen");
		my ($code, $out, $err) = $node->psql('postgres', "SET client_min_messages = warning; SET search_path = $path; SELECT $statement", extra_params => [ '-U', 'client' ]);
		is($err, '', "$with: $statement");
		return $out;
	};
	my $seen = sub {
		my ($who) = @_;
		return $sql->("SET search_path = $path; SELECT string_agg(DISTINCT place, ', ' ORDER BY place) FROM seen WHERE who = '$who'");
	};
	my $export = export_of(1, 3);
	is($as_client->("imported FROM public.soulprint_import('$user', convert_to('$export', 'UTF8'))"), '3', "$with: three are imported");
	is($seen->('client'), 'after raw_conversations INSERT, before raw_conversations INSERT, deferred raw_conversations INSERT', "$with: an import's triggers ran");
	my $profile = 'after user_profiles UPDATE, before user_profiles UPDATE, deferred user_profiles UPDATE';
	$sql->("ALTER SYSTEM SET soulprint.enabled = off; SELECT pg_reload_conf()");
	$as_client->("public.soulprint_start_full_pass('$user')");
	is($seen->('client'), $profile, "$with: those of a request, too");
	is($as_client->("state FROM public.soulprint_progress"), 'queued', "$with: the view shows the pass through the policy");
	is($as_client->("public.soulprint_cancel_full_pass('$user')"), 't', "$with: it is canceled");
	is($seen->('client'), $profile, "$with: with its triggers");
	$sql->("ALTER SYSTEM RESET soulprint.enabled; SELECT pg_reload_conf(); SET search_path = $path; TRUNCATE seen");
	my $end = sub {
		$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM soulprint.full_passes WHERE state IN ('queued', 'running'))") or diag 'the pass does not end';
		return $sql->("SELECT concat_ws(': ', full_pass_status, full_pass_error) FROM $app.user_profiles");
	};
	$sql->("UPDATE $app.user_profiles SET full_pass_status = 'pending'");
	is($end->(), 'complete', "$with: a pass in a worker");
	is($seen->('soulprint_worker'), 'after conversation_chunks INSERT, ' . 'after user_profiles UPDATE, before conversation_chunks INSERT, before user_profiles UPDATE, deferred conversation_chunks INSERT, deferred user_profiles UPDATE',
		"$with: its triggers ran as soulprint_worker");
	my ($code, $out, $err) = $node->psql('postgres', "SET client_min_messages = warning; SET search_path = $path; CALL public.soulprint_run_full_pass('$user')", extra_params => [ '-U', 'client' ]);
	is($err . $end->(), 'complete', "$with: CALL");
	my $fact = $as_client->("min(fact_id) FROM public.soulprint_facts('$user')");
	like($fact, qr/^\d+$/, "$with: facts");
	like($as_client->("public.soulprint_report('$user')"), qr{</html>$}, "$with: the page");
	$as_client->("public.soulprint_forget_fact('$user', $fact)");
	like($seen->('client'), qr/$profile/, "$with: the triggers of a fact to forget");
	is($end->(), 'complete', "$with: and the pass after it");
	$sql->("UPDATE $app.raw_conversations SET title = title || '!', imported_at = now() WHERE conversation_id = 'c-1'; UPDATE $app.user_profiles SET memory_md = 'Mine'; SELECT public.soulprint_start_full_pass('$user')");
	is($end->(), 'complete', "$with: another pass");
	my $version = $sql->("SELECT max(version) FROM soulprint.versions");
	$as_client->("public.soulprint_rollback('$user', $version)") if $version ne '';
	like($seen->('client'), qr/$profile/, "$with: a rollback's triggers");
	# The statements that soulprint_worker runs in the caller's session see the database's path: the caller's
	# function and temporary table would run with the worker's rights.
	$sql->("CREATE SCHEMA mine AUTHORIZATION client; DROP TRIGGER deferred ON $app.user_profiles; DROP TRIGGER deferred ON $app.conversation_chunks");
	my $export_taken_back = '[{"id": "c-2", "is_do_not_remember": true, "messages": [{"role": "user", "content": "I love painting."}]}]';
	($code, $out, $err) = $node->psql('postgres', qq{
CREATE TABLE mine.ran (who text); GRANT ALL ON SCHEMA mine TO PUBLIC; GRANT ALL ON mine.ran TO PUBLIC;
CREATE FUNCTION mine.helper() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN INSERT INTO mine.ran VALUES (current_user); RETURN true; END';
CREATE FUNCTION mine.stamp() RETURNS timestamptz LANGUAGE plpgsql AS 'BEGIN PERFORM mine.helper(); RETURN now(); END';
CREATE TEMPORARY TABLE seen (place text, who text, at timestamptz DEFAULT mine.stamp()); GRANT ALL ON seen TO PUBLIC;
SET search_path = mine, $path;
SET client_min_messages = error;
SELECT public.soulprint_import('$user', convert_to('$export_taken_back', 'UTF8'))}, extra_params => [ '-U', 'client' ]);
	is($err, '', "$with: a conversation is taken back");
	is($sql->("SELECT string_agg(DISTINCT who, ' ') FROM mine.ran"), 'client', "$with: what the caller planted ran as the caller only");
	like($sql->("SET search_path = $path; SELECT string_agg(place, ', ') FROM seen WHERE place LIKE '%user_profiles%'"), qr/before user_profiles UPDATE/, "$with: and the trigger as soulprint_worker found the application's");
	$end->();
	$as_client->("public.soulprint_forget('$user')");
	like($seen->('client'), qr/before user_profiles UPDATE/, "$with: to forget everything");
	$sql->("DELETE FROM $app.user_profiles");
	is($sql->('SELECT count(*) FROM soulprint.full_passes'), '0', "$with: the trigger erased the user");
	$node->stop;
	log_is_clean($node);
}

# Planted: better matches for the operators, functions and types that soulprint's statements use, first in the
# path.  Each notes who runs it, and none may ever be run.
my $node = new_server('planted');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $varchar = 'ALTER TABLE user_profiles ALTER full_pass_status TYPE varchar, ALTER storage_path TYPE varchar, ALTER full_pass_error TYPE varchar;
ALTER TABLE raw_conversations ALTER conversation_id TYPE varchar, ALTER title TYPE varchar;
ALTER TABLE conversation_chunks ALTER conversation_id TYPE varchar, ALTER chunk_tier TYPE varchar, ALTER content TYPE varchar';
new_database($node);
$sql->('DROP INDEX soulprint_pending_idx, soulprint_pending_upload_idx; DROP TRIGGER soulprint_queue_pending_profile ON user_profiles; ALTER TABLE user_profiles DROP CONSTRAINT user_profiles_full_pass_status_check');
$sql->($varchar);
$sql->(q{
CREATE ROLE mallory LOGIN;
CREATE SCHEMA first; GRANT USAGE ON SCHEMA first TO PUBLIC;
CREATE TABLE first.loot (what text, who text); GRANT INSERT ON first.loot TO PUBLIC;
CREATE FUNCTION first.grab(what text) RETURNS void LANGUAGE sql AS 'INSERT INTO first.loot VALUES (what, session_user || '' '' || current_user)';
GRANT CREATE ON SCHEMA first, public TO mallory;
SET ROLE mallory;
DO $do$
DECLARE
    home text;
    types text[];
    name text;
BEGIN
    FOREACH home IN ARRAY ARRAY['first', 'public'] LOOP
        FOR types IN SELECT ARRAY[a, b] FROM unnest(ARRAY['varchar', 'text', 'uuid', 'bigint', 'int', 'timestamptz']) AS a, unnest(ARRAY['varchar', 'text', 'uuid', 'bigint', 'int', 'timestamptz']) AS b
                     WHERE a = b OR (a IN ('varchar', 'text') AND b IN ('varchar', 'text')) OR (a IN ('int', 'bigint') AND b IN ('int', 'bigint')) LOOP
            EXECUTE format('CREATE FUNCTION %I.bad(a %s, b %s) RETURNS boolean LANGUAGE plpgsql AS $f$ BEGIN PERFORM first.grab(''operator''); RETURN true; END $f$', home, types[1], types[2]);
            FOREACH name IN ARRAY ARRAY['=', '<>', '<', '>', '<=', '>='] LOOP
                EXECUTE format('CREATE OPERATOR %I.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = %1$I.bad)', home, name, types[1], types[2]);
            END LOOP;
        END LOOP;
        EXECUTE format('CREATE FUNCTION %I.join(a varchar, b varchar) RETURNS text LANGUAGE plpgsql AS $f$ BEGIN PERFORM first.grab(''join''); RETURN a; END $f$', home);
        EXECUTE format('CREATE OPERATOR %I.|| (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = %1$I.join)', home);
        FOR name, types IN SELECT * FROM (VALUES ('now', ARRAY['']), ('length', ARRAY['varchar']), ('unnest', ARRAY['varchar[]']), ('gen_random_uuid', ARRAY['']),
            ('to_regclass', ARRAY['varchar']), ('current_setting', ARRAY['varchar']), ('pg_notify', ARRAY['varchar', 'varchar']), ('set_config', ARRAY['varchar', 'varchar', 'boolean'])) AS f LOOP
            EXECUTE format('CREATE FUNCTION %I.%I(%s) RETURNS text LANGUAGE plpgsql AS $f$ BEGIN PERFORM first.grab(%L); RETURN NULL; END $f$', home, name, array_to_string(types, ', '), name);
        END LOOP;
        EXECUTE format('CREATE DOMAIN %I.uuid AS pg_catalog.text; CREATE DOMAIN %1$I.text AS pg_catalog.varchar; CREATE DOMAIN %1$I.jsonb AS pg_catalog.text; CREATE DOMAIN %1$I.int8 AS pg_catalog.text', home);
    END LOOP;
END
$do$;
RESET ROLE;
});
is($sql->("SELECT string_agg(p.proname, ' ') FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE l.lanname = 'c' AND p.probin LIKE '%soulprint' AND p.proconfig IS NOT NULL"),
	'', "no function in C hides the caller's search_path");
# pg_catalog last: every name is looked up in the planted schemas first.
$sql->('ALTER DATABASE postgres SET search_path = first, public, pg_catalog');
my $safe = "SET search_path = pg_catalog;";
my $loot = sub { $sql->("$safe SELECT pg_catalog.string_agg(DISTINCT what || ' by ' || who, ', ') FROM first.loot") };
is($sql->("$safe SELECT public.soulprint_setup(); SELECT 'ready'") =~ /ready/, 1, 'setup');
is($loot->(), '', 'nothing planted ran in setup');
my $user = user(1);
$sql->("$safe INSERT INTO public.user_profiles (user_id) VALUES ('$user')");
my $export = export_of(1, 3);
is($sql->("SELECT imported FROM public.soulprint_import('$user', pg_catalog.convert_to('$export', 'UTF8'))"), '3', 'an import');
my $done = "$safe SELECT NOT EXISTS (SELECT FROM soulprint.full_passes WHERE state IN ('queued', 'running'))";
my $status = "$safe SELECT full_pass_status FROM public.user_profiles";
$sql->("SELECT public.soulprint_start_full_pass('$user')");
$node->poll_query_until('postgres', $done, "SET\nt") or 1;
$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM soulprint.full_passes WHERE state::pg_catalog.text OPERATOR(pg_catalog.=) ANY ('{queued,running}'::pg_catalog.text[]))");
is($sql->($status), 'complete', 'a pass');
$sql->("CALL public.soulprint_run_full_pass('$user')");
is($sql->($status), 'complete', 'CALL');
$sql->("$safe UPDATE public.user_profiles SET full_pass_status = 'pending'");
$sql->("SELECT public.soulprint_cancel_full_pass('$user')");
$sql->("SELECT public.soulprint_forget_fact('$user', (SELECT fact_id FROM public.soulprint_facts('$user') LIMIT 1))");
$sql->("SELECT public.soulprint_forget('$user')");
$sql->("$safe DELETE FROM public.user_profiles");
is($loot->(), '', 'nothing planted ran: no operator, function or type of a schema in the path');
is($sql->("$safe SELECT pg_catalog.count(*) FROM soulprint.imports"), '0', 'the user is erased');
# Plans are kept for the session, but not beyond what they depend on.
{
	$sql->(q{
CREATE ROLE keeper;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO keeper;
GRANT SELECT, UPDATE ON public.user_profiles TO keeper;
CREATE FUNCTION public.may() RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true';
CREATE POLICY keeper ON public.user_profiles TO keeper USING (public.may());});
	my $kept = user(77);
	$sql->("INSERT INTO public.user_profiles (user_id) VALUES ('$kept')");
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	$session->query('SET ROLE keeper');
	my $cancel = sub { my $out = $session->query("SELECT 'canceled ' || public.soulprint_cancel_full_pass('$kept')"); return $out || $session->{stderr} };
	like($cancel->(), qr/^canceled false/, 'a plan is kept') for 1 .. 3;
	$sql->("CREATE OR REPLACE FUNCTION public.may() RETURNS boolean LANGUAGE sql STABLE AS 'SELECT false'");
	like($cancel->(), qr/no profile for user/, 'not when a function that it inlined is replaced');
	$session->{stderr} = '';
	$sql->('CREATE POLICY keeper_more ON public.user_profiles TO keeper USING (true)');
	like($cancel->(), qr/^canceled false/, 'nor when a policy is added');
	$sql->('DROP POLICY keeper_more ON public.user_profiles; ALTER TABLE public.user_profiles DISABLE ROW LEVEL SECURITY');
	like($cancel->(), qr/^canceled false/, 'nor when the table changes');
	$sql->('ALTER TABLE public.user_profiles ENABLE ROW LEVEL SECURITY');
	like($cancel->(), qr/no profile for user/, 'and changes back');
	$session->quit;
}

# Event triggers of a superuser see the path of the caller of soulprint_setup().
$sql->(q{
CREATE SCHEMA ddl CREATE TABLE ddl_log (tag text);
CREATE FUNCTION ddl.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ddl_log VALUES (tg_tag); END $$;
CREATE EVENT TRIGGER on_ddl ON ddl_command_end EXECUTE FUNCTION ddl.on_ddl();
SET search_path = ddl, public;
DROP INDEX soulprint_pending_idx;
SELECT soulprint_setup();});
like($sql->('SELECT string_agg(DISTINCT tag, $$ $$ ORDER BY tag) FROM ddl.ddl_log'), qr/CREATE INDEX.*GRANT/, 'an event trigger that soulprint_setup() sets off');
$sql->('DROP EVENT TRIGGER on_ddl');

$node->stop;
log_is_clean($node);

done_testing();
