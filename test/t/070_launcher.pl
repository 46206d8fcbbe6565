# The launcher when things are not as they should be: no extension yet, no database, no free slot, a
# profile that nobody can write to.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $missing = new_server('missing', 'soulprint.database' => 'nowhere', 'soulprint.provider' => 'anthropic');
my $node = new_server('launcher');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $launcher = "SELECT query FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'";

# Preloaded, but no extension; then a schema of that name that is somebody else's; then the extension.
ok($node->poll_query_until('postgres', $launcher, 'waiting for CREATE EXTENSION soulprint'), 'without the extension the launcher waits');
$node->reload for 1 .. 3;
$sql->('CREATE SCHEMA soulprint CREATE TABLE full_passes (id text)');
$node->reload;
ok($node->poll_query_until('postgres', $launcher, 'waiting for CREATE EXTENSION soulprint'), "somebody else's schema of that name does not matter");
is(count_log($node, qr/extension soulprint is not installed in this database yet/), 1, 'it says so once');
$sql->('DROP SCHEMA soulprint CASCADE');
new_database($node);
my $user = add_user($node, 1);
$sql->(talk($user, 1, 3));
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'created later, the extension is noticed');
is(count_log($node, qr/soulprint launcher: /), 0, 'without a warning');

# A profile in the middle that the application's triggers let nobody write to, in one way or another.
my %poison = (
	'on publish' => q{NEW.full_pass_status = 'complete'},
	'on every end' => q{NEW.full_pass_status IN ('complete', 'failed')},
	'on being taken' => q{NEW.full_pass_status = 'processing'});
$sql->('ALTER SYSTEM SET soulprint.max_workers = 1; ALTER SYSTEM SET soulprint.max_pass_attempts = 1; SELECT pg_reload_conf()');
my $number = 10;
for my $kind (sort keys %poison)
{
	$sql->('ALTER SYSTEM SET soulprint.enabled = off; SELECT pg_reload_conf()');
	$node->poll_query_until('postgres', $launcher, 'paused: soulprint.enabled is off');
	my @users = map { add_user($node, ++$number) } 1 .. 3;
	$sql->(talk($_, 1, 3)) for @users;
	$sql->("
CREATE OR REPLACE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
    IF session_user = 'soulprint_worker' AND NEW.user_id = '$users[1]' AND $poison{$kind} THEN
        RAISE EXCEPTION 'the application does not want this';
    END IF;
    RETURN NEW;
END
\$\$;
DROP TRIGGER IF EXISTS poison ON user_profiles;
CREATE TRIGGER poison BEFORE UPDATE ON user_profiles FOR EACH ROW EXECUTE FUNCTION poison();");
	start_pass($node, $_) for @users;
	$sql->('ALTER SYSTEM RESET soulprint.enabled; SELECT pg_reload_conf()');
	is(end_of_pass($node, $users[0]), 'complete', "poison $kind: the user before is served");
	is(end_of_pass($node, $users[2]), 'complete', "poison $kind: the user after is served");
	if ($kind ne 'on every end')
	{
		is(end_of_pass($node, $users[1]), 'failed: the application does not want this', "poison $kind: it has failed with the reason");
		next;
	}
	is(end_of_pass($node, $users[1]), 'processing', "poison $kind: the profile keeps its status");
	is($sql->("SELECT state, error FROM soulprint.full_passes WHERE user_id = '$users[1]'"),
		'failed|the application does not want this. The profile does not take this: the application does not want this.', "poison $kind: its pass has failed with the reason");
	$sql->('DROP TRIGGER poison ON user_profiles');
	is($sql->("SELECT soulprint_retry_failed('1 hour')"), '2', "poison $kind: with the trigger gone it is asked for again, and the one before");
	is(end_of_pass($node, $users[1]), 'complete', "poison $kind: and completes");
}
$sql->('ALTER SYSTEM RESET soulprint.max_pass_attempts; ALTER SYSTEM RESET soulprint.max_workers; SELECT pg_reload_conf()');

# A broken conversation costs that conversation only.
$user = add_user($node, 30);
$sql->(talk($user, 1, 3) . "UPDATE raw_conversations SET messages = '\"no messages\"' WHERE user_id = '$user' AND conversation_id = 'talk-2'");
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'a conversation that is none is passed over');
$user = add_user($node, 31);
$sql->(talk($user, 1, 1) . "UPDATE raw_conversations SET messages = '[]' WHERE user_id = '$user'");
start_pass($node, $user);
like(end_of_pass($node, $user), qr/^failed: the user has no conversation with a visible message\. Import an export/, 'if none is left the pass says what to do');

# No slot for a worker: said once, and done when there is one.
$node->append_conf('postgresql.conf', 'max_worker_processes = 2');
$node->restart;
# One slot is the launcher's, one the logical replication launcher's.
start_pass($node, user(1));
ok($node->poll_query_until('postgres', $launcher, 'waiting for a free background worker slot'), 'without a free slot the launcher says so');
is(count_log($node, qr/no background worker slot is free for a full pass/), 1, 'once in the log');
$node->append_conf('postgresql.conf', 'max_worker_processes = 8');
$node->restart;
is(end_of_pass($node, user(1)), 'complete', 'with more slots the pass is run');

# With soulprint.enabled = off nobody of ours is in the database.
$sql->('ALTER SYSTEM SET soulprint.enabled = off; SELECT pg_reload_conf()');
ok($node->poll_query_until('template1', "SELECT query = 'paused: soulprint.enabled is off' AND datname IS NULL FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'"),
	'with soulprint.enabled = off the launcher leaves its database');
$node->safe_psql('template1', 'CREATE DATABASE copy TEMPLATE postgres; ALTER DATABASE postgres RENAME TO other; ALTER DATABASE other RENAME TO postgres');
$sql->('ALTER SYSTEM RESET soulprint.enabled; SELECT pg_reload_conf()');
ok($node->poll_query_until('postgres', $launcher, 'waiting for requests'), 'on again, it is back');

# The launcher itself is replaced when it dies.
$sql->("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'");
my $pass = start_pass($node, user(1));

# Meanwhile: a database that does not exist.
ok($missing->poll_query_until('postgres', "SELECT pg_postmaster_start_time() < now() - interval '25 s'"), '25 seconds of a missing database');
my $attempts = () = slurp_file($missing->logfile) =~ /FATAL:  database "nowhere" does not exist/g;
my $minutes = $missing->safe_psql('postgres', "SELECT extract(epoch FROM now() - pg_postmaster_start_time()) / 60");
cmp_ok($attempts, '>=', 1, 'are an attempt');
cmp_ok($attempts, '<=', 1 + $minutes, 'a launcher that follows one that never connected waits for a minute');

# And a provider that cannot be asked.
$missing->append_conf('postgresql.conf', "soulprint.database = 'postgres'");
$missing->restart;
ok($missing->poll_query_until('postgres', "SELECT query = 'paused: no API key is set' FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'"),
	'a provider that cannot be asked pauses the launcher');
$missing->stop;
log_is_clean($missing);

is(end_of_pass($node, user(1)), 'complete', 'a terminated launcher comes back');
$node->stop;
log_is_clean($node);
done_testing();
