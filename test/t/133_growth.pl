# What grows with the passes: nothing in the processes (F29); in the tables what is kept, which autovacuum sees (F17),
# and which goes when its time is over, in steps.
#
# GROWTH_PASSES (300): how many passes one worker runs.
# Runs alone: it measures the memory of processes.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $passes = $ENV{GROWTH_PASSES} // 300;
my $early = 50;
my $model = ModelServer->new;
my $node = new_server('growth', $model->settings, 'soulprint.max_workers' => 1,
	autovacuum_naptime => '1s', autovacuum_vacuum_threshold => 50, autovacuum_vacuum_scale_factor => 0,
	autovacuum_analyze_threshold => 50, autovacuum_analyze_scale_factor => 0, autovacuum_vacuum_cost_delay => 0);
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

# What a process that waits has, in bytes: the memory context that stays, all contexts, and its private memory where the
# kernel tells.
sub memory_of
{
	my ($pid) = @_;
	my $offset = -s $node->logfile;
	my ($top, $all);
	$sql->("SELECT pg_log_backend_memory_contexts($pid)");
	for (my $end = time + $PostgreSQL::Test::Utils::timeout_default; !$all && time < $end;)
	{
		($top, $all) = slurp_file($node->logfile, $offset) =~ /\[$pid\] LOG:  level: 0; TopMemoryContext: .*; (\d+) used\n(?s:.*)\[$pid\] LOG:  Grand total: .*; (\d+) used\n/;
	}
	my ($private) = -r "/proc/$pid/status" ? slurp_file("/proc/$pid/status") =~ /^RssAnon:\s+(\d+)/m : undef;
	return { TopMemoryContext => $top, 'all contexts' => $all, 'private memory' => 1024 * ($private // 0) };
}

# The worker that stands at a question of pass number $number, and the launcher.
sub memory_at
{
	my ($number) = @_;
	for (my $done = $early; $done < $number; $done += $early)
	{
		$node->poll_query_until('postgres', "SELECT count(*) >= $done FROM soulprint.full_passes WHERE state = 'done'") or diag "not even $done passes are done";
	}
	$model->wait_for(held => 1);
	my ($worker, $done) = split /\|/, $sql->("SELECT pid, (SELECT count(*) FROM soulprint.full_passes WHERE state = 'done') FROM soulprint.full_passes WHERE state = 'running'");
	is($done, $number - 1, "pass $number runs");
	my $launcher = $sql->("SELECT pid FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'");
	return { worker => $worker, memory => { worker => memory_of($worker), launcher => memory_of($launcher) } };
}

$sql->(join '', map { my $user = user($_); "INSERT INTO user_profiles (user_id, full_pass_status) VALUES ('$user', NULL);" . talk($user, $_, $_) } 1 .. $passes);
$model->config(journal_bodies => \0, ratelimit_headers => \0);
my $analyzed = $early / 2;
$model->script(map { { kind => 'facts', contains => "painting number $_.", hold => \1 } } $analyzed, $early, $passes);
$sql->('SELECT count(soulprint_start_full_pass(user_id)) FROM (SELECT user_id FROM user_profiles ORDER BY user_id) AS u');
# When tables are analyzed first, the worker makes its plans anew: its heap takes a step of 1.5 MB, once.
$model->wait_for(held => 1);
$node->poll_query_until('postgres', "SELECT count(*) = 2 FROM pg_stat_user_tables WHERE relname IN ('full_passes', 'replies') AND last_autoanalyze IS NOT NULL") or diag 'nothing is analyzed';
$model->release;
my $before = memory_at($early);
$model->release;
my $after = memory_at($passes);
is($after->{worker}, $before->{worker}, 'one worker has run them');
# Caches of Postgres grow a little; what stays does not.
my %most = (TopMemoryContext => 10 * ($passes - $early), 'all contexts' => 200 * 1024, 'private memory' => 1024 * 1024);
for my $process ('worker', 'launcher')
{
	for my $kind (sort keys %most)
	{
		my ($from, $to) = map { $_->{memory}{$process}{$kind} } $before, $after;
		within($to - $from, $most{$kind}, "$kind of the $process: $from bytes at pass $early, $to at pass $passes");
	}
}

# Autovacuum has seen what the worker wrote, which is still there.
my $seen = sub {
	my ($table, $condition) = @_;
	ok($node->poll_query_until('postgres', "SELECT $condition FROM pg_stat_user_tables WHERE relid = '$table'::regclass"), "$table: $condition")
	  or diag $sql->("SELECT to_json(t) FROM pg_stat_user_tables t WHERE relid = '$table'::regclass");
};
$seen->('soulprint.replies', 'n_tup_ins >= ' . 3 * ($passes - 1));
$seen->('soulprint.facts', "n_tup_ins >= $passes - 1");
$seen->('soulprint.full_passes', 'n_tup_upd >= ' . 3 * ($passes - 1));
$seen->('user_profiles', 'n_tup_upd >= ' . 2 * ($passes - 1));
$seen->($_, 'autoanalyze_count > 0 AND n_mod_since_analyze <= 50') for qw(soulprint.replies soulprint.facts soulprint.full_passes user_profiles conversation_chunks);
$seen->($_, 'autovacuum_count > 0 AND n_dead_tup <= 50') for qw(soulprint.full_passes user_profiles);
my ($rows, $live, $size) = split /\|/, $sql->("SELECT count(*), sum(pg_column_size(f)), pg_relation_size('soulprint.full_passes') FROM soulprint.full_passes f");
cmp_ok($size, '<', 3 * $live + 10 * 8192, "$size bytes of soulprint.full_passes hold $live bytes of $rows passes");
is($sql->("SELECT count(*) FROM pg_stat_activity WHERE pid = $after->{worker}"), '1', 'the worker is still there');
$model->release;
is(end_of_pass($node, user($passes)), 'complete', 'its last pass, too, is complete');
is($sql->("SELECT count(*) FROM soulprint.full_passes WHERE state = 'done' AND attempts = 1"), $passes, 'like all others');
$node->stop;
log_is_clean($node);

# Expired rows go in steps, and none that is younger.
$node = new_server('short', 'soulprint.keep_replies' => '30d', 'soulprint.keep_history' => '10d', 'soulprint.keep_versions' => 2);
new_database($node);
my $user = add_user($node, 1);
$sql->(talk($user, 1, 3));
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'a pass');
my $many = 25_000;
my $age = "now() - d.days * interval '1 day' + d.sign * interval '1 hour'";
my $aged = sub { my ($days) = @_; return "(SELECT $days AS days, CASE WHEN n <= $many THEN -1 ELSE 1 END AS sign, n FROM generate_series(1, $many + 3) AS n) AS d" };
my %tables = (
	full_passes => [ 'ended_at', 10, "(user_id, state, taken_at, ended_at) SELECT '$user', 'done', $age, $age" ],
	replies => [ 'used_at', 30, "(user_id, step, question, attempt, outcome, reply, model, input_tokens, output_tokens, cost_usd, used_at) SELECT '$user', 'facts', int8send(n), 0, 'answered', '', '', 0, 0, 0, $age" ],
	imports => [ 'imported_at', 10, "(user_id, imported_at, source, imported, updated, unchanged, memories, skipped, skipped_because, skipped_ids, hidden_messages, replaced_characters) SELECT '$user', $age, 'argument', 0, 0, 0, 0, 0, '{}', '{}', '{}', 0" ],
	evaluations => [ 'started_at', 10, "(user_id, model, prompts, budget_usd, started_at) SELECT '$user', 'm', 'p', 1, $age" ],
	batches => [ 'submitted_at', 10, "(pass_id, user_id, model, requests, questions, reserved_usd, state, submitted_at) SELECT 0, '$user', 'm', 1, '{}', 0, 'ended', $age" ]);
$sql->("CREATE TABLE public.steps (what text, deleted bigint);
CREATE FUNCTION count_step() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN
	INSERT INTO public.steps SELECT TG_TABLE_NAME, count(*) FROM gone HAVING count(*) > 0; RETURN NULL; END'");
my %young;
for my $table (sort keys %tables)
{
	my ($column, $days, $insert) = @{ $tables{$table} };
	$sql->("INSERT INTO soulprint.$table $insert FROM " . $aged->($days));
	$young{$table} = $sql->("SELECT count(*), md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM soulprint.$table t WHERE $column > now() - interval '$days days'");
	$sql->("CREATE TRIGGER count_step AFTER DELETE ON soulprint.$table REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION count_step()");
}
is($sql->('SELECT count(*) FROM steps'), '0', 'nothing goes before a poll');
$sql->("ALTER SYSTEM SET soulprint.poll_interval = '100ms'; SELECT pg_reload_conf()");
for my $table (sort keys %tables)
{
	my ($column, $days) = @{ $tables{$table} };
	ok($node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM soulprint.$table WHERE $column < now() - interval '$days days')"), "$table: what is older than $days days goes");
	is($sql->("SELECT array_agg(deleted ORDER BY deleted DESC) FROM steps WHERE what = '$table'"), '{10000,10000,5000}', "$table: in steps");
	is($sql->("SELECT count(*), md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM soulprint.$table t"), $young{$table}, "$table: what is younger stays");
}
$sql->("ALTER SYSTEM RESET soulprint.poll_interval; SELECT pg_reload_conf()");

# Versions: as many as the setting says.
my $versions = "SELECT string_agg(version::text, ' ' ORDER BY version) FROM soulprint.versions WHERE user_id = '$user'";
my $next = 10;
my $pass = sub { ++$next; $sql->(talk($user, $next, $next)); start_pass($node, $user); is(end_of_pass($node, $user), 'complete', "a pass over $next") };
$pass->() for 1 .. 4;
is($sql->($versions), '3 4', 'two versions are kept');
$sql->('ALTER SYSTEM SET soulprint.keep_versions = 1; SELECT pg_reload_conf()');
$pass->();
is($sql->($versions), '5', 'or one');
$sql->('ALTER SYSTEM SET soulprint.keep_versions = 0; SELECT pg_reload_conf()');
$pass->();
is($sql->($versions), '', 'or none');

$node->stop;
log_is_clean($node);
done_testing();
