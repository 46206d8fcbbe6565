# What one user's question meets, and what everybody's meets: a firewall, a wrong address, a refusal of the
# Messages API itself; and answers that do not end.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my $node = new_server('firewall', $model->settings);
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
$sql->("CREATE FUNCTION pause_reason() RETURNS text LANGUAGE c AS '\$libdir/soulprint', 'soulprint_pause_reason'");
my $number = 0;

# A user with conversations $from to $to.
sub with_talks
{
	my ($from, $to) = @_;
	my $user = add_user($node, ++$number);
	$sql->(talk($user, $from, $to));
	return $user;
}

sub ask_for
{
	my (@users) = @_;
	$sql->("SELECT soulprint_start_full_pass(user_id) FROM user_profiles WHERE user_id IN ('" . join("', '", @users) . "')");
	return @users;
}

# A field of the user's last pass.
sub of_pass
{
	my ($user, $field) = @_;
	return $sql->("SELECT $field FROM soulprint.full_passes WHERE user_id = '$user' ORDER BY id DESC LIMIT 1");
}

sub pauses { return count_log($node, qr/WARNING:  pausing requests/) }

sub ends { return join ' ', map { end_of_pass($node, $_) } @_ }

# Waits until everybody pauses and nobody is at work.
sub is_paused
{
	my ($what, $reason) = @_;
	ok($node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'soulprint worker')
		AND EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'soulprint launcher' AND query = 'paused: ' || pause_reason())"), "$what: all pause");
	like($sql->('SELECT pause_reason()'), qr/^$reason/, "$what: the reason");
}

sub alter
{
	my ($setting, $value) = @_;
	$sql->("ALTER SYSTEM SET soulprint.$setting = '$value'");
	$node->reload;
	$node->poll_query_until('postgres', "SELECT current_setting('soulprint.$setting') = '$value'");
}

my %page = (raw => { status => 403, headers => { 'content-type' => 'text/html' }, body => '<html>403 Forbidden: request blocked</html>' });
my %own = (error => { status => 403, message => 'no access' });

# A firewall does not let one conversation through.
is($sql->('SELECT pause_reason() IS NULL'), 't', 'without a pause there is no reason for one');
$model->script({ kind => 'facts', contains => 'painting number 7.', %page, times => 'always' });
my @users = ask_for(with_talks(1, 30), with_talks(101, 130), with_talks(201, 230));
is(ends(@users), 'complete complete complete', 'a firewall blocks one conversation: all passes are complete');
is(join(', ', map { of_pass($_, "chunks_done || ' ' || chunks_failed || ' ' || attempts || ' ' || pauses") } @users), '29 1 1 0, 30 0 1 0, 30 0 1 0', 'its chunk alone has failed');
is(pauses(), 0, 'and nobody has paused');
my @probes = $model->asked('other');
is(scalar @probes, 1, 'one probe has told that');
is_deeply($probes[0]{asked}, { model => 'claude-haiku-4-5-20251001', max_tokens => 1, temperature => $probes[0]{asked}{temperature}, messages => [ { role => 'user', content => 'Hello' } ] },
	'which is one word, and one token of answer');
is(of_pass($users[0], 'calls_made'), scalar(grep { $_->{kind} ne 'other' && $_->{status} == 200 && $_->{body} =~ /(?:Boat|number |case )(?:\d|[12]\d|30)\b/ } $model->asked), 'the pass is not charged for it');

# Nor any of the questions of one user.
$model->forget;
$model->script({ contains => 'Boat1.', %page, times => 'always' }, { kind => 'facts', contains => 'Boat2.', raw => { status => 404 }, times => 'always' });
@users = ask_for(with_talks(1, 3), with_talks(101, 103), with_talks(201, 203));
my ($blocked, @others) = @users;
is(ends(@others), 'complete complete', 'most of a pass is blocked: those of others are complete');
like($node->poll_query_until('postgres', "SELECT state = 'queued' AND error <> '' FROM soulprint.full_passes WHERE user_id = '$blocked'") . status($node, $blocked),
	qr/^1pending: 2 of 3 chunks could not be read\. The reason of the last one: something in front of the model server refuses this question \(HTTP 40[34]\)/, 'it will be tried again');
is(of_pass($blocked, "attempts || ' ' || pauses") . ' ' . pauses(), '1 0 0', 'charged, and without a pause');
$sql->("SELECT soulprint_cancel_full_pass('$blocked')");

# The same for everything: an address that is not that of the Messages API.
for my $case ([ 'a wrong address', raw => { status => 404, body => '<html>404 Not Found</html>' } ], [ 'a gateway', raw => { status => 403, body => '{"message": "Forbidden"}' } ])
{
	my ($what, %refusal) = @$case;
	$model->forget;
	$model->script({ %refusal, times => 'always' });
	my $before = pauses();
	my ($user) = ask_for(with_talks(1, 3));
	is_paused($what, 'not the Messages API but something in front of it answers');
	is(join(' ', map { $_->{kind} } $model->journal), 'facts other', "$what: one question and one probe");
	is(of_pass($user, "state || ' ' || attempts || ' ' || chunks_done || ' ' || chunks_failed || ' ' || soulprint.percent(stage, chunks_done, chunks)"), 'queued 0 0 0 3', "$what: the pass is queued, nothing has failed");
	my $other = with_talks(101, 103);
	my ($code, $out, $err) = $node->psql('postgres', "CALL soulprint_run_full_pass('$other')");
	like($err, qr/ERROR:  no full pass can run: not the Messages API.*HINT:  .*reload the server's configuration\./s, "$what: CALL says so");
	$model->forget;
	$node->reload;
	is(ends($user), 'complete', "$what: corrected, a reload is enough");
	is(pauses() - $before, 1, "$what: one pause");
	is(join(' ', map { $_->{kind} } $model->journal), 'other facts facts facts changes memory sections', "$what: which a probe has ended");
	is($sql->('SELECT pause_reason() IS NULL'), 't', "$what: no reason is left");
}

# A refusal of the API's own is everybody's, and only a question of our own is asked meanwhile.
$model->forget;
$model->script({ %own, times => 'always' });
@users = ask_for(with_talks(1, 3));
is_paused('no access', 'the model server does not permit this API key to ask');
push @users, ask_for(with_talks(101, 103), with_talks(201, 203));
$node->reload;
$model->wait_for(answered => 2);
my (undef, $probe) = $model->asked;
is($probe->{kind}, 'other', 'no access: the probe is nobody\'s question');
unlike($probe->{body}, qr/painting|Boat|coffee/, 'no access: with no word of a user');
# No answer to a probe is what is known last; it is asked again.
$model->script({ raw => { status => 502 }, times => 1 }, { error => { status => 400, message => 'max_tokens: too small' } });
$node->reload;
$model->wait_for(answered => 3);
$node->poll_query_until('postgres', "SELECT soulprint.pause_reason() NOT LIKE '%permit%'");
is_paused('no answer to a probe', 'the model server does not answer: HTTP 502');
$node->reload;
is(ends(@users), 'complete complete complete', 'a 400 of the API ends the pause as well');
is(join(' ', map { "$_->{kind} $_->{status}" } ($model->journal)[0 .. 3]), 'facts 403, other 403, other 502, other 400' =~ s/,//gr, 'after one probe for each reload');
is(join(', ', map { of_pass($_, "attempts || ' ' || pauses || ' ' || calls_made") } @users), '1 1 6, 1 0 6, 1 0 6', 'nobody is charged for it');

# The API refuses the question of one user again and again.
alter(pause_probe_interval => '2s');
alter(max_pass_attempts => 2);
$model->forget;
$model->script({ kind => 'facts', contains => 'painting number 1.', %own, times => 'always' });
my $before = pauses();
($blocked, @others) = ask_for(with_talks(1, 3), with_talks(101, 103), with_talks(201, 203));
ok($node->poll_query_until('postgres', "SELECT state = 'queued' AND pauses = 2 AND not_before > now() + interval '2 s' FROM soulprint.full_passes WHERE user_id = '$blocked'"),
	'after the second pause it waits for twice the interval');
is(ends(@others), 'complete complete', 'one question is refused again and again: the others are served');
like(ends($blocked), qr/^failed: the model server does not permit this API key to ask \(HTTP 403 permission_error: no access\)/, 'its pass fails in the end, with the reason');
is(of_pass($blocked, "attempts || ' ' || pauses || ' ' || chunks_failed"), '2 3 0', 'the first pause is not charged, those after it are');
is(pauses() - $before, 3, 'and each was a pause');
is(ends(ask_for(with_talks(301, 303))), 'complete', 'afterwards passes run as ever');

# An answer without an end is read as far as it can be one.
$model->forget;
$model->script({ kind => 'facts', contains => 'painting number 2.', text => 'x' x 10000, endless => \1 });
is(ends(my ($endless) = ask_for(with_talks(1, 3))), 'complete', 'an answer that does not end');
is(join(' ', sort map { $_->{outcome} } $model->journal('facts')), 'answered answered answered client_left', 'is left, and asked for once more');
is(of_pass($endless, "chunks_done || ' ' || chunks_failed"), '3 0', 'and the chunk is read');

$node->stop;
log_is_clean($node);
done_testing();
