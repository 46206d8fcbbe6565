use strict; use warnings;
use lib 'test/t';
use List::Util qw(sum0 max shuffle);
use ModelServer; use SoulprintTest; use PostgreSQL::Test::Utils; use Test::More;
my $model = ModelServer->new;
my $node = new_server('show', $model->settings, 'soulprint.poll_interval' => '1s', 'soulprint.request_timeout' => '10s');
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my @tokens = qw(input_tokens cache_creation_input_tokens cache_read_input_tokens output_tokens);
my $tokens = join ', ', map { "sum($_)" } @tokens;
sub sums { my @e = @_; return join '|', map { my $n = $_; sum0(map { $_->{usage}{$n} // 0 } @e) } @tokens }
sub faults {
	my ($first) = @_;
	my @n = shuffle($first .. $first + 999);
	my $about = sub { return (contains => "painting number " . (shift @n) . ".") };
	$model->script((map { { $about->(), error => { status => 529, type => 'overloaded_error', message => 'busy' } } } 1 .. 50),
		(map { { $about->(), drop => 'rst' } } 1 .. 20), (map { { $about->(), truncate => 40 } } 1 .. 10),
		(map { { $about->(), text => 'no { JSON' } } 1 .. 10), (map { { $about->(), content => [], stop_reason => 'refusal' } } 1 .. 5));
}
for my $kills (0, 3) {
	$model->forget;
	$model->config(latency_ms => 50);
	my $first = 10_000 * (1 + $kills);
	my $user = add_user($node, 1 + $kills);
	$sql->(talk($user, $first, $first + 999));
	faults($first);
	start_pass($node, $user);
	for my $k (1 .. $kills) {
		$model->wait_for(answered => 200 * $k);
		kill 'KILL', $sql->("SELECT pid FROM soulprint.full_passes WHERE user_id = '$user'");
		$node->poll_query_until('postgres', "SELECT crashes = $k FROM soulprint.full_passes WHERE user_id = '$user'");
	}
	$PostgreSQL::Test::Utils::timeout_default = 300;
	is(end_of_pass($node, $user), 'complete', "$kills kills: complete");
	my @j = $model->journal;
	my (%asked, %failed);
	for (grep { $_->{question} } @j) { $asked{$_->{question}}++; $failed{$_->{question}}++ unless $_->{status} && $_->{status} == 200 && $_->{outcome} eq 'answered'; }
	my @over = grep { $asked{$_} > ($failed{$_} // 0) + 1 } keys %asked;
	note "$kills kills: requests " . @j . ", answered more often than failures + 1: " . @over . ", failed requests " . sum0(values %failed);
	my %kept = map { $_ => 1 } split /\n/, $sql->("SELECT request_id FROM soulprint.replies WHERE user_id = '$user'");
	my @whole = grep { ($_->{outcome} eq 'answered' && $_->{status} == 200) && (!$kills || $kept{$_->{request_id}}) } @j;
	is($sql->("SELECT $tokens FROM soulprint_costs WHERE user_id = '$user'"), sums(@whole), "$kills kills: tokens are those of the server");
	note $sql->("SELECT chunks, chunks_failed, facts, calls_made, cost_usd, attempts FROM soulprint_history WHERE user_id = '$user'");
	note $sql->("SELECT step, requests, retries, refusals, lost, cost_usd, lost_usd FROM soulprint_costs WHERE user_id = '$user' ORDER BY 1");
}
# batches, with faults and a restart
$model->forget;
$model->config(batch_polls => 100_000);
my $user = add_user($node, 50);
$sql->(talk($user, 500_000, 500_999));
my @n = shuffle(500_000 .. 500_999);
my $about = sub { return (contains => "painting number " . (shift @n) . ".") };
$model->script((map { { $about->(), error => { status => 529, type => 'overloaded_error', message => 'busy' } } } 1 .. 50), (map { { $about->(), result => 'expired' } } 1 .. 20), (map { { $about->(), text => 'no { JSON' } } 1 .. 10), (map { { $about->(), content => [], stop_reason => 'refusal' } } 1 .. 5));
$sql->("SELECT soulprint_start_full_pass('$user', batch => true)");
$node->poll_query_until('postgres', "SELECT state = 'processing' FROM soulprint.batches");
note $sql->('SELECT progress FROM soulprint_progress');
$node->restart;
$node->poll_query_until('postgres', "SELECT looked_at IS NOT NULL FROM soulprint.batches");
note 'workers busy: ' . $sql->("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'soulprint worker' AND state <> 'idle'");
$model->config(batch_polls => 1);
is(end_of_pass($node, $user), 'complete', 'batches');
note $sql->("SELECT chunks, chunks_failed, facts, calls_made, cost_usd, attempts FROM soulprint_history WHERE user_id = '$user'");
note $sql->("SELECT step, requests, retries, refusals, lost, cost_usd, lost_usd FROM soulprint_costs WHERE user_id = '$user' ORDER BY 1");
note 'asked alone: ' . scalar $model->journal('facts');
done_testing();
