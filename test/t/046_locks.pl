# Locks that others hold on the application's tables, and on ours: they stop nobody else's pass, cost no
# attempt and no answer, and the pass says whom it waits for.

use strict;
use warnings;

use lib 'test/t';
use List::Util qw(uniq);
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('locks', max_prepared_transactions => 2, 'soulprint.max_pass_attempts' => 1);
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $number = 0;

sub new_user
{
	my $user = add_user($node, ++$number);
	$sql->(talk($user, 1, 5));
	return $user;
}

# A session in which a transaction is open and has run the statements; its process id.
sub locking
{
	my (@statements) = @_;
	my $session = $node->background_psql('postgres');
	$session->query_safe('BEGIN');
	my $pid = $session->query_safe('SELECT pg_backend_pid()');
	$session->query_safe($_) for @statements;
	return ($session, $pid);
}

sub unlock
{
	my ($session) = @_;
	$session->query_safe('COMMIT');
	$session->quit;
}

# Waits until the pass of the user waits for a lock; what its row says.
sub lock_shown
{
	my ($user) = @_;
	my $row = "FROM soulprint.full_passes WHERE user_id = '$user' AND error LIKE 'waits for a lock %'";
	$node->poll_query_until('postgres', "SELECT count(*) = 1 $row") or diag 'the pass does not say that it waits';
	return $sql->("SELECT error, attempts, not_before - now() BETWEEN interval '0' AND interval '10 s' $row");
}

# Lets a pass that is put off begin at once; how it ends.
sub end_when_due
{
	my ($user) = @_;
	$sql->("UPDATE soulprint.full_passes SET not_before = now() WHERE user_id = '$user' AND state IN ('queued', 'running'); SELECT soulprint.wake_launcher()");
	return end_of_pass($node, $user);
}

sub is_waiting
{
	my ($user, $who, $when) = @_;
	is(lock_shown($user), "waits for a lock held by $who|0|t", "$when: the pass is put off for seconds, uncharged, and says for whom");
}

sub set_enabled
{
	my ($to) = @_;
	$sql->("ALTER SYSTEM SET soulprint.enabled = $to; SELECT pg_reload_conf()");
	$node->poll_query_until('postgres', "SELECT query LIKE 'paused: %' FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'") if $to eq 'off';
}

# Three profiles, three workers, and others who want a pass.
{
	my @locked = map { new_user() } 1 .. 4;
	my @free = map { new_user() } 1 .. 5;
	set_enabled('off');
	start_pass($node, $_) for @locked, @free;
	my ($idle, $idle_pid) = locking("UPDATE user_profiles SET updated_at = now() /* treasure words */ WHERE user_id = '$locked[0]'");
	$sql->("BEGIN; UPDATE user_profiles SET updated_at = now() WHERE user_id = '$locked[1]'; PREPARE TRANSACTION 'forgotten'");
	my ($import, $import_pid) = locking("SELECT soulprint_import('$locked[2]', convert_to('" . export_of(1, 2) . "', 'UTF8'))");
	my ($shared, $shared_pid) = locking("SELECT FROM user_profiles WHERE user_id = '$locked[3]' FOR KEY SHARE");
	my ($sharing, $sharing_pid) = locking("SELECT FROM user_profiles WHERE user_id = '$locked[3]' FOR KEY SHARE");
	set_enabled('on');
	is(end_of_pass($node, $_), 'complete', 'the others are served') for @free;
	is_waiting($locked[0], "process $idle_pid", 'idle in transaction');
	is_waiting($locked[1], 'prepared transaction forgotten', 'orphaned prepared transaction');
	is_waiting($locked[2], "process $import_pid", 'import in an open transaction');
	like(lock_shown($locked[3]), qr/^waits for a lock held by process ($shared_pid|$sharing_pid)\|0\|t$/, 'two sessions share a row');
	unlike($sql->("SELECT string_agg(f::text, ' ') FROM soulprint.full_passes f"), qr/UPDATE|treasure|SELECT/, 'nobody learns what they run');
	# Once more with nothing new to say.
	due_now($node, $locked[0]);
	$sql->("UPDATE soulprint.full_passes SET not_before = now() WHERE user_id = '$locked[0]'; SELECT soulprint.wake_launcher()");
	$node->poll_query_until('postgres', "SELECT not_before > now() + interval '1 s' FROM soulprint.full_passes WHERE user_id = '$locked[0]'");
	is(count_log($node, qr/LOG:  full pass \d+ of user $_ waits for a lock held by (?:process|prepared transaction) /), 1, 'the log has one line') for @locked[0, 1];
	unlike(slurp_file($node->logfile), qr/treasure words/, 'without what they run');
	unlock($_) for $idle, $import, $shared, $sharing;
	$sql->("ROLLBACK PREPARED 'forgotten'");
	is(end_of_pass($node, $_), 'complete', 'unlocked, it completes') for @locked;
	is($sql->("SELECT max(attempts) FROM soulprint.full_passes WHERE user_id = '$_'"), '1', 'in its first attempt') for @locked[0, 1];
}

# Whole tables.
for my $table (qw(user_profiles raw_conversations conversation_chunks soulprint.replies))
{
	my $user = new_user();
	set_enabled('off');
	start_pass($node, $user);
	my ($session, $pid) = locking("LOCK TABLE $table IN ACCESS EXCLUSIVE MODE");
	set_enabled('on');
	is_waiting($user, "process $pid", "LOCK TABLE $table");
	unlock($session);
	is(end_when_due($user), 'complete', "LOCK TABLE $table: unlocked, it completes");
}

# Who waits for a table lock keeps everybody behind waiting.
{
	my $user = new_user();
	my ($reading) = locking('SELECT count(*) FROM conversation_chunks');
	my $altering = $node->background_psql('postgres');
	my $pid = $altering->query_safe('SELECT pg_backend_pid()');
	$altering->query_until(qr/asked/, "\\echo asked\nALTER TABLE conversation_chunks ADD COLUMN more text;\n");
	$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_locks WHERE pid = $pid AND NOT granted");
	start_pass($node, $user);
	is_waiting($user, "process $pid", 'an ALTER TABLE that waits itself');
	unlock($reading);
	$altering->query_safe('SELECT 1');
	$altering->quit;
	is(end_when_due($user), 'complete', 'when it is through, the pass completes');
}

# In the last moment: while it is published, and while it ends as failed.
{
	my $user = new_user();
	my $hold = hold($node, 'INSERT ON soulprint.replies', q{NEW.step = 'sections'});
	start_pass($node, $user);
	worker_is_held($node);
	my ($session, $pid) = locking("SELECT FROM user_profiles WHERE user_id = '$user' FOR UPDATE");
	release($hold);
	is_waiting($user, "process $pid", 'locked before it is published');
	is($sql->("SELECT full_pass_status FROM user_profiles WHERE user_id = '$user'"), 'processing', 'nothing is published meanwhile');
	unlock($session);
	is(end_when_due($user), 'complete', 'unlocked, it is published');
	is($sql->("SELECT calls_made FROM soulprint.full_passes WHERE user_id = '$user'"), '8', 'no question was asked twice');
	is($sql->("SELECT count(*) FROM soulprint.versions WHERE user_id = '$user'"), '0', 'MEMORY of the first attempt is no version of the profile');

	$user = new_user();
	$sql->("INSERT INTO soulprint.prompts VALUES ('facts', 'An own wording')");
	$hold = hold($node, 'INSERT ON conversation_chunks', 'true');
	start_pass($node, $user);
	worker_is_held($node);
	($session, $pid) = locking("SELECT FROM user_profiles WHERE user_id = '$user' FOR NO KEY UPDATE");
	release($hold);
	is_waiting($user, "process $pid", 'locked before it fails');
	unlock($session);
	like(end_when_due($user), qr/^failed: .*wording/, 'unlocked, it fails with its reason');
	$sql->("DELETE FROM soulprint.prompts");
}
$node->stop;
log_is_clean($node);

# With requests open: what is in flight arrives and is saved, whatever is locked.
my $model = ModelServer->new;
$node = new_server('locks_wire', $model->settings, 'soulprint.max_concurrent_requests' => 4);
new_database($node, shape => 'live');

sub asked_twice
{
	my @asked = map { $_->{question} } $model->journal;
	return @asked - uniq(@asked);
}

for my $table (qw(raw_conversations user_profiles))
{
	$model->forget;
	$model->hold;
	my $user = new_user();
	start_pass($node, $user);
	$model->wait_for(held => 4);
	my ($session, $pid) = locking("LOCK TABLE $table IN ACCESS EXCLUSIVE MODE");
	if ($table eq 'raw_conversations')
	{
		# The next question needs it: the worker goes on to look after the others.
		my $worker = $sql->("SELECT pid FROM soulprint.full_passes WHERE user_id = '$user'");
		$model->release(1);
		my ($waited, $written, $version) = (0, -1, '');
		for (my $end = time + 40; $written < 3 && time < $end;)
		{
			my ($now, $waits) = split /\|/, $sql->("SELECT xmin, (SELECT count(*) FROM pg_locks WHERE pid = $worker AND NOT granted AND waitstart < clock_timestamp() - interval '1 s')
				FROM soulprint.full_passes WHERE user_id = '$user'");
			($version, $written) = ($now, $written + 1) if $now ne $version;
			$waited += $waits;
		}
		is("$written $waited", '3 0', "$table locked in mid-facts: with requests open the worker does not wait for it");
	}
	$model->release;
	my $replies = "SELECT count(*) >= 4 FROM soulprint.replies WHERE user_id = '$user'";
	ok($node->poll_query_until('postgres', $replies), "$table locked in mid-facts: what is in flight arrives and is saved");
	$model->go_on;
	is_waiting($user, "process $pid", "$table locked in mid-facts");
	unlock($session);
	is(end_when_due($user), 'complete', "$table: unlocked, it completes");
	is(asked_twice(), 0, "$table: no question is asked twice");
}

# Our own tables, for longer than one try to save takes.
for my $table (qw(soulprint.replies soulprint.full_passes))
{
	$model->forget;
	$model->hold;
	my $user = new_user();
	start_pass($node, $user);
	$model->wait_for(held => 4);
	my ($session, $pid) = locking("LOCK TABLE $table IN ACCESS EXCLUSIVE MODE");
	# Looks with requests open are given up after 100 ms.
	my $waiting = "FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE backend_type = 'soulprint worker' AND NOT granted AND waitstart < now() - interval '1 s'";
	$model->go_on;
	$node->poll_query_until('postgres', "SELECT count(*) = 1 $waiting") or diag 'the worker does not wait';
	my $first = $sql->("SELECT waitstart $waiting");
	$node->poll_query_until('postgres', "SELECT count(*) = 1 $waiting AND waitstart > '$first'") or diag 'the worker does not try again';
	unlock($session);
	is(end_of_pass($node, $user), 'complete', "$table locked while answers arrive: the pass completes");
	is(asked_twice(), 0, "$table: no answer is lost");
}
$node->stop;
log_is_clean($node);

done_testing();
