# DROP EXTENSION and DROP DATABASE in the middle of a pass return soon, whatever a worker is doing, and
# leave a server that can start over.
# Runs alone: it measures how soon something ends.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use Time::HiRes qw(time);
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('drop', 'soulprint.database' => 'app');
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', 'CREATE EXTENSION soulprint; SELECT soulprint_setup()');
my $sql = sub { $node->safe_psql('app', $_[0]) };
my $launcher = "SELECT query FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'";

# How long a statement takes.
sub seconds
{
	my ($database, $statement) = @_;
	my $start = time;
	$node->safe_psql($database, $statement);
	return time - $start;
}
# The launcher was there before its database, and would take its time.
$node->restart;

my $user = add_user($node, 1, database => 'app');
$sql->(talk($user, 1, 300));

# A worker in the middle of a transaction: the drop waits for that only.
my $hold = hold($node, 'INSERT ON soulprint.replies', 'EXISTS (SELECT FROM soulprint.replies r WHERE r.user_id = NEW.user_id)', 'app');
start_pass($node, $user, 'app');
worker_is_held($node, 'app');
within(seconds('postgres', 'CREATE DATABASE other'), 20, 'CREATE DATABASE does not wait for a pass');
within(seconds('postgres', 'DROP DATABASE other'), 2, 'nor does DROP DATABASE of another one');
my $session = $node->background_psql('app');
$session->query_until(qr/asked/, "\\echo asked\nDROP EXTENSION soulprint;\n\\echo dropped\n");
$node->poll_query_until('app', "SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE 'DROP EXTENSION%' AND wait_event_type = 'Lock'");
release($hold);
$session->query('SELECT 1');
$session->quit;
is($sql->("SELECT count(*) FROM pg_extension WHERE extname = 'soulprint'"), '0', 'DROP EXTENSION waits for one transaction of a pass');
ok($node->poll_query_until('app', $launcher, 'waiting for CREATE EXTENSION soulprint'), 'the launcher waits for its return');
is($sql->("SELECT count(*) FROM raw_conversations"), '300', "the application's tables stay");
is($sql->("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'soulprint%'"), '0', 'the trigger is gone');

# Dropped and created again at once, wherever the pass is.
for my $round (1 .. 3)
{
	$sql->('CREATE EXTENSION soulprint; SELECT soulprint_setup()');
	start_pass($node, $user, 'app');
	$node->poll_query_until('app', "SELECT count(*) > 0 FROM soulprint.full_passes WHERE state <> 'queued'");
	my $seconds = seconds('app', 'DROP EXTENSION soulprint');
	within($seconds, 2, sprintf 'DROP EXTENSION during a pass takes %.2f s', $seconds);
}
$sql->('CREATE EXTENSION soulprint; SELECT soulprint_setup()');
start_pass($node, $user, 'app');
is(end_of_pass($node, $user, 'app'), 'complete', 'created again it works');
ok($node->poll_query_until('app', $launcher, 'waiting for requests'), 'and the launcher waits for requests');

# The worker's own database.
$hold = hold($node, 'UPDATE ON user_profiles', q{NEW.full_pass_status = 'complete'}, 'app');
start_pass($node, $user, 'app');
worker_is_held($node, 'app');
my $seconds = seconds('postgres', 'DROP DATABASE app WITH (FORCE)');
within($seconds, 2, sprintf 'DROP DATABASE WITH (FORCE) during a pass takes %.2f s', $seconds);
eval { $hold->quit };
$node->safe_psql('postgres', 'CREATE DATABASE app');
$sql->('CREATE EXTENSION soulprint; SELECT soulprint_setup()');
$user = add_user($node, 1, database => 'app');
$sql->(talk($user, 1, 3));
start_pass($node, $user, 'app');
is(end_of_pass($node, $user, 'app'), 'complete', 'the launcher comes back for the new database of that name');

# A fast shutdown in mid-pass.
$hold = hold($node, 'UPDATE ON user_profiles', q{NEW.full_pass_status = 'complete'}, 'app');
start_pass($node, $user, 'app');
worker_is_held($node, 'app');
my $start = time;
$node->stop('fast');
$seconds = time - $start;
within($seconds, 2, sprintf 'a fast shutdown takes %.2f s', $seconds);
eval { $hold->quit };
$node->start;
is(end_of_pass($node, $user, 'app'), 'complete', 'and the pass is resumed afterwards');

$node->stop;
log_is_clean($node);
unlike(slurp_file($node->logfile), qr/deadlock/, 'no deadlock');
done_testing();
