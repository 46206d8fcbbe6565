# TRIGGER on the application's tables, or owning them, gives nothing of schema soulprint: in a worker's session, in a
# caller's, at commit.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('trigger');
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my ($user, $victim) = map { add_user($node, $_) } 1, 2;
my @tables = qw(full_passes replies facts forgotten_facts own_facts versions imports memories evaluations prompts);

# What a trigger tries, as whoever runs it.  The words of the victim are in none of the answers.
my @attempts = (
	map({; "SELECT string_agg(t::text, ' ') FROM soulprint.$_ t", "INSERT INTO soulprint.$_ SELECT * FROM soulprint.$_", "DELETE FROM soulprint.$_",
		"TRUNCATE soulprint.$_", "LOCK TABLE soulprint.$_ IN SHARE MODE", "CREATE TRIGGER t BEFORE INSERT ON soulprint.$_ FOR EACH ROW EXECUTE FUNCTION evil.row()",
		"CREATE RULE r AS ON INSERT TO soulprint.$_ DO ALSO SELECT evil.attack('rule')", "CREATE INDEX ON soulprint.$_ ((evil.attack('index')))",
		"ALTER TABLE soulprint.$_ ENABLE ROW LEVEL SECURITY", "COPY soulprint.$_ TO STDOUT" } @tables),
	"UPDATE soulprint.facts SET verified = true", "UPDATE soulprint.full_passes SET state = 'failed'", "UPDATE soulprint.prompts SET wording = 'x'",
	"DO \$\$ BEGIN PERFORM * FROM soulprint.replies; END \$\$", "PREPARE steal AS SELECT * FROM soulprint.replies; EXECUTE steal",
	"DECLARE steal CURSOR WITH HOLD FOR SELECT * FROM soulprint.facts",
	"SET LOCAL search_path = soulprint; SELECT count(*) FROM soulprint.versions",
	"SELECT soulprint_facts('$victim')", "SELECT soulprint_report('$victim')", "SELECT soulprint_why('$victim', 'tea')", "SELECT soulprint_explain_sample('$victim')",
	"SELECT soulprint_versions('$victim')", "SELECT soulprint_compare_versions('$victim', 1)", "SELECT soulprint_rollback('$victim', 1)", "SELECT soulprint_forget('$victim')", 'SELECT soulprint_setup()',
	"SELECT soulprint_cancel_full_pass('$victim')", 'SELECT * FROM soulprint_history WHERE 1 / 0 = 1', "SELECT soulprint.value_for_worker('SELECT 1')",
	'GRANT soulprint_worker TO mallory', 'GRANT soulprint_worker TO mallory WITH ADMIN OPTION', 'GRANT app TO mallory', 'SET ROLE postgres', 'SET SESSION AUTHORIZATION postgres', "SELECT set_config('role', 'postgres', false)", "SELECT set_config('session_authorization', 'postgres', true)",
	'ALTER ROLE mallory SUPERUSER', 'SELECT rolpassword FROM pg_authid', "SELECT pg_read_file('PG_VERSION')", "COPY evil.loot TO PROGRAM 'true'",
	"SET soulprint.app_schema = 'evil'", 'SET session_replication_role = replica', 'RESET ROLE; SELECT count(*) FROM soulprint.facts',
	'CREATE FUNCTION soulprint.percent(text, bigint, bigint) RETURNS int LANGUAGE sql AS \'SELECT 1\'');
my $attempts = join ",\n", map { "\$a\$$_\$a\$" } @attempts;

$sql->(qq{
CREATE ROLE mallory LOGIN; CREATE ROLE app LOGIN;
CREATE SCHEMA evil AUTHORIZATION mallory; GRANT ALL ON SCHEMA evil TO PUBLIC;
GRANT CREATE ON SCHEMA public TO mallory;
GRANT TRIGGER ON user_profiles, raw_conversations, conversation_chunks TO mallory;
GRANT EXECUTE ON FUNCTION soulprint_import, soulprint_start_full_pass, soulprint_cancel_full_pass, soulprint_facts, soulprint_explain_sample, soulprint_versions, soulprint_rollback, soulprint_forget_fact, soulprint_forget TO app;
GRANT SELECT, UPDATE ON user_profiles TO app; GRANT SELECT, INSERT, UPDATE, DELETE ON raw_conversations TO app;
CREATE POLICY app ON user_profiles TO app USING (user_id = '$user'); CREATE POLICY app ON raw_conversations TO app USING (user_id = '$user');
SET ROLE mallory;
CREATE TABLE evil.loot (way text, who text, attempt text, result text, UNIQUE (way, who, attempt)); GRANT ALL ON evil.loot TO PUBLIC;
-- Each way tries everything once in each identity.
CREATE FUNCTION evil.attack(way text) RETURNS boolean LANGUAGE plpgsql AS \$f\$
DECLARE
    attempt text;
    result text;
    me text := session_user || ' ' || current_user;
BEGIN
    IF session_user = 'postgres' AND current_user = 'postgres' OR EXISTS (SELECT FROM evil.loot l WHERE l.way = attack.way AND l.who = me) THEN RETURN true; END IF;
    FOREACH attempt IN ARRAY ARRAY[$attempts] LOOP
        BEGIN
            EXECUTE attempt;
            result := 'done';
        EXCEPTION WHEN OTHERS THEN
            result := 'refused';
        END;
        INSERT INTO evil.loot VALUES (way, me, attempt, result) ON CONFLICT DO NOTHING;
    END LOOP;
    -- In place of what our statements name, for the rest of the session.
    BEGIN
        SET LOCAL client_min_messages = error;
        EXECUTE 'CREATE TEMP TABLE IF NOT EXISTS full_passes (id int); CREATE TEMP TABLE IF NOT EXISTS pg_locks (pid int); CREATE TEMP TABLE IF NOT EXISTS pg_attribute (attrelid oid); CREATE TEMP TABLE IF NOT EXISTS pg_policy (oid oid); CREATE TEMP TABLE IF NOT EXISTS pg_stat_activity (pid int); LISTEN soulprint';
        EXECUTE 'DECLARE at_commit CURSOR WITH HOLD FOR SELECT evil.attack(''a cursor at commit'')';
        PERFORM set_config('search_path', 'pg_temp, public, pg_catalog', false);
    EXCEPTION WHEN OTHERS THEN
    END;
    RETURN true;
END \$f\$;
-- At each stage of a pass anew.
CREATE FUNCTION evil.row() RETURNS trigger LANGUAGE plpgsql AS \$f\$
DECLARE
    v jsonb := to_jsonb(coalesce(NEW, OLD));
BEGIN
    PERFORM evil.attack(concat_ws(' ', TG_ARGV[0], v->>'full_pass_status', 'memory ' || (v->>'memory_md' IS NOT NULL)));
    RETURN coalesce(NEW, OLD);
END \$f\$;
CREATE FUNCTION evil.keep(way text, x anyelement) RETURNS anyelement LANGUAGE plpgsql IMMUTABLE AS \$f\$ BEGIN PERFORM evil.attack(way); RETURN x; END \$f\$;
-- Better than Postgres's own, where the path finds them.
CREATE FUNCTION public.now(int DEFAULT 1) RETURNS timestamptz LANGUAGE sql AS \$f\$ SELECT evil.attack('a function'); SELECT pg_catalog.now() \$f\$;
CREATE FUNCTION public.same(uuid, uuid) RETURNS boolean LANGUAGE sql AS \$f\$ SELECT evil.attack('an operator'); SELECT \$1 OPERATOR(pg_catalog.=) \$2 \$f\$;
CREATE OPERATOR public.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = public.same);
});
for my $table (qw(user_profiles raw_conversations conversation_chunks))
{
	$sql->(qq{SET ROLE mallory;
CREATE TRIGGER a_row BEFORE INSERT OR UPDATE OR DELETE ON $table FOR EACH ROW EXECUTE FUNCTION evil.row('before, $table');
CREATE TRIGGER b_row AFTER INSERT OR UPDATE OR DELETE ON $table FOR EACH ROW EXECUTE FUNCTION evil.row('after, $table');
CREATE TRIGGER c_statement AFTER INSERT OR UPDATE OR DELETE ON $table EXECUTE FUNCTION evil.row('statement, $table');
CREATE CONSTRAINT TRIGGER d_commit AFTER INSERT OR UPDATE OR DELETE ON $table DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evil.row('commit, $table');});
}

# The victim has a profile, facts, answers, a version, an import before anything is tried.
$sql->(q{SET session_replication_role = replica; } . talk($victim, 1, 2));
$sql->(qq{INSERT INTO soulprint.prompts VALUES ('reduce', 'secret of the operator');
INSERT INTO soulprint.facts (user_id, category, fact, quote, verified, sources, importance) VALUES ('$victim', 'preferences', '{"text": "secret fact"}', 'secret', false, '[]', 2);
INSERT INTO soulprint.versions (user_id, version, memory_md) VALUES ('$victim', 1, 'secret version');
INSERT INTO soulprint.replies VALUES ('$victim', 'facts', 'q', 1, 'answered', 'secret reply', '', '', false, 'offline', 0, 0, 0);});
my $kept = q{SELECT (SELECT count(*) FROM soulprint.facts WHERE NOT verified AND quote = 'secret'), (SELECT count(*) FROM soulprint.versions WHERE memory_md = 'secret version'),
    (SELECT count(*) FROM soulprint.replies WHERE reply = 'secret reply'), (SELECT wording FROM soulprint.prompts), (SELECT count(*) FROM pg_trigger WHERE tgrelid = 'soulprint.facts'::regclass)};
my $before = $sql->($kept);

# What was tried since the last look: by whom, in which ways, and what was done.
sub nothing_gained
{
	my ($name, $who, $ways) = @_;
	is($sql->("SELECT string_agg(DISTINCT attempt, ' | ') FROM evil.loot WHERE result = 'done'"), '', "$name: nothing is done");
	is($sql->('SELECT string_agg(DISTINCT who, \', \' ORDER BY who) FROM evil.loot'), $who, "$name: by these");
	like($sql->('SELECT string_agg(DISTINCT way, \'; \' ORDER BY way) FROM evil.loot'), $ways, "$name: in these ways");
	is($sql->('SELECT count(*) FROM (SELECT FROM evil.loot GROUP BY way, who HAVING count(*) <> ' . @attempts . ') AS s'), '0', "$name: each tries all");
	is($sql->($kept), $before, "$name: all is as it was");
	is($sql->("SELECT rolsuper FROM pg_roles WHERE rolname = 'mallory'"), 'f', "$name: mallory is nobody");
	$sql->('TRUNCATE evil.loot');
}

# A worker's session: taken, chunks, facts, MEMORY, published.  A superuser asks, as whom nothing is tried.
$sql->('SET session_replication_role = replica; ' . talk($user, 1, 3));
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'a pass with triggers that attack');
nothing_gained('a pass', 'soulprint_worker soulprint_worker', qr/after, conversation_chunks.*before, user_profiles complete memory true; before, user_profiles processing memory false; before, user_profiles processing memory true; commit, conversation_chunks.*commit, user_profiles complete memory true; commit, user_profiles processing/);

# Queued again after an error that passes, and failed after one that does not.
for my $state ([ '40001', 'queued', 'pending' ], [ '22000', 'failed', 'failed' ])
{
	$sql->(qq{CREATE OR REPLACE FUNCTION public.test_fail() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '$state->[0]'; END \$\$;
CREATE TRIGGER z_fail BEFORE INSERT OR UPDATE OR DELETE ON conversation_chunks FOR EACH ROW EXECUTE FUNCTION public.test_fail();});
	$sql->('SET session_replication_role = replica; ' . talk($user, 4, 5)) if $state->[1] eq 'queued';
	$state->[1] eq 'queued' ? start_pass($node, $user) : due_now($node, $user);
	$state->[1] eq 'queued' ? like(in_queue($node, $user), qr/^pending\|1\|/, 'a pass is queued again') : like(end_of_pass($node, $user), qr/^failed: no/, 'and fails');
	nothing_gained("a pass that is $state->[1]", 'soulprint_worker soulprint_worker', qr/before, user_profiles $state->[2].*commit, user_profiles $state->[2]/);
	$sql->('DROP TRIGGER z_fail ON conversation_chunks');
}
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'another pass is complete');
$sql->('TRUNCATE evil.loot');

# A caller's session: app may do all of this to its own user, and what it runs may not do it to others.
my $fact = $sql->("SELECT max(id) FROM soulprint.facts WHERE user_id = '$user'");
my $version = $sql->("SELECT coalesce(max(version), 0) FROM soulprint.versions WHERE user_id = '$user'");
my $export = '[{"id": "n", "title": "n", "messages": [{"role": "user", "content": "I love tea."}]}]';
for my $call ("soulprint_rollback('$user', $version)", "soulprint_forget_fact('$user', $fact)", "soulprint_cancel_full_pass('$user')", "soulprint_import('$user', '$export')",
	"soulprint_start_full_pass('$user', 'x')", "soulprint_cancel_full_pass('$user')", "soulprint_facts('$user') LIMIT 1", "soulprint_explain_sample('$user') LIMIT 1",
	"soulprint_versions('$user') LIMIT 1", "soulprint_forget('$user')")
{
	my ($out, $err);
	$node->psql('postgres', "SET search_path = public, pg_catalog; SELECT count(*) FROM (SELECT $call) AS s", stdout => \$out, stderr => \$err, extra_params => [ '-U', 'app' ]);
	like("$out$err", qr/^1(\nAsynchronous notification "soulprint".*)?$/, "app calls $call");
}
$sql->("DELETE FROM evil.loot WHERE who = 'soulprint_worker soulprint_worker'");
nothing_gained('calls', 'app app', qr/a cursor at commit; .*before, raw_conversations.*before, user_profiles failed.*commit, raw_conversations.*commit, user_profiles/);

# The owner of the tables has more ways.
$sql->(qq{ALTER TABLE user_profiles OWNER TO mallory; ALTER TABLE raw_conversations OWNER TO mallory; ALTER TABLE conversation_chunks OWNER TO mallory; UPDATE soulprint.full_passes SET state = 'canceled', ended_at = now() WHERE state IN ('queued', 'running');
GRANT EXECUTE ON FUNCTION soulprint_start_full_pass TO mallory});
sub as_mallory
{
	my ($out, $err);
	$node->psql('postgres', $_[0], stdout => \$out, stderr => \$err, extra_params => [ '-U', 'mallory' ], on_error_die => 1);
}
as_mallory(q{
CREATE POLICY evil ON user_profiles AS RESTRICTIVE USING (evil.attack('a policy'));
CREATE POLICY evil ON raw_conversations AS RESTRICTIVE USING (evil.attack('a policy of conversations'));
ALTER TABLE user_profiles ADD CHECK (evil.attack('a check')), ADD generated text GENERATED ALWAYS AS (evil.keep('a generated column', memory_md)) STORED;
CREATE DOMAIN evil.checked AS text CHECK (evil.attack('a domain'));
ALTER TABLE conversation_chunks ADD x boolean DEFAULT evil.attack('a default'), ADD y evil.checked DEFAULT 'y';
CREATE INDEX ON conversation_chunks (evil.keep('an index expression', title)); CREATE INDEX ON user_profiles (user_id) WHERE evil.keep('an index predicate', true);
CREATE RULE evil AS ON DELETE TO conversation_chunks DO ALSO SELECT evil.attack('a rule');
});
$sql->('TRUNCATE evil.loot; SET session_replication_role = replica;' . talk($user, 6, 7));
as_mallory("SELECT soulprint_start_full_pass('$user')");
like(end_of_pass($node, $user), qr/^complete$/, 'a pass on tables that attack');
$sql->("REVOKE EXECUTE ON FUNCTION soulprint_start_full_pass FROM mallory; DELETE FROM evil.loot WHERE who = 'mallory mallory'");
nothing_gained('tables that attack', 'mallory soulprint_worker, soulprint_worker soulprint_worker', qr/a check; .*a default; a domain; a generated column; a policy; .*an index expression/);

$node->stop;
log_is_clean($node);
done_testing();
