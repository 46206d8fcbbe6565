# What a server can say that makes asking useless for everybody: one request finds it out, the others
# wait, and go on by themselves.

use strict;
use warnings;

use lib 'test/t';
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

# Changes settings with a reload; undef resets.
sub set
{
	my (%changed) = @_;
	$sql->(join '', map { defined $changed{$_} ? "ALTER SYSTEM SET soulprint.$_ = '$changed{$_}';" : "ALTER SYSTEM RESET soulprint.$_;" } sort keys %changed);
	$node->reload;
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

# Waits until a query is true, for five seconds.
sub soon
{
	local $PostgreSQL::Test::Utils::timeout_default = 5;
	return $node->poll_query_until('postgres', $_[0]);
}

sub warnings { return count_log($node, qr/WARNING:  soulprint pauses: $_[0]/) }

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
	my ($hint) = reverse slurp_file($node->logfile) =~ /WARNING:  soulprint pauses: $reason.*\n.*HINT:  (.*)/g;
	like($hint, qr/^[A-Z].*reload the server's configuration\.$/, "$kind: with a hint");

	# Two more, and a reload, which has one of the three try.
	push @users, ask_for(2);
	$node->reload;
	$model->wait_for(answered => 2);
	is_paused("$kind, after a reload", $reason, @users);
	is($model->stats->{requests}, 2, "$kind: two more users and a reload are one more request");
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
$model->script({ hold => \1, times => 'always' });
$model->wait_for(held => 1);
$model->release;
ok(soon("SELECT count(*) = 3 FROM soulprint.full_passes WHERE state = 'running'"), 'probing: until one is answered, then all are taken at once');
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
is(join(', ', map { scalar(() = $log =~ /$_/g) } 'soulprint pauses', 'soulprint goes on'), '1, 0', 'a key revoked in the middle: one pause');
cmp_ok(scalar(grep { $_->{status} == 401 } $model->journal), '<=', 3 * 10, 'a key revoked in the middle: only what was open is refused');
my $key_file = $settings{'soulprint.api_key_file'};
PostgreSQL::Test::Utils::append_to_file("$key_file.new", 'sk-ant-another');
chmod 0600, "$key_file.new";
rename "$key_file.new", $key_file or die;
$node->reload;
are_complete('the new key put into the file, a reload is enough', @users);

$node->stop;
log_is_clean($node);
done_testing();
