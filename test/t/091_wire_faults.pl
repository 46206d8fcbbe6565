# What a server of the Messages API can do to a pass, and what becomes of the profile.

use strict;
use warnings;

use lib 'test/t';
use JSON::PP;
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my $node = new_server('faults', $model->settings, 'soulprint.max_request_attempts' => 2, 'soulprint.max_pass_attempts' => 2);
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

my %v1 = map { ("${_}_md" => qq({"from": "v1 $_"})) } qw(soul identity user agents tools);
my $sections = 'jsonb_build_array(soul_md, identity_md, user_md, agents_md, tools_md)';
my $assembled = "soulprint_assemble_text(jsonb_build_object('soul', soul_md::jsonb, 'identity', identity_md::jsonb,
	'user', user_md::jsonb, 'agents', agents_md::jsonb, 'tools', tools_md::jsonb), memory_md)";
my ($number, $user, $before) = (0);

# A server that takes its time, with the default settings, while everything else here is tried.
my $slow = ModelServer->new;
$slow->script({ kind => 'facts', delay_ms => 20000 });
my $patient = new_server('patient', $slow->settings);
new_database($patient);
$patient->safe_psql('postgres', talk(add_user($patient, 1), 1, 2));
start_pass($patient, user(1));

# A pass over so many chunks, answered by these items first; how it ends.
sub run_pass
{
	my ($chunks, @items) = @_;
	$user = add_user($node, ++$number, %v1, memory_md => 'old memory', soulprint_text => 'old text');
	$sql->(talk($user, 1, $chunks));
	$before = profile($node, $user);
	return run_again(@items);
}

sub run_again
{
	my (@items) = @_;
	$model->forget;
	$model->script(@items);
	start_pass($node, $user);
	return end_of_pass($node, $user);
}

# The pass has returned to the queue, for its next attempt.
sub is_queued_again
{
	my ($what, $attempts) = @_;
	ok($node->poll_query_until('postgres', "SELECT state = 'queued' AND attempts = $attempts AND error IS NOT NULL FROM soulprint.full_passes WHERE user_id = '$user'"), $what);
	my $wait = $sql->("SELECT not_before > taken_at + interval '0.9 s' FROM soulprint.full_passes WHERE user_id = '$user'");
	is($wait, 't', "$what: it waits a while");
}

sub make_due
{
	$sql->("UPDATE soulprint.full_passes SET not_before = now() WHERE user_id = '$user'; SELECT soulprint.wake_launcher()");
}

# A field of the user's last pass.
sub of_pass
{
	return $sql->("SELECT $_[0] FROM soulprint.full_passes WHERE user_id = '$user' ORDER BY id DESC LIMIT 1");
}

sub kinds
{
	my %count;
	$count{ $_->{kind} }++ for $model->journal;
	return join ' ', map { "$_ $count{$_}" } sort keys %count;
}

# An answer about chunk n.
sub about { return (kind => 'facts', contains => "painting number $_[0].") }

# The server goes away altogether.
my $port = $model->port;
$user = add_user($node, ++$number, %v1, memory_md => 'old memory', soulprint_text => 'old text');
$sql->(talk($user, 1, 3));
$before = profile($node, $user);
$model->stop;
start_pass($node, $user);
is_queued_again('an outage', 0);
is(profile($node, $user), $before, 'an outage leaves the profile byte for byte');
$model = ModelServer->new(port => $port);
$node->reload;
is(end_of_pass($node, $user), 'complete', 'with the server back a reload is enough');

# More than 5 % of the chunks are lost.
$user = add_user($node, ++$number, %v1, memory_md => 'old memory', soulprint_text => 'old text');
$sql->(talk($user, 1, 40));
$before = profile($node, $user);
$model->script(map { { about($_), error => { status => 500 }, times => 'always' } } 7 .. 9);
start_pass($node, $user);
is_queued_again('three of forty chunks lost', 1);
like(status($node, $user), qr/^pending: 3 of 40 chunks could not be read\. The reason of the last one: no answer in 2 attempts, the last: HTTP 500/, 'it says why');
is(profile($node, $user), $before, 'nothing is overwritten');
my %lost = map { $_->{question} => 1 } grep { $_->{status} == 500 } $model->journal;
is(scalar(grep { $_->{status} == 500 } $model->journal), 6, 'each of them was asked twice');
$model->forget;
make_due();
is(end_of_pass($node, $user), 'complete', 'the next attempt succeeds');
is(kinds(), 'changes 1 facts 3 memory 1 sections 1', 'and asks about three chunks');
is(join(' ', sort map { $_->{question} } $model->journal('facts')), join(' ', sort keys %lost), 'about those that were missing');
is(of_pass('chunks_done || \' \' || chunks_failed || \' \' || attempts'), '40 0 2', 'all forty are read then');

# Answers that are no JSON.
is(run_pass(5, { kind => 'facts', text => 'I have read it.' }), 'complete', 'an answer without JSON');
my ($nudge) = grep { @{ $_->{messages} } > 1 } map { $_->{asked} } $model->asked('facts');
is_deeply([ map { $_->{role} } @{ $nudge->{messages} } ], [ 'user', 'assistant', 'user' ], 'is followed by three messages');
is($nudge->{messages}[1]{content}, 'I have read it.', 'the answer is among them');
like($nudge->{messages}[2]{content}, qr/^Your response must be valid JSON/, 'then what was wrong with it');
is("$nudge->{temperature} $nudge->{max_tokens}", '0 2048', 'at temperature 0');
is(kinds() . ', failed ' . of_pass('chunks_failed'), 'changes 1 facts 6 memory 1 sections 1, failed 0', 'it is one question more');
my $wrong = { text => '{"facts": "many"}', times => 'always' };
is(run_pass(40, { about(7), %$wrong, usage => { input_tokens => 500, output_tokens => 70 } }, { times => 'always', usage => { input_tokens => 10, output_tokens => 1 } }),
	'complete', 'one chunk of forty without a readable answer');
is(kinds() . ', failed ' . of_pass('chunks_failed'), 'changes 1 facts 41 memory 1 sections 1, failed 1', 'is asked about twice and then left out');
unlike($sql->("SELECT memory_md FROM user_profiles WHERE user_id = '$user'"), qr/Boat7\b/, 'of MEMORY, too');
is(of_pass("input_tokens || ' ' || output_tokens"), '1420 182', 'what it used is counted with the rest');

# The sections.
like(run_pass(5, { kind => 'sections', %$wrong }), qr/^failed: .*sections.*JSON/s, 'sections that cannot be read fail the pass');
is(kinds(), 'changes 1 facts 5 memory 1 sections 2', 'after one nudge');
my ($old_sections) = $before =~ /\["old memory", (.*), "old text"\]/;
is($sql->("SELECT $sections FROM user_profiles WHERE user_id = '$user'"), "[$old_sections]", 'the sections of v1 stay byte for byte');
is($sql->("SELECT memory_md LIKE '%Boat1%', soulprint_text = $assembled FROM user_profiles WHERE user_id = '$user'"), 't|t', 'MEMORY is published and is in the text');
is(run_again({ kind => 'sections', %$wrong }) =~ s/:.*//sr, 'failed', 'asked for again it fails again');
is(kinds(), 'sections 2', 'after asking for the sections only');
$sql->('ALTER SYSTEM SET soulprint.require_sections = off; SELECT pg_reload_conf()');
is(run_again({ kind => 'sections', %$wrong }), 'complete', 'with soulprint.require_sections = off MEMORY is enough');
is($sql->("SELECT $sections FROM user_profiles WHERE user_id = '$user'"), "[$old_sections]", 'with the sections of v1');
$sql->('ALTER SYSTEM RESET soulprint.require_sections; SELECT pg_reload_conf()');
is(run_again(), 'complete', 'and a good answer makes new ones');
unlike($sql->("SELECT $sections FROM user_profiles WHERE user_id = '$user'"), qr/v1/, 'in place of those of v1');
like(run_pass(2, { kind => 'sections', content => [], stop_reason => 'refusal', stop_details => { type => 'refusal', category => 'bio' } }),
	qr/^failed: MEMORY is published; the sections are the old ones: the model refused.*bio.*soulprint\.model/, 'refused sections fail the pass, with what to do');
is(kinds(), 'changes 1 facts 2 memory 1 sections 1', 'at once');
is(run_again() =~ s/:.*//sr . ', ' . kinds(), 'failed, ', 'and are never asked for again in the same words');
my $named = sub { return { kind => 'sections', text => encode_json({ identity => { ai_name => $_[0], signature_greeting => "$_[0] here." }, map { $_ => {} } qw(soul user agents tools) }) } };
my $identity = "SELECT identity_md::json->>'ai_name', identity_md::json->>'signature_greeting' FROM user_profiles WHERE user_id = ";
is(run_pass(2, $named->('Assistant'), { kind => 'name', text => '{"ai_name": "Peregrine"}' }), 'complete', 'a generic name');
is($sql->("$identity'$user'") . ', ' . kinds(), 'Peregrine|Peregrine here., changes 1 facts 2 memory 1 name 1 sections 1', 'costs a small question');
my ($small) = map { $_->{asked} } $model->asked('name');
cmp_ok(length $small->{messages}[0]{content}, '<', 2000, 'about the sections alone');
is("$small->{max_tokens} $small->{temperature}", '100 0.7', 'with a short answer');
for my $import (2, 3)
{
	$sql->(talk($user, $import + 1, $import + 1));
	is(run_again($named->("Nova $import")), 'complete', "import $import");
	is($sql->("$identity'$user'") . ', ' . kinds(), 'Peregrine|Peregrine here., changes 1 facts 1 memory 1 sections 1', "import $import keeps the name");
}
$sql->(qq{UPDATE user_profiles SET identity_md = jsonb_set(identity_md::jsonb, '{ai_name}', '"Kestrel"')::text WHERE user_id = '$user'});
$sql->(talk($user, 5, 5));
is(run_again($named->('Nova')), 'complete', 'a name that the user chose');
is($sql->("$identity'$user'"), 'Kestrel|Kestrel here.', 'stays as well');

# MEMORY.
is(run_pass(5, { kind => 'memory', text => 'MEMORY could not be generated.', times => 3 }), 'complete', 'a placeholder three times');
is(kinds(), 'changes 1 facts 5 memory 3 sections 1', 'is asked for three times');
like($sql->("SELECT memory_md FROM user_profiles WHERE user_id = '$user'"),
	qr/^## Preferences\n\n- .*^## Projects\n\n- .*Boat5.*^## Important Dates\n.*^## Beliefs & Values\n.*^## Decisions & Context\n\n- .*car/ms, 'MEMORY is assembled of the facts');
is(run_pass(5, { kind => 'memory', content => [], stop_reason => 'refusal' }) . ', ' . kinds(), 'complete, changes 1 facts 5 memory 1 sections 1', 'refused it is assembled at once');

# A chunk that the model refuses is done.
is(run_pass(5, { about(3), content => [], stop_reason => 'refusal', stop_details => { type => 'refusal', category => 'bio' }, times => 'always' }), 'complete', 'a refused chunk');
is(kinds() . ', ' . of_pass("chunks_done || ' ' || chunks_failed"), 'changes 1 facts 5 memory 1 sections 1, 5 0', 'is asked about once');

# Answers that are cut.
my %cut = (text => '{"preferences": ["painting', stop_reason => 'max_tokens');
is(run_pass(5, { about(3), %cut }, { kind => 'sections', %cut }), 'complete', 'answers that are cut');
my @again = map { $_->{max_tokens} } map { $_->{asked} } grep { $_->{kind} =~ /facts|sections/ } $model->asked;
is(join(' ', sort { $a <=> $b } @again), '2048 2048 2048 2048 2048 4096 8192 16384', 'are asked for again with twice the room');
is(run_pass(5, { about(3), %cut, times => 2 }), 'complete', 'a chunk whose answer is cut twice');
is(kinds() . ', ' . of_pass("chunks_done || ' ' || chunks_failed"), 'changes 1 facts 8 memory 1 sections 1, 5 0', 'is read in two halves');

# A question that is too long.
is(run_pass(120, { kind => 'sections', error => { status => 400, message => 'prompt is too long: 207500 tokens > 200000 maximum' } },
	{ kind => 'sections', raw => { status => 413, body => '<html>too large</html>' } }), 'complete', 'a sample that is too long');
is(join(' ', map { scalar(() = $_->{asked}{messages}[0]{content} =~ /^=== Conversation: /mg) } $model->asked('sections')), '120 100 50', 'is asked about with 100, then 50 conversations');

# Other servers: a budget that is used up is everybody's, a field that is not known is left out, a question that is too
# long is split, and answers come as a string, after thoughts, with line feeds in their strings, as a stream.
my $budget = { raw => { status => 400, body => '{"error": {"message": "Budget has been exceeded! Current cost: 26.075, Max budget: 0.25", "type": "budget_exceeded", "code": "400"}}' }, times => 'always' };
$user = add_user($node, ++$number);
$sql->(talk($user, 1, 3));
$model->forget;
$model->script($budget);
start_pass($node, $user);
is_queued_again('a budget that is used up', 0);
is(kinds(), 'facts 1 other 1', 'is one question and a probe');
like($sql->('SELECT soulprint.pause_reason()'), qr/^the account at the model server may not spend more \(HTTP 400 budget_exceeded: Budget/, 'and a pause that says why');
$model->forget;
$node->reload;
is(end_of_pass($node, $user), 'complete', 'and is waited for, uncharged');
is(run_pass(3, { raw => { status => 422, body => '{"detail": [{"type": "extra_forbidden", "loc": ["body", "output_config"], "msg": "Extra inputs are not permitted"}]}' } }), 'complete', 'a field that is not known');
is(scalar(grep { exists $_->{asked}{output_config} } $model->asked), 1, 'is sent once');
is(run_pass(120, { kind => 'sections', raw => { status => 400, body => '{"detail": "Prompt too long: 32799 tokens exceeds max context window of 32768 tokens"}' } }), 'complete', 'a sample that is too long, in other words');
is(kinds(), 'changes 1 facts 120 memory 1 sections 2', 'is asked for with less');
my $message = '{"content": %s, "stop_reason": null, "usage": {"input_tokens": 3.0, "output_tokens": null}}';
my $facts = '"<think>Draft: {\\"x\\": 1}</think>\\n{\\"preferences\\": [\\"likes\\ntea\\"], \\"projects\\": [], \\"dates\\": [], \\"beliefs\\": [], \\"decisions\\": []}"';
is(run_pass(3, { kind => 'facts', raw => { status => 200, body => sprintf($message, $facts) }, times => 2 }), 'complete', 'answers as other servers give them');
is(kinds() . ', ' . of_pass("chunks_done || ' ' || chunks_failed"), 'changes 1 facts 3 memory 1 sections 1, 3 0', 'are read at once');

# A server that has too much to do, and one that answers badly now and then: each request once.
is(run_pass(5, { kind => 'facts', error => { status => 529, message => 'Overloaded' }, times => 2 }, { kind => 'memory', error => { status => 429, headers => { 'retry-after' => '1' } } }),
	'complete', 'an overloaded server');
my @memory = $model->journal('memory');
cmp_ok($memory[1]{arrived} - $memory[0]{complete}, '>=', 1.0, 'is given the time that it asks for');
is(kinds() . ', attempts ' . of_pass('attempts'), 'changes 1 facts 7 memory 2 sections 1, attempts 1', 'and costs nothing but time');
my @faults = (
	{ error => { status => 500 } }, { raw => { status => 502, body => '<html>Bad gateway</html>' } }, { raw => { status => 503 } }, { error => { status => 504 } },
	{ error => { status => 408 } }, { error => { status => 409 } }, { drop => 'request' }, { drop => 'rst' }, { truncate => 40 }, { truncate => 40, end => 'rst' },
	{ truncate => 40, no_length => \1 }, { gzip => 'garbage' }, { raw => { status => 200, body => '<html>Welcome</html>' } }, { raw => { status => 200 } },
	{ gzip => \1, no_length => \1, truncate => 40 }, { chunked => \1, truncate => 40 },
	{ raw => { status => 200, body => '{"type": "error", "error": {"type": "api_error", "message": "m"}}' } },
	{ raw => { status => 200, body => '{"error": {"message": "m", "type": "server_error", "param": null, "code": null}}' } });
is(run_pass(18, map { { about($_ + 1), %{ $faults[$_] } } } 0 .. $#faults), 'complete', 'a fault for each of 18 chunks');
is(kinds() . ', ' . of_pass("chunks_done || ' ' || chunks_failed"), 'changes 1 facts 36 memory 1 sections 1, 18 0', 'costs each one more request');

# A server that streams, one that does not tell its tokens, and one that changes its model.
my $given = '{"preferences": ["likes tea"], "projects": [], "dates": [], "beliefs": [], "decisions": []}';
my $stream = ": waiting\n\n" . join '', map { "data: $_\n\n" } '{"type": "message_start", "message": {"type": "message", "content": [], "usage": {"input_tokens": 25, "output_tokens": 1}}}',
	'{"type": "content_block_delta", "delta": {"type": "text_delta", "text": "' . $given =~ s/"/\\"/gr . '"}}', '{"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 15}}', '{"type": "message_stop"}';
my $ledger = sub { $sql->("SELECT requests, retries, lost, input_tokens, output_tokens FROM soulprint_costs WHERE user_id = '$user' AND step = 'facts'") };
is(run_pass(1, { kind => 'facts', raw => { status => 200, headers => { 'content-type' => 'text/event-stream' }, body => $stream } }) . ', ' . $ledger->(), 'complete, 1|0|0|25|15', 'a stream is read and counted');
my $untold = '{"content": "' . $given =~ s/"/\\"/gr . '", "stop_reason": "end_turn"}';
is(run_pass(1, { kind => 'facts', raw => { status => 200, body => $untold } }) . ', ' . $ledger->(), 'complete, 1|0|1|0|0', 'an answer without its tokens counts as lost');
my $mid_stream = "data: {\"type\": \"message_start\", \"message\": {\"usage\": {\"input_tokens\": 25, \"output_tokens\": 1}}}\n\ndata: {\"type\": \"error\", \"error\": {\"type\": \"overloaded_error\", \"message\": \"m\"}}\n\n";
is(run_pass(1, { kind => 'facts', raw => { status => 200, body => $mid_stream } }, { kind => 'facts', text => $given, usage => { input_tokens => 10, output_tokens => 2 } }) . ', ' . $ledger->(), 'complete, 2|1|0|35|3', 'an error in a stream is waited for, and its tokens are counted');
my $changed = qr/WARNING:  the model server answers as model "another" after model "claude-haiku-4-5-20251001"/;
is(run_pass(6, map { { about($_), extra => { model => 'another' } } } 4, 6), 'complete', 'a model that changes during a pass');
is(count_log($node, $changed), 1, 'is one warning');
is($sql->("SELECT string_agg(DISTINCT model, ' ') FROM soulprint_costs WHERE user_id = '$user'"), 'claude-haiku-4-5-20251001', 'and is counted as the model that was asked');

is(end_of_pass($patient, user(1)), 'complete', 'a server that takes 20 seconds for an answer');
my @late = $slow->journal('facts');
is(scalar(@late), 2, 'is asked once for each');
cmp_ok($late[0]{answered} - $late[0]{complete}, '>=', 20, 'and was waited for');

log_is_clean($node);
done_testing();
