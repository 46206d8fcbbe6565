# Long passes take turns: a short one does not wait for the end of the long ones, and nothing is paid twice.

use strict;
use warnings;

use lib 'test/t';
use List::Util qw(uniq);
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my $node = new_server('turns', $model->settings, 'soulprint.max_workers' => 2, 'soulprint.max_concurrent_requests' => 2);
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
$model->config(latency_ms => 100);
my @long = map { add_user($node, $_) } 1, 2;
$sql->(talk($long[$_], 1000 * $_, 1000 * $_ + 600)) for 0, 1;
start_pass($node, $_) for @long;
$node->poll_query_until('postgres', "SELECT count(*) = 2 FROM soulprint.full_passes WHERE state = 'running' AND calls_made > 0") or diag 'they do not begin';
my @short = map { add_user($node, $_) } 11 .. 14;
$sql->(talk($short[$_], 5000 + $_, 5000 + $_)) for 0 .. 3;
start_pass($node, $_) for @short;
is(end_of_pass($node, $_), 'complete', 'a short pass completes') for @short;
is($sql->("SELECT count(*) FROM soulprint.full_passes WHERE state IN ('running', 'queued')"), '2', 'before the long ones');
my @gave_way = uniq slurp_file($node->logfile) =~ /full pass (\d+) of user \S+ goes to the end of the queue: other passes wait for a worker/g;
ok(@gave_way > 0, 'which went to the end of the queue');
is($sql->("SELECT string_agg(DISTINCT full_pass_status, ' ') FROM user_profiles WHERE user_id IN ('$long[0]', '$long[1]')"), 'processing', 'and are processing all the time');
is($sql->("SELECT bool_and(stage_seconds ? 'facts') FROM soulprint.full_passes WHERE id IN (@{[ join ', ', @gave_way ]})"), 't', 'whose rows keep the seconds of the turn before');
$model->config(latency_ms => 0);
is(end_of_pass($node, $_), 'complete', 'a long pass completes, too') for @long;
is($sql->('SELECT max(attempts) FROM soulprint.full_passes'), '1', 'in its first attempt');
my @asked = map { $_->{question} } $model->journal;
is(@asked - uniq(@asked), 0, 'no question is asked twice');
$node->stop;
log_is_clean($node);
done_testing();
