# Limits of cost: by the server's own journal no pass and no day costs more, and what they allow is used for the richest chats.

use strict;
use warnings;

use lib 'test/t';
use List::Util qw(max min sum0);
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my $node = new_server('limits', $model->settings, 'soulprint.poll_interval' => '1s', 'soulprint.max_workers' => 3, 'max_prepared_transactions' => 1);
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

# Every third chat is rich.  Each is a question of its own.
sub chats
{
	my ($user, $from, $to) = @_;
	$sql->(qq{
INSERT INTO raw_conversations (user_id, conversation_id, title, messages, message_count, created_at, imported_at)
SELECT '$user', 'chat-' || n, 'Chat ' || n, (SELECT jsonb_agg(part) FROM (
    SELECT jsonb_build_object('role', 'user', 'content', format('I love painting number %s.%s I prefer coffee number %s.%s', n, i, n, repeat(' and so on', 700 / parts))) AS part FROM generate_series(1, parts) AS i
    UNION ALL SELECT jsonb_build_object('role', 'assistant', 'content', 'Noted.') FROM generate_series(1, parts) AS i) AS all_parts), 2 * parts,
    timestamptz '2025-01-01 12:00+00' + n * interval '1 hour', now() - interval '1 hour'
FROM generate_series($from, $to) AS n, LATERAL (SELECT CASE n % 3 WHEN 0 THEN 7 ELSE 2 END) AS p (parts)});
}

sub set
{
	my (%values) = @_;
	$sql->("ALTER SYSTEM SET soulprint.$_ = $values{$_}") for keys %values;
	$node->reload;
}

# What the server bills for these requests: also for those whose answers did not arrive.
sub billed
{
	my $usd = 0;
	for my $usage (map { $_->{usage} // () } @_)
	{
		$usd += ($usage->{input_tokens} + 1.25 * ($usage->{cache_creation_input_tokens} // 0) + 0.1 * ($usage->{cache_read_input_tokens} // 0)
			  + 5 * $usage->{output_tokens}) / 1e6;
	}
	return $usd;
}

# The numbers of the chats that were asked about.
sub asked_about
{
	my %seen;
	$seen{$_}++ for map { $_->{body} =~ /painting number (\d+)\./g } $model->journal('facts', 1);
	return sort { $a <=> $b } keys %seen;
}

# Of a pass.
set(max_cost_per_pass => 0);
my $user = add_user($node, 1);
chats($user, 1, 150);
my ($estimated) = $sql->("SELECT cost_usd FROM soulprint_estimate_full_pass('$user')");
my $limit = sprintf '%.4f', 0.7 * $estimated;
set(max_cost_per_pass => $limit);
my $listener = $node->background_psql('postgres');
$listener->query_safe('LISTEN soulprint');
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'a pass over its limit');
my $heard = heard_by($listener);
$listener->quit;
my ($coverage, $cost) = split /\|/, $sql->('SELECT coverage, cost_usd FROM soulprint_history');
note "estimated $estimated, limit $limit, billed " . billed($model->journal) . ", coverage $coverage";
cmp_ok(billed($model->journal), '<=', $limit, 'costs no more, by the server');
cmp_ok(abs(billed($model->journal) - $cost), '<', 1e-9, 'which agrees with the ledger');
cmp_ok($coverage, '>', 0.2, 'and it says how much it read');
cmp_ok($coverage, '<', 0.8, 'which is not all');
like($heard, qr/"coverage" : \Q$coverage\E/, 'so does NOTIFY');
my @read = asked_about();
is(abs(@read / 150 - $coverage) < 0.01, 1, 'the coverage is the share of the chunks');
my @rich = grep { $_ % 3 == 0 } 1 .. 150;
my %read = map { $_ => 1 } @read;
is_deeply([ grep { !$read{$_} } @read < @rich ? () : @rich ], [], 'the rich chats are read first') or diag "@read";
is_deeply([ grep { $_ % 3 } @read < @rich ? @read : () ], [], 'and no other before them');
is($sql->("SELECT memory_md LIKE '%## Personal Facts%' AND soul_md IS NOT NULL FROM user_profiles WHERE user_id = '$user'"), 't', 'MEMORY and sections are there');
like(slurp_file($node->logfile), qr/150 chunks of which \d\d % were read/, 'the log says so');

# With a higher limit only the rest is asked.
$model->forget;
set(max_cost_per_pass => 25);
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'the next pass, with a higher limit');
my %again = map { $_ => 1 } asked_about();
is_deeply([ grep { $again{$_} } @read ], [], 'asks nothing again');
is(keys(%again) + @read, 150, 'and the rest');
is($sql->('SELECT coverage FROM soulprint_history LIMIT 1'), '1', 'all is known then');

# By its request, which cannot exceed the setting.
$model->forget;
my $small = add_user($node, 2);
chats($small, 1, 150);
$sql->("SELECT soulprint_start_full_pass('$small', max_cost_usd => $limit)");
is(end_of_pass($node, $small), 'complete', 'a pass with max_cost_usd');
cmp_ok(billed($model->journal), '<=', $limit, 'costs no more');
cmp_ok($sql->("SELECT coverage FROM soulprint_history WHERE user_id = '$small'"), '<', 1, 'and reads less');
$model->forget;
my $greedy = add_user($node, 3);
chats($greedy, 1, 150);
set(max_cost_per_pass => $limit);
$sql->("SELECT soulprint_start_full_pass('$greedy', max_cost_usd => 1000)");
is(end_of_pass($node, $greedy), 'complete', 'a request for more than the setting');
cmp_ok(billed($model->journal), '<=', $limit, 'costs no more than the setting');

# Too little to be worth it.
$model->forget;
my $cheap = add_user($node, 4);
chats($cheap, 1, 150);
$sql->("SELECT soulprint_start_full_pass('$cheap', max_cost_usd => 0.08)");
like(end_of_pass($node, $cheap), qr/^failed: 0\.0800 USD allow the pass to read \d+ % of the chunks\. The whole pass is estimated at 0\.\d+ USD\./, 'a limit that allows too little: the price');
is(scalar $model->journal, 0, 'and nothing is asked');

# What breaks off counts as billed, and so does what a killed worker had in flight.
$model->forget;
set(max_cost_per_pass => 25, max_concurrent_requests => 4);
my $broken = add_user($node, 5);
chats($broken, 1, 300);
$model->config(latency_ms => 50);
$model->script({ kind => 'facts', times => 4, drop => 'rst' }, { kind => 'facts', times => 4, truncate => 30 });
my $twice = 1.8 * $estimated;
$sql->("SELECT soulprint_start_full_pass('$broken', max_cost_usd => $twice)");
for my $signal ('TERM', 'KILL')
{
	$model->wait_for(answered => $signal eq 'TERM' ? 20 : 40);
	# Until its profile is free it cannot be taken again.
	$sql->("BEGIN; SELECT FROM user_profiles WHERE user_id = '$broken' FOR UPDATE; PREPARE TRANSACTION 'held'");
	kill $signal, $sql->("SELECT pid FROM soulprint.full_passes WHERE user_id = '$broken'");
	$node->poll_query_until('postgres', "SELECT error LIKE 'waits for a lock%' FROM soulprint.full_passes WHERE user_id = '$broken'");
	is($sql->("SELECT reserved_usd, lost_usd > 0 FROM soulprint.full_passes WHERE user_id = '$broken'"), '0|t', "SIG$signal: what the worker had set aside is spent at once");
	$sql->("ROLLBACK PREPARED 'held'");
	due_now($node, $broken);
}
is(end_of_pass($node, $broken), 'complete', 'a pass with broken answers and a killed worker');
cmp_ok(billed($model->journal), '<=', $twice, 'costs no more than it may');
cmp_ok($sql->("SELECT coverage FROM soulprint_history WHERE user_id = '$broken'"), '<', 1, 'which does not allow all');
cmp_ok($sql->("SELECT lost_usd FROM soulprint.full_passes WHERE user_id = '$broken'"), '>', 0, 'as what is lost counts');
cmp_ok($sql->("SELECT abs(sum(c.lost_usd) - min(f.lost_usd)) FROM soulprint_costs c JOIN soulprint.full_passes f USING (user_id) WHERE user_id = '$broken'"), '<', 1e-9, 'in soulprint_costs, too');
is($sql->("SELECT lost_usd > 0, requests FROM soulprint_costs WHERE user_id = '$broken' AND step = 'interrupted'"), 't|0', 'what the killed worker had in flight has a step of its own');
is($sql->("SELECT sum(reserved_usd) FROM soulprint.full_passes"), '0', 'nothing stays set aside');

# A pass is canceled, or its user erased, whose worker has died and cannot say what it had in flight.
my $lost = "SELECT coalesce(sum(lost_usd), 0) FROM soulprint.costs";
my $aside = "SELECT coalesce(sum(reserved_usd), 0) FROM soulprint.full_passes";
for my $way ('cancel_full_pass', 'forget')
{
	$model->forget;
	$model->hold;
	my $orphan = add_user($node, $way eq 'forget' ? 31 : 30);
	chats($orphan, 900, 905);
	start_pass($node, $orphan);
	$model->wait_for(held => 1);
	$sql->('ALTER SYSTEM SET soulprint.enabled = off');
	my ($before, $held) = map { $sql->($_) } $lost, $aside;
	cmp_ok($held, '>', 0, "$way: something is set aside");
	$node->stop('immediate');
	$node->start;
	$sql->("SELECT soulprint_$way('$orphan')");
	is($sql->("SELECT round(($lost)::numeric - $before - $held, 9), ($aside)"), '0.000000000|0', "$way: it is spent");
	$sql->('ALTER SYSTEM RESET soulprint.enabled; SELECT pg_reload_conf()');
	$model->go_on;
}

# The worker dies before it hears of the cancel.
$model->hold;
my $deaf = add_user($node, 32);
chats($deaf, 910, 915);
start_pass($node, $deaf);
$model->wait_for(held => 1);
my $pid = $sql->("SELECT pid FROM soulprint_progress WHERE user_id = '$deaf'");
kill 'STOP', $pid;
my ($before, $held) = map { $sql->($_) } $lost, $aside;
$sql->("SELECT soulprint_cancel_full_pass('$deaf')");
kill 'KILL', $pid;
$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $pid)");
$model->go_on;
ok($node->poll_query_until('postgres', "SELECT round(($lost)::numeric - $before - $held, 9) = 0 AND ($aside) = 0"), 'a cancel just before a crash: it is spent');

# Of a day, with three workers at once.
$model->forget;
set(max_concurrent_requests => 10);
my $spent = $sql->('SELECT sum(cost_usd + lost_usd) FROM soulprint_costs');
my $day = $spent + 2 * $limit;
set(max_cost_per_day => $day);
my @waiting = map { add_user($node, $_) } 6 .. 9;
chats($_, 1, 150) for @waiting;
$sql->(join '', map { "SELECT soulprint_start_full_pass('$_');" } @waiting);
ok($node->poll_query_until('postgres', "SELECT count(*) >= 4 FROM soulprint.full_passes WHERE state = 'queued' AND error LIKE 'the limit of cost of the day%'"), 'passes wait at the limit of the day');
cmp_ok(billed($model->journal), '<=', 2 * $limit, 'the day costs no more, by the server');
cmp_ok(billed($model->journal), '>', $limit, 'and uses it');
is($sql->("SELECT count(*) FROM soulprint.full_passes WHERE state = 'queued' AND attempts > 0"), '0', 'no attempt is charged');
is($sql->("SELECT count(*) FROM soulprint.full_passes WHERE state = 'queued' AND not_before NOT BETWEEN now() + interval '55 s' AND now() + interval '25 hours'"), '0', 'they say when they go on');
is($sql->("SELECT count(*) FROM user_profiles WHERE full_pass_status = 'pending' AND user_id = ANY ('{" . join(',', @waiting) . "}')"), '4', 'their profiles are pending');
$sql->("UPDATE soulprint.costs SET hour = hour - interval '25 hours'");
$sql->("UPDATE soulprint.full_passes SET not_before = now() WHERE state = 'queued'");
set(max_cost_per_day => 100);
is(end_of_pass($node, $_), 'complete', 'when the window has moved they go on') for @waiting;

# A short memory does not lift the limit.
my $before = $sql->("SELECT sum(cost_usd) FROM soulprint.costs WHERE hour > now() - interval '25 hours'");
set(keep_history => "'0'");
sweep($node, $user);
is($sql->("SELECT sum(cost_usd) FROM soulprint.costs WHERE hour > now() - interval '25 hours'"), $before, 'costs of the day outlive soulprint.keep_history');
cmp_ok($sql->("SELECT count(*) FROM soulprint.costs WHERE hour < now() - interval '26 hours'"), '==', 0, 'older ones do not');
set(keep_history => "'90d'");

# An evaluation takes its budget of the same day.
set(max_cost_per_day => $sql->("SELECT sum(cost_usd + lost_usd) + 0.5 FROM soulprint.costs WHERE hour > now() - interval '25 hours'"));
my (undef, undef, $error) = $node->psql('postgres', "SELECT * FROM soulprint_evaluate('$user', 1)");
like($error, qr/ERROR:  the limit of cost of the day is reached/, 'an evaluation that could cost more than is left of the day');
$sql->("UPDATE soulprint.costs SET hour = hour - interval '20 hours' WHERE hour > now() - interval '25 hours'");
(undef, undef, my $earlier) = $node->psql('postgres', "SELECT * FROM soulprint_evaluate('$user', 1)");
is($earlier, $error, 'what was spent twenty hours ago counts like what was spent now');

# What is no limit.
for my $bad (0, -1, "'NaN'", "'Infinity'")
{
	(undef, undef, $error) = $node->psql('postgres', "SELECT soulprint_start_full_pass('$user', max_cost_usd => $bad)");
	like($error, qr/max_cost_usd must be a number greater than 0/, "max_cost_usd => $bad");
}

is(count_log($node, qr/was terminated by signal/), 2, 'nothing crashed but what was killed');
$node->stop;
done_testing();
