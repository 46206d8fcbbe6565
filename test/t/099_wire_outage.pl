# The model server, or the way to it, is away for a while: everybody waits, nobody is charged, and only a probe is sent
# from time to time.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my $node = new_server('outage', $model->settings, 'soulprint.pause_probe_interval' => '1h', 'soulprint.request_timeout' => '500ms', 'soulprint.max_request_attempts' => 2);
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my ($number, $many) = (0, 8);

sub set
{
	my ($setting, $value) = @_;
	$sql->("ALTER SYSTEM SET soulprint.$setting = '$value'");
	$node->reload;
	$node->poll_query_until('postgres', "SELECT current_setting('soulprint.$setting') = '$value'");
}

# Users whose passes are asked for at once.
sub ask_for
{
	my ($chunks) = @_;
	my @users = map { add_user($node, ++$number) } 1 .. $many;
	$sql->(join '', map { talk($_, 1, $chunks) } @users);
	$sql->("SELECT count(soulprint_start_full_pass(user_id)) FROM user_profiles WHERE user_id IN ('" . join("', '", @users) . "')");
	return @users;
}

# Waits until everybody pauses for this reason and nobody is at work: all passes are in the queue, uncharged.
sub all_wait
{
	my ($what, $reason, @users) = @_;
	my $in = "IN ('" . join("', '", @users) . "')";
	ok($node->poll_query_until('postgres', "SELECT (SELECT count(*) = $many FROM soulprint.full_passes JOIN user_profiles USING (user_id)
			WHERE user_id $in AND state = 'queued' AND attempts = 0 AND full_pass_status = 'pending')
		AND soulprint.pause_reason() IS NOT NULL
		AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'soulprint worker')"), "$what: all wait, uncharged");
	like($sql->('SELECT soulprint.pause_reason()'), $reason, "$what: the reason");
	unlike($sql->("SELECT string_agg(full_pass_error, ' ') FROM user_profiles WHERE user_id $in"), qr/server/, "$what: which is not the user's business");
}

sub all_complete
{
	my ($what, @users) = @_;
	is(join(' ', map { end_of_pass($node, $_) } @users), join(' ', ('complete') x @users), "$what: afterwards all are complete");
	is($sql->("SELECT string_agg(DISTINCT attempts || ' ' || pauses, ', ') FROM soulprint.full_passes WHERE user_id IN ('" . join("', '", @users) . "')"), '1 0', "$what: in one attempt");
}

my $hint = qr/HINT:  Requests resume by themselves once it answers\. If it does not, check it, soulprint\.api_url, .*reload the server's configuration\./;

# Answered with an error: what the server sees is counted.
for my $case (
	[ '503', qr/^the model server does not answer: HTTP 503/, raw => { status => 503, body => 'upstream connect error or disconnect/reset before headers' } ],
	[ '502', qr/^the model server does not answer: HTTP 502/, raw => { status => 502, headers => { 'content-type' => 'text/html' }, body => '<html>502 Bad Gateway</html>' } ],
	[ 'a reset', qr/^the model server does not answer: /, drop => 'rst' ],
	[ 'no answer', qr/^the model server does not answer: Timeout was reached: no whole response/, hold => \1 ],
	[ 'another page', qr{^this is not the Messages API: .*text/html}, raw => { status => 200, headers => { 'content-type' => 'text/html' }, body => '<html>Welcome</html>' } ])
{
	my ($what, $reason, %item) = @$case;
	$model->forget;
	$model->script({ %item, times => 'always' });
	my @users = ask_for(4);
	all_wait($what, $reason, @users);
	my @asked = map { $_->{kind} } $model->journal;
	cmp_ok(scalar(grep { $_ ne 'other' } @asked), '<=', $what eq 'no answer' ? 3 * 5 : 3 * 3, "$what: few questions are asked before the pause");
	my $before = @asked;
	$node->reload;
	$model->wait_for(requests => $before + 1);
	all_wait("$what, after a reload", $reason, @users);
	is($model->stats->{requests} - $before, 1, "$what: a probe, no question, is sent after a reload");
	$model->forget;
	$node->reload;
	all_complete($what, @users);
}

# In the middle of passes: what was answered is kept.
$model->forget;
$model->script({ kind => 'facts', times => 6 }, { raw => { status => 503 }, times => 'always' });
my @users = ask_for(4);
all_wait('in the middle', qr/^the model server does not answer: HTTP 503/, @users);
is($sql->("SELECT sum(calls_made) FROM soulprint.full_passes WHERE user_id IN ('" . join("', '", @users) . "')"), '6', 'in the middle: the answers are kept');
$model->script;
$node->reload;
all_complete('in the middle', @users);
is(scalar(grep { $_->{status} == 200 } $model->journal('facts')), 4 * $many, 'in the middle: no answer is asked for twice');

# A server that comes and goes charges nobody, however often: each time it answers a probe and one question.
$model->forget;
my $flapping = add_user($node, ++$number);
$sql->(talk($flapping, 1, 6));
for my $time (1 .. 5)
{
	$model->script($time > 1 ? { kind => 'other' } : (), { kind => 'facts' }, { raw => { status => 500 }, times => 'always' });
	$time == 1 ? start_pass($node, $flapping) : $node->reload;
	ok($node->poll_query_until('postgres', "SELECT calls_made = $time AND state = 'queued' AND attempts = 0 FROM soulprint.full_passes WHERE user_id = '$flapping'"),
		"a server that comes and goes: pause $time is not charged");
}
$model->script;
$node->reload;
all_complete('a server that comes and goes', $flapping);

# One question alone that is not answered: the pass is charged, the others are not even interrupted.
$model->forget;
$model->script({ contains => 'painting number 90', raw => { status => 502 }, times => 'always' });
my $poison = add_user($node, ++$number);
$sql->(talk($poison, 901, 903));
start_pass($node, $poison);
all_complete('beside a question that is never answered', ask_for(3));
ok($node->poll_query_until('postgres', "SELECT state = 'queued' AND attempts = 1 FROM soulprint.full_passes WHERE user_id = '$poison'"), 'a question that is never answered charges its pass');
like(status($node, $poison), qr/^pending: 3 of 3 chunks could not be read\. The reason of the last one: no answer in 2 attempts, the last: HTTP 502/, 'which says why');
is($sql->('SELECT soulprint.pause_reason() IS NULL'), 't', 'and nobody pauses');
$sql->("SELECT soulprint_cancel_full_pass('$poison')");

# Nobody listens, and no such host.
my $port = $model->port;
$model->stop;
my @refused = ask_for(2);
all_wait('nobody listens', qr/^the model server does not answer: .*Connection refused/, @refused);
like(slurp_file($node->logfile), qr/WARNING:  pausing requests: the model server does not answer: .*Connection refused\n.*$hint/, 'nobody listens: the log says what to do');
set(plain_http_hosts => 'no-such-host.invalid');
set(api_url => 'http://no-such-host.invalid');
$node->poll_query_until('postgres', "SELECT soulprint.pause_reason() NOT LIKE '%refused'");
all_wait('no such host', qr/^the model server does not answer: .*resolve host/, @refused);
$model = ModelServer->new(port => $port);
set(api_url => $model->url);
all_complete('nobody listens, no such host', @refused);

# The settings change during a probe, which knows the old ones.
$model->forget;
$model->script({ raw => { status => 503 }, times => 'always' });
my @changed = ask_for(2);
all_wait('a reload during a probe', qr/^the model server does not answer: HTTP 503/, @changed);
$model->script({ kind => 'other', hold => \1, raw => { status => 503 } });
set(request_timeout => '5min');
$model->wait_for(held => 1);
$node->reload;
$model->release;
all_complete('a reload during a probe', @changed);

# Cancel and terminate act during a probe.
for my $end ('terminate', 'cancel')
{
	$model->forget;
	$model->script({ kind => 'facts', raw => { status => 503 }, times => 2 }, { hold => \1 });
	my $user = add_user($node, ++$number);
	$sql->(talk($user, 1, 2));
	set(request_timeout => '5min');
	start_pass($node, $user);
	$model->wait_for(held => 1);
	is(($model->journal)[-1]{kind}, 'other', "$end: during the probe");
	$sql->("SELECT pg_${end}_backend(pid) FROM pg_stat_activity WHERE backend_type = 'soulprint worker'");
	like(end_of_pass($node, $user), $end eq 'cancel' ? qr/^failed: canceled/ : qr/^complete/, "$end: acts at once");
	is($model->stats->{held}, 0, "$end: the probe is given up");
}

log_is_clean($node);
$node->stop;
done_testing();
