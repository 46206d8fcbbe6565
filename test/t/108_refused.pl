# Conversations that the application's table does not take: each costs itself only, whatever refuses it, in a
# session and in a worker.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $storage = StorageServer->new('storage-key-made-up-for-this-test-0123456789');
my $node = new_server('refused', $storage->settings, log_min_error_statement => 'panic');
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $number = 0;

# Conversations c-1, c-2 …, with these titles; "-" has none.  A title in capitals is not to be remembered.
sub export
{
	my (@titles) = @_;
	my $n = 0;
	return JSON::PP::encode_json([ map { { id => 'c-' . ++$n, title => $_ eq '-' ? undef : $_, is_do_not_remember => /^[A-Z]+$/ ? \1 : \0,
		update_time => 1700000000, messages => [ { role => 'user', content => 'I love tea and jazz.' } ] } } @titles ]);
}

sub import_sql
{
	my ($user, @titles) = @_;
	return "SELECT imported, updated, unchanged, skipped, skipped_because, skipped_ids FROM soulprint_import('$user', convert_to('" . export(@titles) . "', 'UTF8'))";
}

sub stored { return $sql->("SELECT string_agg(conversation_id, ' ' ORDER BY conversation_id) FROM raw_conversations WHERE user_id = '$_[0]'") }

my $trigger = sub { my ($body, $when, $more) = @_; $more //= ''; return "CREATE FUNCTION check_title() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN IF NEW.title = 'odd' THEN $body; END IF; RETURN NEW; END\$\$;
	CREATE $more TRIGGER check_title $when INSERT ON raw_conversations " . ($more ? 'DEFERRABLE INITIALLY DEFERRED' : '') . ' FOR EACH ROW EXECUTE FUNCTION check_title()' };
my $no_trigger = 'DROP FUNCTION check_title() CASCADE';
my $long = 'x' x 300;
my @refusals = (
	[ 'varchar(255)', 'ALTER TABLE raw_conversations ALTER title TYPE varchar(255)', 'ALTER TABLE raw_conversations ALTER title TYPE text', $long, '22001 string_data_right_truncation' ],
	[ 'NOT NULL', 'ALTER TABLE raw_conversations ALTER title SET NOT NULL', 'ALTER TABLE raw_conversations ALTER title DROP NOT NULL', '-', '23502 not_null_violation' ],
	[ 'CHECK', q{ALTER TABLE raw_conversations ADD CONSTRAINT c CHECK (title <> 'odd')}, 'ALTER TABLE raw_conversations DROP CONSTRAINT c', 'odd', '23514 check_violation' ],
	[ 'a domain', q{CREATE DOMAIN d AS text CHECK (value <> 'odd'); ALTER TABLE raw_conversations ALTER title TYPE d}, 'ALTER TABLE raw_conversations ALTER title TYPE text; DROP DOMAIN d', 'odd', '23514 check_violation' ],
	[ 'a unique index', q{CREATE UNIQUE INDEX u ON raw_conversations (user_id, title) WHERE title = 'fine 1'}, 'DROP INDEX u', 'fine 1', '23505 unique_violation' ],
	[ 'a foreign key', q{CREATE TABLE titles AS SELECT 'fine ' || i AS t FROM generate_series(1, 9) i; ALTER TABLE titles ADD PRIMARY KEY (t); ALTER TABLE raw_conversations ADD CONSTRAINT f FOREIGN KEY (title) REFERENCES titles},
		'ALTER TABLE raw_conversations DROP CONSTRAINT f; DROP TABLE titles', 'odd', '23503 foreign_key_violation' ],
	[ 'a foreign key that is checked at the end', q{CREATE TABLE titles AS SELECT 'fine ' || i AS t FROM generate_series(1, 9) i; ALTER TABLE titles ADD PRIMARY KEY (t); ALTER TABLE raw_conversations ADD CONSTRAINT f FOREIGN KEY (title) REFERENCES titles DEFERRABLE INITIALLY DEFERRED},
		'ALTER TABLE raw_conversations DROP CONSTRAINT f; DROP TABLE titles', 'odd', '23503 foreign_key_violation' ],
	[ 'a trigger that raises an error', $trigger->(q{RAISE EXCEPTION 'the title % is odd', NEW.title}, 'BEFORE'), $no_trigger, 'odd', 'P0001 raise_exception' ],
	[ 'an error of its own', $trigger->(q{RAISE 'odd' USING ERRCODE = 'QX123'}, 'AFTER'), $no_trigger, 'odd', 'QX123' ],
	[ 'a trigger at the end', $trigger->(q{RAISE 'odd'}, 'AFTER', 'CONSTRAINT'), $no_trigger, 'odd', 'P0001 raise_exception' ],
	[ 'a trigger that leaves it out', $trigger->('RETURN NULL', 'BEFORE'), $no_trigger, 'odd', 'not stored' ]);
for my $case (@refusals)
{
	my ($what, $refuse, $allow, $title, $reason) = @$case;
	my @titles = ('fine 1', 'fine 2', $title, 'fine 3');
	$sql->($refuse);
	my $user = add_user($node, ++$number);
	is($sql->(import_sql($user, @titles)), qq(3|0|0|1|{"refused by the table: $reason": 1}|{c-3}), "$what: costs one conversation, which is named");
	is(stored($user), 'c-1 c-2 c-4', "$what: the others are there");
	my (undef, $out, $err) = $node->psql('postgres', '\set VERBOSITY verbose' . "\n" . import_sql(add_user($node, ++$number), ($title) x 2)) if $what ne 'a unique index';
	like($err, qr/ERROR:  55000: public\.raw_conversations takes no conversation of the export\nDETAIL:  Conversations found: 2, skipped \(refused by the table: $reason\): 2\..*\nHINT:  Change the /, "$what: all refused is an error that says by what") if $err;

	# In a worker, and when the table takes it: the unchanged export is read again.
	my $path = "imports/$user/export.json";
	$storage->store($path, export(@titles, 'fine 4'));
	$sql->("SELECT soulprint_start_full_pass('$user', '$path')");
	is(end_of_pass($node, $user) . ' ' . stored($user), 'complete c-1 c-2 c-4 c-5', "$what: in a worker");
	is($sql->("SELECT skipped_because, skipped_ids FROM soulprint.imports WHERE user_id = '$user' AND source = 'storage'"), qq({"refused by the table: $reason": 1}|{c-3}), "$what: recorded");
	$sql->($allow);
	start_pass($node, $user);
	is(end_of_pass($node, $user) . ' ' . stored($user), 'complete c-1 c-2 c-3 c-4 c-5', "$what: taken, when the table takes it");
	$sql->('TRUNCATE raw_conversations');
}

# Rows that are there already: a trigger that takes changes back.
my $user = add_user($node, ++$number);
$sql->(import_sql($user, 'fine 1', 'fine 2'));
$sql->(q{CREATE FUNCTION check_title() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN CASE WHEN NEW.title = ''odd'' THEN NULL ELSE NEW END; END'; CREATE TRIGGER check_title BEFORE UPDATE ON raw_conversations FOR EACH ROW EXECUTE FUNCTION check_title()});
my $changed = sub { import_sql($user, @_) =~ s/1700000000/1800000000/gr };
is($sql->($changed->('odd', 'fine 3')), '0|1|0|1|{"refused by the table: not stored": 1}|{c-1}', 'a change that is taken back is noticed');
is($sql->($changed->('fine 1', 'fine 3')), '0|1|1|0|{}|{}', 'what does not change is no refusal');
$sql->($no_trigger);

# A conversation that is not to be remembered, and that something else keeps.
$sql->('CREATE TABLE notes (user_id uuid, conversation_id text, FOREIGN KEY (user_id, conversation_id) REFERENCES raw_conversations)');
$sql->("INSERT INTO notes VALUES ('$user', 'c-1')");
is($sql->(import_sql($user, 'BACK', 'BACK', 'fine 3')), '1|0|0|2|{"do not remember": 1, "refused by the table: not deleted, 23503 foreign_key_violation": 1}|{c-1}', 'one that cannot be deleted is named');
is(stored($user), 'c-1 c-3', 'the other is deleted');
$sql->('DROP TABLE notes');
$sql->(q{CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER keep BEFORE DELETE ON raw_conversations FOR EACH ROW EXECUTE FUNCTION keep()});
is($sql->(import_sql($user, 'BACK', 'fine 2')), '1|0|0|1|{"refused by the table: not deleted": 1}|{c-1}', 'a deletion that is taken back is noticed');
$sql->('DROP FUNCTION keep() CASCADE');

# Triggers of the application that run at the end of a transaction, on what taking a conversation back changes.
$sql->(q{CREATE TABLE seen (what text);
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN INSERT INTO public.seen VALUES (TG_OP || '' '' || TG_TABLE_NAME); RETURN NULL; END'});
$sql->("CREATE CONSTRAINT TRIGGER see_$_ AFTER UPDATE OR DELETE ON $_ DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION see()") for qw(user_profiles raw_conversations conversation_chunks);
for my $where ('session', 'worker')
{
	$user = add_user($node, ++$number);
	my $path = "imports/$user/export.json";
	$storage->store($path, export('fine 1', 'fine 2'));
	$sql->("SELECT soulprint_start_full_pass('$user', '$path')");
	is(end_of_pass($node, $user), 'complete', "$where: a pass");
	$sql->('TRUNCATE seen');
	my $again = export('BACK', 'fine 2');
	if ($where eq 'session') { is($sql->(import_sql($user, 'BACK', 'fine 2')), '0|0|1|1|{"do not remember": 1}|{}', 'taken back in a session') }
	else { $storage->store($path, $again); start_pass($node, $user) }
	is(end_of_pass($node, $user) . ' ' . stored($user), 'complete c-2', "$where: taken back, beside deferred triggers");
	is($sql->(q{SELECT count(*) FROM seen WHERE what IN ('DELETE raw_conversations', 'DELETE conversation_chunks')}), '2', "$where: which have run");
}
$sql->('DROP FUNCTION see() CASCADE');

# A table that refers to the conversations, in a schema that the caller may not use.
$sql->(q{CREATE SCHEMA aside; CREATE TABLE aside.notes (user_id uuid, conversation_id text, FOREIGN KEY (user_id, conversation_id) REFERENCES raw_conversations DEFERRABLE INITIALLY DEFERRED);
CREATE ROLE app; GRANT EXECUTE ON FUNCTION soulprint_import TO app; GRANT SELECT, INSERT, UPDATE, DELETE ON user_profiles, raw_conversations TO app;
CREATE POLICY app ON user_profiles TO app USING (true); CREATE POLICY app ON raw_conversations TO app USING (true)});
$user = add_user($node, ++$number);
is($sql->('SET ROLE app; ' . import_sql($user, 'fine 1')), '1|0|0|0|{}|{}', 'what refers to the conversations from elsewhere is no obstacle');
$sql->('DROP SCHEMA aside CASCADE');

# Many of many kinds, among many: groups are split, the names of the kinds do not grow without limit.
$sql->(q{CREATE FUNCTION check_title() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.title ~ ''odd'' THEN RAISE ''no'' USING ERRCODE = ''Q'' || right(NEW.title, 4); END IF; RETURN NEW; END'; CREATE TRIGGER check_title BEFORE INSERT ON raw_conversations FOR EACH ROW EXECUTE FUNCTION check_title()});
$user = add_user($node, ++$number);
is($sql->(import_sql($user, map { $_ % 10 ? "fine $_" : sprintf 'odd %04d', $_ } 1 .. 1200) =~ s/SELECT .*? FROM/SELECT imported, skipped, (SELECT count(*) || ' ' || sum(value::int) FROM jsonb_each_text(skipped_because)), skipped_because ? 'refused by the table', cardinality(skipped_ids) FROM/r),
	'1080|120|21 120|t|100', '120 of 1,200 are refused in 120 ways');
$sql->($no_trigger);

# What is no conversation's fault ends the import, and nothing of it stays.
my @faults = (
	[ 'no space', q{RAISE 'disk' USING ERRCODE = '53100'}, '53100' ], [ 'a lock', q{RAISE 'lock' USING ERRCODE = '55P03'}, '55P03' ], [ 'a cancel', q{RAISE 'cancel' USING ERRCODE = '57014'}, '57014' ],
	[ 'a deadlock', q{RAISE 'deadlock' USING ERRCODE = '40P01'}, '40P01' ], [ 'an undefined table', 'PERFORM FROM nowhere', '42P01' ], [ 'a missing privilege', q{RAISE 'no' USING ERRCODE = '42501'}, '42501' ]);
for (@faults)
{
	my ($what, $body, $sqlstate) = @$_;
	$sql->($trigger->($body, 'BEFORE'));
	$user = add_user($node, ++$number);
	my (undef, undef, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n" . import_sql($user, 'fine 1', 'odd', 'fine 2'));
	like($err, qr/ERROR:  $sqlstate: /, "$what ends the import");
	is(stored($user), '', "$what: nothing is stored");
	$sql->($no_trigger);
}

$node->stop;
unlike(slurp_file($node->logfile), qr/tea and jazz/, 'no word of a refused conversation is in the log');
log_is_clean($node);
done_testing();
