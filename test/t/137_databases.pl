# Several databases of one server: each has a launcher of its own, which nothing that happens in another one concerns, and
# all keep to the limits of the model server together.

use strict;
use warnings;

use lib 'test/t';
use List::Util qw(uniq);
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $late = 'Late, or never';
my $model = ModelServer->new;
my $node = new_server('databases', $model->settings, 'soulprint.database' => qq{one, two, "$late"}, 'soulprint.max_workers' => 1, max_worker_processes => 20);
my $number = 0;

sub sql { return $node->safe_psql(@_) }

sub soon
{
	my ($database, $query, $what) = @_;
	ok($node->poll_query_until($database, "SELECT $query"), $what);
}

# Is the launcher of a database there, and does this hold for it?
sub launcher
{
	my ($database, $holds) = @_;
	return "EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'soulprint launcher' AND datname = '$database' AND ($holds))";
}

# A user of a database with so many chunks whose pass is asked for, once $sql is executed with that; the user.
sub ask_for
{
	my ($database, $chunks, $sql) = @_;
	my $user = add_user($node, ++$number, database => $database);
	sql($database, talk($user, 1, $chunks));
	sql($database, "BEGIN; SELECT soulprint_start_full_pass('$user'); @{[ $sql // '' ]}; COMMIT");
	return $user;
}

sub is_complete
{
	my ($database, $user, $what) = @_;
	is(end_of_pass($node, $user, $database), 'complete', $what);
}

sub restart
{
	my (%settings) = @_;
	$node->append_conf('postgresql.conf', join '', map { "$_ = '$settings{$_}'\n" } keys %settings);
	$node->restart;
}

# One of the databases does not exist.
new_database($node, database => $_) for qw(one two other);
$node->restart;
soon('postgres', launcher($_, "query LIKE 'waiting for requests%'"), "a launcher is in database $_") for qw(one two);
soon('postgres', "pg_postmaster_start_time() < now() - interval '2 s'", 'two seconds later');
is(count_log($node, qr/FATAL:  database "$late" does not exist/) > 0, 1, 'none is in a database that does not exist');
like(slurp_file('/proc/' . sql('one', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'soulprint launcher' AND datname = 'one'") . '/cmdline') =~ tr/\0/ /r,
	qr/soulprint launcher for one/, 'the title of a process tells its database');

# Both run passes at the same time, each as many as soulprint.max_workers.
$model->hold;
my %user = map { $_ => ask_for($_, 1) } qw(one two);
ok($model->wait_for(held => 2), 'both run a pass');
is(sql('one', "SELECT message FROM soulprint_health() WHERE check_name = 'workers'") =~ /^1 of 1 busy, /, 1, 'in each database its own workers are counted');
$model->go_on;
is_complete($_, $user{$_}, "the pass of $_ completes") for qw(one two);

# A request wakes its own launcher.
soon('one', launcher($_, "query LIKE 'waiting for requests%'"), "the launcher of $_ rests") for qw(one two);
my $state = "SELECT state_change FROM pg_stat_activity WHERE backend_type = 'soulprint launcher' AND datname = 'one'";
my $rested = sql('one', $state);
is_complete('two', ask_for('two', 1), 'a pass of two');
is(sql('one', $state), $rested, 'wakes no launcher but that of two');

# The limiter and the counters are the server's.
$model->forget;
$model->config(requests_per_minute => 1800);
%user = map { $_ => ask_for($_, 40) } qw(one two);
is_complete($_, $user{$_}, "with limits the pass of $_ completes") for qw(one two);
cmp_ok(scalar(grep { $_->{status} == 429 } $model->journal), '<=', 4, 'they keep to one limit together');
is(scalar(uniq map { sql($_, 'SELECT sum(requests) FROM soulprint_stat_model') } qw(one two other)), 1, 'each database shows the counters of the server');
$model->forget;

# A pause is one of a database.  Where no launcher is, a reload makes a probe due all the same.
sub refuse { $model->script({ kind => 'facts', error => { status => 401 } }) }
refuse();
$user{two} = ask_for('two', 1);
soon('two', 'soulprint.pause_reason() IS NOT NULL', 'two pauses');
is(sql('one', 'SELECT soulprint.pause_reason() IS NULL'), 't', 'one does not');
is_complete('one', ask_for('one', 1), 'its pass completes meanwhile');
is(sql('two', "SELECT state FROM soulprint.full_passes WHERE user_id = '$user{two}'"), 'queued', 'that of two waits');
refuse();
$user{other} = add_user($node, ++$number, database => 'other');
sql('other', talk($user{other}, 1, 1));
my $call = sub { my ($code, $out, $error) = $node->psql('other', "CALL soulprint_run_full_pass('$user{other}')"); return $error };
like($call->(), qr/does not accept the API key/, 'CALL where no launcher is meets a pause of its own');
like($call->(), qr/no full pass can run: the model server does not accept/, 'which lasts');
$model->forget;
$node->reload;
is_complete('two', $user{two}, 'after a reload two goes on');
$call->();
is_complete('other', $user{other}, 'and the other database');

# What is said where no launcher is, and the statement that gives it one.
my (undef, undef, $warning) = $node->psql('other', "SELECT soulprint_start_full_pass('$user{other}')");
like($warning, qr/WARNING:  full pass \d+ stays queued: soulprint\.database is "one, two, "$late""/, 'a pass that nobody will take');
is(sql('other', 'SELECT progress FROM soulprint_progress'), 'queued, and no launcher serves this database', 'and so it shows');
is(sql('other', "SELECT action FROM soulprint_health() WHERE check_name = 'launcher'"),
	qq{ALTER SYSTEM SET soulprint.database = 'one, two, "$late", other'; -- then restart the server}, 'the statement that adds this database');
is(sql($_, "SELECT status FROM soulprint_health() WHERE check_name = 'launcher'"), 'ok', "a launcher serves $_") for qw(one two);

# The missing one.
sql('postgres', qq{CREATE DATABASE "$late"});
is(sql($late, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'soulprint launcher' AND datname = current_database()"), '0', 'made later: its launcher waits');
sql($late, 'CREATE EXTENSION soulprint; SELECT soulprint_setup()');
is_complete($late, ask_for($late, 1), 'with the extension it is served');
like(sql('one', "SELECT message, action FROM soulprint_health() WHERE check_name = 'workers'"), qr/^0 of 1 busy, \d+ of 20 slots free\|$/, 'there is room for all of their workers');
sql('one', 'ALTER SYSTEM SET soulprint.max_workers = 6');
$node->reload;
soon('one', "action LIKE 'ALTER SYSTEM SET max_worker_processes = 25;%' FROM soulprint_health() WHERE check_name = 'workers'", 'and if there is none, each launcher counts');
sql('one', 'ALTER SYSTEM RESET soulprint.max_workers');
$node->reload;

# The limit of the day is one of a database.
sql('one', q{INSERT INTO soulprint.costs SELECT date_trunc('hour', now()), NULL, 'm', 'facts', 1, 0, 0, 0, 1, 0, 0, 1, 100, 0});
$user{$_} = ask_for($_, 1) for qw(one two);
is_complete('two', $user{two}, 'what one has spent does not concern two');
like(in_queue($node, $user{one}, 'one'), qr/\|the limit of cost of the day is reached: /, 'one waits for the day to pass');
sql('one', "DELETE FROM soulprint.costs WHERE cost_usd = 100");
due_now($node, $user{one}, 'one');
is_complete('one', $user{one}, 'without it, it goes on');

# A pass that may crash the server runs alone, whatever else would run in other databases.
my $trial = "EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE objsubid = 21331 AND datname = 'one' AND locktype = 'advisory')";
$model->config(latency_ms => 500);
my $first = ask_for('two', 1500);
ok($model->wait_for(in_flight => 1), 'a long pass of two runs');
my $before = ask_for('one', 3);
soon('one', "state = 'running' FROM soulprint.full_passes WHERE user_id = '$before'", 'a short one of one, too');
my $suspect = ask_for('one', 1, "UPDATE soulprint.full_passes SET suspect = true WHERE state = 'queued'");
is_complete('one', $before, 'its worker could go on with a suspect');
soon('one', launcher('one', "query = '1 passes queued: one that may crash the server waits for passes of other databases'") . " AND $trial", 'but this waits for the pass of two');
is(sql('one', "SELECT state FROM soulprint.full_passes WHERE user_id = '$suspect'"), 'queued', 'wherever that worker is');
my $third = ask_for($late, 1);
soon('two', launcher($late, "query = '1 passes queued: one that may crash the server runs alone in another database'"), 'and what is new in a third database waits for it');
soon('one', "state <> 'queued' FROM soulprint.full_passes WHERE user_id = '$suspect'", 'the suspect runs');
is(sql('two', "SELECT state FROM soulprint.full_passes WHERE user_id = '$first'"), 'queued', 'the long pass of two has given way, though nothing else waits there');
my $second = ask_for('two', 1);
$model->config(latency_ms => 0);
is_complete('one', $suspect, 'it completes');
is_complete('two', $_, 'so do the others') for $first, $second;
is_complete($late, $third, 'in each database');
my $times = sub { return sql($_[0], "SELECT extract(epoch FROM $_[1]) FROM soulprint.full_passes WHERE user_id = '$_[2]'") };
cmp_ok($times->(@$_), '>=', $times->('one', 'ended_at', $suspect), "nothing ran beside it in $_->[0]") for [ 'two', 'taken_at', $first ], [ 'two', 'taken_at', $second ], [ $late, 'taken_at', $third ];
soon('one', "NOT $trial", 'then the trial is over');

# A database is dropped, and made again, while a pass of another one runs.
my $hold = hold($node, 'UPDATE ON user_profiles', q{NEW.full_pass_status = 'complete'}, 'one');
%user = map { $_ => ask_for($_, 1) } qw(one two);
worker_is_held($node, 'one');
is_complete('two', $user{two}, 'a pass of two');
sql('postgres', 'DROP DATABASE two WITH (FORCE)');
new_database($node, database => 'two');
is_complete('two', ask_for('two', 1), 'dropped and made again, two is served');
release($hold);
is_complete('one', $user{one}, 'the pass of one has met nothing of it');

# Two change their names.
sql('postgres', 'ALTER SYSTEM SET soulprint.enabled = off; SELECT pg_reload_conf()');
soon('postgres', "count(*) = 3 AND bool_and(datname IS NULL) FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'", 'with soulprint.enabled = off all leave their databases');
is(sql('one', "SELECT message FROM soulprint_health() WHERE check_name = 'launcher'"), 'paused: soulprint.enabled is off', 'which is seen from there');
sql('postgres', "ALTER DATABASE one RENAME TO new; ALTER DATABASE two RENAME TO one; ALTER DATABASE new RENAME TO two");
sql('postgres', 'ALTER SYSTEM RESET soulprint.enabled; SELECT pg_reload_conf()');
soon('one', launcher($_, "query LIKE 'waiting for requests%'"), "then a launcher is in $_ again") for qw(one two);
is_complete($_, ask_for($_, 1), "and runs the passes of $_") for qw(one two);

# A crash ends workers of two databases, or takes them.  Their passes go on, one database after the other.
my $passes = "'soulprint worker' AND query LIKE 'full pass %'";
for my $kill ("'soulprint launcher' AND datname = 'two'", $passes)
{
	$model->hold;
	%user = map { $_ => ask_for($_, 1) } qw(one two);
	ok($model->wait_for(held => 2), 'both run a pass again');
	my $workers = sql('one', "SELECT string_agg(pid::text, ', ') FROM pg_stat_activity WHERE backend_type = $passes");
	kill_together(split /\n/, sql('one', "SELECT pid FROM pg_stat_activity WHERE backend_type = $kill"));
	soon('postgres', "NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid IN ($workers))", "killed: $kill");
	$model->go_on;
	is_complete($_, $user{$_}, "the pass of $_ completes") for qw(one two);
	is(sql($_, "SELECT crashes, own_crashes FROM soulprint.full_passes WHERE user_id = '$user{$_}'"), $kill eq $passes ? '1|1' : '1|0', "as one that a crash has met in $_") for qw(one two);
}

# A name twice: nothing is served, as with any value that cannot work.
restart('soulprint.database' => 'one, one');
is(count_log($node, qr/WARNING:  invalid value for parameter "soulprint\.database"\n.*DETAIL:  The value names a database twice\./), 1, 'the log says what is wrong with the list');
is(sql('one', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'"), '0', 'no launcher starts');
is(sql('one', 'SELECT soulprint.unserved_reason()'), 'soulprint.database is "one, one"', 'and so it is said');

# A template beside others.
restart('soulprint.database' => 'template1, one');
is(count_log($node, qr/WARNING:  no launcher starts for database "template1"/), 1, 'none starts for a template');
is_complete('one', ask_for('one', 1), 'the one beside it is served');
sql('postgres', 'CREATE DATABASE made');

$node->stop;
is(count_log($node, qr/was terminated by signal/), 2, 'nothing crashed but what was killed');
unlike(slurp_file($node->logfile), qr/PANIC|TRAP:/, 'nor complained');
done_testing();
