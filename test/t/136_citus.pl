# The application's tables, distributed by user_id over two nodes of Citus; schema soulprint lies on the coordinator,
# whose workers run the passes (doc/scale.md, "More than one server carries").  Skipped where Citus is not installed.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my ($shared) = run_command([ 'pg_config', '--sharedir' ]);
plan skip_all => 'Citus is not installed' if !-f "$shared/extension/citus.control";

my $model = ModelServer->new;
my $plain = new_server('plain', $model->settings);
new_database($plain);

my %nodes;
for my $name (qw(coordinator east west))
{
	my $node = $nodes{$name} = new_server($name, $model->settings, 'shared_preload_libraries' => 'citus, soulprint',
		'soulprint.poll_interval' => '1s', 'soulprint.max_workers' => 3, 'soulprint.enabled' => $name eq 'coordinator' ? 'on' : 'off',
		'listen_addresses' => '127.0.0.1', 'citus.local_hostname' => '127.0.0.1', 'citus.node_conninfo' => 'sslmode=disable');
	append_to_file($node->data_dir . '/pg_hba.conf', "host all all 127.0.0.1/32 trust\n");
	$node->reload;
	$node->safe_psql('postgres', 'CREATE EXTENSION citus');
}
my $node = $nodes{coordinator};
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
$sql->("SELECT citus_set_coordinator_host('127.0.0.1', " . $node->port . ')');
$sql->("SELECT citus_add_node('127.0.0.1', " . $nodes{$_}->port . ')') for qw(east west);

$sql->(q{
CREATE TABLE user_profiles (user_id uuid PRIMARY KEY, full_pass_status text DEFAULT 'pending');
CREATE TABLE raw_conversations (user_id uuid, conversation_id text, title text, messages jsonb, message_count int, created_at timestamptz, updated_at timestamptz, imported_at timestamptz,
    PRIMARY KEY (user_id, conversation_id));
CREATE TABLE conversation_chunks (user_id uuid, id uuid, conversation_id text, title text, content text, chunk_tier text, message_count int, is_recent boolean, created_at timestamptz,
    PRIMARY KEY (user_id, id));
SELECT create_distributed_table('user_profiles', 'user_id', shard_count => 8);
SELECT create_distributed_table(t, 'user_id', colocate_with => 'user_profiles') FROM unnest('{raw_conversations,conversation_chunks}'::text[]) AS t});
$sql->('CREATE EXTENSION soulprint');
like($sql->('SELECT soulprint_setup()'), qr/left out trigger/, 'soulprint_setup() leaves the triggers out');
unlike($sql->('SELECT soulprint_setup()'), qr{^(?!left out trigger)}m, 'and finds nothing else to do the second time');
# The nodes ask each other as the role of the statement.
$_->safe_psql('postgres', 'SET citus.enable_ddl_propagation = off; ALTER ROLE soulprint_worker CONNECTION LIMIT -1') for values %nodes;
is($sql->('SELECT problem FROM soulprint.preflight() WHERE stops_passes'), '', 'nothing keeps passes from running');

# As an application does, which is no superuser.
$sql->('CREATE ROLE app LOGIN; GRANT EXECUTE ON FUNCTION soulprint_import, soulprint_start_full_pass, soulprint_cancel_full_pass, soulprint_forget TO app; GRANT SELECT, INSERT, UPDATE, DELETE ON user_profiles, raw_conversations, conversation_chunks TO app');
$sql->("CREATE POLICY app ON $_ TO app USING (true)") for qw(user_profiles raw_conversations conversation_chunks);
my $app = sub { $node->safe_psql('postgres', $_[0], extra_params => [ '-U', 'app' ]) };

sub import_all
{
	my ($ask, $user) = @_;
	my ($n) = $user =~ /(\d\d)$/;
	my $export = export_of(1000 * $n, 1000 * $n + 3 + $n % 6);
	return $ask->("SELECT imported, unchanged FROM soulprint_import('$user', \$e\$$export\$e\$)");
}

my @users = map { user($_) } 1 .. 24;
for my $user (@users)
{
	$plain->safe_psql('postgres', "INSERT INTO user_profiles (user_id) VALUES ('$user')");
	import_all(sub { $plain->safe_psql('postgres', $_[0]) }, $user);
	$app->("INSERT INTO user_profiles (user_id, full_pass_status) VALUES ('$user', NULL)");
	import_all($app, $user);
	$app->("SELECT soulprint_start_full_pass('$user')");
}
is($sql->('SELECT count(DISTINCT nodename || nodeport) FROM citus_shards'), '2', 'the users lie on two nodes');
is(end_of_pass($node, $_), 'complete', "a pass of $_") for @users;
is($sql->("SELECT count(*) FROM soulprint.full_passes WHERE attempts <> 1 OR error IS NOT NULL"), '0', 'at the first attempt');

start_pass($plain, $_) for @users;
end_of_pass($plain, $_) for @users;
my $profiles = 'SELECT user_id, memory_md, soul_md, identity_md, user_md, agents_md, tools_md, soulprint_text FROM user_profiles ORDER BY 1';
is($sql->($profiles), $plain->safe_psql('postgres', $profiles), 'profiles are those of a plain server');
my $chunks = 'SELECT user_id, conversation_id, chunk_index, content FROM conversation_chunks ORDER BY 1, 2, 3';
is($sql->($chunks), $plain->safe_psql('postgres', $chunks), 'so are the chunks');

is(import_all($app, $users[0]), '0|5', 'a second import changes nothing');
$app->("SELECT soulprint_start_full_pass('$users[0]')");
is(end_of_pass($node, $users[0]), 'complete', 'a second pass');
is($sql->("SELECT calls_made FROM soulprint_history WHERE user_id = '$users[0]' ORDER BY pass_id DESC LIMIT 1"), '0', 'asks nothing');

# Canceling.
sub more_talk { $app->("SELECT soulprint_import('$_[0]', \$e\$@{[ export_of(90000, 90008) ]}\$e\$)") }
$model->hold;
more_talk($users[1]);
$app->("SELECT soulprint_start_full_pass('$users[1]')");
$model->wait_for(in_flight => 1);
is($app->("SELECT soulprint_cancel_full_pass('$users[1]')"), 't', 'a pass is canceled');
$model->go_on;
is(end_of_pass($node, $users[1]), 'failed: canceled by app', 'the profile says so');

# A node is killed while passes are in the middle.
$model->hold;
for my $user (@users[2 .. 13])
{
	more_talk($user);
	$app->("SELECT soulprint_start_full_pass('$user')");
}
$model->wait_for(in_flight => 3);
$nodes{east}->stop('immediate');
$model->go_on;
ok($node->poll_query_until('postgres', "SELECT count(*) > 0 FROM soulprint.full_passes WHERE state = 'queued' AND attempts > 0 AND error IS NOT NULL"), 'passes of its users wait');
$nodes{east}->start;
due_now($node, $_) for @users[2 .. 13];
is(end_of_pass($node, $_), 'complete', "it is back: a pass of $_") for @users[2 .. 13];

# Erasure.
$app->("SELECT soulprint_forget('$users[14]')");
is($sql->("SELECT count(*) FROM soulprint.facts WHERE user_id = '$users[14]'"), '0', 'facts of a user are erased');
is($sql->("SELECT full_pass_status, soulprint_text FROM user_profiles WHERE user_id = '$users[14]'"), '|', 'and the profile is empty');
$app->("DELETE FROM user_profiles WHERE user_id = '$users[15]'");
sweep($node, $users[16]);
is($sql->("SELECT (SELECT count(*) FROM soulprint.facts WHERE user_id = '$users[15]') + (SELECT count(*) FROM soulprint.replies WHERE user_id = '$users[15]')"), '0', 'the worker erases a user whose profile was deleted');

done_testing();
