# What a server can say that makes asking useless for everybody: one request finds it out, the others
# wait, and go on by themselves.

use strict;
use warnings;

use lib 'test/t';
use List::Util qw(uniq);
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my $elsewhere = ModelServer->new;
my %settings = $model->settings;
my $node = new_server('pause', %settings);
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $launcher = "SELECT query FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'";
my $number = 0;

# Changes settings, for the next reload; undef resets.
sub alter
{
	my (%changed) = @_;
	$sql->(join '', map { defined $changed{$_} ? "ALTER SYSTEM SET soulprint.$_ = '$changed{$_}';" : "ALTER SYSTEM RESET soulprint.$_;" } sort keys %changed);
}

# Reloads, and waits until every process of a kind has read that: for a while it does not show what it does.
sub reload_read_by
{
	my ($who) = @_;
	for my $shown ('off', 'on')
	{
		$sql->("ALTER SYSTEM SET track_activities = $shown");
		$node->reload;
		$node->poll_query_until('postgres', "SELECT bool_and((state = 'disabled') = ('$shown' = 'off')) FROM pg_stat_activity WHERE backend_type = '$who'")
		  or diag "no $who reads the configuration";
	}
}

# A reload has the launcher probe during a pause: none is left over for what comes after this.
sub set
{
	alter(@_);
	reload_read_by('soulprint launcher');
}

# Users whose passes are asked for at once, as a condition.
sub ask_for
{
	my @users = map { add_user($node, ++$number) } 1 .. $_[0];
	$sql->(join '', map { talk($_, 1, 3) } @users);
	$sql->("SELECT soulprint_start_full_pass(user_id) FROM user_profiles WHERE user_id IN ('" . join("', '", @users) . "')");
	return @users;
}

# Waits until the launcher shows the reason, nobody is at work and all passes are in the queue, uncharged.
sub is_paused
{
	my ($what, $reason, @users) = @_;
	my $in = "IN ('" . join("', '", @users) . "')";
	ok($node->poll_query_until('postgres', "SELECT (SELECT count(*) = @{[ scalar @users ]} FROM soulprint.full_passes JOIN user_profiles USING (user_id)
			WHERE user_id $in AND state = 'queued' AND attempts = 0 AND full_pass_status = 'pending')
		AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'soulprint worker')
		AND EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'soulprint launcher' AND query LIKE 'paused: %')"), "$what: passes are pending, uncharged");
	like($sql->($launcher), qr/^paused: $reason/, "$what: the launcher says why");
}

sub are_complete
{
	my ($what, @users) = @_;
	is(join(' ', map { end_of_pass($node, $_) } @users), join(' ', ('complete') x @users), $what);
}

# Waits until a query is true, for less than soulprint.poll_interval.
sub soon
{
	local $PostgreSQL::Test::Utils::timeout_default = 20;
	return $node->poll_query_until('postgres', $_[0]);
}

# The kinds of the questions asked, in this order.
sub requests { return join ' ', map { $_->{kind} } $model->journal }

sub warnings { return count_log($node, qr/WARNING:  pausing requests: $_[0]/) }

# What a server can say, and what the reason begins with.
my %said = (
	'401' => [ { error => { status => 401, message => "invalid x-api-key: $ModelServer::key" } }, 'the model server does not accept the API key' ],
	'402' => [ { error => { status => 402, message => 'billing' } }, 'the account at the model server may not spend more' ],
	'403' => [ { error => { status => 403, message => 'no access' } }, 'the model server does not permit this API key' ],
	'404' => [ { error => { status => 404, message => 'model: claude-haiku-4-5-20251001' } }, 'the model server does not know the model' ],
	'307' => [ { raw => { status => 307, headers => { location => $elsewhere->url . '/v1/messages' } } }, 'the model server answers with a redirect' ],
	'credit' => [ { error => { status => 400, message => 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.' } }, 'the account' ],
	'spend limit' => [ { error => { status => 429, message => 'limit', details => { error_code => 'enforced_spend_limit_reached' } } }, 'the account' ]);
for my $kind (sort keys %said)
{
	my ($item, $reason) = @{ $said{$kind} };
	my $before = warnings($reason);
	$model->forget;
	$model->script({ %$item, times => 'always' });
	my @users = ask_for(1);
	is_paused($kind, $reason, @users);
	is($model->stats->{requests}, 1, "$kind: one request");
	is(warnings($reason) - $before, 1, "$kind: one warning in the log");
	my ($hint) = reverse slurp_file($node->logfile) =~ /WARNING:  pausing requests: $reason.*\n.*HINT:  (.*)/g;
	like($hint, qr/^[A-Z].*reload the server's configuration\.$/, "$kind: with a hint");

	# Two more, and a reload, which has one of the three try.
	push @users, ask_for(2);
	$node->reload;
	$model->wait_for(answered => 2);
	is_paused("$kind, after a reload", $reason, @users);
	is(requests(), 'facts other', "$kind: two more users and a reload are one more request, which is nobody's");
	is(warnings($reason) - $before, 1, "$kind: which is not worth another warning");
	$model->forget;
	$node->reload;
	are_complete("$kind: the cause gone, a reload is enough", @users);
}
is($elsewhere->stats->{requests}, 0, 'a redirect is not followed');

# Three workers find it out at the same time.
$model->forget;
$model->script({ error => { status => 401 }, hold => \1, times => 'always' });
my $before = warnings('');
my @users = ask_for(3);
$model->wait_for(held => 3);
$model->release;
is_paused('three at a time', 'the model server does not accept', @users);
is($model->stats->{requests} . ', ' . (warnings('') - $before), '3, 1', 'three at a time: three requests, one warning');
$model->forget;
$node->reload;
are_complete('three at a time: all are served in the end', @users);

# It also tries by itself.
set(pause_probe_interval => '200ms');
$model->forget;
$model->script({ error => { status => 401 }, times => 'always' });
@users = ask_for(1);
is_paused('probing', 'the model server does not accept', @users);
push @users, ask_for(2);
ok($model->wait_for(requests => 6), 'probing: it tries again and again');
is($model->stats->{peak}, 1, 'probing: one request at a time');
is_deeply([ uniq map { $_->{kind} } ($model->journal)[1 .. 5] ], ['other'], "probing: with a question that is nobody's");
$model->script({ hold => \1, times => 'always' });
$model->wait_for(held => 1);
$model->release;
{
	local $PostgreSQL::Test::Utils::timeout_default = 20;
	ok($model->wait_for(held => 3), 'probing: until one is answered, then all are taken at once');
}
$model->forget;
are_complete('probing: and served', @users);
set(pause_probe_interval => undef);

# One of several open requests finds it out: nobody waits for the others to say so.
$model->forget;
$model->script({ kind => 'facts' }, { error => { status => 401 } }, { hold => \1, times => 'always' });
@users = ask_for(1);
$model->wait_for(requests => 3, answered => 2);
ok(soon("SELECT query LIKE 'paused: the model server does not accept%' FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'"),
	'with a request still open: the launcher knows at once');
push @users, ask_for(2);
$model->script;
$model->release;
is_paused('with a request still open: once it is answered', 'the model server does not accept', @users);
is($model->stats->{requests}, 3, 'with a request still open: nobody else has asked');
$model->forget;
$node->reload;
are_complete('with a request still open: all are served in the end', @users);

# Three passes are at work when the key is revoked: answers to what was asked before do not end the pause.
$model->forget;
$model->config(latency_ms => 50);
@users = map { add_user($node, ++$number) } 1 .. 3;
$sql->(join '', map { talk($_, 1, 100) } @users);
start_pass($node, $_) for @users;
$model->wait_for(requests => 100);
my $from = length slurp_file($node->logfile);
$model->config(api_key => 'sk-ant-another');
is_paused('a key revoked in the middle', 'the model server does not accept', @users);
my $log = substr slurp_file($node->logfile), $from;
is(join(', ', map { scalar(() = $log =~ /$_/g) } 'pausing requests', 'resuming requests'), '1, 0', 'a key revoked in the middle: one pause');
cmp_ok(scalar(grep { $_->{status} == 401 } $model->journal), '<=', 3 * 10, 'a key revoked in the middle: only what was open is refused');
my $key_file = $settings{'soulprint.api_key_file'};
PostgreSQL::Test::Utils::append_to_file("$key_file.new", 'sk-ant-another');
chmod 0600, "$key_file.new";
rename "$key_file.new", $key_file or die;
$node->reload;
are_complete('the new key put into the file, a reload is enough', @users);

# One worker meets it while another one has much to ask: that one's open request is answered and kept,
# and it sends nothing more.
my $refused = { contains => 'painting number 90', error => { status => 401 }, times => 'always' };

# A user with so many conversations, from number $first on, whose pass is asked for.
sub ask_for_long
{
	my ($first, $last) = @_;
	my $user = add_user($node, ++$number);
	$sql->(talk($user, $first, $last));
	start_pass($node, $user);
	return $user;
}

set(max_concurrent_requests => 1);
$model->forget;
$model->script($refused, { hold => \1, times => 'always' });
my $long = ask_for_long(1, 30);
$model->wait_for(held => 1);
my $short = ask_for_long(900, 902);
ok(soon("SELECT query LIKE 'paused: the model server does not accept%' FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'"),
	"another worker's pause: the launcher knows at once");
$model->script($refused);
$model->release;
is_paused("another worker's pause", 'the model server does not accept', $long, $short);
is($model->stats->{requests}, 2, "another worker's pause: nothing more was asked");
is($sql->("SELECT count(*) FROM soulprint.replies WHERE user_id = '$long'"), '1', "another worker's pause: what was open is answered and kept");
$model->script;
$node->reload;
are_complete("another worker's pause: both are served in the end", $long, $short);
is(join(' ', map { scalar grep { $_->{status} == 200 } $model->journal($_) } qw(facts memory sections)), '33 2 2', "another worker's pause: nothing is asked twice");

# Another provider or another server while a pass is at work: the old one is sent nothing more.
my $new_key_file = "$key_file.elsewhere";
PostgreSQL::Test::Utils::append_to_file($new_key_file, 'sk-ant-elsewhere');
chmod 0600, $new_key_file;
my %changes = (
	'offline' => { provider => 'offline' },
	'another server' => { api_url => $elsewhere->url, api_key_file => $new_key_file });
for my $what (sort keys %changes)
{
	$_->forget for $model, $elsewhere;
	# Each takes only its own key.
	$model->config(api_key => 'sk-ant-another');
	$elsewhere->config(api_key => 'sk-ant-elsewhere');
	$model->script({ hold => \1 });
	my $returned = count_log($node, qr/returned to the queue: model server settings changed/);
	my $user = ask_for_long(1, 30);
	$model->wait_for(held => 1);
	alter(%{ $changes{$what} });
	reload_read_by('soulprint worker');
	$model->release;
	are_complete("$what from a reload on: a running pass is completed there", $user);
	is(join(' ', map { $_->{status} } $model->journal), '200', "$what from a reload on: the old server gets no further request and no other key");
	is(join(' ', map { scalar grep { $_->{status} == 200 } $elsewhere->journal($_) } qw(facts changes memory sections)), $what eq 'offline' ? '0 0 0 0' : '29 1 1 1',
		"$what from a reload on: who is asked the rest");
	is($elsewhere->stats->{requests}, $what eq 'offline' ? 0 : 32, "$what from a reload on: with the key that belongs there");
	is(count_log($node, qr/returned to the queue: model server settings changed/) - $returned, 1, "$what from a reload on: the pass goes through the queue");
	is($sql->("SELECT attempts FROM soulprint.full_passes WHERE user_id = '$user'"), '1', "$what from a reload on: uncharged");
	set(map { $_ => undef } keys %{ $changes{$what} });
}
set(max_concurrent_requests => undef);

# CALL: no probe is due, then one is.  The pass waits so long that the launcher has nothing to ask.
sub call { return $node->psql('postgres', "\\set VERBOSITY verbose\nCALL soulprint_run_full_pass('$_[0]')") }
sub only_calls { $sql->("UPDATE soulprint.full_passes SET not_before = now() + interval '1 day' WHERE state = 'queued'") }

$model->forget;
$model->script({ error => { status => 401 }, times => 'always' });
@users = ask_for(1);
is_paused('CALL', 'the model server does not accept', @users);
only_calls();
for my $user (@users, add_user($node, ++$number))
{
	my ($code, $out, $err) = call($user);
	like($err, qr/ERROR:  55000: no full pass can run: the model server does not accept the API key.*\nHINT:  [A-Z].*reload the server's configuration\./s, 'CALL, no probe due: an error says why, and what to do');
}
is($model->stats->{requests}, 1, 'CALL, no probe due: nobody is asked');
is($sql->("SELECT count(*) FROM soulprint.full_passes WHERE state = 'queued'"), '1', 'CALL, no probe due: nothing is queued');
reload_read_by('soulprint launcher');
# One whose pass never ran.
my $new = add_user($node, ++$number);
$sql->(talk($new, 1, 3));
my ($code, $out, $err) = call($new);
like($err, qr/ERROR:  55000: full pass \d+ is queued: the model server does not accept the API key.*\nHINT:  [A-Z].*reload the server's configuration\./s, 'CALL, a probe due, in vain: an error says why, and what to do');
is($model->stats->{requests}, 2, 'CALL, a probe due, in vain: one request');
is_paused('CALL, a probe due, in vain', 'the model server does not accept', @users);
only_calls();
$model->forget;
reload_read_by('soulprint launcher');
($code, $out, $err) = call($users[0]);
is($code, 0, 'CALL, a probe due: it probes first') or diag $err;
are_complete('CALL, a probe due: and completes its pass', @users);
is(requests(), 'other facts facts facts changes memory sections', 'CALL, a probe due: nobody else has asked');
ok(soon("SELECT query NOT LIKE 'paused: %' FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'"), 'CALL, a probe due: the pause is over');

# The server says how long it wants to be left alone: that long it is, however often one would ask.
set(pause_probe_interval => '200ms');
$model->forget;
my $alone = qr/model server asked not to be contacted for \d+ s/;
$before = warnings($alone);
$model->script({ error => { status => 503, headers => { 'retry-after' => '86400' } }, times => 'always' });
@users = ask_for(1);
is_paused('a day of rest', $alone, @users);
is(warnings($alone) - $before, 1, 'a day of rest: one warning');
# Each of them wakes the launcher.
push @users, ask_for(1) for 1 .. 3;
sub nobody_asks
{
	my ($requests, $what) = @_;
	# Five times the interval.
	$model->control(GET => "/_wait?timeout_ms=1000&requests=@{[ $requests + 1 ]}");
	is($model->stats->{requests}, $requests, $what);
}
nobody_asks(1, 'a day of rest: nobody asks again');
$node->reload;
$model->wait_for(answered => 2);
is_paused('a day of rest, after a reload', $alone, @users);
nobody_asks(2, 'a day of rest: a reload is one more request, and the server is left alone again');
is(warnings($alone) - $before, 1, 'a day of rest: without another warning');
$model->forget;
$node->reload;
are_complete('a day of rest: all are served after a reload', @users);

$node->stop;
log_is_clean($node);
done_testing();
