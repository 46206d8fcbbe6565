# A standby runs nothing, and shows what the primary does; when it is promoted it goes on with the passes of the primary
# and pays again only for what was in flight.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my $primary = new_server('primary', $model->settings, wal_level => 'replica', max_wal_senders => 4, 'soulprint.max_concurrent_requests' => 4);
new_database($primary, shape => 'live');
my ($calm, $busy, $queued) = map { add_user($primary, $_) } 1 .. 3;
$primary->safe_psql('postgres', talk($calm, 1, 12) . talk($busy, 1, 12) . talk($queued, 101, 112));
start_pass($primary, $calm);
is(end_of_pass($primary, $calm), 'complete', 'a pass on the primary');

$primary->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
$standby->start;
my $processes = "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'soulprint %'";
is($standby->safe_psql('postgres', $processes), '0', 'a standby has no process of soulprint');
is($standby->safe_psql('postgres', 'SELECT state FROM soulprint_history'), 'done', 'the views answer');
is($standby->safe_psql('postgres', "SELECT soulprint_assemble_text('{}', 'm')"), "## Memory\nm", 'so do functions that compute');
is($standby->psql('postgres', "SELECT soulprint_start_full_pass('$queued')", stderr => \my $error), 3, 'a pass cannot be asked for');
like($error, qr/cannot execute .* in a read-only transaction/, 'and why');
is($standby->safe_psql('postgres', "SELECT status FROM soulprint_health() WHERE check_name = 'launcher'"), 'error', 'soulprint_health() says that nothing runs');

# The primary is lost in mid-pass.  The standby has been restarted since it began.
$model->forget;
$model->hold;
start_pass($primary, $busy);
start_pass($primary, $queued);
for (1 .. 2)
{
	$model->wait_for(held => 4);
	$model->release(4);
}
ok($primary->poll_query_until('postgres', "SELECT count(*) >= 5 FROM soulprint.replies WHERE user_id IN ('$busy', '$queued')"), 'answers are saved');
$standby->restart;
$primary->wait_for_catchup($standby, 'replay');
$model->wait_for(held => 1);
my $saved = $standby->safe_psql('postgres', "SELECT count(*) FROM soulprint.replies WHERE user_id IN ('$busy', '$queued')");
$primary->stop('immediate');
my $asked = $model->journal;
$model->go_on;
$standby->promote;
is(end_of_pass($standby, $busy), 'complete', 'promoted, it goes on with the pass');
is(end_of_pass($standby, $queued), 'complete', 'and serves what was queued');
is($standby->safe_psql('postgres', 'SELECT max(crashes) FROM soulprint.full_passes'), '0', 'it was no crash');
my %asked;
$asked{ $_->{question} }++ for $model->journal;
my $twice = grep { $_ > 1 } values %asked;
cmp_ok($twice, '>', 0, 'what was in flight is asked again');
cmp_ok($twice, '<=', $asked - $saved, 'what was saved is not');
is(profile($standby, $busy), profile($standby, $calm), 'the profile is that of an undisturbed pass');
ok($standby->poll_query_until('postgres', $processes, '1'), 'the launcher is there');

$standby->stop;
log_is_clean($standby);
done_testing();
