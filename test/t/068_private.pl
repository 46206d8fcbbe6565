# The private functions: without rights on a profile they do nothing and tell nothing, whatever names the caller has
# put in the way of ours; and nothing that others have put into the extension's schema runs when it is created.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('private', 'soulprint.enabled' => 'off');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

# Functions and operators that fit better than Postgres's own: all of them say yes, and what they run as a superuser is
# counted, rolled back or not.
$sql->(q{
CREATE ROLE mallory LOGIN;
CREATE ROLE anon; CREATE ROLE reader; CREATE ROLE writer; CREATE ROLE inserter; CREATE ROLE watcher;
GRANT pg_monitor TO watcher;
CREATE SEQUENCE public.hit; GRANT USAGE ON SEQUENCE public.hit TO PUBLIC;
GRANT CREATE ON SCHEMA public TO PUBLIC;
SET ROLE mallory;
CREATE FUNCTION public.yes() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) current_user) THEN
        PERFORM pg_catalog.nextval('public.hit');
        ALTER ROLE mallory SUPERUSER;
    END IF;
    RETURN true;
END $$;
DO $$
DECLARE
    types text[] := ARRAY['oid', 'regclass', 'regnamespace', 'regrole', 'name', 'text', 'varchar', 'uuid', '"char"', 'int', 'bigint', 'boolean', 'bytea', 'timestamptz'];
    a text; b text; o text;
BEGIN
    FOREACH a IN ARRAY types LOOP
        FOREACH b IN ARRAY types LOOP
            EXECUTE format('CREATE FUNCTION public.better(%s, %s) RETURNS boolean LANGUAGE sql AS ''SELECT public.yes()''', a, b);
            FOREACH o IN ARRAY ARRAY['=', '<>', '>', '<', '~~'] LOOP
                EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.better)', o, a, b);
            END LOOP;
        END LOOP;
    END LOOP;
END $$;
CREATE FUNCTION public.quote_ident(name) RETURNS text LANGUAGE sql AS 'SELECT public.yes(); SELECT $1::text';
CREATE FUNCTION public.format(text, name) RETURNS text LANGUAGE sql AS 'SELECT public.yes(); SELECT NULL::text';
CREATE FUNCTION public.has_schema_privilege(text, varchar) RETURNS boolean LANGUAGE sql AS 'SELECT public.yes()';
CREATE FUNCTION public.has_schema_privilege(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT public.yes()';
CREATE FUNCTION public.has_table_privilege(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT public.yes()';
CREATE FUNCTION public.has_any_column_privilege(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT public.yes()';
CREATE FUNCTION public.has_column_privilege(oid, text, text) RETURNS boolean LANGUAGE sql AS 'SELECT public.yes()';
});
$sql->('CREATE EXTENSION soulprint');
is($sql->('SELECT is_called FROM public.hit'), 'f', 'CREATE EXTENSION runs nothing of the schema it is created in');
is($sql->("SELECT rolsuper FROM pg_roles WHERE rolname = 'mallory'"), 'f', 'and makes nobody a superuser');
$sql->('DROP EXTENSION soulprint');
new_database($node, shape => 'live');
is($sql->('SELECT is_called FROM public.hit'), 'f', 'nor does soulprint_setup()');

# A user whose pass is queued, one who is pending without one, one who never asked; ghost has no profile.
my ($queued, $pending, $silent, $ghost) = map { add_user($node, $_) } 1 .. 3;
$ghost = user(4);
$sql->(talk($_, 1, 2)) for $queued, $pending, $silent;
start_pass($node, $queued);
$sql->(qq{
ALTER TABLE user_profiles DISABLE TRIGGER soulprint_queue_pending_profile;
UPDATE user_profiles SET full_pass_status = 'pending' WHERE user_id = '$pending';
ALTER TABLE user_profiles ENABLE TRIGGER soulprint_queue_pending_profile;
GRANT SELECT ON user_profiles TO reader;
CREATE POLICY reader ON user_profiles FOR SELECT TO reader USING (user_id = '$queued');
GRANT INSERT ON user_profiles TO inserter;
CREATE POLICY inserter ON user_profiles FOR INSERT TO inserter WITH CHECK (true);
GRANT SELECT, UPDATE ON user_profiles TO writer, mallory;
CREATE POLICY writer ON user_profiles TO writer, mallory USING (user_id = '$silent');
GRANT SELECT ON soulprint_progress, soulprint_history TO mallory, reader, writer, inserter, anon;
INSERT INTO soulprint.facts (user_id, category, fact, quote, verified, sources, importance) SELECT u, 'preferences', '{}', '', false, '[]', 2
    FROM unnest(ARRAY['$queued', '$pending', '$silent']::uuid[]) u;});
my $all = q{SELECT (SELECT string_agg(f::text, ';' ORDER BY f.id) FROM soulprint.full_passes f), (SELECT count(*) FROM soulprint.facts)};
my $before = $sql->($all);

# What a role is told, with ids made alike; a lock that somebody else holds must not make a difference either.
sub told
{
	my ($role, $call, $path) = @_;
	my ($out, $err);
	$node->psql('postgres', "SET search_path = $path; SET lock_timeout = '1s'; SET ROLE $role; $call", stdout => \$out, stderr => \$err, on_error_stop => 0);
	$err =~ s/^psql:<stdin>:\d+: //mg;
	s/9f2c0000-[-0-9a-f]+/USER/g for $out, $err;
	return "$out$err";
}
my $holder = $node->background_psql('postgres');
$holder->query_safe("BEGIN; SELECT FROM user_profiles FOR UPDATE; SELECT FROM soulprint.full_passes FOR UPDATE");
for my $path ('public', 'public, pg_catalog', 'pg_temp, public, pg_catalog')
{
	for my $role (qw(anon reader inserter writer mallory))
	{
		for my $function (qw(queue_full_pass erase_deleted_user may_watch))
		{
			next if $role eq 'reader' && $function eq 'may_watch';    # it may see the first
			my @told = map { told($role, "SELECT soulprint.$function('$_')", $path) } $queued, $pending, $ghost;
			is($told[$_], $told[2], "$function says the same of who is there and who is not, to $role ($path)") for 0, 1;
			is($told[2], $function eq 'may_watch' ? 'f' : '', 'and nothing of use');
		}
	}
	is(told('reader', "SELECT soulprint.may_watch('$queued'), soulprint.may_watch('$silent')", $path), 't|f', "a reader may watch whom it may read ($path)");
	is(told($_, 'SELECT user_id, state FROM soulprint_progress', $path), '', "$_ sees no pass of others ($path)") for qw(writer mallory);
	like(told($_, 'SELECT FROM soulprint_progress', $path), qr/^(ERROR:  permission denied for table user_profiles)?$/, "$_ sees no pass ($path)") for qw(anon inserter);
	is(told('reader', 'SELECT state FROM soulprint_progress', $path), 'queued', "a reader sees the pass of a profile that it may read ($path)");
}
is(told('watcher', 'SELECT state FROM soulprint_progress', 'public'), 'queued', 'pg_monitor sees all');
$holder->query_safe('ROLLBACK');
$holder->quit;
is($sql->($all), $before, 'nothing has changed for anybody');

# In place of what our statements name: tables of the session's own.
is(told('mallory', qq{
CREATE TEMP TABLE pg_policy (polrelid oid, polname name, polcmd "char", polpermissive boolean, polqual pg_node_tree, polroles oid[]);
CREATE TEMP TABLE pg_class (oid oid, relrowsecurity boolean); INSERT INTO pg_temp.pg_class VALUES ('public.user_profiles'::regclass, false);
CREATE TEMP TABLE pg_trigger (tgrelid oid, tgname name); INSERT INTO pg_temp.pg_trigger VALUES ('public.user_profiles'::regclass, 'soulprint_erase_deleted_user');
CREATE TEMP TABLE user_profiles (user_id uuid);
CREATE TEMP TABLE full_passes (LIKE public.soulprint_progress);
SELECT soulprint.erase_deleted_user('$queued'); SELECT soulprint.queue_full_pass('$pending'); SELECT soulprint.may_watch('$queued');}, 'pg_temp, public, pg_catalog') =~ s|^\n*||r, 'f', 'temporary tables change nothing');
is($sql->($all), $before, 'for anybody');

# A table that hides profiles from soulprint_worker: nobody can have them taken for deleted.
$sql->('CREATE POLICY hides ON user_profiles AS RESTRICTIVE TO soulprint_worker USING (false)');
like(told('mallory', qq{
CREATE TEMP TABLE pg_policy (polrelid oid, polname name, polcmd "char", polpermissive boolean, polqual pg_node_tree, polroles oid[]);
SELECT soulprint.erase_deleted_user('$queued');}, 'pg_temp, public, pg_catalog'), qr/^ERROR:  soulprint_worker may not see all rows/, 'a hidden profile is not erased');
is($sql->($all), $before, 'by anybody');
$sql->('DROP POLICY hides ON user_profiles');
$sql->('ALTER POLICY soulprint_worker ON user_profiles TO writer');
like(told('mallory', "SELECT soulprint.erase_deleted_user('$queued')", 'public'), qr/^ERROR:  soulprint_worker may not see all rows/, 'nor one that a policy shows others only');
is($sql->($all), $before, 'by anybody');
$sql->('ALTER POLICY soulprint_worker ON user_profiles TO soulprint_worker');

# Everything else in schema soulprint is for nobody.
for my $call ("app_schema()", "model_name()", "model_price()", "wake_launcher()", "app_table('x')", "value_for_worker('SELECT 1')",
	"column_problem('pg_class', 'x', 'x')", "foreign_event_triggers()", "open_tables()", "keep_for_owner('pg_class', '')", "run_ddl('SELECT 1', '')", "setup('')", "create_indexes('')", "grant_to_database_owner('')")
{
	like(told('anon', "SELECT soulprint.$call", 'public'), qr/^ERROR:  permission denied for function/, "$call is for nobody");
}
is(told('anon', 'SELECT soulprint.pause_reason()', 'public'), 'no pass can run now', 'pause_reason names no setting');
is(told('anon', "SELECT soulprint.percent('facts', 1, 2), soulprint.progress_bar(41)", 'public'), '41|[########------------] 41 %', 'what the views compute, anybody may');
is($sql->('SELECT is_called FROM public.hit'), 'f', 'in all of this nothing of theirs ran as a superuser');

# Nor does it matter how the caller's session writes times: IST, say, it would read as Israel's.
$sql->("INSERT INTO soulprint.full_passes (user_id, state, taken_at) VALUES ('$silent', 'running', now() - interval '1 hour'); UPDATE raw_conversations SET imported_at = now() WHERE user_id = '$silent'");
$sql->("SET DateStyle = 'Postgres'; SET TimeZone = 'Asia/Kolkata'; SELECT soulprint_start_full_pass('$silent')");
is(status($node, $silent), 'pending', 'what was imported since a running pass began is noticed in any time zone');

$node->stop;
log_is_clean($node);
done_testing();
