# The application's tables, partitioned by hash of user_id, or without triggers: everything goes as with plain ones.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('partitions', 'soulprint.poll_interval' => '1s');
new_database($node, database => 'plain');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
$sql->(q{
CREATE TABLE user_profiles (user_id uuid PRIMARY KEY, full_pass_status text DEFAULT 'pending') PARTITION BY HASH (user_id);
CREATE TABLE raw_conversations (user_id uuid, conversation_id text, title text, messages jsonb, message_count int, created_at timestamptz, updated_at timestamptz, imported_at timestamptz,
    PRIMARY KEY (user_id, conversation_id)) PARTITION BY HASH (user_id);
CREATE TABLE conversation_chunks (user_id uuid, id uuid, conversation_id text, title text, content text, chunk_tier text, message_count int, is_recent boolean, created_at timestamptz,
    PRIMARY KEY (user_id, id)) PARTITION BY HASH (user_id);});
for my $table (qw(user_profiles raw_conversations conversation_chunks))
{
	$sql->("CREATE TABLE ${table}_$_ PARTITION OF $table FOR VALUES WITH (MODULUS 4, REMAINDER $_)") for 0 .. 3;
}
$sql->('CREATE EXTENSION soulprint; SELECT soulprint_setup()');
is($sql->('SELECT * FROM soulprint_setup()'), '', 'soulprint_setup() finds nothing to do the second time');
is($sql->('SELECT * FROM soulprint.preflight() WHERE stops_passes'), '', 'nothing keeps passes from running');

my @users = map { user($_) } 1 .. 12;
for my $user (@users)
{
	$sql->("INSERT INTO user_profiles (user_id, full_pass_status) VALUES ('$user', NULL)");
	import_emily($node, $user);
}
is($sql->('SELECT count(DISTINCT tableoid) FROM user_profiles'), '4', 'the users lie in four partitions');
start_pass($node, $_) for @users[0 .. 5];
$sql->("UPDATE user_profiles SET full_pass_status = 'pending' WHERE user_id >= '$users[6]'");
is(end_of_pass($node, $_), 'complete', "a pass of $_") for @users;
is($sql->('SELECT count(DISTINCT soulprint_text), min(length(soulprint_text)) > 100 FROM user_profiles'), '1|t', 'all alike');
is($sql->("SELECT count(*) FROM soulprint.full_passes WHERE attempts <> 1 OR error IS NOT NULL"), '0', 'at the first attempt');

my $elsewhere = add_user($node, 1, database => 'plain');
import_emily($node, $elsewhere, 'plain');
$node->safe_psql('plain', "CALL soulprint_run_full_pass('$elsewhere')");
is(profile($node, $users[0]), profile($node, $elsewhere, 'plain'), 'and as without partitions');
my $chunks = "SELECT count(*), md5(string_agg(concat_ws(' ', conversation_id, chunk_index, content), '' ORDER BY conversation_id, chunk_index)) FROM conversation_chunks WHERE user_id = '$elsewhere'";
is($sql->($chunks), $node->safe_psql('plain', $chunks), 'so are the chunks');

import_emily($node, $users[1]);
is($sql->("SELECT imported, updated, unchanged FROM soulprint.imports WHERE user_id = '$users[1]' ORDER BY id DESC LIMIT 1"), '0|0|10', 'a second import changes nothing');
start_pass($node, $users[1]);
is(end_of_pass($node, $users[1]), 'complete', 'a second pass');
is($sql->("SELECT calls_made FROM soulprint_history WHERE user_id = '$users[1]' ORDER BY pass_id DESC LIMIT 1"), '0', 'asks nothing');
$sql->("SELECT soulprint_forget('$users[2]')");
$sql->("DELETE FROM user_profiles WHERE user_id = '$users[3]'");
is($sql->("SELECT (SELECT count(*) FROM soulprint.facts WHERE user_id IN ('$users[2]', '$users[3]')) + (SELECT count(*) FROM soulprint.replies WHERE user_id IN ('$users[2]', '$users[3]'))"), '0', 'users are erased');
is($sql->("SELECT full_pass_status, soulprint_text FROM user_profiles WHERE user_id = '$users[2]'"), '|', 'and the profile is empty');

# An engine whose distributed tables take no triggers.
SKIP:
{
	skip 'soulprint_setup() turns event triggers off', 4 if $node->pg_version >= 17;
	my $refusing = new_server('refusing', 'soulprint.poll_interval' => '1s');
	$refusing->safe_psql('postgres', q{
CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no triggers here' USING ERRCODE = 'feature_not_supported'; END $$;
CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('CREATE TRIGGER') EXECUTE FUNCTION refuse();
ALTER EVENT TRIGGER refuse ENABLE ALWAYS; CREATE EXTENSION soulprint;});
	my $left_out = "SELECT change FROM soulprint_setup() WHERE change LIKE '%trigger%' ORDER BY change";
	my @rows = map { "left out trigger $_ on public.user_profiles: no triggers here" } qw(soulprint_erase_deleted_user soulprint_queue_pending_profile);
	is($refusing->safe_psql('postgres', $left_out), join("\n", @rows), 'soulprint_setup() does without triggers, and says so');
	my ($pending, $gone) = map { add_user($refusing, $_) } 1, 2;
	import_emily($refusing, $_) for $pending, $gone;
	$refusing->safe_psql('postgres', "UPDATE raw_conversations SET imported_at = imported_at - interval '1 minute'; UPDATE user_profiles SET full_pass_status = 'pending'");
	$refusing->poll_query_until('postgres', "SELECT count(*) = 2 FROM user_profiles WHERE full_pass_status = 'complete'");
	is($refusing->safe_psql('postgres', 'SELECT count(*), bool_and(state = $$done$$) FROM soulprint.full_passes'), '2|t', 'a poll finds what is pending');
	$refusing->safe_psql('postgres', "DELETE FROM user_profiles WHERE user_id = '$gone'");
	ok($refusing->poll_query_until('postgres', "SELECT count(*) = 0 FROM soulprint.facts WHERE user_id = '$gone'"), 'and erases whose profile is gone');
	is($refusing->safe_psql('postgres', 'SELECT count(*) FROM soulprint.full_passes'), '1', 'with the pass');
	$refusing->stop;
}

$node->stop;
log_is_clean($node);
done_testing();
