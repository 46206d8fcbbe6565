# Asking again: for a pass that waits, for passes that failed; canceling while the end of a pass is written.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('again');
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

# A pass that waits becomes due when it is asked for again, in either way.
my $user = add_user($node, 1);
$sql->(talk($user, 1, 2));
for my $ask ("SELECT soulprint_start_full_pass('$user')", "UPDATE user_profiles SET full_pass_status = 'pending' WHERE user_id = '$user'")
{
	my $lock = $node->background_psql('postgres');
	$lock->query_safe('BEGIN; LOCK TABLE conversation_chunks IN ACCESS EXCLUSIVE MODE');
	my $pid = $lock->query_safe('SELECT pg_backend_pid()');
	start_pass($node, $user);
	ok($node->poll_query_until('postgres', "SELECT query = 'waiting for requests, 1 put off: waits for a lock held by process $pid' FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'"),
		'the launcher says who waits for whom');
	$lock->query_safe('COMMIT');
	$lock->quit;
	$sql->("UPDATE soulprint.full_passes SET not_before = now() + interval '1 day' WHERE state = 'queued'");
	$sql->($ask);
	is(end_of_pass($node, $user), 'complete', (split ' ', $ask)[0] . ': a pass that waits is due when it is asked for again');
}

# A transaction that holds the row of a pass stops nobody else's.
{
	$sql->('ALTER SYSTEM SET soulprint.max_workers = 1; ALTER SYSTEM SET soulprint.enabled = off; SELECT pg_reload_conf()');
	my ($held, $other) = map { add_user($node, $_) } 5, 6;
	$sql->(talk($_, 1, 2)) for $held, $other;
	start_pass($node, $_) for $held, $other;
	my $open = $node->background_psql('postgres');
	$open->query_safe("BEGIN; SELECT soulprint_cancel_full_pass('$held')");
	$sql->('ALTER SYSTEM RESET soulprint.enabled; SELECT pg_reload_conf()');
	is(end_of_pass($node, $other), 'complete', 'beside a cancel in an open transaction others are served');
	$open->query_safe('ROLLBACK');
	$open->quit;
	$sql->('ALTER SYSTEM RESET soulprint.max_workers; SELECT pg_reload_conf(); SELECT soulprint.wake_launcher()');
	is(end_of_pass($node, $held), 'complete', 'rolled back, it is served, too');
}

# All that failed, in bulk.
$sql->("INSERT INTO soulprint.prompts VALUES ('facts', 'An own wording')");
my @users = map { add_user($node, 10 + $_) } 1 .. 4;
$sql->(talk($_, 1, 1)) for @users;
start_pass($node, $_) for @users;
like(end_of_pass($node, $_), qr/^failed: /, 'a pass fails') for @users;
$sql->('DELETE FROM soulprint.prompts');
$sql->("UPDATE soulprint.full_passes SET ended_at = now() - interval '2 days' WHERE user_id = '$users[0]'");
$sql->("UPDATE soulprint.full_passes SET error = 'canceled by an administrator' WHERE user_id = '$users[1]'");
$sql->("GRANT EXECUTE ON FUNCTION soulprint_retry_failed(interval) TO authenticated");
is($sql->("SET ROLE authenticated; SET request.jwt.claim.sub = '$users[2]'; SELECT soulprint_retry_failed()"), '1', 'a user asks again for the own pass only');
is(end_of_pass($node, $users[2]), 'complete', 'which completes');
is($sql->("SELECT soulprint_retry_failed('1 day')"), '1', 'of a day: not those that failed before');
is(end_of_pass($node, $users[3]), 'complete', 'which completes, too');
is($sql->('SELECT soulprint_retry_failed()'), '1', 'all: not those that were canceled');
is(end_of_pass($node, $users[0]), 'complete', 'which completes, too');
like(status($node, $users[1]), qr/^failed/, 'a canceled one stays as it is');
is($sql->('SELECT soulprint_retry_failed()'), '0', 'then there is none');

# An administrator cancels the pass, and cancels again while that is written.
my $canceled = add_user($node, 20);
$sql->(talk($canceled, 1, 2));
my $hold = hold($node, 'UPDATE ON user_profiles', q{NEW.memory_md IS DISTINCT FROM OLD.memory_md OR NEW.full_pass_status = 'failed'});
start_pass($node, $canceled);
my $worker = worker_is_held($node);
for (1 .. 3)
{
	my $waits = "FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND NOT granted AND pid = $worker";
	my $since = $sql->("SELECT waitstart $waits");
	$sql->("SELECT pg_cancel_backend($worker)");
	$node->poll_query_until('postgres', "SELECT waitstart > '$since' $waits") or diag 'it does not go on';
}
release($hold);
is(end_of_pass($node, $canceled), 'failed: canceled by an administrator', 'a cancel that could not be written at first is no resume');
is($sql->("SELECT count(*) FROM soulprint.full_passes WHERE user_id = '$canceled' AND state = 'failed'"), '1', 'of the only pass');

$node->stop;
log_is_clean($node);
done_testing();
