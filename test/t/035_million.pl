# A million profiles that are pending by default and never uploaded anything: a poll looks at 10,000 of
# them, in milliseconds, and goes round; the one that has something to read is found.  Beside them and
# many passes and remembered answers, no statement of the launcher or a worker reads a whole table.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('million',
	# The library's own statements say in the log how long they took.
	shared_preload_libraries => 'soulprint, auto_explain',
	'auto_explain.log_min_duration' => '0',
	max_wal_size => '4GB',
	'soulprint.enabled' => 'off',
	'soulprint.poll_interval' => '200ms');
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

my $user = user(25_000);
$sql->("ALTER TABLE user_profiles DISABLE TRIGGER soulprint_queue_pending_profile;
INSERT INTO user_profiles (user_id, full_pass_status)
    SELECT ('9f2c0000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'pending' FROM generate_series(1, 1000000) AS n;" . talk($user, 1, 2));
my $someone = "('9f2c0000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid";
$sql->("INSERT INTO soulprint.full_passes (user_id, state, requested_at, taken_at, ended_at)
    SELECT $someone, 'done', now(), now(), now() FROM generate_series(1, 10000) AS n;
INSERT INTO soulprint.replies (user_id, step, question, attempt, outcome, reply, model, input_tokens, output_tokens, cost_usd)
    SELECT $someone, 'facts', sha256(n::text::bytea), 1, 'answered', '{}', 'm', 1, 1, 0 FROM generate_series(1, 100000) AS n");
$sql->('VACUUM ANALYZE user_profiles, raw_conversations, soulprint.full_passes, soulprint.replies');
$node->append_conf('postgresql.conf', 'soulprint.enabled = on');
$node->reload;

ok($node->poll_query_until('postgres', "SELECT full_pass_status = 'complete' FROM user_profiles WHERE user_id = '$user'"),
	'the one that has something to read is found');
is($sql->('SELECT count(*) FROM soulprint.full_passes WHERE id > 10000'), '1', 'no other is queued');
is($sql->("SELECT count(*) FROM user_profiles WHERE full_pass_status = 'pending'"), '999999', 'nor touched');

$node->stop;
my $log = slurp_file($node->logfile);
my @ms = $log =~ /duration: ([\d.]+) ms  plan:\s+Query Text:\s+SELECT count\(\*\), \(array_agg/g;
cmp_ok(scalar @ms, '>=', 3, 'the look-up went on from poll to poll');
diag 'a look-up of 10,000 of 1,000,000 pending profiles takes ' . join(', ', @ms) . ' ms';
my @uploads = $log =~ /duration: ([\d.]+) ms  plan:\s+Query Text:\s+SELECT array_agg\(user_id\)/g;
diag 'that of the uploaded ones takes ' . join(', ', @uploads) . ' ms';

# Lines of clients have the name of their program before LOG.
my @plans = $log =~ /\] LOG:  (duration: [\d.]+ ms  plan:.*?)(?=^\d{4}-)/gms;
cmp_ok(scalar @plans, '>=', 50, 'the statements of launcher and workers are in the log');
# Whether there is any profile is known from the first one.
my @whole = grep { /Seq Scan on (?:user_profiles|full_passes|replies)\b/ && !/Query Text: SELECT FROM \S+ LIMIT 1\n/ } @plans;
is(join("\n", @whole), '', 'none of them reads a whole table');

log_is_clean($node);
done_testing();
