# Imports beside each other, beside a pass, and beside somebody who deletes the user.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use POSIX ();
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $storage = StorageServer->new('storage-key-made-up-for-this-test-0123456789');
my $node = new_server('imports', $storage->settings, 'soulprint.max_conversation_size' => '1MB');
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $import = sub { my ($user, @export) = @_; return "SELECT concat_ws(' ', imported, updated, unchanged) FROM soulprint_import('$user', convert_to('" . export_of(@export) . "', 'UTF8'))" };
my $waits_for_lock = q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'soulprint_import'};

# What is left of a user: conversations and records of imports.
sub left_of { my ($user) = @_; return $sql->("SELECT (SELECT count(*) FROM raw_conversations WHERE user_id = '$user') || ' ' || (SELECT count(*) FROM soulprint.imports WHERE user_id = '$user')") }

# Two imports of one user meet the same conversations in different orders.
my $user = add_user($node, 1);
my $other = add_user($node, 2);
my ($first, $second) = map { $node->background_psql('postgres', on_error_stop => 0) } 1 .. 2;
$first->query_safe('BEGIN');
is($first->query_safe($import->($user, 1, 9)), '9 0 0', 'an import whose transaction is open');
my $reversed = $import->($user, 12, 12) =~ s/(\}\])(?=')/'},' . substr export_of(5, 5), 1/er;
$second->query_until(qr/sent/, "\\echo sent\n$reversed; SELECT 'done';\n");
ok($node->poll_query_until('postgres', $waits_for_lock), 'another one of this user, in another order, waits for its end');
is($sql->($import->($other, 1, 9)), '9 0 0', 'that of another user does not');
is($first->query_safe($import->($user, 12, 12)), '1 0 0', 'nobody waits for the one that waits');
$first->query_safe('COMMIT');
like($second->query('SELECT 1'), qr/^0 0 2\ndone/m, 'then it goes on');
is(left_of($user), '10 3', 'and all are there');

# The user is deleted during an import: by a session, and by a worker.
$sql->(q{CREATE FUNCTION hold_import() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NEW; END';
CREATE TRIGGER hold_import BEFORE INSERT ON raw_conversations FOR EACH ROW WHEN (NEW.title = 'Number 3') EXECUTE FUNCTION hold_import()});
my $delete = sub { $sql->("DELETE FROM raw_conversations WHERE user_id = '$user'; DELETE FROM user_profiles WHERE user_id = '$user'") };
my $hold = $node->background_psql('postgres');
$user = add_user($node, 3);
$hold->query_safe('SELECT pg_advisory_lock(4711)');
$second->query_until(qr/sent/, "\\echo sent\n" . $import->($user, 1, 4) . ";\n");
ok($node->poll_query_until('postgres', $waits_for_lock), 'an import is held');
$delete->();
$hold->query_safe('SELECT pg_advisory_unlock(4711)');
$second->query('SELECT 1');
like($second->{stderr}, qr/ERROR:  user $user was deleted/, 'it ends with an error when the user is gone');
is(left_of($user), '0 0', 'and leaves nothing');

$user = add_user($node, 4);
$storage->store("imports/$user/x.json", export_of(1, 4));
$hold->query_safe('SELECT pg_advisory_lock(4711)');
$sql->("SELECT soulprint_start_full_pass('$user', 'imports/$user/x.json')");
my $worker = worker_is_held($node);
$delete->();
$hold->query_safe('SELECT pg_advisory_unlock(4711)');
ok($node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $worker)"), 'a pass whose user is deleted while it imports ends');
is(left_of($user), '0 0', 'and leaves nothing, either');

# What changes tables does not wait for an import, in a session or in a worker; the import goes on.
my $held_by_user = sub { my ($query) = @_; return $node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity a JOIN pg_locks l USING (pid) WHERE l.locktype = 'advisory' AND NOT l.granted AND $query") };
# Starts an import of conversations 1 to $to that is held: in the second session, or by a worker.
my $start_held = sub {
	my ($where, $to) = @_;
	$hold->query_safe('SELECT pg_advisory_lock(4711)');
	if ($where eq 'session')
	{
		$second->{stderr} = '';
		$second->query_until(qr/sent/, "\\echo sent\n" . $import->($user, 1, $to) . ";\n");
		return;
	}
	$storage->store("imports/$user/x.json", export_of(1, $to));
	$sql->("SELECT soulprint_start_full_pass('$user', 'imports/$user/x.json')");
};
my @changes = ('ALTER TABLE user_profiles ADD more int', 'ALTER TABLE soulprint.full_passes ADD more int', 'ALTER TABLE soulprint.imports ADD more int',
	'ALTER TABLE user_profiles DROP more; ALTER TABLE soulprint.full_passes DROP more; ALTER TABLE soulprint.imports DROP more');
for my $where ('session', 'worker')
{
	$user = add_user($node, $where eq 'session' ? 20 : 21);
	$start_held->($where, 4);
	ok($held_by_user->($where eq 'session' ? "query ~ 'soulprint_import'" : "backend_type = 'soulprint worker'"), "$where: an import is held");
	is($node->psql('postgres', "SET lock_timeout = '1s'; $_"), 0, "$where: $_ does not wait for it") for @changes;
	is($sql->(q{SELECT string_agg(DISTINCT relation::regclass::text, ' ') FROM pg_locks JOIN pg_class c ON c.oid = relation WHERE mode <> 'AccessExclusiveLock' AND relkind = 'r' AND relnamespace IN ('public'::regnamespace, 'soulprint'::regnamespace)}), 'raw_conversations', "$where: it holds its one table");
	$hold->query_safe('SELECT pg_advisory_unlock(4711)');
	$where eq 'session' ? like($second->query('SELECT 1'), qr/^4 0 0/m, "$where: it goes on") : is(end_of_pass($node, $user), 'complete', "$where: it goes on");
	is(left_of($user), '4 1', "$where: and is complete");
}

# An import that is at work for more than a second notices in the middle that its user is deleted or its pass
# canceled: it does not come to where it would be held for ever.
$sql->(q{CREATE FUNCTION hold_later() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(4712); RETURN NEW; END';
CREATE TRIGGER hold_later BEFORE INSERT ON raw_conversations FOR EACH ROW WHEN (NEW.title = 'Number 1200') EXECUTE FUNCTION hold_later()});
$hold->query_safe('SELECT pg_advisory_lock(4712)');
for my $where ('session', 'worker')
{
	$user = add_user($node, $where eq 'session' ? 22 : 23);
	$start_held->($where, 1200);
	my $of = $where eq 'session' ? "query ~ 'soulprint_import'" : "backend_type = 'soulprint worker'";
	ok($held_by_user->("$of AND clock_timestamp() - xact_start > interval '1100 ms'"), "$where: an import is at work for a second");
	my $importer = $sql->("SELECT pid FROM pg_stat_activity a WHERE $of AND pid <> pg_backend_pid()");
	$where eq 'session' ? $delete->() : is($sql->("SET lock_timeout = '1s'; SELECT soulprint_cancel_full_pass('$user')"), 't', "$where: canceling does not wait for it");
	$hold->query_safe('SELECT pg_advisory_unlock(4711)');
	if ($where eq 'session') { $second->query('SELECT 1'); like($second->{stderr}, qr/ERROR:  user $user was deleted/, "$where: it ends") }
	else { ok($node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $importer)"), "$where: it ends") }
	is(left_of($user), '0 0', "$where: and leaves nothing");
}
unlike(slurp_file($node->logfile), qr/lock timeout/, 'neither was held again');
$hold->query_safe('SELECT pg_advisory_unlock_all()');

# The extension is dropped meanwhile.
for my $where ('session', 'worker')
{
	$user = add_user($node, $where eq 'session' ? 24 : 25);
	$start_held->($where, 4);
	ok($held_by_user->($where eq 'session' ? "query ~ 'soulprint_import'" : "backend_type = 'soulprint worker'"), "$where: an import is held");
	is($node->psql('postgres', "SET lock_timeout = '1s'; DROP EXTENSION soulprint"), 0, "$where: DROP EXTENSION does not wait for it");
	$hold->query_safe('SELECT pg_advisory_unlock(4711)');
	if ($where eq 'session') { $second->query('SELECT 1'); like($second->{stderr}, qr/ERROR:  relation "soulprint\.full_passes" does not exist/, "$where: it ends with an error") }
	else { ok($node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'soulprint worker')"), "$where: it ends") }
	$sql->('CREATE EXTENSION soulprint; SELECT soulprint_setup()');
	is(left_of($user), '0 0', "$where: and leaves nothing");
}
$hold->quit;
$sql->('DROP TRIGGER hold_import ON raw_conversations; DROP TRIGGER hold_later ON raw_conversations');

# An import that began before a pass and ends while it runs.
$user = add_user($node, 5);
$sql->($import->($user, 1, 3));
$first->query_safe('BEGIN; SELECT now()');
my $held = hold($node, 'INSERT ON soulprint.replies', 'true');
my $pass = start_pass($node, $user);
worker_is_held($node);
is($first->query_safe($import->($user, 4, 4)), '1 0 0', 'an import, while a pass of its user runs');
is(start_pass($node, $user), $pass, 'asked for before it is committed: it is that pass');
$first->query_safe('COMMIT');
start_pass($node, $user);
release($held);
is(end_of_pass($node, $user), 'complete', 'asked for again: another one follows');
is($sql->("SELECT count(DISTINCT conversation_id) || ' ' || (SELECT count(*) FROM soulprint.full_passes WHERE user_id = '$user') FROM conversation_chunks WHERE user_id = '$user'"), '4 2', 'which has read it');

# What a setting has left out of an export is read when the setting lets it in.
$user = add_user($node, 6);
my $export = export_of(1, 2);
$export =~ s/\]$/,/;
$export .= substr(export_of(3, 3, 40000), 1);
$storage->store("imports/$user/x.json", $export);
my $full_pass = sub { $sql->("SELECT soulprint_start_full_pass('$user', 'imports/$user/x.json')"); return end_of_pass($node, $user) . ' ' . left_of($user) };
is($full_pass->(), 'complete 2 1', 'a conversation is larger than the setting');
$node->append_conf('postgresql.conf', "soulprint.max_conversation_size = '32MB'");
$node->reload;
is($full_pass->(), 'complete 3 2', 'the setting is raised: the unchanged export is read again');
is($full_pass->(), 'complete 3 2', 'and then no more');

# Files that nobody writes to, and that are none.
my $fifo = $node->basedir . '/fifo';
POSIX::mkfifo($fifo, 0600) or die "mkfifo: $!";
for my $case ([ $fifo, '42809' ], [ $node->basedir, '42809' ], [ "$fifo/x", '58P01' ], [ $node->basedir . '/none', '58P01' ])
{
	my (undef, undef, $error) = $node->psql('postgres', "\\set VERBOSITY verbose\nSET statement_timeout = '20s'; SELECT soulprint_import_file('$user', '$case->[0]')");
	like($error, qr/ERROR:  $case->[1]: .*HINT:/s, "$case->[1] for a path");
}

# The application has partitioned its conversations.
$node->safe_psql('postgres', 'CREATE DATABASE parts');
$node->safe_psql('parts', q{CREATE TABLE raw_conversations (user_id uuid, conversation_id text, PRIMARY KEY (user_id, conversation_id)) PARTITION BY HASH (user_id);
CREATE TABLE conversations_0 PARTITION OF raw_conversations FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE conversations_1 PARTITION OF raw_conversations FOR VALUES WITH (MODULUS 2, REMAINDER 1)});
$node->safe_psql('parts', 'CREATE EXTENSION soulprint; SELECT soulprint_setup()');
$user = add_user($node, 7, database => 'parts');
is(join(', ', map { $node->safe_psql('parts', $import->($user, @$_)) } [ 1, 3 ], [ 1, 3 ], [ 2, 4, 1 ]), '3 0 0, 0 0 3, 1 2 0', 'partitions: new, unchanged and updated are told apart');

$_->quit for $first, $second;
$node->stop;
log_is_clean($node);
done_testing();
