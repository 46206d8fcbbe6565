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
        PERFORM public.try('CREATE OR REPLACE FUNCTION soulprint.queue_full_pass(user_id uuid) RETURNS bigint LANGUAGE plpgsql AS ''BEGIN ALTER ROLE mallory SUPERUSER; END''');
        PERFORM public.try('CREATE FUNCTION soulprint.app_table(name varchar) RETURNS text LANGUAGE sql AS ''SELECT name''');
        PERFORM public.try('ALTER FUNCTION soulprint.queue_full_pass(uuid) SECURITY DEFINER');
        PERFORM public.try('ALTER SCHEMA soulprint RENAME TO evil');
        PERFORM public.try('ALTER TABLE soulprint.full_passes ENABLE ROW LEVEL SECURITY');
        PERFORM public.try('CREATE INDEX ON soulprint.full_passes (id) WHERE public.evil()');
        PERFORM public.try('CREATE TRIGGER evil BEFORE INSERT ON soulprint.full_passes FOR EACH ROW EXECUTE FUNCTION public.grab()');
        PERFORM public.try('CREATE RULE evil AS ON INSERT TO soulprint.full_passes DO ALSO SELECT public.evil()');
        PERFORM public.try('TRUNCATE soulprint.full_passes');
        PERFORM public.try('UPDATE soulprint.prices SET input_usd = 0');
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
is($sql->("SELECT count(DISTINCT attempt) FROM loot WHERE result = 'refused'"), '17', 'of all it tried');
is($sql->("SELECT count(*) FROM pg_shdepend WHERE refobjid = 'soulprint_worker'::regrole AND deptype = 'o'"), '0', 'soulprint_worker owns nothing');

# A policy of theirs runs wherever its table is read on somebody's behalf.
$sql->(q{
DROP TRIGGER grab ON user_profiles;
SET ROLE mallory;
CREATE FUNCTION evil() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.try('ALTER ROLE mallory SUPERUSER');
    IF session_user <> 'soulprint_worker' THEN
        PERFORM public.try('RESET ROLE');
    END IF;
    PERFORM public.try('CREATE OR REPLACE FUNCTION soulprint.queue_full_pass(user_id uuid) RETURNS bigint LANGUAGE sql AS ''SELECT 1::bigint''');
    INSERT INTO public.loot VALUES ('whose policy', current_user);
    RETURN true;
END
$$;
CREATE POLICY evil ON user_profiles AS RESTRICTIVE USING (evil());
RESET ROLE;
TRUNCATE loot;});
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'a pass that a superuser requests of a malicious table');
is($sql->("SELECT DISTINCT result FROM loot WHERE attempt = 'whose policy'"), 'soulprint_worker', 'its policy runs as soulprint_worker');
is($sql->("SELECT count(DISTINCT attempt), string_agg(DISTINCT result, ',') FROM loot WHERE attempt <> 'whose policy'"), '3|refused', 'and gains nothing');
$sql->('DROP POLICY evil ON user_profiles; ALTER TABLE user_profiles OWNER TO postgres');

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
$sql->('GRANT EXECUTE ON FUNCTION soulprint_start_full_pass(uuid, text, numeric, boolean), soulprint_cancel_full_pass(uuid) TO authenticated');
my $me = "SET request.jwt.claim.sub = '$user';";
like(error_as('authenticated', "$me SELECT soulprint_start_full_pass('$other')"), qr/^ERROR:  no profile for user $other in /, "another user's pass cannot be requested");
like(error_as('authenticated', "$me SELECT soulprint_cancel_full_pass('$other')"), qr/^ERROR:  no profile for user $other in /, 'nor canceled');
is(status($node, $other), '', 'and nothing happened to it');
is(error_as('authenticated', "$me SELECT soulprint_start_full_pass('$user')"), '', 'their own can be');
is(end_of_pass($node, $user), 'complete', 'and is run');
is($sql->("SET ROLE authenticated; $me BEGIN; SELECT soulprint_start_full_pass('$user') > 0; SELECT soulprint_cancel_full_pass('$user');"), "t\nt", 'and canceled');

# Row security that lets a role see a profile and no more.
$sql->('CREATE ROLE watcher; GRANT EXECUTE ON FUNCTION soulprint_start_full_pass(uuid, text, numeric, boolean) TO watcher;
	GRANT SELECT, UPDATE ON user_profiles TO watcher; CREATE POLICY watcher ON user_profiles FOR SELECT TO watcher USING (true)');
like(error_as('watcher', "SELECT soulprint_start_full_pass('$other')"), qr/^ERROR:  permission denied to change the profile of user $other/, 'who may only see a profile requests no pass');
is($sql->("SELECT count(*) FROM soulprint.full_passes WHERE user_id = '$other'"), '0', 'and none is queued');

like(error_as('authenticated', "SET soulprint.app_schema = 'evil'"), qr/^ERROR:  parameter "soulprint.app_schema" cannot be changed now/, 'no session sets where the tables are');
like(error_as('nobody', "SELECT soulprint.wake_launcher()"), qr/^ERROR:  permission denied for function/, 'private functions are for nobody');

$node->stop;
log_is_clean($node);
done_testing();
