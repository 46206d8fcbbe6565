# Message Batches: questions about facts at half the price, whatever happens while their answers are waited for.

use strict;
use warnings;

use lib 'test/t';
use HTTP::Tiny;
use JSON::PP;
use List::Util qw(sum0 uniq);
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my $node = new_server('batches', $model->settings, 'soulprint.poll_interval' => '500ms', 'soulprint.batch' => 'on', 'soulprint.pause_probe_interval' => '1s');
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $number = 0;

# A user with so many chats, each a question of its own.
sub user_with
{
	my ($chats) = @_;
	my $user = add_user($node, ++$number);
	$sql->(talk($user, 1000 * $number, 1000 * $number + $chats - 1));
	return $user;
}

sub until_true
{
	my ($what, $query) = @_;
	ok($node->poll_query_until('postgres', "SELECT $query"), $what);
}

# The same, while a batch of theirs is out and does not end.
sub with_batch_out
{
	my ($chats) = @_;
	$model->config(batch_polls => 100_000);
	my $user = user_with($chats);
	start_pass($node, $user);
	until_true('a batch is out', "EXISTS (SELECT FROM soulprint.batches WHERE user_id = '$user' AND state = 'processing')");
	return $user;
}

# What the server itself says of batches: their results, as it would bill them.
sub results
{
	my %headers = ('x-api-key' => $ModelServer::key, 'anthropic-version' => '2023-06-01');
	my @lines;
	for my $batch (@{ $model->control(GET => '/_journal?bodies=0')->{journal} })
	{
		next unless $batch->{path} =~ m{^(/v1/messages/batches/\w+)/results$};
		my $got = HTTP::Tiny->new->get($model->url . $batch->{path}, { headers => \%headers });
		push @lines, map { decode_json($_) } split /\n/, $got->{content};
	}
	my %lines = map { $_->{custom_id} => $_ } @lines;
	return values %lines;
}

sub billed
{
	my ($factor, @usages) = @_;
	return $factor * sum0(map { ($_->{input_tokens} + 1.25 * ($_->{cache_creation_input_tokens} // 0) + 0.75 * ($_->{cache_creation}{ephemeral_1h_input_tokens} // 0) + 0.1 * ($_->{cache_read_input_tokens} // 0)
		+ 5 * $_->{output_tokens}) / 1e6 } @usages);
}

# The sums over these answers, as the server tells them.
sub bill
{
	return sprintf '%.9f', billed(1, map { $_->{usage} // () } $model->journal) + billed(0.5, map { $_->{result}{message}{usage} // () } results());
}

# A restart in the middle, and no worker meanwhile.
$model->config(batch_polls => 100_000);
my $user = user_with(120);
my ($half, $whole) = map { $sql->("ALTER SYSTEM SET soulprint.batch = $_; SELECT pg_reload_conf()"); until_true("soulprint.batch = $_", "current_setting('soulprint.batch') = '$_'");
	$sql->("SELECT cost_usd FROM soulprint_estimate_full_pass('$user')") } qw(off on);
($half, $whole) = ($whole, $half);
cmp_ok($half, '<', 0.75 * $whole, 'the estimate foretells the lower price');
start_pass($node, $user);
until_true('the pass waits for its batch', "EXISTS (SELECT FROM soulprint_progress WHERE state = 'queued' AND error ~ '^waiting for batch msgbatch_\\d+ since [-\\d]+ [:\\d]+ UTC, 0 of 120\$' AND progress ~ '^waiting for a batch since \\d\\d:\\d\\d UTC, 0 of 120\$' AND stage_seconds ? 'facts')");
is($sql->("SELECT full_pass_status, full_pass_error FROM user_profiles WHERE user_id = '$user'"), "pending|The model's answers may take a day. The profile is made as soon as they are there.", 'the profile says so to its reader');
is($sql->('SELECT attempts, reserved_usd FROM soulprint.full_passes'), '0|0', 'no attempt is charged');
until_true('what the batch can cost is set aside for it', "(SELECT reserved_usd > 0 AND state = 'processing' FROM soulprint.batches)");
until_true('it is looked at', '(SELECT looked_at IS NOT NULL FROM soulprint.batches)');
until_true('no worker is held', "NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'soulprint worker' AND state <> 'idle')");
is(scalar $model->journal('facts'), 0, 'no question about facts is asked alone');
my ($posted) = grep { $_->{method} eq 'POST' && $_->{path} eq '/v1/messages/batches' } $model->journal(undef, 1);
my @names = map { $_->{custom_id} } @{ JSON::PP->new->decode($posted->{body})->{requests} };
is(scalar(uniq grep { /^[0-9a-f]{64}$/ } @names), 120, 'each has a name of its own');
$node->stop('immediate');
$node->start;
$sql->("SELECT soulprint_start_full_pass('$user')");
until_true('another request makes it look, and wait again', "EXISTS (SELECT FROM soulprint.full_passes WHERE state = 'queued' AND not_before > now() AND error LIKE 'waiting for batch msgbatch%')");
$model->config(batch_polls => 1);
is(end_of_pass($node, $user), 'complete', 'after a restart the answers are taken');
is(scalar(grep { $_->{method} eq 'POST' && $_->{path} =~ /batches/ } $model->journal), 1, 'one batch was submitted');
is(scalar $model->journal('facts'), 0, 'nothing was asked twice');
is($sql->("SELECT chunks_failed, calls_made, reserved_usd FROM soulprint.full_passes"), '0|123|0', 'each question was answered once');
is($sql->("SELECT state, requests_done, reserved_usd FROM soulprint.batches"), 'ended|120|0', 'the batch has ended');
is($sql->("SELECT to_char(sum(cost_usd + lost_usd), 'FM0.000000000') FROM soulprint_costs"), bill(), 'the cost is that of the server, at half the price');
is($sql->("SELECT abs(cost_usd - (SELECT sum(cost_usd) FROM soulprint_costs)) < 1e-9 FROM soulprint_history"), 't', 'the pass says the same');
is($sql->("SELECT requests, input_tokens > 0 FROM soulprint_costs WHERE step = 'facts'"), '120|t', 'each is a request of step facts');
my $facts = $sql->("SELECT to_char(sum(cost_usd), 'FM0.000000') FROM soulprint_costs WHERE step = 'facts'");
is($facts, sprintf('%.6f', 0.5 * billed(1, map { $_->{result}{message}{usage} } results())), 'half');
is(scalar(grep { $_->{result}{message}{usage}{cache_read_input_tokens} > 4000 } results()), 119, 'the wording is kept for an hour, and read by the other questions');
$model->forget;
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'the next pass');
is(scalar(grep { $_->{path} =~ /batches/ } $model->journal), 0, 'needs no batch: the answers are remembered');

# By its request.
$model->forget;
$sql->('ALTER SYSTEM SET soulprint.batch = off; SELECT pg_reload_conf()');
my $asked = user_with(3);
$sql->("SELECT soulprint_start_full_pass('$asked', batch => true)");
is(end_of_pass($node, $asked), 'complete', 'a pass with batch => true');
is(scalar(grep { $_->{method} eq 'POST' && $_->{path} =~ /batches/ } $model->journal), 1, 'asks in a batch');
is(scalar $model->journal('facts'), 0, 'and only there');
$model->forget;
my $unasked = user_with(3);
start_pass($node, $unasked);
is(end_of_pass($node, $unasked), 'complete', 'another');
is(scalar $model->journal('facts'), 3, 'asks one by one');
$sql->('ALTER SYSTEM SET soulprint.batch = on; SELECT pg_reload_conf()');
$model->forget;
my $direct = user_with(3);
$sql->("SELECT soulprint_start_full_pass('$direct', batch => false)");
is(end_of_pass($node, $direct), 'complete', 'a pass with batch => false');
is(scalar $model->journal('facts'), 3, 'asks one by one');

# What a batch does not answer is asked alone.
$model->forget;
my $mixed = user_with(12);
my $first = 1000 * $number;
sub about { my ($n, %what) = @_; return { contains => 'painting number ' . ($first + $n) . '.', %what } }
$model->script(about(1, result => 'expired'), about(2, result => 'canceled'), about(3, error => { status => 400, type => 'invalid_request_error', message => 'no' }),
	about(4, error => { status => 529, type => 'overloaded_error', message => 'busy' }), about(5, twice => \1), about(6, content => [], stop_reason => 'refusal'), about(7, text => 'no JSON'));
start_pass($node, $mixed);
is(end_of_pass($node, $mixed), 'complete', 'a batch with errored, expired and canceled requests');
my @alone = map { $_->{body} =~ /painting number (\d+)/; $1 - $first } $model->journal('facts', 1);
is("@{[ sort { $a <=> $b } @alone ]}", '1 2 3 4 7', 'these are asked again, and the one whose answer was no JSON');
is($sql->("SELECT chunks_failed FROM soulprint_history WHERE user_id = '$mixed'"), '0', 'no chunk is missing');
is($sql->("SELECT to_char(sum(cost_usd + lost_usd), 'FM0.000000000') FROM soulprint_costs WHERE user_id = '$mixed'"), bill(), 'a line that comes twice counts once');
is(scalar(grep { $_->{method} eq 'POST' && $_->{path} =~ /batches/ } $model->journal), 1, 'there is no second batch');

# Results only ever from api_url.
my $other = ModelServer->new;
$model->forget;
$model->config(results_url => $other->url . '/v1/messages/batches/x/results');
my $lured = user_with(2);
start_pass($node, $lured);
is(end_of_pass($node, $lured), 'complete', 'a server that names another host for the results');
is($other->stats->{connections}, 0, 'that host is not asked');

# The response to a submission is lost: the batch is found, and nothing is submitted twice.
for my $way ([ 'drop' => 'rst' ], [ truncate => 10 ])
{
	$model->forget;
	my $lost = user_with(4);
	$model->script({ path => '/v1/messages/batches', delay_ms => 0, $way->[0] eq 'drop' ? (truncate => 0, end => 'rst') : (truncate => 10) });
	start_pass($node, $lost);
	is(end_of_pass($node, $lost), 'complete', "the response to the submission is lost: @$way");
	is(scalar(grep { $_->{method} eq 'POST' && $_->{path} =~ /batches/ } $model->journal), 1, 'the batch is found in the list');
	is($sql->("SELECT to_char(sum(cost_usd + lost_usd), 'FM0.000000000') FROM soulprint_costs WHERE user_id = '$lost'"), bill(), 'and counted once');
}

# It never arrived.
$model->forget;
my $never = user_with(4);
$model->script({ path => '/v1/messages/batches', error => { status => 500, type => 'api_error', message => 'oops' } });
start_pass($node, $never);
until_true('a submission without an answer is waited for', "EXISTS (SELECT FROM soulprint_progress WHERE error LIKE 'waiting for batch (not known yet) since %, 0 of 4')");
$sql->("UPDATE soulprint.batches SET submitted_at = submitted_at - interval '2 minutes' WHERE state = 'sent'");
is(end_of_pass($node, $never), 'complete', 'a submission that the server does not list is made again');
is($sql->("SELECT string_agg(state || ' ' || (reserved_usd = 0), ', ' ORDER BY id) FROM soulprint.batches WHERE user_id = '$never'"), 'lost true, ended true', 'the first counts as lost');
is($sql->("SELECT lost, lost_usd > 0 FROM soulprint_costs WHERE user_id = '$never' AND step = 'facts'"), '1|t', 'with the most that it can have cost');
is(count_log($node, qr/WARNING:  a batch of full pass \d+ is lost: the model server did not answer its submission, and does not list it/), 1, 'the log says so');

# Twice: then the pass asks one by one.
$model->forget;
my $twice = user_with(4);
$model->script({ path => '/v1/messages/batches', contains => 'custom_id', times => 2, error => { status => 500, type => 'api_error', message => 'oops' } });
start_pass($node, $twice);
for my $time (1 .. 2)
{
	until_true("submission $time without an answer", "(SELECT count(*) = $time AND bool_or(state = 'sent') FROM soulprint.batches WHERE user_id = '$twice')");
	$sql->("UPDATE soulprint.batches SET submitted_at = submitted_at - interval '2 minutes' WHERE state = 'sent'");
}
is(end_of_pass($node, $twice), 'complete', 'two submissions without an answer');
is(scalar $model->journal('facts'), 4, 'then each question is asked alone');

# A slow submission is not taken for a lost one.
$model->forget;
$model->config(batch_polls => 100_000);
my ($watched, $slow) = (user_with(2), user_with(3));
start_pass($node, $watched);
until_true('a batch is out', "EXISTS (SELECT FROM soulprint.batches WHERE user_id = '$watched' AND state = 'processing')");
$model->script({ path => '/v1/messages/batches', contains => 'painting number ' . 1000 * $number, hold => \1 });
start_pass($node, $slow);
$model->wait_for(held => 1);
$sql->("UPDATE soulprint.batches SET submitted_at = submitted_at - interval '2 minutes' WHERE user_id = '$slow'");
$model->wait_for(requests => $model->stats->{requests} + 3);
is($sql->("SELECT state FROM soulprint.batches WHERE user_id = '$slow'"), 'sent', 'a submission whose response is late is not lost');
$model->release;
$model->config(batch_polls => 1);
is(join(' ', map { end_of_pass($node, $_) } $watched, $slow), 'complete complete', 'both are complete');
is(scalar(grep { $_->{method} eq 'POST' && $_->{path} =~ /batches/ } $model->journal), 2, 'each has submitted one batch');

# A server without batches.
$model->forget;
$model->script({ path => '/v1/messages/batches', times => 'always', error => { status => 404, type => 'not_found_error', message => 'Not Found' } });
my $without = user_with(3);
start_pass($node, $without);
is(end_of_pass($node, $without), 'complete', 'a server that takes no batches');
is(scalar(grep { $_->{path} =~ /batches/ } $model->journal), 1, 'is told so once');
is(scalar $model->journal('facts'), 3, 'and asked one by one');
is($sql->("SELECT attempts FROM soulprint.full_passes WHERE user_id = '$without'"), '1', 'uncharged');

# Not now, and a wrong key.
$model->forget;
$model->script({ path => '/v1/messages/batches', error => { status => 429, type => 'rate_limit_error', message => 'slow down', headers => { 'retry-after' => '1' } } },
	{ path => '/v1/messages/batches', error => { status => 401, type => 'authentication_error', message => 'invalid x-api-key' } });
my $later = user_with(3);
start_pass($node, $later);
is(end_of_pass($node, $later), 'complete', 'a submission is refused for now, then for the key');
is($sql->("SELECT attempts FROM soulprint.full_passes WHERE user_id = '$later'"), '1', 'neither is charged');
is($sql->("SELECT count(*) FROM soulprint.batches WHERE user_id = '$later'"), '1', 'and neither left a batch');

# Canceled with the pass; what was billed until then counts.
$model->forget;
my $canceled = with_batch_out(5);
$sql->("SELECT soulprint_cancel_full_pass('$canceled')");
until_true('the batch is canceled with its pass', "(SELECT state = 'ended' AND reserved_usd = 0 FROM soulprint.batches WHERE user_id = '$canceled')");
is(scalar(grep { $_->{path} =~ m{/cancel$} } $model->journal), 1, 'the server was told so once');
is($sql->("SELECT requests, cost_usd FROM soulprint_costs WHERE user_id = '$canceled'"), '5|0', 'a canceled request costs nothing');
$model->config(batch_polls => 1);
start_pass($node, $canceled);
is(end_of_pass($node, $canceled), 'complete', 'asked for again');
is(scalar $model->journal('facts'), 0, 'in a batch again');

# The user is forgotten: no name stays, and the batch is canceled.
$model->forget;
my $forgotten = with_batch_out(5);
$sql->("SELECT soulprint_forget('$forgotten')");
is($sql->("SELECT count(*) FROM soulprint.batches WHERE user_id = '$forgotten'"), '0', 'forgetting the user takes the name off');
until_true('the batch is canceled and its row is gone in the end', "NOT EXISTS (SELECT FROM soulprint.batches WHERE user_id IS NULL AND state <> 'ended')");
is(scalar(grep { $_->{path} =~ m{/cancel$} } $model->journal), 1, 'the server was told so');

# A chat that is taken back while its answer is on the way: the answer is not kept.
$model->forget;
my $regretted = with_batch_out(3);
$sql->("DELETE FROM raw_conversations WHERE user_id = '$regretted' AND conversation_id = 'talk-" . 1000 * $number . "'");
$model->config(batch_polls => 1);
is(end_of_pass($node, $regretted), 'complete', 'a chat is deleted while its batch is out');
is($sql->("SELECT count(*) FILTER (WHERE 'talk-" . 1000 * $number . "' = ANY (conversation_ids)), count(*) FILTER (WHERE step = 'facts') FROM soulprint.replies WHERE user_id = '$regretted'"), '0|2',
	'its answer is not kept');

# A limit of cost: one batch after the other, as far as the money goes.
$model->forget;
$model->config(batch_polls => 1);
my $limited = user_with(60);
my $estimated = $sql->("SELECT cost_usd FROM soulprint_estimate_full_pass('$limited')");
my $limit = 0.45;
$sql->("SELECT soulprint_start_full_pass('$limited', max_cost_usd => $limit)");
is(end_of_pass($node, $limited), 'complete', 'a pass near its limit of cost');
cmp_ok(bill(), '<=', $limit, 'costs no more, by the server');
note "estimated $estimated, limit $limit, billed " . bill() . ', batches ' . $sql->("SELECT count(*) FROM soulprint.batches WHERE user_id = '$limited'");
is($sql->("SELECT to_char(sum(cost_usd + lost_usd), 'FM0.000000000') FROM soulprint_costs WHERE user_id = '$limited'"), bill(), 'and that is what the ledger has');

# The limit of the day: what is set aside for a batch is nobody else's.
$model->forget;
$model->config(batch_polls => 100_000);
my ($holder, $behind) = (user_with(30), user_with(3));
start_pass($node, $holder);
until_true('a batch is out', "EXISTS (SELECT FROM soulprint.batches WHERE user_id = '$holder' AND state = 'processing')");
my $day = $sql->("SELECT (SELECT sum(cost_usd + lost_usd) FROM soulprint.costs) + (SELECT sum(reserved_usd) FROM soulprint.batches) + 0.0001");
$sql->("ALTER SYSTEM SET soulprint.max_cost_per_day = $day; SELECT pg_reload_conf()");
until_true('the limit is in force', "current_setting('soulprint.max_cost_per_day')::float < 10");
start_pass($node, $behind);
until_true('another pass waits for the day', "EXISTS (SELECT FROM soulprint.full_passes WHERE user_id = '$behind' AND state = 'queued' AND error LIKE 'the limit of cost of the day is reached%')");
$sql->('ALTER SYSTEM RESET soulprint.max_cost_per_day; SELECT pg_reload_conf()');
until_true('it is lifted', "current_setting('soulprint.max_cost_per_day') = '100'");
$model->config(batch_polls => 1);
$sql->("SELECT soulprint_start_full_pass('$behind')");
is(join(' ', map { end_of_pass($node, $_) } $holder, $behind), 'complete complete', 'then both are made');

# The batch is gone at the server.
$model->forget;
my $gone = with_batch_out(4);
$model->forget;
is(end_of_pass($node, $gone), 'complete', 'a batch that the server no longer has');
is($sql->("SELECT string_agg(state, ', ' ORDER BY id) FROM soulprint.batches WHERE user_id = '$gone'"), 'lost, ended', 'is lost, and another one is submitted');

# Rules answer at once, whatever is out.
$model->forget;
my $ruled = with_batch_out(2);
my $lock = $node->background_psql('postgres');
$lock->query_safe('BEGIN; LOCK TABLE user_profiles');
until_true('a worker that looks up pending profiles waits for a lock', "EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'soulprint worker' AND wait_event_type = 'Lock')");
$sql->('ALTER SYSTEM SET soulprint.provider = offline; SELECT pg_reload_conf()');
until_true('all processes are told of another provider', "current_setting('soulprint.provider') = 'offline'");
$sql->("UPDATE soulprint.full_passes SET not_before = now() WHERE user_id = '$ruled'");
$lock->quit;
is(end_of_pass($node, $ruled), 'complete', 'with soulprint.provider = offline a pass waits for no batch');
$sql->('ALTER SYSTEM SET soulprint.provider = anthropic; SELECT pg_reload_conf()');
until_true('the batch is canceled later', "(SELECT state = 'ended' FROM soulprint.batches WHERE user_id = '$ruled')");

# CALL where no launcher serves: it waits for no batch, and another call goes on.
my $alone = 'elsewhere';
new_database($node, database => $alone);
$model->forget;
$model->config(batch_polls => 1);
my $caller = add_user($node, 500, database => $alone);
$node->safe_psql($alone, talk($caller, 500_000, 500_002));
my ($code, $out, $error) = $node->psql($alone, "CALL soulprint_run_full_pass('$caller')");
like($error, qr/full pass 1 is queued: The model's answers may take a day/, 'CALL says what is waited for');
like($error, qr/HINT:  Call it again to continue\./, 'and what to do');
$node->safe_psql($alone, "CALL soulprint_run_full_pass('$caller')");
is($node->safe_psql($alone, "SELECT full_pass_status FROM user_profiles WHERE user_id = '$caller'"), 'complete', 'a later call finds the answers');

is($sql->('SELECT count(*) FROM soulprint.batches WHERE reserved_usd > 0'), '0', 'nothing stays set aside');
done_testing();
