# soulprint_health(): each check says what is wrong, and the statement that mends it.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my %wire = $model->settings;
my $node = new_server('health', %wire);
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $health = sub { $sql->("SELECT status || ': ' || message FROM soulprint_health() WHERE check_name = '$_[0]'") };
my $action = sub { $sql->("SELECT action FROM soulprint_health() WHERE check_name = '$_[0]'") };
my $troubles = "SELECT string_agg(check_name, ', ') FROM soulprint_health() WHERE status <> 'ok'";

# Does what the check says, and looks whether that has mended it.
sub mends
{
	my ($check, $what) = @_;
	my $statement = $action->($check);
	$sql->($statement);
	ok($node->poll_query_until('postgres', "SELECT status = 'ok' FROM soulprint_health() WHERE check_name = '$check'"), "$what: $statement mends it")
	  or diag $health->($check);
}

sub set
{
	my (%settings) = @_;
	$sql->($_) for (map { "ALTER SYSTEM SET soulprint.$_ = '$settings{$_}'" } sort keys %settings), 'SELECT pg_reload_conf()';
}

is($sql->($troubles), '', 'all is well at first')
  or diag $sql->("SELECT * FROM soulprint_health() WHERE status <> 'ok'");
is($sql->('SELECT count(*), count(DISTINCT check_name) FROM soulprint_health()'), '15|15', 'a row for each check');
is($sql->("SELECT string_agg(check_name, ', ') FROM soulprint_health() WHERE length(message) > 53 OR action IS NOT NULL"), '', 'three columns fit into 80 characters');
is(count_log($node, qr/is not healthy/), 0, 'the launcher has nothing to say');
is($health->('key'), 'ok: the file of soulprint.api_key_file can be read', 'the key is looked at');
is($health->('model'), 'ok: claude-haiku-4-5-20251001: no pause', 'the model is named');
is($health->('cost'), 'ok: 0.00 of 100 USD in the last day', 'the limit of cost, too');
is($health->('versions'), 'ok: extension 0.2.0, library 0.2.0', 'and the versions');
like($health->('launcher'), qr/^ok: waiting for requests/, 'and what the launcher does');

# Whom it answers.
$sql->('CREATE ROLE watcher LOGIN; GRANT pg_monitor TO watcher; CREATE ROLE somebody LOGIN; CREATE ROLE anon');
is($node->safe_psql('postgres', $troubles, extra_params => [ '-U', 'watcher' ]), '', 'a member of pg_monitor may ask');
is($node->psql('postgres', $troubles, extra_params => [ '-U', 'somebody' ], stderr => \my $denied), 3, 'others may not');
like($denied, qr/permission denied for function soulprint_health/, 'and are told');

# The application's tables.
$sql->('REVOKE UPDATE (full_pass_status), UPDATE ON user_profiles FROM soulprint_worker');
like($health->('tables'), qr/^error: role "soulprint_worker" has no UPDATE privilege on public.user_profiles/, 'a privilege is missing');
like($action->('tables'), qr/^Run SELECT \* FROM soulprint_setup\(\); as a superuser\./, 'which setup grants');
$sql->('SELECT soulprint_setup()');
is($sql->($troubles), '', 'and then nothing is missing');
$sql->('REVOKE UPDATE (full_pass_status), UPDATE ON user_profiles FROM soulprint_worker; DROP POLICY soulprint_worker ON raw_conversations');
like($health->('tables'), qr/^error: role .*, and 1 more$/, 'of two problems it tells the first and counts the others');
like($action->('tables'), qr/SELECT \* FROM soulprint.preflight\(\); -- all of them$/, 'and where all of them are');
$sql->('SELECT soulprint_setup()');
my $lock = $node->background_psql('postgres', on_error_stop => 0);
$lock->query_safe('BEGIN; LOCK TABLE user_profiles');
is($health->('tables'), "warning: not checked: somebody locks a table of the application", 'a lock does not keep it from answering');
is($sql->($action->('tables')) =~ /\|user_profiles$/m, 1, 'and the statement finds who holds it');
$lock->quit;
$sql->('ALTER TABLE user_profiles DISABLE ROW LEVEL SECURITY; GRANT SELECT ON user_profiles TO somebody');
is($health->('row security'), 'warning: table public.user_profiles can be read without row security by authenticated, service_role, somebody', 'a table is open');
mends('row security', 'a table is open');
$sql->('GRANT EXECUTE ON FUNCTION soulprint_forget TO PUBLIC; GRANT EXECUTE ON FUNCTION soulprint_import TO anon; GRANT SELECT ON soulprint.facts TO anon');
is($health->('privileges'), 'error: open to anon, public: FUNCTION public.soulprint_forget(uuid), FUNCTION public.soulprint_import(uuid,bytea), TABLE soulprint.facts', 'what acts is open to everybody');
mends('privileges', 'what acts is open');

# Settings of the model server.
my $no_key = PostgreSQL::Test::Utils::tempdir . '/no_key';
append_to_file($no_key, '');
chmod 0600, $no_key;
set(api_key_file => $no_key);
ok($node->poll_query_until('postgres', "SELECT status = 'error' AND message LIKE '%soulprint.api_key_file%' AND strpos(message, '$no_key') = 0 AND action <> ''
	FROM soulprint_health() WHERE check_name = 'key'"), 'a key that cannot be read') or diag $health->('key');
set(api_key_file => $wire{'soulprint.api_key_file'}, enabled => 'off');
ok($node->poll_query_until('postgres', "SELECT status || message = 'warningsoulprint.enabled is off' FROM soulprint_health() WHERE check_name = 'model'"), 'soulprint.enabled is off');
$sql->('ALTER SYSTEM SET soulprint.enabled = on');
$sql->('SELECT pg_reload_conf()');
ok($node->poll_query_until('postgres', "SELECT status = 'ok' FROM soulprint_health() WHERE check_name = 'model'"), 'and on again');

# A pause, and a pass that waits for its end.
my $user = add_user($node, 1);
$sql->(talk($user, 1, 2));
$model->script({ error => { status => 401 }, times => 'always' });
start_pass($node, $user);
ok($node->poll_query_until('postgres', "SELECT status = 'error' AND message ~ '^paused since ... .. ..:..: ' AND action <> '' FROM soulprint_health() WHERE check_name = 'model'"), 'a pause, and since when')
  or diag $health->('model');
ok($node->poll_query_until('postgres', "SELECT status || message ~ '^ok0 running, 1 queued for 0:.. at most\$' FROM soulprint_health() WHERE check_name = 'queue'"), 'a pass waits');
$sql->("UPDATE soulprint.full_passes SET not_before = now() - interval '2 hours'");
like($health->('queue'), qr/^warning: 0 running, 1 queued for 120:\d\d at most$/, 'for too long');
like($sql->($action->('queue')), qr/^1\|paused/, 'the statement shows why');
$sql->("UPDATE soulprint.full_passes SET not_before = now() + interval '2 hours', error = 'waiting for something'");
is($health->('postponed'), 'warning: passes put off: 1, waiting for something', 'or is put off');
$sql->("UPDATE soulprint.full_passes SET state = 'running', pid = 2147483647");
is($health->('orphans'), 'warning: passes without a worker: 1', 'or has lost its worker');
$sql->("UPDATE soulprint.full_passes SET state = 'failed', error = 'no luck', ended_at = now()");
is($health->('failures'), 'warning: passes failed in a day: 1 of 1', 'or has failed');
$sql->("UPDATE soulprint.full_passes SET ended_at = now() - interval '200 days'");
like($health->('storage'), qr/^warning: \d+ kB in schema soulprint, some of it past its time$/, 'what is too old is still there');
$sql->('DELETE FROM soulprint.full_passes');

# Money.
$sql->("INSERT INTO soulprint.costs (hour, user_id, model, step, requests, retries, refusals, lost, input_tokens, cache_creation_input_tokens,
	cache_read_input_tokens, output_tokens, cost_usd, lost_usd) VALUES (date_trunc('hour', now()), '$user', 'm', 'facts', 1, 0, 0, 0, 0, 0, 0, 0, 79, 2)");
is($health->('cost'), 'warning: 81.00 of 100 USD in the last day', 'most of the money of a day is spent');
$sql->('UPDATE soulprint.costs SET cost_usd = 98 WHERE model = $$m$$');
is($health->('cost'), 'error: 100.00 of 100 USD in the last day', 'all of it');
set(max_cost_per_day => 0);
ok($node->poll_query_until('postgres', "SELECT status || message = 'ok100.00 USD in the last day, no limit' FROM soulprint_health() WHERE check_name = 'cost'"), 'without a limit');
set(model => 'unheard-of');
ok($node->poll_query_until('postgres', "SELECT status || message = 'warningno price of model unheard-of is known: it counts as 0 USD' FROM soulprint_health() WHERE check_name = 'cost'"), 'no price is known');
$sql->('ALTER SYSTEM RESET soulprint.model');

# What takes a restart.
set(api_key_file => '');
set(api_url => 'https://api.anthropic.com');
$node->append_conf('postgresql.conf', 'max_worker_processes = 3');
$node->restart;
ok($node->poll_query_until('postgres', "SELECT message LIKE '%waiting for requests%' OR message LIKE '%paused%' FROM soulprint_health() WHERE check_name = 'launcher'"), 'after a restart');
is(count_log($node, qr/WARNING:  soulprint is not healthy: key: no API key is set; model: no API key is set/), 1, 'the launcher tells the errors');
is(count_log($node, qr/HINT:  SELECT \* FROM soulprint_health\(\) says what to do\./), 1, 'and where to look');
like($health->('workers'), qr/^warning: 0 of 3 busy, 1 of 3 slots free$/, 'slots are missing');
is($action->('workers'), 'ALTER SYSTEM SET max_worker_processes = 6; -- then restart the server', 'how many are needed');
$sql->($action->('workers'));
$sql->("CREATE DATABASE other");
$node->safe_psql('other', 'CREATE EXTENSION soulprint');
is($node->safe_psql('other', "SELECT status || ': ' || message FROM soulprint_health() WHERE check_name = 'launcher'"), 'error: soulprint.database is "postgres"', 'another database is not served');
my $serve_other = $node->safe_psql('other', "SELECT action FROM soulprint_health() WHERE check_name = 'launcher'");
$sql->($serve_other);
$node->restart;
ok($node->poll_query_until('other', "SELECT status = 'ok' FROM soulprint_health() WHERE check_name = 'launcher'"), "$serve_other: now it is");
ok($node->poll_query_until('postgres', "SELECT status = 'ok' FROM soulprint_health() WHERE check_name = 'launcher'"), 'beside the one before');
is($action->('workers'), 'ALTER SYSTEM SET max_worker_processes = 11; -- then restart the server', 'two launchers need more slots');
$sql->($action->('workers'));
$node->restart;
ok($node->poll_query_until('other', "SELECT status = 'ok' FROM soulprint_health() WHERE check_name = 'workers'"), 'and there are slots');
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'auto_explain'");
$node->restart;
is($health->('preload'), 'error: shared_preload_libraries does not name soulprint', 'the library is not preloaded');
is($health->('launcher'), 'error: none runs without preloading', 'so nothing is served');
is($action->('preload'), 'ALTER SYSTEM SET shared_preload_libraries = auto_explain, soulprint; -- then restart the server', 'others stay in the list');
$sql->($action->('preload'));
$node->restart;
is($health->('preload'), 'ok: shared_preload_libraries names soulprint', 'then it is');
done_testing();
