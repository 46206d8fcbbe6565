# What every request took: soulprint_costs has it, to the token of the server's own journal, whatever happens on the way.

use strict;
use warnings;

use lib 'test/t';
use List::Util qw(sum0);
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my $node = new_server('costs', $model->settings, 'soulprint.request_timeout' => '10s', 'soulprint.poll_interval' => '1s');
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

my @tokens = qw(input_tokens cache_creation_input_tokens cache_read_input_tokens output_tokens);
my $tokens = join ', ', map { "sum($_)" } @tokens;

# The sums over these entries of the journal.
sub sums
{
	my (@entries) = @_;
	return join '|', map { my $name = $_; sum0(map { $_->{usage}{$name} // 0 } @entries) } @tokens;
}

# The cost of these tokens at 1 and 5 USD per million, to nine places.
my $price = 'round(sum(input_tokens + 1.25 * cache_creation_input_tokens + 0.1 * cache_read_input_tokens + 5 * output_tokens) / 1000000, 9)';

# One question of each kind goes wrong in its own way, and all are answered in the end.
my $user = add_user($node, 1);
$sql->(talk($user, 100, 219));
sub about { return (contains => "painting number $_[0]", times => $_[1] // 1) }
my @refused = map { { about($_), content => [], stop_reason => 'refusal' } } 110, 111;
$model->script(
	(map { { about($_), error => { status => 529, type => 'overloaded_error', message => 'busy' } } } 121 .. 126),
	(map { { about($_), error => { status => 500, type => 'api_error', message => 'oops' } } } 131, 132),
	(map { { about($_), drop => 'rst' } } 141, 142, 143), { about(151), truncate => 40 }, { about(152), truncate => 40, chunked => \1 },
	(map { { about($_), text => 'not JSON' } } 161, 162), @refused);
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'a pass with faults');
my @journal = $model->journal;
my @whole = grep { $_->{outcome} eq 'answered' && $_->{status} == 200 } @journal;
is($sql->("SELECT $tokens FROM soulprint_costs"), sums(@whole), 'the tokens are those of the server');
is($sql->('SELECT sum(requests), sum(refusals), sum(lost) FROM soulprint_costs'), scalar(@journal) . '|2|5', 'so are requests and refusals; what broke off is lost');
is($sql->("SELECT requests, retries FROM soulprint_costs WHERE step = 'facts'"), (grep { $_->{kind} eq 'facts' } @journal) . '|13',
	'each fault is a retry; another question after an answer that cannot be used is none');
is($sql->("SELECT $price = round(sum(cost_usd), 9) FROM soulprint_costs"), 't', 'the cost is that of the tokens');
is($sql->('SELECT f.input_tokens = sum(c.input_tokens + c.cache_creation_input_tokens + c.cache_read_input_tokens), f.output_tokens = sum(c.output_tokens),
	abs(f.cost_usd - sum(c.cost_usd)) < 1e-9 FROM soulprint_history f, soulprint_costs c GROUP BY f.input_tokens, f.output_tokens, f.cost_usd'), 't|t|t', 'the pass says the same');
is($sql->('SELECT DISTINCT model, day = (now() AT TIME ZONE \'UTC\')::date, user_id FROM soulprint_costs'), "claude-haiku-4-5-20251001|t|$user", 'by model, day and user');
is($sql->("SELECT string_agg(step, ' ' ORDER BY step) FROM soulprint_costs"), 'changes facts memory sections', 'and step');

# Three times the worker is killed: what it had in flight is all that the server knows alone.
$model->forget;
$model->config(latency_ms => 300);
my $killed = add_user($node, 2);
$sql->(talk($killed, 300, 399));
start_pass($node, $killed);
for my $time (1 .. 3)
{
	$model->wait_for(answered => 25 * $time);
	kill 'KILL', $sql->("SELECT pid FROM soulprint.full_passes WHERE user_id = '$killed'");
	$node->poll_query_until('postgres', "SELECT crashes = $time FROM soulprint.full_passes WHERE user_id = '$killed'");
}
is(end_of_pass($node, $killed), 'complete', 'a pass whose worker is killed three times');
@journal = $model->journal;
my %kept = map { $_ => 1 } split /\n/, $sql->("SELECT request_id FROM soulprint.replies WHERE user_id = '$killed'");
my @kept = grep { $kept{$_->{request_id}} } @journal;
is($sql->("SELECT $tokens FROM soulprint_costs WHERE user_id = '$killed'"), sums(@kept), 'killed: the tokens are those of the answers that it got');
cmp_ok(@journal - @kept, '<=', 3 * 2 * 10, 'killed: no more than what was in flight, or answered in the last 250 ms, is not among them');
is($sql->("SELECT sum(requests) FROM soulprint_costs WHERE user_id = '$killed'"), scalar @kept, 'killed: nothing is counted twice');

# Given up: the server may bill it.
$model->forget;
$model->script({ kind => 'facts', hold => \1, times => 'always' });
my $canceled = add_user($node, 3);
$sql->(talk($canceled, 500, 504));
start_pass($node, $canceled);
$model->wait_for(held => 5);
$sql->("SELECT soulprint_cancel_full_pass('$canceled')");
like(end_of_pass($node, $canceled), qr/^failed: canceled/, 'a pass that is canceled with requests in flight');
ok($node->poll_query_until('postgres', "SELECT (requests, lost, input_tokens) = (5, 5, 0) FROM soulprint_costs WHERE user_id = '$canceled'"), 'has them counted as lost');

# A probe during a pause is paid for by nobody.
$model->forget;
$model->script({ kind => 'facts', error => { status => 401, type => 'authentication_error', message => 'invalid x-api-key' } });
my $paused = add_user($node, 4);
$sql->(talk($paused, 600, 600));
start_pass($node, $paused);
$node->poll_query_until('postgres', 'SELECT soulprint.pause_reason() IS NOT NULL');
$node->reload;
is(end_of_pass($node, $paused), 'complete', 'a pass after a pause');
my ($probe) = grep { $_->{kind} eq 'other' } $model->journal;
is($sql->('SELECT requests, input_tokens, output_tokens FROM soulprint_costs WHERE user_id IS NULL'), join('|', 1, @{ $probe->{usage} }{qw(input_tokens output_tokens)}), 'the probe is counted');

# Who is erased leaves sums without a name.
my $before = $sql->("SELECT $tokens FROM soulprint_costs");
$sql->("DELETE FROM user_profiles WHERE user_id = '$user'");
is($sql->("SELECT count(*) FROM soulprint.costs WHERE user_id = '$user'"), '0', 'an erased user is not named');
is($sql->("SELECT $tokens FROM soulprint_costs"), $before, 'but what was paid stays');

# Each user sees their own.
$sql->("CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA soulprint TO reader; GRANT SELECT ON soulprint_costs TO reader;
	CREATE ROLE watcher LOGIN; GRANT pg_monitor TO watcher");
my $as = sub { $node->safe_psql('postgres', "SELECT count(DISTINCT coalesce(user_id::text, 'nobody')) FROM soulprint_costs", extra_params => [ '-U', $_[0] ]) };
is($as->('reader'), '0', 'a role that may read no profile sees nothing');
is($as->('watcher'), '4', 'a member of pg_monitor sees all');

# Another model, another price, another time.
is($sql->("INSERT INTO soulprint.prices (model, input_usd, output_usd, valid_from) VALUES
	('claude-haiku-4-5', 2, 10, now() - interval '1 s'), ('claude-haiku-4-5', 9, 9, now() + interval '1 day');
	SELECT * FROM soulprint.model_price()"), '2|10', 'the newest price that holds is taken');

# A model without a price is said once for each attempt, not for each probe.
$model->forget;
$model->script({ kind => 'facts', error => { status => 401, type => 'authentication_error', message => 'invalid x-api-key' } });
$sql->("DELETE FROM soulprint.prices");
my $free = add_user($node, 5);
$sql->(talk($free, 700, 700));
start_pass($node, $free);
$node->poll_query_until('postgres', 'SELECT soulprint.pause_reason() IS NOT NULL');
$node->reload;
is(end_of_pass($node, $free), 'complete', 'a pass with a model without a price');
is(count_log($node, qr/WARNING:  model .* has no price/), 2, 'which two attempts say, and no probe');
is($sql->("SELECT sum(requests) > 0, sum(input_tokens) > 0, sum(cost_usd) FROM soulprint_costs WHERE user_id = '$free'"), 't|t|0', 'its tokens are counted, at no cost');

is(count_log($node, qr/was terminated by signal/), 3, 'nothing crashed but what was killed');
$node->stop;
done_testing();
