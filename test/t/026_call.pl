# CALL soulprint_run_full_pass() among others: it keeps to soulprint.max_workers, canceling it cancels the pass,
# and a client that is gone stops nothing.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;

for my $preload (1, 0)
{
	my $with = $preload ? 'preloaded' : 'not preloaded';
	$model->forget;
	my $node = new_server("call_$preload", $model->settings, preload => $preload, 'soulprint.max_workers' => 1);
	new_database($node);
	my $sql = sub { $node->safe_psql('postgres', $_[0]) };
	my $number = 0;
	my $new_user = sub {
		my $user = add_user($node, ++$number);
		$sql->(talk($user, 1, 2));
		return $user;
	};
	# A session that calls; psql's output is in the second value when it ends.
	my $call = sub {
		my ($user, $before) = @_;
		my $err = '';
		my $run = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', $before // 'SELECT 1', '-c', "CALL soulprint_run_full_pass('$user')" ], '>', \my $out, '2>', \$err);
		return ($run, \$err);
	};
	my $workers = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'soulprint worker'";

	# Many callers, one worker.
	$model->hold;
	my @users = map { $new_user->() } 1 .. 4;
	my @calls = map { [ $call->($_) ] } $users[0];
	$model->wait_for(held => 2);
	push @calls, map { [ $call->($_) ] } @users[1 .. 3];
	if ($preload)
	{
		$node->poll_query_until('postgres', "SELECT count(*) = 4 FROM soulprint.full_passes") or diag 'not all are queued';
		is($sql->($workers), '1', "$with: four calls, one worker");
		is($sql->("SELECT query FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'"), '1 of 1 workers busy, 3 passes queued', "$with: the others are queued");
		$model->go_on;
		$_->[0]->finish for @calls;
		is(status($node, $_), 'complete', "$with: each call returns when its pass is complete") for @users;
	}
	else
	{
		$_->[0]->finish for @calls[1 .. 3];
		like(${ $_->[1] }, qr/ERROR:  all soulprint workers are busy\nDETAIL:  Full pass \d+ stays queued; 1 workers are running\.\nHINT:  Call it again later, or increase soulprint\.max_workers\./, "$with: a call beyond soulprint.max_workers is refused") for @calls[1 .. 3];
		is($sql->($workers), '1', "$with: there is one worker");
		$model->go_on;
		$calls[0][0]->finish;
		is(status($node, $users[0]), 'complete', "$with: whose pass completes");
		$sql->("CALL soulprint_run_full_pass('$_')") for @users[1 .. 3];
		is(status($node, $_), 'complete', "$with: the others are called again") for @users[1 .. 3];
	}

	# Canceled, by a statement_timeout and by somebody.
	$sql->('ALTER SYSTEM SET soulprint.max_workers = 3; SELECT pg_reload_conf()');
	$model->hold;
	for my $way ('timeout', 'cancel')
	{
		for my $round (1 .. 5)
		{
			my $user = $new_user->();
			my ($run, $err) = $call->($user, $way eq 'timeout' ? "SET statement_timeout = '1s'" : undef);
			if ($way eq 'cancel')
			{
				$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM soulprint.full_passes WHERE user_id = '$user' AND state = 'running'");
				$sql->("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL%$user%' AND pid <> pg_backend_pid()");
			}
			$run->finish;
			like($$err, $way eq 'timeout' ? qr/ERROR:  canceling statement due to statement timeout/ : qr/ERROR:  canceling statement due to user request/, "$with: $way $round: the call ends");
			is(status($node, $user), 'failed: canceled by ' . $sql->('SELECT current_user'), "$with: $way $round: and so does the pass, which says who");
			is($sql->("SELECT state FROM soulprint.full_passes WHERE user_id = '$user'"), 'canceled', "$with: $way $round: as canceled");
			$node->poll_query_until('postgres', "SELECT ($workers) = 0") or diag 'the worker goes on';
		}
	}

	# Canceled in the middle of a look at the pass.
	{
		my $user = $new_user->();
		my ($run, $err) = $call->($user);
		$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM soulprint.full_passes WHERE user_id = '$user' AND state = 'running'");
		my $lock = $node->background_psql('postgres');
		$lock->query_safe('BEGIN');
		$lock->query_safe('LOCK TABLE soulprint.full_passes');
		my $caller = "FROM pg_stat_activity a WHERE query LIKE 'CALL%$user%' AND pid <> pg_backend_pid()";
		$node->poll_query_until('postgres', "SELECT wait_event_type = 'Lock' $caller") or diag 'the call does not look';
		$sql->("SELECT pg_cancel_backend(pid) $caller");
		$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND relation = 'user_profiles'::regclass AND mode = 'RowExclusiveLock') $caller")
		  or diag 'the call does not cancel its pass';
		$sql->("SELECT pg_cancel_backend(pid) $caller");
		$lock->query_safe('COMMIT');
		$lock->quit;
		$run->finish;
		is(status($node, $user), 'failed: canceled by ' . $sql->('SELECT current_user'), "$with: canceled twice, while it looks at a locked queue, it cancels the pass, too");
		$node->poll_query_until('postgres', "SELECT ($workers) = 0") or diag 'the worker goes on';
	}

	# Another error than a cancel.
	{
		my $user = $new_user->();
		my ($run, $err) = $call->($user, "SET lock_timeout = '100ms'");
		$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM soulprint.full_passes WHERE user_id = '$user' AND state = 'running'");
		my $lock = $node->background_psql('postgres');
		$lock->query_safe('BEGIN');
		$lock->query_safe('LOCK TABLE soulprint.full_passes');
		$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE query LIKE 'CALL%$user%' AND pid <> pg_backend_pid()") or diag 'the call goes on';
		$lock->query_safe('COMMIT');
		$lock->quit;
		$run->finish;
		like($$err, qr/ERROR:  canceling statement due to lock timeout/, "$with: a call ends for another reason");
		is($sql->("SELECT state FROM soulprint.full_passes WHERE user_id = '$user'"), 'running', "$with: and its pass goes on");
		$sql->("SELECT soulprint_cancel_full_pass('$user')");
		$node->poll_query_until('postgres', "SELECT ($workers) = 0") or diag 'the worker goes on';
	}

	# Canceled while the pass is queued.
	if ($preload)
	{
		$sql->('ALTER SYSTEM SET soulprint.max_workers = 1; SELECT pg_reload_conf()');
		my ($first, $user) = map { $new_user->() } 1, 2;
		my ($running) = $call->($first);
		$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM soulprint.full_passes WHERE user_id = '$first' AND state = 'running'");
		my ($run, $err) = $call->($user, "SET statement_timeout = '1s'");
		$run->finish;
		is(status($node, $user), 'failed: canceled by ' . $sql->('SELECT current_user'), 'a call is canceled whose pass is queued: the pass, too');
		is($sql->("SELECT state || attempts FROM soulprint.full_passes WHERE user_id = '$user'"), 'canceled0', 'before anybody has run it');
		$sql->("SELECT soulprint_cancel_full_pass('$first')");
		$running->finish;
		$node->poll_query_until('postgres', "SELECT ($workers) = 0") or diag 'the worker goes on';
	}

	# A client that is gone.
	my $user = $new_user->();
	my ($run) = $call->($user);
	$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM soulprint.full_passes WHERE user_id = '$user' AND state = 'running'");
	$sql->("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL%$user%' AND pid <> pg_backend_pid()");
	$run->finish;
	$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE query LIKE 'CALL%$user%' AND pid <> pg_backend_pid()");
	is($sql->("SELECT state FROM soulprint.full_passes WHERE user_id = '$user'"), 'running', "$with: the connection of a call is closed: the pass goes on");
	$model->go_on;
	is(end_of_pass($node, $user), 'complete', "$with: and completes");
	if (!$preload)
	{
		$node->append_conf('postgresql.conf', 'max_worker_processes = 1');    # the logical replication launcher's
		$node->restart;
		($run, my $err) = $call->($new_user->());
		$run->finish;
		like($$err, qr/ERROR:  no background worker slot is free\nDETAIL:  Full pass \d+ stays queued\.\nHINT:  Call it again later, or increase max_worker_processes\./, "$with: without a free slot a call says so");
	}
	$node->stop;
	log_is_clean($node);
}

done_testing();
