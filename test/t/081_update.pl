# ALTER EXTENSION soulprint UPDATE leaves what a fresh CREATE EXTENSION makes, and keeps the rows.  Until
# then nothing runs.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('update');
my ($user, $other) = map { user($_) } 1, 2;

# The extension as 0.1.0 made it.  Its script is not installed, and some of its functions are not in the
# library any more.
sub create_old_extension
{
	my ($database) = @_;
	my $script = slurp_file('test/data/soulprint--0.1.0.sql');
	my %dumped;
	$script =~ s/^\\echo.*$//m;
	$script =~ s/\@extschema\@/public/g;
	$script =~ s/'MODULE_PATHNAME', 'soulprint_(?:current_full_pass|end_canceled_pass)'/'MODULE_PATHNAME', 'soulprint_forget'/g;
	$script =~ s/MODULE_PATHNAME/\$libdir\/soulprint/g;
	$dumped{$1} = $2 while $script =~ s/^SELECT pg_catalog.pg_extension_config_dump\('(.*?)', '(.*?)'\);$//m;
	my $tables = join ', ', map { "'$_'::regclass" } sort keys %dumped;
	my $conditions = join ', ', map { "'$dumped{$_}'" } sort keys %dumped;
	$node->safe_psql($database, "$script
SET allow_system_table_mods = on;
UPDATE pg_proc SET prosrc = 'soulprint_' || proname WHERE proname IN ('current_full_pass', 'end_canceled_pass');
INSERT INTO pg_extension VALUES (
    pg_nextoid('pg_extension', 'oid', 'pg_extension_oid_index'), 'soulprint', 10, 'public'::regnamespace, false, '0.1.0',
    ARRAY[$tables], ARRAY[$conditions]);" . q{
ALTER EXTENSION soulprint ADD SCHEMA soulprint;
DO $$
DECLARE
    object text;
BEGIN
    FOR object IN
        SELECT CASE relkind WHEN 'r' THEN 'TABLE ' WHEN 'v' THEN 'VIEW ' ELSE 'SEQUENCE ' END || oid::regclass
        FROM pg_class WHERE relkind IN ('r', 'v', 'S') AND (relnamespace = 'soulprint'::regnamespace OR relname LIKE 'soulprint\_%')
        UNION ALL
        SELECT 'ROUTINE ' || oid::regprocedure FROM pg_proc
        WHERE pronamespace = 'soulprint'::regnamespace OR proname LIKE 'soulprint\_%'
    LOOP
        EXECUTE 'ALTER EXTENSION soulprint ADD ' || object;
    END LOOP;
END
$$;});
	return;
}

sub refuses
{
	my ($statement, $reason) = @_;
	my (undef, undef, $error) = $node->psql('postgres', $statement,
		timeout => $PostgreSQL::Test::Utils::timeout_default);
	like($error, qr/ERROR:  $reason\nHINT:  Run ALTER EXTENSION soulprint UPDATE, or restart/, $statement);
	return;
}

# Everything that the extension consists of, a line for each thing.
sub catalogs
{
	my ($database) = @_;
	my $members = q{
WITH member AS (
    SELECT d.classid, d.objid, pg_describe_object(d.classid, d.objid, 0) AS name
    FROM pg_depend d JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
    WHERE e.extname = 'soulprint' AND d.deptype = 'e'),
relation AS (SELECT c.*, m.name FROM member m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND m.objid = c.oid)
};
	my @parts = (
		q{SELECT name, obj_description(objid, classid::regclass::name) FROM member},
		q{SELECT name, relkind, relacl, reloptions, relrowsecurity, relpersistence, relowner::regrole,
		         CASE relkind WHEN 'v' THEN pg_get_viewdef(oid) END FROM relation},
		q{SELECT r.name, attnum, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attstorage, attacl,
		         pg_get_expr(adbin, adrelid), col_description(r.oid, attnum)
		  FROM relation r JOIN pg_attribute a ON attrelid = r.oid LEFT JOIN pg_attrdef ON adrelid = r.oid AND adnum = attnum},
		q{SELECT r.name, conname, pg_get_constraintdef(o.oid) FROM relation r JOIN pg_constraint o ON conrelid = r.oid},
		q{SELECT r.name, pg_get_indexdef(indexrelid), obj_description(indexrelid, 'pg_class') FROM relation r JOIN pg_index ON indrelid = r.oid},
		q{SELECT r.name, pg_get_triggerdef(t.oid) FROM relation r JOIN pg_trigger t ON tgrelid = r.oid},
		q{SELECT name, pg_get_functiondef(p.oid), proacl, proowner::regrole FROM member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND objid = p.oid},
		q{SELECT name, nspacl, nspowner::regrole FROM member JOIN pg_namespace n ON classid = 'pg_namespace'::regclass AND objid = n.oid},
		q{SELECT name, objsubid, i.initprivs FROM member m JOIN pg_init_privs i ON i.classoid = m.classid AND i.objoid = m.objid},
		q{SELECT t::regclass, extcondition[n] FROM pg_extension, unnest(extconfig) WITH ORDINALITY AS u (t, n) WHERE extname = 'soulprint'},
		q{SELECT extversion, extnamespace::regnamespace, extrelocatable FROM pg_extension WHERE extname = 'soulprint'},
		q{SELECT * FROM soulprint.prices WHERE builtin});
	return join "\n", map { $node->safe_psql($database, "$members SELECT t.*::text FROM ($_) AS t ORDER BY 1") } @parts;
}

sub launcher_says
{
	my ($text) = @_;
	return $node->poll_query_until('postgres',
		"SELECT query LIKE '%$text%' FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'");
}

create_old_extension('postgres');
my $old = sub { $node->safe_psql('postgres', $_[0]) };

# A profile with conversations, as its soulprint_setup() left them, and a row in each table.
$old->("SELECT soulprint_setup();
INSERT INTO user_profiles (user_id) VALUES ('$user'), ('$other');
INSERT INTO soulprint.full_passes (user_id, state, requested_at, cost_usd) VALUES ('$user', 'done', now() - interval '1 day', 1.5), ('$other', 'failed', now(), 0);
INSERT INTO soulprint.replies (user_id, step, question, attempt, outcome, reply, model, input_tokens, output_tokens, cost_usd, created_at)
    VALUES ('$user', 'facts', '\\x01', 0, 'answered', '{}', 'm', 1, 2, 0.5, now() - interval '1 day');
INSERT INTO soulprint.facts (user_id, category, fact, quote, verified, sources) VALUES ('$user', 'projects', '\"a\"', 'q', true, '[]');
INSERT INTO soulprint.versions (user_id, version, replaced_at, memory_md) VALUES ('$user', 1, now() - interval '1 day', 'm');
INSERT INTO soulprint.prompts VALUES ('memory', 'Write MEMORY my way.');
INSERT INTO soulprint.prices VALUES ('my-model', 1, 2);
INSERT INTO soulprint.imports (user_id, imported_at, source, imported, updated, unchanged, skipped, skipped_because, skipped_ids, hidden_messages, replaced_characters)
    VALUES ('$user', now() - interval '1 day', 'argument', 1, 0, 0, 0, '{}', '{}', '{}', 0);");
my %rows = map {
	my $columns = $old->("SELECT string_agg('t.' || attname, ', ' ORDER BY attnum) FROM pg_attribute
	    WHERE attrelid = 'soulprint.$_'::regclass AND attnum > 0 AND attname <> 'calls_at_take'");
	($_ => "SELECT $columns FROM soulprint.$_ AS t WHERE NOT to_jsonb(t) \@> '{\"builtin\": true}' ORDER BY t::text")
} qw(full_passes replies facts versions prompts prices imports);
my %before = map { $_ => $old->($rows{$_}) } sort keys %rows;

# The library is of another version than the extension, whichever is the newer one: nothing runs, and the
# application is not disturbed.
my $differ = 'extension soulprint is of version 0.1.0, but its library is of version 0.2.0';
ok(launcher_says($differ), 'the launcher says why it waits');
refuses($_, $differ) for "CALL soulprint_run_full_pass('$user')", "SELECT soulprint_import('$user', '[]')";
$old->("UPDATE user_profiles SET full_pass_status = 'pending'");

$old->('ALTER EXTENSION soulprint UPDATE');
$node->safe_psql('postgres', 'CREATE DATABASE fresh');
$node->safe_psql('fresh', 'CREATE EXTENSION soulprint');
my %lines;
$lines{$_}++ for split /^/, catalogs('postgres');
cmp_ok(scalar keys %lines, '>', 400, 'the catalogs are read');
$lines{$_}-- for split /^/, catalogs('fresh');
is(join('', map { $lines{$_} ? sprintf('%+d %s', $lines{$_}, $_) : () } sort keys %lines), '', 'an updated extension is a fresh one');
is($old->($rows{$_}), $before{$_}, "soulprint.$_ is kept") for sort keys %rows;
is($old->("SELECT nextval('soulprint.${_}_id_seq')"), $_ eq 'full_passes' ? 3 : 2, "$_ are numbered on") for qw(full_passes facts imports);
is($old->("SELECT to_regnamespace('soulprint_0_1_0')"), '', 'nothing is left aside');

# Passes run again.
is($old->("SELECT count(*) FROM soulprint_setup() WHERE change LIKE 'to do:%'"), '0', 'soulprint_setup() has nothing left to do');
$old->(talk($user, 1, 3));
$old->("DELETE FROM soulprint.prompts; SELECT soulprint_start_full_pass('$user')");
ok($node->poll_query_until('postgres', "SELECT full_pass_status = 'complete' FROM user_profiles WHERE user_id = '$user'"), 'and the launcher runs passes again');

$differ =~ s/0.1.0/0.3.0/;
$old->("UPDATE pg_extension SET extversion = '0.3.0' WHERE extname = 'soulprint'; SELECT soulprint.wake_launcher();");
ok(launcher_says($differ), 'an older library waits for a restart');
refuses("CALL soulprint_run_full_pass('$user')", $differ);

$node->stop;
is(count_log($node, 'no full pass can run: extension soulprint is of version'), 2, 'the log has each reason once');
log_is_clean($node);
done_testing();
