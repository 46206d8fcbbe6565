# soulprint_evaluate() over the wire: what it measures, that it publishes nothing, that asking again is free,
# that the budget and a cancel end it with every paid answer kept, and that what was erased stays erased.
# Runs alone: it measures how soon something ends.

use strict;
use warnings;

use lib 'test/t';
use JSON::PP;
use List::Util qw(sum);
use ModelServer;
use SoulprintTest;
use Time::HiRes qw(time);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my $node = new_server('evaluate', $model->settings, 'soulprint.max_concurrent_requests' => 4);
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $error = sub { my ($code, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$_[0]"); return $err };
my $number = 0;

# Each of the conversations is so long that it has a question of its own.
sub new_user
{
	my ($conversations) = @_;
	my $user = add_user($node, ++$number);
	$sql->(talk($user, 1, $conversations) . "UPDATE raw_conversations SET messages = jsonb_set(messages, '{0,content}', to_jsonb(messages->0->>'content' || repeat(' And so it went on.', 300))) WHERE user_id = '$user'");
	return $user;
}

sub evaluate
{
	my ($user, $more) = @_;
	return $sql->("SELECT measure, value, n, cost_usd FROM soulprint_evaluate('$user'" . ($more // '') . ')');
}

# A session that evaluates; psql's output is in the second value when it ends.
sub evaluating
{
	my ($user, @before) = @_;
	my $err = '';
	my $run = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), (map { ('-c', $_) } @before), '-c', "SELECT soulprint_evaluate('$user')" ], '>', \my $out, '2>', \$err);
	return ($run, \$err);
}

# The answers to each kind of question, by the words of its system prompt.
my %of = (probes => 'You test what an assistant remembers', profile => 'You answer questions about a user from a profile',
	judge => 'You compare answers to questions', grounds => 'Each item is a statement and quotes', contradictions => 'Find the pairs of statements');

sub answers
{
	my (%answers) = @_;
	my %default = (
		probes => { questions => [
			{ quote => 'I LOVE  painting number', question => 'What does the user love?', answer => 'painting' },
			{ quote => 'I am working on a project', question => 'What is the project?', answer => 'a boat' },
			{ quote => 'You hate tea', question => 'What does the user hate?', answer => 'tea' },
			{ quote => 'I sail', question => 'What does the user do?', answer => 'sail' } ] },
		profile => { answers => [ { id => 1, answer => 'paintings' }, { id => 2, answer => 'Unknown' }, { id => 3, answer => 'music' }, { id => 99, answer => 'x' } ] },
		judge => { verdicts => [ { id => 1, right => \1 }, { id => 2, right => \0 } ] },
		grounds => { verdicts => [ map { { id => $_, right => $_ == 1 ? \0 : \1 } } 1 .. 20 ] },
		contradictions => { pairs => [ { first => 2, second => 1 }, { first => 1, second => 2 }, { first => 1, second => 1 }, { first => 1, second => 999 } ] });
	my %all = (%default, %answers);
	$model->script(map({ { contains => $of{$_}, times => 'always', text => ref $all{$_} ? encode_json($all{$_}) : $all{$_} } } sort keys %of),
		{ times => 'always', usage => { input_tokens => 1000, output_tokens => 200 } });
}

sub asked_for
{
	my ($kind) = @_;
	return grep { index($_->{body}, $of{$kind}) >= 0 } $model->asked('other');
}

# Bad input.
my $user = new_user(20);
like($error->("SELECT soulprint_evaluate(NULL)"), qr/ERROR:  22004: user_id must not be null/, 'no user');
like($error->("SELECT soulprint_evaluate('$user', NULL)"), qr/ERROR:  22004: budget_usd must not be null/, 'no budget');
for my $budget ('-0.01', "'NaN'", "'Infinity'")
{
	like($error->("SELECT soulprint_evaluate('$user', $budget)"), qr/ERROR:  22023: budget_usd must be a number from 0\nHINT:  With 0 only remembered/, "a budget of $budget");
}
like($error->("SELECT soulprint_evaluate('" . user(999) . "')"), qr/ERROR:  P0002: /, 'an unknown user');
like($error->("SELECT soulprint_evaluate('" . new_user(9) . "')"), qr/ERROR:  55000: 9 conversations are too few for an evaluation\nHINT:  At least 10/, 'too few conversations');
is(scalar $model->journal, 0, 'nothing was asked');

# Twenty chats, the newest two of them unknown to the profile under test.
answers();
my $before = profile($node, $user);
my $rows = "SELECT count(*) FROM conversation_chunks WHERE user_id = '$user'";
my $evaluated = evaluate($user);
my %measure = map { my ($name, @rest) = split /\|/; ($name => \@rest) } split /\n/, $evaluated;
is_deeply([ map { (split /\|/)[0] } split /\n/, $evaluated ], [qw(recall unknown groundedness contradictions stability)], 'the measures, in this order');
# Of each left-out chat two questions are grounded: the first of four is right, one wrong, two unknown.
is("@{$measure{recall}}[0, 1]", '0.25 4', 'recall: one of four is right');
is("@{$measure{unknown}}[0, 1]", '0.5 4', 'unknown: two of four are not in the profile');
my $bullets = $measure{contradictions}[1];
cmp_ok($bullets, '>', 0, "MEMORY has $bullets bullets");
is($measure{groundedness}[1], $bullets, 'groundedness: each is judged once');
cmp_ok(abs($measure{groundedness}[0] - 1 + asked_for('grounds') / $bullets), '<', 1e-9, 'of each question the first is not borne out');
is($measure{contradictions}[0], '1', 'contradictions: each pair once, and no pair of others');
is("@{$measure{stability}}[0, 1]", "1 $bullets", 'stability: the server writes the same MEMORY again');
is(profile($node, $user), $before, 'nothing is published');
is($sql->($rows), '0', 'no chunks are stored');
is($sql->('SELECT count(*) FROM soulprint.full_passes'), '0', 'there is no pass');

my @facts = $model->asked('facts');
is(scalar(grep { $_->{body} =~ /painting number (?:19|20)\b/ } @facts), 0, 'the newest tenth is left out of the profile under test');
is(scalar(grep { $_->{body} =~ /painting number 18\b/ } @facts), 1, 'the others are not');
is(scalar asked_for('probes'), 2, 'it is asked about');
is(scalar(grep { $_->{body} =~ /painting number (?:19|20)\b/ } asked_for('probes')), 2, 'chat by chat');
my ($profile) = asked_for('profile');
like($profile->{asked}{messages}[0]{content}, qr/## Memory/, 'answers come from soulprint_text');
unlike($profile->{asked}{messages}[0]{content}, qr/"a boat"|"expected"/, 'which does not hold the expected answers');
is(scalar(() = (asked_for('judge'))[0]{asked}{messages}[0]{content} =~ /"expected"/g), 2, 'unknown is not judged');
is($sql->("SELECT count(*) > 0, count(*) FILTER (WHERE attempt < 1000) = count(*) FILTER (WHERE attempt >= 1000) FROM soulprint.replies WHERE step = 'memory'"), 't|t', 'MEMORY is written twice');

# What it cost.
my $calls = $model->journal;
is($sql->("SELECT state, calls_made, error, model, length(prompts), figures -> 'recall', pass_id FROM soulprint_history WHERE user_id = '$user'"),
	"evaluated|$calls||claude-haiku-4-5-20251001|12|{\"n\": 4, \"value\": 0.25}|", 'soulprint_history has the figures');
is($sql->("SELECT cost_usd > 0 AND round(cost_usd, 6) = (SELECT round(sum(cost_usd), 6) FROM soulprint.replies) FROM soulprint_history WHERE user_id = '$user'"), 't', 'and the cost of all answers');
cmp_ok(abs($sql->("SELECT cost_usd FROM soulprint_history WHERE user_id = '$user'") - sum(map { $_->[2] } values %measure)), '<', 1e-9, 'which the measures add up to');

# Again: remembered, also after a pass; with another wording the digest is another.
$model->forget;
answers();
is(evaluate($user, ', 0'), join("\n", map { join '|', $_, @{ $measure{$_} }[0, 1], 0 } qw(recall unknown groundedness contradictions stability)), 'the same again, for nothing');
is(scalar $model->journal, 0, 'no request is sent');
$sql->("CALL soulprint_run_full_pass('$user')");
is(scalar $model->asked('facts'), 2, 'a pass needs only what it lacks');
my $digests = "SELECT count(DISTINCT prompts) FROM soulprint_history";
is($sql->($digests), '1', 'two evaluations of the same prompts');
$sql->("INSERT INTO soulprint.prompts VALUES ('memory', 'Write MEMORY with six headings.')");
$model->forget;
answers();
evaluate($user);
is($sql->($digests), '2', 'another wording is another digest');
is(scalar $model->asked('facts'), 0, 'the other answers are remembered');
$sql->("DELETE FROM soulprint.prompts");

# The budget: what it does not allow is NULL; asking goes on where it stopped.
$user = new_user(30);
$model->forget;
answers();
my ($code, $out, $err) = $node->psql('postgres', "SELECT measure, value FROM soulprint_evaluate('$user', 0.03)");
like($err, qr/WARNING:  the budget does not allow all measures\nHINT:  Their values are NULL/, 'a small budget: it says so');
is($out, "recall|\nunknown|\ngroundedness|\ncontradictions|\nstability|", 'the measures are there, not made');
my $spent = $sql->("SELECT cost_usd FROM soulprint_history WHERE user_id = '$user'");
cmp_ok($spent, '<=', 0.03, "$spent USD are spent");
my $first = $model->journal;
cmp_ok($first, '>', 0, "for $first answers");
is($sql->("SELECT count(*) FROM soulprint.replies WHERE user_id = '$user'"), $first, 'which are kept');
evaluate($user);
is($sql->("SELECT count(*) FROM soulprint.replies WHERE user_id = '$user'"), scalar $model->journal, 'with more it goes on: nothing is asked twice');
$sql->("DELETE FROM soulprint.prices");
like($error->("SELECT soulprint_evaluate('$user')"), qr/ERROR:  55000: model "claude-haiku-4-5-20251001" has no price, so that no budget can be kept\nHINT:  Insert its price/, 'without a price there is no budget');
$sql->("INSERT INTO soulprint.prices VALUES ('claude-haiku-4-5', 1, 5)");

# A cancel, by hand and by the end of the session: heard within a second, and paid answers stay.
for my $way ('cancel', 'terminate', 'timeout')
{
	$user = new_user(20);
	$model->forget;
	answers();
	$model->hold;
	my ($run, $said) = evaluating($user, $way eq 'timeout' ? "SET statement_timeout = '3s'" : ());
	$model->wait_for(held => 1);
	$model->release(1);
	$node->poll_query_until('postgres', "SELECT count(*) > 0 FROM soulprint.replies WHERE user_id = '$user'") or diag 'no answer is kept';
	$model->wait_for(held => 4);
	is($sql->("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'soulprint evaluation' AND xact_start IS NULL AND backend_xmin IS NULL AND query LIKE 'evaluating the profile of user $user: facts'"), '1',
		"$way: it waits for the server without a transaction");
	my $begin = time;
	$sql->("SELECT pg_${way}_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT soulprint_evaluate%' AND pid <> pg_backend_pid()") if $way ne 'timeout';
	$run->finish;
	within(time - $begin, 1.5, "$way: the call ends at once") if $way ne 'timeout';
	like($$said, $way eq 'terminate' ? qr/terminating connection/ : qr/ERROR:  canceling statement due to/, "$way: and says why");
	$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'soulprint evaluation'") or diag 'it goes on';
	within(time - $begin, 2.5, "$way: so does its process") if $way ne 'timeout';
	is($sql->("SELECT state, error FROM soulprint_history WHERE user_id = '$user'"), 'not evaluated|nobody waits for the evaluation any more', "$way: soulprint_history tells");
	is($sql->("SELECT count(*) FROM soulprint.replies WHERE user_id = '$user'"), '1', "$way: the answer that was paid for is kept");
	$model->go_on;
}

# The process itself, ended by an administrator.
for my $end ([ 'cancel', qr/ERROR:  canceled by an administrator/ ],
	[ 'terminate', qr/ERROR:  the process of the evaluation ended unexpectedly\nHINT:  See the server log for the reason\. Its answers are remembered: call it again\./ ])
{
	my ($way, $says) = @$end;
	$user = new_user(10);
	$model->forget;
	$model->hold;
	my ($run, $said) = evaluating($user);
	$model->wait_for(held => 1);
	$sql->("SELECT pg_${way}_backend(pid) FROM pg_stat_activity WHERE backend_type = 'soulprint evaluation'");
	$run->finish;
	like($$said, $says, "$way: the call says what became of its process");
	is($sql->("SELECT error FROM soulprint_history WHERE user_id = '$user'"), $way eq 'cancel' ? 'canceled by an administrator' : '', "$way: so does soulprint_history, if it can");
	$model->go_on;
}

# Erased meanwhile: nothing is written afterwards.
for my $way ("SELECT soulprint_forget('%s')", "DELETE FROM user_profiles WHERE user_id = '%s'")
{
	$user = new_user(20);
	$model->forget;
	answers();
	$model->hold;
	my ($run, $said) = evaluating($user);
	$model->wait_for(held => 4);
	$sql->(sprintf $way, $user);
	$model->go_on;
	$run->finish;
	like($$said, qr/ERROR:  what user $user said was erased during the evaluation/, "$way: the evaluation ends");
	is($sql->("SELECT (SELECT count(*) FROM soulprint.replies WHERE user_id = '$user'), (SELECT count(*) FROM soulprint.evaluations WHERE user_id = '$user')"), '0|0', "$way: nothing is left");
}

# A fact that is forgotten ends an evaluation that may have read it.
$user = new_user(20);
$model->forget;
$sql->("CALL soulprint_run_full_pass('$user')");
answers();
$model->hold;
my ($run, $said) = evaluating($user);
$model->wait_for(held => 1);
$sql->("UPDATE user_profiles SET full_pass_status = NULL WHERE user_id = '$user'; SELECT soulprint_forget_fact('$user', (SELECT min(fact_id) FROM soulprint_facts('$user')))");
$model->go_on;
$run->finish;
like($$said, qr/ERROR:  what user $user said was erased during the evaluation/, 'a fact is forgotten: the evaluation ends');
is(end_of_pass($node, $user), 'complete', 'the pass that follows does not');

# Old evaluations expire like passes; a server that does not answer ends one.
$sql->("UPDATE soulprint.evaluations SET started_at = now() - interval '91 days' WHERE user_id = '" . user(1) . "'");
sweep($node, $user);
is($sql->("SELECT count(*) FROM soulprint.evaluations WHERE user_id = '" . user(1) . "'"), '0', 'evaluations expire');
$sql->("ALTER SYSTEM SET soulprint.pause_probe_interval = '5s'; SELECT pg_reload_conf()");
$node->poll_query_until('postgres', "SELECT setting = '5000' FROM pg_settings WHERE name = 'soulprint.pause_probe_interval'") or diag 'no reload';
$user = new_user(20);
$model->script({ error => { status => 401 }, times => 'always' });
like($error->("SELECT soulprint_evaluate('$user')"), qr/ERROR:  55000: /, 'a wrong key ends an evaluation');
like($error->("SELECT soulprint_evaluate('$user')"), qr/ERROR:  55000: no profile can be evaluated: /, 'the next one does not begin during the pause');
$model->forget;
answers();
ok($node->poll_query_until('postgres', "SELECT count(*) = 5 FROM soulprint_evaluate('$user')"), 'but finds out when it is over, if no pass does');
$sql->("ALTER SYSTEM SET soulprint.provider = 'offline'; SELECT pg_reload_conf()");
$node->poll_query_until('postgres', "SELECT setting = 'offline' FROM pg_settings WHERE name = 'soulprint.provider'");
like($error->("SELECT soulprint_evaluate('$user')"), qr/ERROR:  55000: no profile can be evaluated: soulprint\.provider is offline\nDETAIL:  A model writes/, 'nor without a model');

$node->stop;
log_is_clean($node);

# Without preloading.
my $alone = new_server('evaluate_alone', $model->settings, preload => 0);
new_database($alone);
$user = add_user($alone, 1);
$alone->safe_psql('postgres', talk($user, 1, 10));
$model->forget;
answers();
is($alone->safe_psql('postgres', "SELECT value, n FROM soulprint_evaluate('$user') WHERE measure = 'recall'"), '0.5|2', 'it works without preloading');
$alone->stop;
log_is_clean($alone);
done_testing();
