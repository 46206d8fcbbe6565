# Rights: the worker is nobody special, what runs in it gains nothing, nothing is given to everybody, and an
# application's user reaches only their own pass.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('rights');
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

# What psql says of statements that fail.
sub error_as
{
	my ($role, $statements) = @_;
	my ($out, $err);
	$node->psql('postgres', "SET ROLE $role;\n$statements", stdout => \$out, stderr => \$err);
	$err =~ s/^psql:<stdin>:\d+: //mg;
	return $err;
}

is($sql->("SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolconnlimit FROM pg_roles WHERE rolname = 'soulprint_worker'"),
	'f|f|f|f|f|0', 'soulprint_worker is nobody special');
my ($code, $out, $err) = $node->psql('postgres', 'SELECT 1', extra_params => [ '-U', 'soulprint_worker' ]);
like($err, qr/FATAL:  too many connections for role "soulprint_worker"/, 'and cannot log in');

# An application's role puts a trigger on its own table and hopes for the worker's rights.
$sql->(q{
CREATE ROLE mallory LOGIN;
GRANT CREATE, USAGE ON SCHEMA public TO mallory;
ALTER TABLE user_profiles OWNER TO mallory;
SET ROLE mallory;
CREATE TABLE loot (attempt text, result text);
GRANT INSERT ON loot TO PUBLIC;
CREATE FUNCTION try(attempt text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    result text := 'done';
BEGIN
    BEGIN
        EXECUTE attempt;
    EXCEPTION WHEN OTHERS THEN
        result := 'refused';
    END;
    INSERT INTO public.loot VALUES (attempt, result);
END
$$;
CREATE FUNCTION grab() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF session_user = 'soulprint_worker' THEN
        PERFORM public.try('ALTER ROLE mallory SUPERUSER');
        PERFORM public.try('SELECT rolpassword FROM pg_authid');
        PERFORM public.try('SET ROLE postgres');
        PERFORM public.try('SET SESSION AUTHORIZATION postgres');
        PERFORM public.try('COPY public.loot TO PROGRAM ''true''');
        PERFORM public.try('SELECT pg_read_file(''PG_VERSION'')');
        PERFORM public.try('ALTER SYSTEM SET soulprint.app_schema = ''evil''');
        PERFORM public.try('CREATE OR REPLACE FUNCTION soulprint.require_profile(user_id uuid) RETURNS void LANGUAGE plpgsql AS ''BEGIN ALTER ROLE mallory SUPERUSER; END''');
        PERFORM public.try('CREATE OR REPLACE FUNCTION soulprint.app_table(name text) RETURNS text LANGUAGE sql AS ''SELECT name''');
        INSERT INTO public.loot VALUES ('who', session_user || ' ' || current_user);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER grab BEFORE UPDATE ON user_profiles FOR EACH ROW EXECUTE FUNCTION grab();});
my $user = add_user($node, 1);
$sql->(talk($user, 1, 3));
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'a pass with a malicious trigger');
is($sql->("SELECT DISTINCT result FROM loot WHERE attempt = 'who'"), 'soulprint_worker soulprint_worker', 'it runs as soulprint_worker');
is($sql->("SELECT DISTINCT attempt FROM loot WHERE attempt <> 'who' AND result <> 'refused'"), '', 'and gains nothing');
is($sql->("SELECT count(DISTINCT attempt) FROM loot WHERE result = 'refused'"), '9', 'of all it tried');

# The launcher is a superuser and reads a table of soulprint_worker's: planning that must not run what
# an index on it holds.
$sql->(q{
SET ROLE mallory;
CREATE TABLE seen (who text);
GRANT INSERT ON seen TO PUBLIC;
CREATE FUNCTION strike() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.seen VALUES (current_user);
    ALTER ROLE mallory SUPERUSER;
EXCEPTION WHEN OTHERS THEN
    INSERT INTO public.seen VALUES (current_user);
END
$$;
CREATE FUNCTION evil() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF current_setting('application_name') = 'soulprint launcher' THEN
        PERFORM public.strike();
    END IF;
    RETURN true;
END
$$;
CREATE OR REPLACE FUNCTION grab() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF session_user = 'soulprint_worker' AND to_regclass('soulprint.evil_idx') IS NULL AND to_regclass('soulprint.evil_done') IS NULL THEN
        CREATE TABLE soulprint.evil_done ();
        BEGIN
            CREATE INDEX evil_idx ON soulprint.full_passes (id) WHERE public.evil();
        EXCEPTION WHEN OTHERS THEN
            INSERT INTO public.loot VALUES ('index', SQLERRM);
        END;
    END IF;
    RETURN NEW;
END
$$;});
for (1 .. 3)
{
	start_pass($node, $user);
	end_of_pass($node, $user);
}
is($sql->("SELECT to_regclass('soulprint.evil_idx') IS NOT NULL"), 't', 'the trigger made an index');
ok($node->poll_query_until('postgres', "SELECT string_agg(DISTINCT who, ',') = 'soulprint_worker' FROM seen"), 'which the launcher runs, but not as a superuser');
is($sql->("SELECT rolsuper FROM pg_roles WHERE rolname = 'mallory'"), 'f', "an index in the worker's tables does not elevate either");
$sql->('DROP INDEX IF EXISTS soulprint.evil_idx; DROP TABLE IF EXISTS soulprint.evil_done; DROP TRIGGER grab ON user_profiles; ALTER TABLE user_profiles OWNER TO postgres');

# Nothing that acts is for everybody.
$sql->('CREATE ROLE nobody');
for my $call ('SELECT soulprint_setup()', "SELECT soulprint_import('$user', '')", "SELECT soulprint_import_file('$user', '/x')",
	"SELECT soulprint_start_full_pass('$user')", "SELECT soulprint_cancel_full_pass('$user')", "CALL soulprint_run_full_pass('$user')")
{
	like(error_as('nobody', $call), qr/^ERROR:  permission denied for (function|procedure) soulprint_/, "$call is not for everybody");
}
for my $table (qw(full_passes replies facts versions prompts prices))
{
	like(error_as('nobody', "SELECT * FROM soulprint.$table"), qr/^ERROR:  permission denied for table $table/, "soulprint.$table is not for everybody");
}
like(error_as('nobody', 'SELECT * FROM soulprint_progress'), qr/^ERROR:  permission denied for view/, 'nor are the views');
is($sql->("SET ROLE nobody; SELECT soulprint_score_conversation('[]')"), '0', 'what computes is for everybody');
is($sql->('GRANT pg_monitor TO nobody; SET ROLE nobody; SELECT count(*) > 0 FROM soulprint_history'), 't', 'pg_monitor may watch');

# An application's user, under row security.
my $other = add_user($node, 2);
$sql->(talk($other, 1, 3));
$sql->('GRANT EXECUTE ON FUNCTION soulprint_start_full_pass(uuid, text), soulprint_cancel_full_pass(uuid) TO authenticated');
my $me = "SET request.jwt.claim.sub = '$user';";
like(error_as('authenticated', "$me SELECT soulprint_start_full_pass('$other')"), qr/^ERROR:  user $other does not exist/, "another user's pass cannot be requested");
like(error_as('authenticated', "$me SELECT soulprint_cancel_full_pass('$other')"), qr/^ERROR:  user $other does not exist/, 'nor canceled');
is(status($node, $other), '', 'and nothing happened to it');
is(error_as('authenticated', "$me SELECT soulprint_start_full_pass('$user')"), '', 'their own can be');
is(end_of_pass($node, $user), 'complete', 'and is run');
is($sql->("SET ROLE authenticated; $me BEGIN; SELECT soulprint_start_full_pass('$user') > 0; SELECT soulprint_cancel_full_pass('$user');"), "t\nt", 'and canceled');

like(error_as('authenticated', "SET soulprint.app_schema = 'evil'"), qr/^ERROR:  parameter "soulprint.app_schema" cannot be changed now/, 'no session sets where the tables are');
like(error_as('nobody', "SELECT soulprint.notify_ended('$user', 1, 'complete', NULL)"), qr/^ERROR:  permission denied for function/, 'nobody pretends that a pass has ended');

$node->stop;
log_is_clean($node);
done_testing();
