# Nothing of the application's runs with the rights of the superuser who calls soulprint_setup(), whatever the owner
# of its schema has put there.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('setup', 'soulprint.app_schema' => 'app', 'soulprint.enabled' => 'off');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

# A sequence counts what ran as a superuser, rolled back or not.
$sql->(q{
CREATE EXTENSION soulprint;
CREATE ROLE mallory; CREATE ROLE other;
CREATE SCHEMA evil AUTHORIZATION mallory; GRANT ALL ON SCHEMA evil TO PUBLIC;
CREATE SEQUENCE evil.as_superuser; GRANT USAGE ON SEQUENCE evil.as_superuser TO PUBLIC;
CREATE SEQUENCE evil.as_worker; GRANT USAGE ON SEQUENCE evil.as_worker TO PUBLIC;
CREATE FOREIGN DATA WRAPPER nowhere; CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere; GRANT USAGE ON FOREIGN SERVER nowhere TO PUBLIC;
SET ROLE mallory;
CREATE FUNCTION evil.hit() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        PERFORM nextval('evil.as_superuser');
        ALTER ROLE mallory SUPERUSER;
    ELSIF current_user = 'soulprint_worker' THEN
        PERFORM nextval('evil.as_worker');
    END IF;
    RETURN true;
END $$;
CREATE FUNCTION evil.keep(x anyelement) RETURNS anyelement LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM evil.hit(); RETURN x; END $$;
CREATE FUNCTION evil.row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.hit(); RETURN NEW; END $$;
CREATE FUNCTION evil.event() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.hit(); END $$;
CREATE DOMAIN evil.checked AS text CHECK (evil.hit());
CREATE DOMAIN evil.checked_uuid AS uuid CHECK (evil.hit());
CREATE TYPE evil.status AS ENUM ('pending', 'complete');
CREATE TYPE evil.chat AS (said text);
CREATE FUNCTION evil.chat_text(c evil.chat) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.hit(); RETURN c.said; END $$;
CREATE CAST (evil.chat AS text) WITH FUNCTION evil.chat_text(evil.chat);
CREATE FUNCTION evil.status_text(s evil.status) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.hit(); RETURN 'pending'; END $$;
CREATE CAST (evil.status AS text) WITH FUNCTION evil.status_text(evil.status) AS IMPLICIT;
CREATE TYPE evil.span AS RANGE (SUBTYPE = uuid);
});

my $user = user(1);

# The three tables of mallory's, some of them in another way.
sub tables
{
	my %way = (
		user_profiles => 'CREATE TABLE app.user_profiles (user_id uuid PRIMARY KEY, full_pass_status text)',
		raw_conversations => 'CREATE TABLE app.raw_conversations (user_id uuid, conversation_id text, messages jsonb, PRIMARY KEY (user_id, conversation_id))',
		conversation_chunks => 'CREATE TABLE app.conversation_chunks (user_id uuid, id uuid, conversation_id text, PRIMARY KEY (user_id, id))',
		rows => "INSERT INTO app.user_profiles (user_id, full_pass_status) VALUES ('$user', 'pending');
INSERT INTO app.raw_conversations (user_id, conversation_id, messages) VALUES ('$user', 'c', '[]'); INSERT INTO app.conversation_chunks (user_id, id, conversation_id) VALUES ('$user', '$user', 'c')",
		more => '', @_);
	return "DROP SCHEMA IF EXISTS app CASCADE; CREATE SCHEMA app AUTHORIZATION mallory; SET ROLE mallory;\n" . join ";\n", @way{qw(user_profiles raw_conversations conversation_chunks rows more)};
}

# What setup says; and that nobody has become anything.
sub set_up
{
	my ($way, $expected, $statements) = @_;
	my ($out, $err);
	$sql->($statements);
	$node->psql('postgres', q{SELECT pending_profiles FROM soulprint.setup(current_setting('search_path'))}, stdout => \$out, stderr => \$err);
	like("$out$err", $expected, "$way: what setup says");
	is($sql->("SELECT rolsuper, is_called FROM pg_roles, evil.as_superuser WHERE rolname = 'mallory'"), 'f|f', "$way: nothing runs as the superuser");
	$sql->("ALTER ROLE mallory NOSUPERUSER; SELECT setval('evil.as_superuser', 1, false)");
}
my $done = qr/^1(psql:.*(NOTICE|WARNING).*)?$/s;
set_up('plain tables', $done, tables());

# Columns whose type is not the contract's.
for my $wrong (
	[ 'a cast', 'raw_conversations', 'messages evil.chat', q{column app.raw_conversations.messages is of type evil.chat, not jsonb} ],
	[ 'an array', 'raw_conversations', 'messages jsonb[]', 'column app.raw_conversations.messages is of type jsonb[], not jsonb' ],
	[ 'text for jsonb', 'raw_conversations', 'messages text', 'column app.raw_conversations.messages is of type text, not jsonb' ],
	[ 'a domain', 'user_profiles', 'full_pass_status evil.checked', 'column app.user_profiles.full_pass_status is of type evil.checked, not text' ],
	[ 'an enum with a cast', 'user_profiles', 'full_pass_status evil.status', 'column app.user_profiles.full_pass_status is of type evil.status, not text' ],
	[ 'a composite type', 'user_profiles', 'memory_md evil.chat', 'column app.user_profiles.memory_md is of type evil.chat, not text' ],
	[ 'a range', 'user_profiles', 'storage_path evil.span', 'column app.user_profiles.storage_path is of type evil.span, not text' ],
	[ 'an array of the type', 'user_profiles', 'soul_md text[]', 'column app.user_profiles.soul_md is of type text[], not text' ],
	[ 'time without zone', 'conversation_chunks', 'created_at timestamp', 'column app.conversation_chunks.created_at is of type timestamp without time zone, not timestamptz' ],
	[ 'a domain as key', 'conversation_chunks', 'id evil.checked_uuid PRIMARY KEY', 'column app.conversation_chunks.id is of type evil.checked_uuid, not uuid' ])
{
	my ($way, $table, $column, $error) = @$wrong;
	my $rest = join ', ', grep { $_ !~ /^@{[ split ' ', $column, 2 ]}[0] / } 'user_id uuid', $table eq 'raw_conversations' ? 'conversation_id text' : ();
	set_up($way, qr/ERROR:  \Q$error\E\nHINT:  Change its type/, tables($table => "CREATE TABLE app.$table ($column, $rest)", rows => ''));
}

# Things in place of a table.
for my $instead ([ view => 'VIEW app.user_profiles AS SELECT user_id, full_pass_status FROM app.real WHERE evil.hit()' ],
	[ 'materialized view' => 'MATERIALIZED VIEW app.user_profiles AS SELECT user_id, full_pass_status FROM app.real WHERE evil.hit()' ],
	[ 'foreign table' => 'FOREIGN TABLE app.user_profiles (user_id uuid, full_pass_status text) SERVER nowhere' ],
	[ sequence => 'SEQUENCE app.user_profiles' ], [ type => 'TYPE app.user_profiles AS (user_id uuid)' ])
{
	set_up("a $instead->[0]", qr/ERROR:  app.user_profiles is not a table\nHINT:/, tables(user_profiles => "CREATE TABLE app.real (user_id uuid PRIMARY KEY, full_pass_status text); CREATE $instead->[1]", rows => ''));
}

# What runs when rows are read or written, or when the table changes.
my $extra = 'ALTER TABLE app.user_profiles ADD ';
my @ways = (
	[ triggers => join ';', map { my $t = $_; map { "CREATE TRIGGER t_$_->[0] $_->[1] ON app.$t $_->[2] EXECUTE FUNCTION evil.row()" }
			[ a => 'BEFORE INSERT OR UPDATE OR DELETE', 'FOR EACH ROW' ], [ b => 'AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE', '' ] } qw(user_profiles raw_conversations conversation_chunks) ],
	[ policies => join ';', map { "CREATE POLICY p ON app.$_ USING (evil.hit()) WITH CHECK (evil.hit()); CREATE POLICY r ON app.$_ AS RESTRICTIVE USING (evil.hit()); ALTER TABLE app.$_ ENABLE ROW LEVEL SECURITY; ALTER TABLE app.$_ FORCE ROW LEVEL SECURITY" } qw(user_profiles raw_conversations conversation_chunks) ],
	[ 'a default' => "${extra}d boolean DEFAULT evil.hit()" ],
	[ 'a generated column' => "${extra}g text GENERATED ALWAYS AS (evil.keep(full_pass_status)) STORED" ],
	[ 'a check' => "${extra}CHECK (evil.hit())" ],
	[ 'a check that is not valid yet' => "${extra}CHECK (evil.hit()) NOT VALID" ],
	[ 'a column of a domain' => "${extra}x evil.checked DEFAULT 'x'" ],
	[ 'an index expression' => 'CREATE INDEX ON app.user_profiles (evil.keep(full_pass_status)); CREATE UNIQUE INDEX ON app.raw_conversations (evil.keep(user_id), conversation_id)' ],
	[ 'an index predicate' => "CREATE INDEX ON app.user_profiles (user_id) WHERE evil.keep(full_pass_status) = 'pending'" ],
	[ 'an exclusion constraint' => "${extra}EXCLUDE USING btree (evil.keep(user_id) WITH =)" ],
	[ statistics => 'CREATE STATISTICS app.s ON (evil.keep(full_pass_status)), user_id FROM app.user_profiles' ],
	[ rules => 'CREATE RULE u AS ON UPDATE TO app.user_profiles DO ALSO SELECT evil.hit(); CREATE RULE i AS ON INSERT TO app.user_profiles DO INSTEAD SELECT evil.hit()' ],
	[ 'children of others' => "GRANT USAGE ON SCHEMA app TO other; CREATE TABLE app.child (CHECK (evil.hit()), d boolean DEFAULT evil.hit()) INHERITS (app.user_profiles); CREATE INDEX ON app.child (evil.keep(user_id)); INSERT INTO app.child (user_id, full_pass_status) VALUES ('$user', 'complete');
CREATE TRIGGER t BEFORE UPDATE ON app.child FOR EACH ROW EXECUTE FUNCTION evil.row(); RESET ROLE; ALTER TABLE app.child OWNER TO other" ],
	[ 'names of Postgres in the schema' => 'CREATE FUNCTION app.format(text, text) RETURNS text LANGUAGE sql AS $$ SELECT evil.hit()::text $$; CREATE FUNCTION app.eq(regclass, oid) RETURNS boolean LANGUAGE sql AS $$ SELECT evil.hit() $$;
CREATE OPERATOR app.= (LEFTARG = regclass, RIGHTARG = oid, FUNCTION = app.eq); CREATE TABLE app.pg_class (oid oid); CREATE FUNCTION app.app_table(text) RETURNS text LANGUAGE sql AS $$ SELECT evil.hit()::text $$' ]);
set_up($_->[0], $_->[0] eq 'children of others' ? qr/^1/ : $done, tables(more => $_->[1])) for @ways;

my $partitioned = "CREATE TABLE app.user_profiles (user_id uuid PRIMARY KEY, full_pass_status text) PARTITION BY HASH (user_id);
CREATE TABLE app.p0 PARTITION OF app.user_profiles (CHECK (evil.hit())) FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE INDEX ON app.p0 (evil.keep(user_id)); CREATE TRIGGER t BEFORE UPDATE ON app.p0 FOR EACH ROW EXECUTE FUNCTION evil.row();
CREATE TABLE app.p1 PARTITION OF app.user_profiles (CHECK (evil.hit())) FOR VALUES WITH (MODULUS 2, REMAINDER 1); GRANT ALL ON SCHEMA app TO other; ";
set_up('partitions of others', qr/^1/, tables(user_profiles => $partitioned, more => 'RESET ROLE; ALTER TABLE app.p0 OWNER TO other; ALTER TABLE app.p1 OWNER TO other'));

# Event triggers are a superuser's, their functions need not be.
for my $enabled ('ENABLE', 'ENABLE ALWAYS', 'ENABLE REPLICA')
{
	$sql->(tables() . '; RESET ROLE; ' . join ';', map { "CREATE EVENT TRIGGER $_ ON $_ EXECUTE FUNCTION evil.event(); ALTER EVENT TRIGGER $_ $enabled" } qw(ddl_command_start ddl_command_end table_rewrite));
	my $says = $node->pg_version < 17 && $enabled eq 'ENABLE ALWAYS' ? qr/ERROR:  event trigger "ddl_command_end" would run a function that a superuser does not own\nHINT:  Disable it/ : $done;
	set_up("event triggers, $enabled", $says, 'SELECT 1');
	is($sql->('SELECT soulprint.foreign_event_triggers() IS NOT NULL'), $enabled eq 'ENABLE REPLICA' ? 'f' : 't', 'and they are there afterwards');
	$sql->("DROP EVENT TRIGGER $_") for qw(ddl_command_start ddl_command_end table_rewrite);
}

# A table that changes its shape after its columns were looked at: setup waits for the lock of the last one.
$sql->(tables(raw_conversations => 'CREATE TABLE app.raw_conversations (user_id uuid, conversation_id text, title text, messages jsonb, message_count int, created_at timestamptz, updated_at timestamptz, PRIMARY KEY (user_id, conversation_id))'));
my $mallory = $node->background_psql('postgres');
$mallory->query_safe('SET ROLE mallory; BEGIN; LOCK TABLE app.raw_conversations');
my $setup = $node->background_psql('postgres', on_error_stop => 0);
$setup->query_until(qr/asked/, "\\echo asked\nSELECT pending_profiles FROM soulprint.setup(current_setting('search_path'));\n");
$node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE 'SELECT pending%' AND wait_event_type = 'Lock'");
$mallory->query_safe("ALTER TABLE app.raw_conversations ALTER messages TYPE evil.chat USING ROW(messages::text)::evil.chat; COMMIT");
$setup->query('SELECT 1');
$setup->quit;
$mallory->quit;
is($sql->("SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'app.raw_conversations'::regclass AND attname = 'messages'"), 'evil.chat', 'a table changed during setup');
is($sql->("SELECT rolsuper, is_called FROM pg_roles, evil.as_superuser WHERE rolname = 'mallory'"), 'f|f', 'nothing of it runs as the superuser');
is($sql->('SELECT is_called FROM evil.as_worker'), 't', 'all that runs does as soulprint_worker');

$node->stop;
log_is_clean($node);
done_testing();
