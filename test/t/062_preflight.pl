# What soulprint_setup() finds in databases as applications and operators have them, and what it leaves alone
# meanwhile.  (sql/preflight.sql has each problem.)

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('preflight', 'soulprint.database' => 'template1');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

# From a database to which a launcher is connected nobody could create another one.
is(count_log($node, qr/WARNING:  no launcher starts for database "template1"/), 1, 'a launcher for template1 does not start, and says so');
is($sql->("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'"), '0', 'it does not');
$sql->('CREATE DATABASE made');
is($node->psql('template1', 'CREATE EXTENSION soulprint; SELECT problem FROM soulprint.preflight()', stdout => \my $out), 0, 'in template1');
like($out, qr/^database "template1" is a template$/m, 'the preflight says that it is a template');
like($out, qr/^no launcher serves database "template1": soulprint.database is "template1"$/m, 'and that no launcher serves it');
$node->safe_psql('template1', 'DROP EXTENSION soulprint');
$node->append_conf('postgresql.conf', "soulprint.database = 'postgres'");
$node->restart;

# Usual hardening comes first.
$sql->('REVOKE CONNECT ON DATABASE postgres FROM PUBLIC; ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC');
new_database($node);
$sql->(q{CREATE ROLE app; GRANT USAGE ON SCHEMA public TO app; GRANT EXECUTE ON FUNCTION soulprint_start_full_pass TO app;
GRANT SELECT (user_id, full_pass_status), UPDATE (full_pass_status) ON user_profiles TO app; CREATE POLICY app ON user_profiles TO app USING (true)});
my $user = add_user($node, 1);
$sql->(talk($user, 1, 2));
# The status is all that app may change.
like($sql->("SET ROLE app; SELECT soulprint_start_full_pass('$user')"), qr/^\d+$/, 'a pass without a storage_path needs no privilege on it');
is(end_of_pass($node, $user), 'complete', 'with CONNECT and default privileges revoked a pass runs');
isnt($node->psql('postgres', "SET ROLE app; SELECT soulprint_start_full_pass('$user', 'x/y')"), 0, 'one with a storage_path needs it');
$sql->("SET ROLE app; UPDATE user_profiles SET full_pass_status = 'pending'");
is(end_of_pass($node, $user), 'complete', 'and the trigger calls what it needs');

# A cost column of another type is left alone.
$sql->('ALTER TABLE user_profiles ALTER import_cost_json TYPE jsonb USING import_cost_json::jsonb; UPDATE user_profiles SET import_cost_json = NULL');
$sql->(talk($user, 3, 4));
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'a pass publishes beside an import_cost_json of type jsonb');
is($sql->("SELECT import_cost_json IS NULL FROM user_profiles WHERE user_id = '$user'"), 't', 'which is not written');
$sql->('ALTER TABLE user_profiles ALTER import_cost_json TYPE text');

# A new owner of the database can dump it.
$sql->('CREATE ROLE owner LOGIN; ALTER DATABASE postgres OWNER TO owner; SELECT soulprint_setup(); DROP OWNED BY soulprint_worker; SELECT soulprint_setup()');
is($sql->('SET ROLE owner; SELECT count(*) > 0 FROM soulprint.full_passes; SELECT last_value > 0 FROM soulprint.full_passes_id_seq'), "t\nt", 'the new owner of the database may read for pg_dump');
is($sql->('SELECT count(*) FROM soulprint.preflight()'), '0', 'after DROP OWNED BY soulprint_worker setup has put everything right');

# The estimate is one by a sample.
$sql->(q{UPDATE soulprint.prices SET input_usd = 1, output_usd = 5 WHERE model = 'offline';
INSERT INTO user_profiles (user_id, full_pass_status) SELECT ('00000000-0000-4000-8000-0000000010' || n)::uuid, 'pending' FROM generate_series(10, 49) AS n;
INSERT INTO raw_conversations (user_id, conversation_id, messages) SELECT user_id, 'c' || n, (SELECT jsonb_agg(jsonb_build_object('role', 'user', 'content',
    md5((n * m)::text) || repeat(md5((n + m)::text) || ' some words here ', n % 7))) FROM generate_series(1, 20) AS m)
FROM user_profiles, generate_series(1, 50) AS n WHERE full_pass_status = 'pending'});
my ($estimate, $exact) = split /\|/, $sql->(q{SELECT s.estimated_cost_usd, (SELECT sum(e.cost_usd) FROM user_profiles p, soulprint_estimate_full_pass(p.user_id) AS e
    WHERE full_pass_status = 'pending') FROM soulprint.setup('') AS s});
cmp_ok(abs($estimate - $exact), '<', 0.2 * $exact, "the estimate, $estimate, is near $exact");

# Readers and writers, of the past and to come, wait for nothing of a setup that has nothing to do.
my $reader = $node->background_psql('postgres');
$reader->query_safe('BEGIN; SELECT count(*) FROM raw_conversations; UPDATE user_profiles SET full_pass_error = NULL; LOCK TABLE conversation_chunks IN ROW EXCLUSIVE MODE');
my $setup = $node->background_psql('postgres');
is($setup->query_safe("SET lock_timeout = '5s'; SET client_min_messages = warning; BEGIN; SELECT change FROM soulprint_setup()"), '', 'setup does not wait for a transaction that reads and writes');
my $locked = $node->psql('postgres', "SET lock_timeout = '5s'; BEGIN; LOCK TABLE raw_conversations, conversation_chunks IN SHARE ROW EXCLUSIVE MODE", extra_params => [ '-v', 'ON_ERROR_STOP=1' ]);
isnt($locked, 0, 'somebody else does');
$reader->query_safe('COMMIT');
is($node->psql('postgres', "SET lock_timeout = '5s'; BEGIN; LOCK TABLE user_profiles, raw_conversations, conversation_chunks", extra_params => [ '-v', 'ON_ERROR_STOP=1' ]), 0, 'and nobody waits for setup');
$setup->query_safe('COMMIT');
$_->quit for $reader, $setup;

# The preflight waits for no lock longer than it may, and keeps none.
my $holder = $node->background_psql('postgres');
$holder->query_safe('BEGIN; LOCK TABLE user_profiles');
my $err;
$node->psql('postgres', "SET lock_timeout = '100ms'; SELECT * FROM soulprint.preflight()", stderr => \$err);
like($err, qr/ERROR:  canceling statement due to lock timeout/, 'a locked table is no problem of a statement');
$holder->query_safe('COMMIT');
$holder->query_safe('BEGIN; SELECT * FROM soulprint.preflight()');
is($sql->("SELECT count(*) FROM pg_locks WHERE relation = 'user_profiles'::regclass"), '0', 'the preflight keeps no lock');
$holder->quit;

$node->stop;
done_testing();
