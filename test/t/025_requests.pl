# Asking for a pass and taking it back: soulprint_start_full_pass(), soulprint_cancel_full_pass() and
# CALL soulprint_run_full_pass(), with and without preloading, and what each says to bad input.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $missing = user(999);

# What psql says of a statement that fails, with its SQLSTATE.
sub error_of
{
	my ($node, $statement) = @_;
	my ($out, $err);
	$node->psql('postgres', $statement, stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	$err =~ s/^psql:<stdin>:\d+: //mg;
	return $err;
}

for my $preload (1, 0)
{
	my $with = $preload ? 'preloaded' : 'not preloaded';
	my $node = new_server("requests_$preload", preload => $preload);
	new_database($node, shape => 'live');
	my $sql = sub { $node->safe_psql('postgres', $_[0]) };

	my $user = add_user($node, 1);
	my $empty = add_user($node, 2);
	$sql->(talk($user, 1, 5));

	for my $call ('SELECT soulprint_start_full_pass', 'SELECT soulprint_cancel_full_pass', 'CALL soulprint_run_full_pass')
	{
		like(error_of($node, "$call('$missing')"),
			qr/^ERROR:  P0002: no profile for user $missing in \S+\n.*^HINT:  Insert the user's row first\./ms, "$with: $call: unknown user");
		like(error_of($node, "$call(NULL)"), qr/^ERROR:  22004: user_id must not be null\n.*^HINT:/ms, "$with: $call: NULL");
		like(error_of($node, "$call('no uuid')"), qr/^ERROR:  22P02: invalid input syntax for type uuid/, "$with: $call: malformed uuid");
	}
	for my $call ('SELECT soulprint_start_full_pass', 'CALL soulprint_run_full_pass')
	{
		like(error_of($node, "$call('$empty')"),
			qr/^ERROR:  55000: no conversations to process for user $empty\n.*^HINT:  Import an export/ms, "$with: $call: nothing to read");
	}
	is(status($node, $empty), '', "$with: a request that was refused leaves the profile alone");
	is($sql->("SELECT soulprint_cancel_full_pass('$user')"), 'f', "$with: nothing to cancel");
	like(error_of($node, "BEGIN; CALL soulprint_run_full_pass('$user')"),
		qr/^ERROR:  25001: soulprint_run_full_pass\(\) cannot run inside a transaction block\nHINT:/, "$with: CALL in a transaction block");
	like(error_of($node, "DO \$\$ BEGIN PERFORM 1; BEGIN CALL soulprint_run_full_pass('$user'); EXCEPTION WHEN division_by_zero THEN NULL; END; END \$\$"),
		qr/^ERROR:  25001/, "$with: CALL in a subtransaction");

	my $warning = error_of($node, "BEGIN; SELECT soulprint_start_full_pass('$user'); ROLLBACK");
	like($warning, $preload ? qr/^$/ : qr/^WARNING:  01000: full pass \d+ stays queued: shared_preload_libraries does not name "soulprint"\nHINT:  No launcher serves this database\./,
		"$with: a request says when nobody will serve it");

	# In a transaction nothing runs before the commit: asking twice and cancelling are seen undisturbed.
	my $session = $node->background_psql('postgres');
	$session->query_safe('SET client_min_messages = error; BEGIN');
	my $pass = $session->query_safe("SELECT soulprint_start_full_pass('$user')");
	is($session->query_safe("SELECT soulprint_start_full_pass('$user')"), $pass, "$with: asking twice gives the same pass");
	is($session->query_safe("SELECT full_pass_status FROM user_profiles WHERE user_id = '$user'"), 'pending', "$with: a request sets pending");
	is($session->query_safe("SELECT soulprint_cancel_full_pass('$user')"), 't', "$with: a queued pass is canceled");
	is($session->query_safe("SELECT soulprint_cancel_full_pass('$user')"), 'f', "$with: only once");
	$session->query_safe('COMMIT');
	$session->quit;
	is(status($node, $user), 'failed: canceled by postgres', "$with: the profile says who canceled");
	is($sql->("SELECT state, error FROM soulprint.full_passes WHERE id = $pass"), 'canceled|canceled by postgres', "$with: so does the pass");

	my ($code, $out, $err) = $node->psql('postgres', "CALL soulprint_run_full_pass('$user')");
	is($code, 0, "$with: CALL runs a pass") or diag $err;
	is(status($node, $user), 'complete', "$with: it is complete when CALL returns");
	is($sql->("SELECT state, attempts FROM soulprint.full_passes ORDER BY id DESC LIMIT 1"), 'done|1', "$with: in one attempt");

	if ($preload)
	{
		my $first = start_pass($node, $user);
		is(end_of_pass($node, $user), 'complete', 'preloaded: SELECT soulprint_start_full_pass() is enough');
		isnt(start_pass($node, $user), $first, 'preloaded: asked again after the end, it is another pass');
		end_of_pass($node, $user);
	}
	else
	{
		$pass = start_pass($node, $user);
		is($sql->("SELECT state FROM soulprint.full_passes WHERE id = $pass"), 'queued', 'not preloaded: a request alone waits');
		$node->safe_psql('postgres', "CALL soulprint_run_full_pass('$user')");
		is($sql->("SELECT state FROM soulprint.full_passes WHERE id = $pass"), 'done', 'not preloaded: CALL runs what was queued');
	}

	# A pass asked for while one runs is that pass; something new to read makes one more follow.
	my $hold = hold($node, 'UPDATE ON user_profiles', q{NEW.full_pass_status = 'complete'});
	my $caller = $node->background_psql('postgres', on_error_stop => 0);
	$caller->query_until(qr/called/, "\\echo called\nCALL soulprint_run_full_pass('$user');\n\\echo returned\n");
	my $worker = worker_is_held($node);
	$pass = $sql->("SELECT id FROM soulprint.full_passes WHERE state = 'running'");
	is(start_pass($node, $user), $pass, "$with: asked for while it runs, it is the running one");
	is(status($node, $user), 'processing', "$with: and the status stays");
	ok($node->poll_query_until('postgres', "SELECT backend_xmin IS NULL FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE 'CALL%'"),
		"$with: CALL waits without a snapshot");

	release($hold);
	$caller->quit;
	end_of_pass($node, $user);

	# CALL tells how it ended when it does not end well.
	$hold = hold($node, 'UPDATE ON user_profiles', q{NEW.full_pass_status = 'complete'});
	my @call = ('psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres'), '-c', "CALL soulprint_run_full_pass('$user')");
	my ($stdout, $stderr) = ('', '');
	my $run = IPC::Run::start(\@call, '>', \$stdout, '2>', \$stderr);
	$worker = worker_is_held($node);
	$sql->("SELECT pg_cancel_backend($worker)");
	$run->finish;
	like($stderr, qr/ERROR:  55000: full pass \d+ failed: canceled by an administrator/, "$with: CALL says why a pass failed");
	release($hold);

	# Nor does CALL wait for a worker that is no more.
	$hold = hold($node, 'UPDATE ON user_profiles', q{NEW.full_pass_status = 'complete'});
	($stdout, $stderr) = ('', '');
	$run = IPC::Run::start(\@call, '>', \$stdout, '2>', \$stderr, IPC::Run::timeout(20));
	$worker = worker_is_held($node);
	$sql->("SELECT pg_terminate_backend($worker)");
	if ($preload)
	{
		$node->poll_query_until('postgres', "SELECT pid <> $worker FROM soulprint.full_passes WHERE state = 'running'");
		release($hold);
		$run->finish;
		is(end_of_pass($node, $user), 'complete', "$with: a terminated worker's pass is resumed");
	}
	else
	{
		ok(eval { $run->finish; 1 }, "$with: CALL ends when its worker was terminated");
		like($stderr, qr/ERROR:  55000: full pass \d+ is queued: its worker ended first\n.*HINT:/s, "$with: and says so");
		release($hold);
		$node->safe_psql('postgres', "CALL soulprint_run_full_pass('$user')");
		is(status($node, $user), 'complete', "$with: the next CALL resumes the pass");
		is($sql->("SELECT state, attempts FROM soulprint.full_passes ORDER BY id DESC LIMIT 1"), 'done|1', "$with: the same one");
	}
	$node->stop;
	log_is_clean($node);
}

done_testing();
