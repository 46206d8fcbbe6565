# All workers of a server share one limiter: they keep to the limits that the model server tells, wait together while it
# is overloaded, and take fair turns.

use strict;
use warnings;

use lib 'test/t';
use List::Util qw(max min uniq);
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my $node = new_server('limiter', $model->settings, 'soulprint.max_workers' => 4, 'soulprint.poll_interval' => '1s');
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $number = 0;

# Users with so many chunks each, whose passes are asked for at once.
sub ask_for
{
	my @users = map { my $user = add_user($node, ++$number); $sql->(talk($user, 1000 * $number, 1000 * $number + $_ - 1)); $user } @_;
	$sql->("SELECT count(soulprint_start_full_pass(user_id)) FROM user_profiles WHERE user_id IN ('" . join("', '", @users) . "')");
	return @users;
}

sub all_complete
{
	my ($what, @users) = @_;
	is(join(' ', map { end_of_pass($node, $_) } @users), join(' ', ('complete') x @users), "$what: all are complete");
	is($sql->("SELECT max(attempts) FROM soulprint.full_passes WHERE user_id IN ('" . join("', '", @users) . "')"), '1', "$what: no attempt is charged");
}

# A limit of 30 requests a second that the server enforces and tells: four passes of 50 chunks keep to it together.
$model->config(requests_per_minute => 1800);
my @users = ask_for((50) x 4);
ok($node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_stat_activity WHERE backend_type = 'soulprint worker'
	AND query ~ '^full pass \\d+ of user \\S+: facts \\d+/50; at most 1800 requests, .* a minute, passes that wait for their turn: \\d'"), 'a worker shows the limit and who waits');
ok($node->poll_query_until('postgres', "SELECT query ~ 'workers busy, 0 passes queued; at most 1800 requests, 2000000 input tokens, 400000 output tokens a minute'
	FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'"), 'the launcher shows the limits');
all_complete('a limit', @users);
my @journal = $model->journal;
my @refused = grep { $_->{status} == 429 } @journal;
cmp_ok(scalar @refused, '<=', 4, 'hardly a request comes earlier than the server permits') or diag explain map { $_->{number} } @refused;
is(scalar(grep { $_->{status} == 200 } @journal), 4 * 53, 'each question is answered once');

# A huge pass takes turns with small ones, however many requests it could send.
$model->forget;
$model->config(requests_per_minute => 1800, latency_ms => 100);
my ($huge) = ask_for(1000);
ok($model->wait_for(requests => 100), 'a huge pass goes as fast as it may');
my $before = $model->stats->{requests};
my @small = ask_for(5, 5, 5);
all_complete('small ones', @small);
my $facts_of_small = join '|', map { "${_}00\\d" } $number - 2 .. $number;
my @facts = grep { $_->{number} > $before && $_->{status} == 200 } $model->journal('facts', 1);
my @own = grep { $_->{body} =~ /painting number (?:$facts_of_small)/ } @facts;
my $last = max(map { $_->{number} } @own);
my $during = $last - min(map { $_->{number} } @own) + 1;
is(scalar @own, 15, 'the small ones asked their questions');
cmp_ok($during, '<=', 60, 'and not behind those of the huge one');
cmp_ok(scalar(grep { $_->{number} > $last } @facts), '>', 0, 'which goes on');
$sql->("SELECT soulprint_cancel_full_pass('$huge')");

# An overloaded server: what one worker hears, all do.
$model->forget;
$model->config(latency_ms => 20);
my $first = $number + 1;
$model->script({ contains => "painting number ${first}005", error => { status => 529, type => 'overloaded_error', message => 'busy', headers => { 'retry-after' => '2' } } });
@users = ask_for((30) x 4);
all_complete('an overloaded server', @users);
my ($busy) = grep { $_->{status} == 529 } $model->journal;
is(scalar(grep { $_->{arrived} > $busy->{answered} + 0.2 && $_->{arrived} < $busy->{answered} + 2 } $model->journal), 0, 'nobody asks for as long as it wants');
my ($next) = sort { $a->{arrived} <=> $b->{arrived} } grep { $_->{arrived} > $busy->{answered} + 2 } $model->journal;
is($next->{in_flight}, 1, 'then one request is sent');

# A worker that is terminated gives back its share: after an overload that is all there is.
$model->forget;
$model->script({ error => { status => 529, type => 'overloaded_error', message => 'busy' } }, { hold => \1 });
my ($user) = ask_for(10);
ok($model->wait_for(held => 1), 'one request is in flight');
$sql->("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'soulprint worker'");
all_complete('a terminated worker', $user);

# What was learned of one key says nothing about another.
$model->forget;
$model->script({ error => { status => 429, type => 'rate_limit_error', message => 'm', headers => { 'retry-after' => '110' } } });
($user) = ask_for(3);
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'soulprint worker'
	AND query ~ 'the model server is too busy, all requests wait for 1\\d\\d s'"), 'all wait for long');
my $other = ModelServer->new;
my %settings = $other->settings;
$sql->("ALTER SYSTEM SET $_ = '$settings{$_}'") for sort keys %settings;
$node->reload;
all_complete('another server', $user);
is(scalar $other->journal, 6, 'which is asked at once');

$node->stop;
log_is_clean($node);
done_testing();
