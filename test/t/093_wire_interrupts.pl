# While a request hangs: how many there are, that the worker holds nothing in the database meanwhile, and
# that whatever ends it ends it in under two seconds.
# Runs alone: it measures how soon something ends.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use Time::HiRes qw(time);
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my $node = new_server('interrupts', $model->settings, 'soulprint.database' => 'app', 'soulprint.max_concurrent_requests' => 4);
my $sql = sub { $node->safe_psql('app', $_[0]) };
my ($number, $user, $worker) = (0);

sub make_database
{
	$node->safe_psql('postgres', 'CREATE DATABASE app');
	$sql->('CREATE EXTENSION soulprint; SELECT soulprint_setup()');
}
make_database();
# The launcher was there before its database, and would take its time.
$node->restart;

sub new_user
{
	$user = add_user($node, ++$number, database => 'app');
	$sql->(talk($user, 1, 15));
}

# Nothing goes over the first request until it is answered or three seconds have passed; then four are open.
new_user();
$model->hold;
my $pass = start_pass($node, $user, 'app');
$model->wait_for(held => 1);
is($model->stats->{requests}, 1, 'the first request is alone');
ok($model->wait_for(held => 4), 'after three seconds there are as many as the setting says');

# Looks at the worker while it writes to its own row three times, which it does once a second.
my $session = $node->background_psql('app');
$worker = $sql->("SELECT pid FROM soulprint.full_passes WHERE id = $pass");
my $row = "(SELECT xmin FROM soulprint.full_passes WHERE id = $pass)";
my ($looks, $free, $oldest, $written, $text, $version) = (0, 0, 0, -1, '', '');
for (my $end = time + $PostgreSQL::Test::Utils::timeout_default; $written < 3 && time < $end; ++$looks)
{
	my ($age, $xmin, $locks, $now, $query) = split /\|/, $session->query_safe("
SELECT coalesce(extract(epoch FROM clock_timestamp() - xact_start), 0), backend_xmin, (SELECT count(*) FROM pg_locks l WHERE l.pid = a.pid AND locktype = 'relation'), $row, query
FROM pg_stat_activity a WHERE pid = $worker");
	$free++ if $age == 0 && $xmin eq '' && $locks == 0;
	$oldest = $age if $age > $oldest;
	$text = $query;
	($version, $written) = ($now, $written + 1) if $version ne $now;
}
$session->quit;
is($written, 3, 'the worker shows that it is there');
is($model->stats->{held}, 4, 'with its requests open');
within(100 / $looks, 1, "$looks looks at it meanwhile");
cmp_ok($free / $looks, '>', 0.9, sprintf 'find it without transaction, snapshot or relation lock in %.1f %% of them', 100 * $free / $looks);
within($oldest, 0.5, sprintf 'and its oldest transaction %.3f s old', $oldest);
like($text, qr{^full pass $pass of user $user: facts 0/15$}, 'it says what it is doing');
is($sql->("SELECT wait_event_type || ' ' || wait_event FROM pg_stat_activity WHERE pid = $worker"), 'Extension ' . wait_event($node), 'and that it waits');

# kill -9 with four answers saved and four requests open.
$model->release;
$model->wait_for(held => 4, answered => 4);
ok($node->poll_query_until('app', 'SELECT count(*) = 4 FROM soulprint.replies'), 'answers are saved as they come');
kill 'KILL', $worker;
ok($model->wait_for(in_flight_is => 0), 'a killed worker leaves its requests');
$model->config(hold => \0, latency_ms => 30);
is(end_of_pass($node, $user, 'app'), 'complete', 'after kill -9 the pass is resumed');
my %asked;
push @{ $asked{ $_->{question} } }, $_->{outcome} for $model->journal('facts');
is(join("\n", sort map { "@$_" } values %asked), join("\n", sort(('answered') x 11, ('client_left answered') x 4)),
	'only what was open is asked again');
is($model->stats->{peak}, 4, 'there were never more open than the setting says');

# A user whose pass stands at a question that is never answered.
sub stand_at
{
	my ($stage) = @_;
	new_user();
	$model->forget;
	$model->script({ kind => $stage, hold => \1, times => 'always' });
	start_pass($node, $user, 'app');
	$model->wait_for(held => 1);
	$worker = $sql->("SELECT pid FROM soulprint.full_passes WHERE user_id = '$user'");
}

# Does something and waits until a query is true and the server sees nobody; both in under two seconds.
sub soon
{
	my ($what, $do, $until, $database) = @_;
	my $start = time;
	my $open = $model->stats->{in_flight};
	$do->();
	$model->wait_for(in_flight_is => 0);
	my $left = time - $start;
	$node->poll_query_until($database // 'app', $until) or diag "$what: it does not happen" if $until;
	my $seconds = time - $start;
	within($seconds, 2, sprintf '%s takes %.2f s, the requests end after %.2f s', $what, $seconds, $left);
	is(scalar(grep { $_->{outcome} eq 'client_left' } $model->journal), $open, "$what: the server sees the client leave");
}

# The answers come again; the pass's end.
sub answered
{
	$model->forget;
	return end_of_pass($node, $user, 'app');
}

for my $stage ('facts', 'sections')
{
	stand_at($stage);
	soon("$stage: soulprint_cancel_full_pass()", sub { $sql->("SELECT soulprint_cancel_full_pass('$user')") }, "SELECT full_pass_status = 'failed' FROM user_profiles WHERE user_id = '$user'");
	is(answered(), 'failed: canceled by postgres', "$stage: soulprint_cancel_full_pass() says who it was");

	stand_at($stage);
	soon("$stage: pg_cancel_backend()", sub { $sql->("SELECT pg_cancel_backend($worker)") }, "SELECT full_pass_status = 'failed' FROM user_profiles WHERE user_id = '$user'");
	is(answered(), 'failed: canceled by an administrator', "$stage: pg_cancel_backend() fails the pass");

	stand_at($stage);
	soon("$stage: pg_terminate_backend()", sub { $model->script; $sql->("SELECT pg_terminate_backend($worker)") }, "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $worker)");
	is(answered(), 'complete', "$stage: after pg_terminate_backend() the pass is resumed");

	stand_at($stage);
	soon("$stage: soulprint.enabled = off", sub { $sql->('ALTER SYSTEM SET soulprint.enabled = off; SELECT pg_reload_conf()') },
		"SELECT full_pass_status = 'pending' AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $worker) FROM user_profiles WHERE user_id = '$user'");
	$sql->('ALTER SYSTEM RESET soulprint.enabled; SELECT pg_reload_conf()');
	is(answered(), 'complete', "$stage: soulprint.enabled = on again finishes it");

	stand_at($stage);
	soon("$stage: deleting the profile", sub { $sql->("DELETE FROM user_profiles WHERE user_id = '$user'") },
		"SELECT NOT EXISTS (SELECT FROM soulprint.full_passes WHERE user_id = '$user' AND state IN ('queued', 'running'))");
	answered();
	is($sql->("SELECT count(*) FROM user_profiles WHERE user_id = '$user'"), '0', "$stage: a deleted profile does not come back");

	stand_at($stage);
	soon("$stage: DROP EXTENSION", sub { $sql->('DROP EXTENSION soulprint') }, "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $worker)");
	$model->forget;
	$sql->('CREATE EXTENSION soulprint; SELECT soulprint_setup()');
	start_pass($node, $user, 'app');
	is(end_of_pass($node, $user, 'app'), 'complete', "$stage: created again it works");

	stand_at($stage);
	soon("$stage: DROP DATABASE WITH (FORCE)", sub { $node->safe_psql('postgres', 'DROP DATABASE app WITH (FORCE)') });
	make_database();
	$node->restart;
}

stand_at('facts');
my $start = time;
$node->stop('fast');
my $seconds = time - $start;
within($seconds, 2, sprintf 'a fast shutdown takes %.2f s', $seconds);
is($model->stats->{in_flight}, 0, 'a fast shutdown leaves no request open');
$node->start;
is(answered(), 'complete', 'after the start the pass is resumed');

# The call of a pass, interrupted, where no launcher would take it over.
new_database($node);
$user = add_user($node, 1);
$node->safe_psql('postgres', talk($user, 1, 3));
$model->hold;
$session = $node->background_psql('postgres', on_error_stop => 0);
$session->query_until(qr/called/, "\\echo called\nCALL soulprint_run_full_pass('$user');\n");
$model->wait_for(held => 1);
soon('canceling the CALL', sub { $node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL %'") },
	"SELECT full_pass_status = 'failed' FROM user_profiles WHERE user_id = '$user'", 'postgres');
is(status($node, $user), 'failed: canceled by ' . $node->safe_psql('postgres', 'SELECT current_user'), 'canceling the CALL ends its pass');
$session->quit;

is(count_log($node, qr/deadlock/), 0, 'without a deadlock');
is(() = slurp_file($node->logfile) =~ /was terminated by signal/g, 1, 'nothing crashed but what was killed');
unlike(slurp_file($node->logfile), qr/PANIC|TRAP:/, 'nor complained');
done_testing();
