# Who is blamed when a worker ends: nobody if it ended in order, or because another process crashed, however
# often; passes whose workers died run again one at a time, until the one that crashes the server is known.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

# Thirty ends during one long answer, each for another reason than the pass.
{
	my $model = ModelServer->new;
	my $node = new_server('orderly', $model->settings);
	new_database($node);
	my $sql = sub { $node->safe_psql('postgres', $_[0]) };
	my $user = add_user($node, 1);
	$sql->(talk($user, 1, 1));
	$model->hold;
	start_pass($node, $user);
	my $worker = 0;
	my @ends = (
		sub { $node->restart },
		sub { $sql->("SELECT pg_terminate_backend($worker)") },
		sub {
			$sql->('ALTER SYSTEM SET soulprint.enabled = off; SELECT pg_reload_conf()');
			$node->poll_query_until('postgres', "SELECT state = 'queued' FROM soulprint.full_passes");
			$sql->('ALTER SYSTEM RESET soulprint.enabled; SELECT pg_reload_conf()');
		},
		sub {
			kill 'KILL', $sql->("SELECT pid FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'");
			# After the first crash it waits for a second only.
			$node->poll_query_until('postgres', "SELECT state = 'queued' OR pid <> $worker FROM soulprint.full_passes");
			due_now($node, $user);
		},
		sub { $node->stop('immediate'); $node->start },
		# Its processes may keep another from starting for a moment.
		sub {
			my $limit = time + $PostgreSQL::Test::Utils::timeout_default;
			do { $node->kill9 } until $node->start(fail_ok => 1) || time > $limit;
		});
	for my $end (0 .. 29)
	{
		$node->poll_query_until('postgres', "SELECT state = 'running' AND pid <> $worker AND stage = 'facts' FROM soulprint.full_passes") or diag 'it is not resumed';
		$worker = $sql->('SELECT pid FROM soulprint.full_passes');
		$ends[ $end % @ends ]->();
		$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $worker)");
	}
	# The worker cannot return its pass at its end, before a restart.
	$node->poll_query_until('postgres', "SELECT state = 'running' AND pid <> $worker AND stage = 'facts' FROM soulprint.full_passes") or diag 'it is not resumed';
	my $lock = $node->background_psql('postgres');
	$lock->query_safe('BEGIN; LOCK TABLE soulprint.full_passes IN SHARE MODE');
	$worker = $sql->('SELECT pid FROM soulprint.full_passes');
	$sql->("SELECT pg_terminate_backend($worker)");
	$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $worker)");
	is($sql->('SELECT state FROM soulprint.full_passes'), 'running', 'a pass that its worker could not return');
	$node->restart;
	eval { $lock->quit };
	$model->go_on;
	is(end_of_pass($node, $user), 'complete', 'after thirty ends the pass completes');
	is($sql->('SELECT attempts, crashes, own_crashes, suspect FROM soulprint.full_passes'), '1|5|0|f', 'in its first attempt');
	is(count_log($node, qr/was interrupted by a crash/), 5, 'nothing was taken for a crash but a crash');
	is(count_log($node, qr/was interrupted by a crash of another process\n/), 5, 'nor for its own');
	like(slurp_file($node->logfile), qr/of another process\n.*DETAIL:  The server crashed 3 times during this pass\.\n.*HINT:  It runs alone for 8 minutes/, 'after the third one it runs alone');
	is(count_log($node, qr/starts, attempt [2-9]/), 0, 'nor for another attempt');
	is(count_log($node, qr/was terminated by signal/), 5, 'nothing crashed but what was killed');

	# A client keeps a pass from being returned: the note of its worker stays.
	$model->hold;
	my ($locked, $other) = map { add_user($node, $_) } 2, 3;
	$sql->(talk($locked, 2, 2) . talk($other, 3, 3));
	start_pass($node, $locked);
	$model->wait_for(held => 1);
	$sql->('ALTER SYSTEM SET soulprint.enabled = off');
	$node->stop('immediate');
	$node->start;
	my $client = $node->background_psql('postgres');
	$client->query_safe("BEGIN; SELECT FROM soulprint.full_passes WHERE user_id = '$locked' FOR UPDATE");
	start_pass($node, $other);
	$sql->('ALTER SYSTEM RESET soulprint.enabled; SELECT pg_reload_conf()');
	my ($of_locked, $of_other) = map { "FROM soulprint.full_passes WHERE user_id = '$_'" } $locked, $other;
	ok($node->poll_query_until('postgres', "SELECT stage = 'facts' $of_other"), 'another pass runs');
	$client->quit;
	$sql->('SELECT soulprint.wake_launcher()');
	ok($node->poll_query_until('postgres', "SELECT stage = 'facts' AND pid IN (SELECT pid FROM pg_stat_activity) $of_locked"), 'then the pass goes on');
	is($sql->("SELECT crashes, own_crashes $of_locked"), '0|0', 'its note was read');

	# Whoever tells a worker to quit makes a crash.  It has met so many that the wait between them is long.
	$sql->("UPDATE soulprint.full_passes SET crashes = 5000 WHERE user_id = '$locked'");
	kill 'QUIT', $sql->("SELECT pid $of_locked");
	$node->poll_query_until('postgres', "SELECT state = 'queued' $of_locked") or diag 'it is not returned';
	is($sql->("SELECT crashes, own_crashes, not_before - now() BETWEEN interval '50 min' AND interval '1 h' $of_locked"), '5001|1|t', 'a worker that was told to quit by another than the postmaster');
	$model->go_on;
	is(end_of_pass($node, $other), 'complete', 'the other pass completes');
	due_now($node, $locked);
	is(end_of_pass($node, $locked), 'complete', 'and so does this one');

	unlike(slurp_file($node->logfile), qr/PANIC|TRAP:/, 'nothing complained');
	is_deeply([ grep { /soulprint/ } slurp_dir($node->data_dir . '/pg_stat') ], [], 'no note of a worker is left');
	$node->stop;
}

my $node = new_server('blame', 'soulprint.poll_interval' => '2s');
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
# Workers may kill themselves, as the OOM killer would.
$sql->(q{
GRANT pg_execute_server_program TO soulprint_worker;
CREATE TABLE poison (user_id uuid PRIMARY KEY, after_progress bool);
GRANT SELECT ON poison TO soulprint_worker;
CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    poison public.poison;
BEGIN
    SELECT * INTO poison FROM public.poison p WHERE p.user_id = NEW.user_id;
    -- After progress: with the second group of answers of this worker.
    IF FOUND AND (NOT poison.after_progress OR TG_TABLE_NAME = 'replies' AND EXISTS (
            SELECT FROM soulprint.replies r JOIN soulprint.full_passes f USING (user_id)
            WHERE r.user_id = NEW.user_id AND f.state = 'running' AND r.created_at > f.taken_at AND r.created_at < now())) THEN
        EXECUTE format('COPY (SELECT) TO PROGRAM %L', 'kill -9 ' || pg_backend_pid());
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER crash BEFORE INSERT ON soulprint.replies FOR EACH ROW EXECUTE FUNCTION crash();
CREATE TRIGGER crash BEFORE INSERT ON conversation_chunks FOR EACH ROW EXECUTE FUNCTION crash();});

sub crashes { return count_log($node, qr/was terminated by signal 9/) }

# What the server says, once it is there again.
sub ask
{
	my ($query) = @_;
	for (my $end = time + 60; time < $end;)
	{
		# psql dies if the server goes away while it sends the query.
		my ($code, $out) = eval { $node->psql('postgres', $query) };
		return $out if defined $code && $code == 0;
	}
	die 'the server does not come back';
}

my $number = 10;
for ([ 'at once', 'all die' ], [ 'after progress', 'all die' ], [ 'after progress', 'one dies' ])
{
	my ($when, $who) = @$_;
	my $kind = "$when, $who";
	my $before = crashes();
	my ($poison, @innocent) = map { add_user($node, ++$number) } 1 .. 3;
	$sql->(talk($_, 1, 20)) for $poison, @innocent;
	# All three are running when it happens for the first time.
	my $hold = hold($node, 'INSERT ON conversation_chunks', 'true');
	start_pass($node, $_) for $poison, @innocent;
	$node->poll_query_until('postgres', "SELECT count(*) = 3 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND NOT granted") or diag 'not all run';
	my $progress = $when eq 'at once' ? 'false' : 'true';
	$sql->("INSERT INTO poison VALUES ('$poison', $progress)");
	# The OOM killer may take all workers at once; if it takes one, the others are told to quit.
	kill_together(split /\n/, $sql->("SELECT pid FROM soulprint.full_passes WHERE " . ($who eq 'all die' ? "state = 'running'" : "user_id = '$poison'")));
	eval { release($hold) };
	my ($end, $most) = (time + 120, 0);
	while (time < $end && ask("SELECT state FROM soulprint.full_passes WHERE user_id = '$poison'") ne 'failed')
	{
		# As if the wait were over.
		my $running = ask("UPDATE soulprint.full_passes SET not_before = now() WHERE state = 'queued' AND not_before > now();
			SELECT soulprint.wake_launcher(); SELECT count(*) || ' ' || count(*) FILTER (WHERE suspect) FROM soulprint.full_passes WHERE state = 'running'");
		my ($count, $suspect) = $running =~ /(\d+) (\d+)$/ or next;
		$most = $count if $suspect && $count > $most;
	}
	is(ask("SELECT full_pass_status, full_pass_error FROM user_profiles WHERE user_id = '$poison'"),
		'failed|the server crashed 10 times during this pass, the last time while it ran alone. Look for the reason in the server log, then request the pass again.',
		"$kind: the guilty pass is parked with its reason");
	for my $user (@innocent)
	{
		is(end_of_pass($node, $user), 'complete', "$kind: an innocent pass completes");
		is(ask("SELECT attempts, crashes <= 2, own_crashes FROM soulprint.full_passes WHERE user_id = '$user'"), '1|t|' . ($who eq 'all die' ? 1 : 0), "$kind: uncharged");
	}
	cmp_ok($most, '<=', 1, "$kind: a suspect runs alone") if $who eq 'all die';
	is(crashes() - $before, 10, "$kind: ten crashes");
	$sql->("DELETE FROM poison; SELECT soulprint_start_full_pass('$poison')");
	is(end_of_pass($node, $poison), 'complete', "$kind: mended and asked for again, it completes");
}
like(slurp_file($node->logfile), qr/full pass \d+ of user \S+ was interrupted by a crash, 1 of 10\n.*DETAIL:  The server crashed once during this pass\.\n.*HINT:  It runs alone for 2 minutes/, 'each is said in the log');
$node->stop;
done_testing();
