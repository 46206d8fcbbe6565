# Whatever is not in order with soulprint, the application's own statements go through: its triggers on
# user_profiles warn, and the profile is found later.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('application');
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
$sql->("CREATE ROLE app LOGIN; GRANT ALL ON user_profiles, raw_conversations TO app; GRANT CREATE ON SCHEMA public TO app;
	CREATE POLICY app ON user_profiles TO app USING (true); CREATE POLICY app ON raw_conversations TO app USING (true);
	GRANT EXECUTE ON FUNCTION soulprint_import TO app");
my $number = 0;

# The three statements of an application, as app; what psql says.  The user that stays is the first.
sub application_writes
{
	my ($how) = @_;
	my ($user, $deleted) = map { user(++$number) } 1, 2;
	for my $statement ("INSERT INTO user_profiles (user_id, full_pass_status) VALUES ('$user', 'pending'), ('$deleted', NULL)",
		"UPDATE user_profiles SET full_pass_status = 'pending' WHERE user_id = '$user'",
		"DELETE FROM user_profiles WHERE user_id = '$deleted'")
	{
		my ($verb) = $statement =~ /^(\w+)/;
		my ($code, $out, $err) = $node->psql('postgres', "SET ROLE app; $statement", on_error_die => 0, extra_params => [ '-v', 'ON_ERROR_STOP=1' ]);
		is($code, 0, "$how: $verb goes through") or diag $err;
		unlike($err, qr/ERROR/, "$how: $verb without an error");
		if ($err =~ /WARNING/)
		{
			like($err, qr/WARNING:  (could not queue a full pass for a pending profile|could not erase a deleted user from schema soulprint): .*\n.*HINT:  Run SELECT/s,
				"$how: $verb warns, with a hint");
		}
	}
	return $user;
}

# After that everything is put right, and the poll finds the profile.
sub found_later
{
	my ($how, $user) = @_;
	$sql->("DO \$\$ BEGIN PERFORM soulprint_setup(); END \$\$; " . talk($user, 1, 2));
	$sql->("ALTER SYSTEM SET soulprint.poll_interval = '100ms'; SELECT pg_reload_conf()");
	ok($node->poll_query_until('postgres', "SELECT full_pass_status = 'complete' FROM user_profiles WHERE user_id = '$user'"), "$how: put right, the profile gets its pass");
	$sql->("ALTER SYSTEM RESET soulprint.poll_interval; SELECT pg_reload_conf()");
	$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'soulprint worker'") or diag 'a worker goes on';
}

my $rights = 'GRANT ALL ON raw_conversations TO app; CREATE POLICY app ON raw_conversations TO app USING (true)';
my @ways = (
	[ 'raw_conversations is a new table', 'DROP TABLE raw_conversations; CREATE TABLE raw_conversations (user_id uuid, conversation_id text, title text, messages jsonb, message_count int, created_at timestamptz, updated_at timestamptz, imported_at timestamptz DEFAULT now(), UNIQUE (user_id, conversation_id))', '' ],
	[ 'raw_conversations is renamed', 'ALTER TABLE raw_conversations RENAME TO conversations', 'ALTER TABLE conversations RENAME TO raw_conversations' ],
	[ 'a column is renamed', 'ALTER TABLE raw_conversations RENAME user_id TO owner_id', 'ALTER TABLE raw_conversations RENAME owner_id TO user_id' ],
	[ 'storage_path is renamed', 'ALTER TABLE user_profiles RENAME storage_path TO path', 'ALTER TABLE user_profiles RENAME path TO storage_path' ],
	[ 'grants are revoked', 'REVOKE ALL ON user_profiles, raw_conversations, conversation_chunks FROM soulprint_worker', '' ],
	[ 'the role is renamed', 'ALTER ROLE soulprint_worker RENAME TO somebody', 'ALTER ROLE somebody RENAME TO soulprint_worker' ],
	[ 'the policy is dropped', 'DROP POLICY soulprint_worker ON user_profiles', '' ],
	[ 'another policy raises an error', q{CREATE FUNCTION raises() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN IF current_user = 'soulprint_worker' THEN RAISE 'no' USING ERRCODE = 'XX000'; END IF; RETURN true; END $$; CREATE POLICY raises ON user_profiles USING (raises())}, 'DROP POLICY raises ON user_profiles' ],
	[ 'conversation_chunks is renamed', 'ALTER TABLE conversation_chunks RENAME TO aside', 'ALTER TABLE aside RENAME TO conversation_chunks' ],
	[ 'the private schema is renamed', 'ALTER SCHEMA soulprint RENAME TO aside', 'ALTER SCHEMA aside RENAME TO soulprint' ],
	[ 'usage of the private schema is revoked', 'REVOKE USAGE ON SCHEMA soulprint FROM PUBLIC', 'GRANT USAGE ON SCHEMA soulprint TO PUBLIC' ],
	[ 'the function is not for everybody', 'REVOKE EXECUTE ON FUNCTION soulprint.queue_full_pass, soulprint.erase_deleted_user FROM PUBLIC', 'GRANT EXECUTE ON FUNCTION soulprint.queue_full_pass, soulprint.erase_deleted_user TO PUBLIC' ],
	[ 'the library is missing', q{UPDATE pg_proc SET probin = '$libdir/soulprint_missing' WHERE probin = '$libdir/soulprint'}, q{UPDATE pg_proc SET probin = '$libdir/soulprint' WHERE probin = '$libdir/soulprint_missing'} ],
	[ 'the queue is read-only', q{CREATE FUNCTION stops() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no' USING ERRCODE = 'read_only_sql_transaction'; END $$; CREATE TRIGGER stops BEFORE INSERT OR DELETE ON soulprint.full_passes FOR EACH STATEMENT EXECUTE FUNCTION stops()}, 'DROP FUNCTION stops() CASCADE' ]);
for (@ways)
{
	my ($how, $break, $mend) = @$_;
	$sql->($break);
	my $user = application_writes($how);
	$sql->($mend) if $mend;
	found_later($how, $user);
	$sql->($rights) if $how =~ /new table/;
}

# The schema of the application's tables gets another name.
$sql->('CREATE SCHEMA app AUTHORIZATION app; ALTER TABLE user_profiles SET SCHEMA app; ALTER TABLE raw_conversations SET SCHEMA app; ALTER TABLE conversation_chunks SET SCHEMA app; ALTER DATABASE postgres SET search_path = public, app');
my $moved = application_writes('the tables are in another schema');
$sql->("ALTER SYSTEM SET soulprint.app_schema = 'app'; SELECT pg_reload_conf()");
$node->poll_query_until('postgres', "SELECT soulprint.app_schema() = 'app'");
found_later('the tables are in another schema', $moved);

# A lock on the queue: the statement waits no longer than its own lock_timeout.
{
	my $session = $node->background_psql('postgres');
	$session->query_safe('BEGIN');
	$session->query_safe('LOCK TABLE soulprint.full_passes IN ACCESS EXCLUSIVE MODE');
	my $user = user(++$number);
	my ($code, $out, $err) = $node->psql('postgres', "SET ROLE app; SET lock_timeout = '200ms'; INSERT INTO user_profiles (user_id, full_pass_status, storage_path) VALUES ('$user', 'pending', 'x/$user/y')");
	is($code, 0, 'the queue is locked: INSERT goes through') or diag $err;
	like($err, qr/WARNING:  could not queue a full pass .*lock timeout/, 'the queue is locked: it warns');
	# A cancel is a cancel.
	my $other = user(++$number);
	($code, $out, $err) = $node->psql('postgres', "SET ROLE app; SET statement_timeout = '200ms'; INSERT INTO user_profiles (user_id, full_pass_status, storage_path) VALUES ('$other', 'pending', 'x/$other/y')");
	like($err, qr/ERROR:  canceling statement due to statement timeout/, 'a statement that is canceled in the trigger is canceled');
	is($sql->("SELECT count(*) FROM user_profiles WHERE user_id = '$other'"), '0', 'and changes nothing');
	$session->query_safe('COMMIT');
	$session->quit;
}

# The usual hardening: workers can connect all the same, because soulprint_setup() says so.
$sql->('REVOKE CONNECT ON DATABASE postgres FROM PUBLIC');
my $user = add_user($node, ++$number);
$sql->(talk($user, 1, 2));
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'with CONNECT revoked from PUBLIC passes run');
is($sql->("SELECT has_database_privilege('soulprint_worker', 'postgres', 'CONNECT')"), 't', 'because the role has it');

# In the middle of a pass messages becomes a column of another type: its bytes are never taken for jsonb.
my $changed = add_user($node, ++$number);
$sql->(talk($changed, 1, 40));
my $session = hold($node, 'INSERT ON soulprint.replies', 'true');
start_pass($node, $changed);
worker_is_held($node);
$sql->("ALTER TABLE app.raw_conversations RENAME messages TO jsonb_messages; ALTER TABLE app.raw_conversations ADD messages text DEFAULT repeat(chr(127), 5000)");
my $not_jsonb = "column app.raw_conversations.messages is not of type jsonb";
my ($code, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT * FROM soulprint_estimate_full_pass('$changed')");
like($err, qr/ERROR:  42804: \Q$not_jsonb\E\nHINT:  Change its type, or rename it and let soulprint_setup\(\) add its own\./, 'messages is text: an estimate says so');
release($session);
is(end_of_pass($node, $changed), "failed: $not_jsonb. Change its type, or rename it and let soulprint_setup() add its own.", 'and so does the pass');
$sql->("ALTER TABLE app.raw_conversations DROP messages; ALTER TABLE app.raw_conversations RENAME jsonb_messages TO messages");
start_pass($node, $changed);
is(end_of_pass($node, $changed), 'complete', 'jsonb again, a pass completes');

# Of a domain over it, it is what it was.
my $chunks = $sql->("SELECT string_agg(concat_ws(' ', chunk_index, created_at, content), E'\n' ORDER BY conversation_id, chunk_index) FROM app.conversation_chunks WHERE user_id = '$changed'");
like($chunks, qr/^0 2\d{3}-/, 'chunks with their times');
$sql->("CREATE DOMAIN app.said AS jsonb CHECK (jsonb_typeof(value) = 'array'); CREATE DOMAIN app.point AS timestamptz NOT NULL");
for my $point ('app.point', 'information_schema.time_stamp')
{
	$sql->("DELETE FROM app.conversation_chunks; DELETE FROM soulprint.replies;
		ALTER TABLE app.raw_conversations ALTER messages TYPE app.said, ALTER created_at TYPE $point");
	start_pass($node, $changed);
	is(end_of_pass($node, $changed), 'complete', "messages and created_at are of domains, app.said and $point: a pass completes");
	is($sql->("SELECT string_agg(concat_ws(' ', chunk_index, created_at, content), E'\n' ORDER BY conversation_id, chunk_index) FROM app.conversation_chunks WHERE user_id = '$changed'"), $chunks, 'with the same chunks');
}

$node->stop;
log_is_clean($node);
done_testing();
