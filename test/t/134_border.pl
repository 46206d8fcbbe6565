# At the borders of a pass: a worker that is ended in its first milliseconds (F2), a database that takes no connections
# (F3), one answer of sixty that does not come (F13), databases and the extension that come and go while a request is open
# (F5, F6).
# Runs alone: it measures how soon something ends.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use Time::HiRes qw(time);
use PostgreSQL::Test::Utils;
use Test::More;

my $starts = 40;
my $model = ModelServer->new;
my $node = new_server('border', $model->settings, 'soulprint.max_workers' => 1, autovacuum => 'off');
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $number = 0;

sub new_user
{
	my ($chunks) = @_;
	my $user = add_user($node, ++$number);
	$sql->(talk($user, 100 * $number, 100 * $number + $chunks - 1));
	return $user;
}

# How long a statement takes.
sub seconds
{
	my ($statement) = @_;
	my $start = time;
	$sql->($statement);
	return time - $start;
}

# A database that takes no connections, from here on.
my $shut = new_server('shut', 'soulprint.database' => 'app');
new_database($shut, database => 'app');
$shut->restart;
my $launcher = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'soulprint launcher' AND query = 'waiting for requests'";
$shut->poll_query_until('postgres', "SELECT EXISTS ($launcher)") or diag 'no launcher';
my $locked_out = add_user($shut, 1, database => 'app');
$shut->safe_psql('app', talk($locked_out, 1, 2));
my $inside = $shut->background_psql('app');
$shut->safe_psql('postgres', 'ALTER DATABASE app ALLOW_CONNECTIONS false');
$inside->query_safe("SELECT soulprint_start_full_pass('$locked_out')");

# Ends workers in their first milliseconds.
SKIP:
{
	my $postmaster = $sql->("SELECT pg_read_file('postmaster.pid')") =~ /^(\d+)/ && $1;
	my $list = "/proc/$postmaster/task/$postmaster/children";
	skip "$list cannot be read", 1 unless -r $list;
	my $children = sub { split ' ', slurp_file($list) };
	my $until = sub {
		my ($what, $true) = @_;
		for (my $limit = time + $PostgreSQL::Test::Utils::timeout_default; !$true->();)
		{
			die "in vain: $what" if time > $limit;
		}
	};
	my @users = map { new_user(1) } 1 .. $starts;
	my $session = $node->background_psql('postgres');
	my $started = $session->query_safe('SELECT pg_postmaster_start_time()');
	my %known = map { $_ => 1 } $children->();
	my @ways = (['TERM'], [ 'INT', 'TERM' ], [ 'TERM', 'TERM' ], [ 'INT', 'INT', 'TERM' ]);
	$model->hold;
	for my $round (1 .. $starts)
	{
		$session->query_until(qr/asked $round\n/, "\\echo asked $round\nSELECT soulprint_start_full_pass('$users[$round - 1]');\n");
		my $worker;
		$until->('a worker starts', sub { ($worker) = grep { !$known{$_} } $children->(); defined $worker });
		# Before it is connected, or somewhere on the way to its first question.
		my $longest = $round <= $starts / 2 ? 0.004 : 0.03;
		for my $signal (@{ $ways[ $round % @ways ] })
		{
			my $at = time + rand $longest;
			$until->('a moment', sub { time >= $at });
			kill $signal, $worker;
		}
		$until->('it ends', sub { !grep { $_ == $worker } $children->() });
	}
	$session->query_safe('SELECT 1');
	$model->go_on;
	is($sql->("SELECT pg_postmaster_start_time() = '$started', substring(pg_read_file('postmaster.pid') FROM '^\\d+') = '$postmaster'"), 't|t', "$starts workers ended in their first milliseconds: the server is the same");
	$sql->("UPDATE soulprint.full_passes SET not_before = now() WHERE state = 'queued'; SELECT soulprint.wake_launcher()");
	my %ends;
	$ends{ end_of_pass($node, $_) }++ for @users;
	my $canceled = delete $ends{'failed: canceled by an administrator'} // 0;
	is(join(', ', %ends), 'complete, ' . ($starts - $canceled), 'no pass fails but for a SIGINT');
	is($sql->('SELECT max(attempts), max(crashes), bool_or(suspect) FROM soulprint.full_passes'), '1|0|f', 'none is blamed');
	my @canceled = split /\n/, $sql->("SELECT user_id FROM user_profiles WHERE full_pass_status = 'failed'");
	start_pass($node, $_) for @canceled;
	is(join(' ', map { end_of_pass($node, $_) } @canceled), join(' ', ('complete') x $canceled), "the $canceled that were canceled are complete when they are asked for again");
	is($sql->("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), '0', 'no lock is left');
	is(join("\n", grep { !/FATAL:  terminating|canceling statement due to user request|full pass \d+ of user \S+ was canceled by an administrator/ } slurp_file($node->logfile) =~ /^.*(?:WARNING|ERROR|FATAL|PANIC): .*$/mg), '', 'and the log complains of nothing else');
	$session->quit;
}

# No worker can connect there: none is started, and the reason is said.
ok($shut->poll_query_until('postgres', "SELECT query = '1 passes queued: database \"app\" is not accepting connections' FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'"), 'a database that takes no connections: the launcher says so');
like($inside->query_safe('SELECT error FROM soulprint.full_passes'), qr/^database "app" is not accepting connections\. Run ALTER DATABASE app ALLOW_CONNECTIONS true/, 'so does the pass that waits');
$inside->quit;
my $refused = qr/FATAL:  database "app" is not currently accepting connections/;
is(count_log($shut, $refused), 0, 'no worker tries in vain');
# Nor can the launcher, when it has to.
$shut->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'");
my $alone_at = time;

# One of sixty answers does not come.
$sql->("ALTER SYSTEM SET soulprint.max_concurrent_requests = 4; SELECT pg_reload_conf()");
$model->forget;
my $user = new_user(60);
my $straggler = 100 * $number + 30;
my $hangs = { kind => 'facts', contains => "painting number $straggler.", hold => \1 };
$model->script($hangs);
start_pass($node, $user);
$model->wait_for(answered => 59, held => 1);
ok($node->poll_query_until('postgres', "SELECT (chunks_done, chunks, chunks_failed) = (59, 60, 0) FROM soulprint_progress WHERE user_id = '$user'"), 'while one answer does not come the others do');
like($sql->("SELECT progress FROM soulprint_progress WHERE user_id = '$user'"), qr{ facts 59/60  }, 'which shows');
is($model->stats->{in_flight}, 1, 'only that one is open');
$model->release;
is(end_of_pass($node, $user), 'complete', 'when it comes the pass is complete');
is($model->journal('facts'), 60, 'each question was asked once');

# The time limit is that of each request: those that are sent later have as much.
$sql->("ALTER SYSTEM SET soulprint.max_concurrent_requests = 2; ALTER SYSTEM SET soulprint.request_timeout = '1500ms'; SELECT pg_reload_conf()");
$model->forget;
$model->config(latency_ms => 100);
$user = new_user(60);
$straggler = 100 * $number + 30;
$model->script({ %$hangs, contains => "painting number $straggler." });
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'a question that is not answered in time is asked again');
my @facts = $model->journal('facts');
cmp_ok($facts[-1]{answered} - $facts[0]{arrived}, '>', 2, 'the questions took longer than a request may');
is(join(' ', sort map { $_->{outcome} } @facts), join(' ', ('answered') x 60, 'client_left'), 'but one request was given up');
is($sql->("SELECT chunks_done, chunks_failed, attempts FROM soulprint.full_passes WHERE user_id = '$user'"), '60|0|1', 'and no chunk is missing');
$sql->('ALTER SYSTEM RESET soulprint.max_concurrent_requests; ALTER SYSTEM RESET soulprint.request_timeout; ALTER SYSTEM SET soulprint.max_workers = 3; SELECT pg_reload_conf()');

# Another database comes and goes while a request is open.
$model->forget;
$model->hold;
$user = new_user(3);
start_pass($node, $user);
$model->wait_for(held => 1);
my $worker = $sql->("SELECT pid FROM soulprint.full_passes WHERE user_id = '$user' AND state = 'running'");
within(seconds('CREATE DATABASE other'), 20, 'CREATE DATABASE does not wait for an answer');
my $seconds = seconds('DROP DATABASE other');
within($seconds, 2, sprintf 'nor does DROP DATABASE of another one (%.2f s)', $seconds);
is($sql->("SELECT pid FROM soulprint.full_passes WHERE user_id = '$user'"), $worker, 'the pass goes on');

# The extension is dropped and created again while a request is open; the numbers of passes begin anew.
$sql->('DROP EXTENSION soulprint; CREATE EXTENSION soulprint; SELECT soulprint_setup()');
$model->go_on;
my $first = new_user(2);
is(start_pass($node, $first), '1', 'a first pass');
is(end_of_pass($node, $first), 'complete', 'completes');
$model->hold;
$user = new_user(3);
start_pass($node, $user);
$model->wait_for(held => 1);
my $other = new_user(2);
$seconds = seconds('DROP EXTENSION soulprint; CREATE EXTENSION soulprint; SELECT soulprint_setup()');
within($seconds, 2, sprintf 'DROP EXTENSION and CREATE EXTENSION do not wait for an answer (%.2f s)', $seconds);
start_pass($node, $_) for $first, $other;
ok($model->wait_for(held => 2), 'the new passes are run at once');
$model->go_on;
is(end_of_pass($node, $_), 'complete', 'and complete') for $first, $other;
is($sql->("SELECT count(*), max(attempts), max(crashes) FROM soulprint.full_passes"), '2|1|0', 'the one from before leaves nothing there');
is($sql->("SELECT count(*) FROM soulprint.facts WHERE user_id = '$user'"), '0', 'nor facts');
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'asked for again, it completes');
$node->stop;
log_is_clean($node);

# Meanwhile: the launcher has not got into its database.
my $alone = time - $alone_at;
my $attempts = count_log($shut, $refused);
cmp_ok($attempts, '>=', 1, 'a launcher that cannot connect');
cmp_ok($attempts, '<=', 2 + $alone / 60, sprintf 'tries once in a minute (%d times in %.0f s)', $attempts, $alone);
$shut->safe_psql('postgres', 'ALTER DATABASE app ALLOW_CONNECTIONS true');
$shut->reload;
is(end_of_pass($shut, $locked_out, 'app'), 'complete', 'it is back when the database takes connections');
$shut->stop;
log_is_clean($shut);
done_testing();
