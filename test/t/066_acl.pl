# Who may do what: the ACL of every object, whatever the default privileges, and what each kind of role gets.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('acl', 'soulprint.enabled' => 'off', 'soulprint.database' => 'plain');
my $sql = sub { $node->safe_psql($_[0], $_[1]) };
$sql->('postgres', q{
CREATE ROLE dbowner; CREATE ROLE postgres_of_supabase;
CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE service_role BYPASSRLS;});

# All that is granted to anybody but the owner on an object of the extension or the application, a line each.
my $acl = q{
WITH member AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
                AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'soulprint')),
object (kind, name, owner, acl) AS (
    SELECT CASE prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, oid::regprocedure::text, proowner, coalesce(proacl, acldefault('f', proowner))
        FROM pg_proc WHERE (1255, oid) IN (SELECT * FROM member)
    UNION ALL SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' ELSE 'table' END, oid::regclass::text, relowner, relacl
        FROM pg_class WHERE relkind IN ('r', 'v', 'S', 'p', 'm', 'f') AND ((1259, oid) IN (SELECT * FROM member)
            OR relname IN ('user_profiles', 'raw_conversations', 'conversation_chunks') AND relnamespace = 'public'::regnamespace)
    UNION ALL SELECT 'column', attrelid::regclass || '.' || attname, relowner, attacl FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE attacl IS NOT NULL AND c.oid > 16384
    UNION ALL SELECT 'type', t.oid::regtype::text, typowner, typacl FROM pg_type t WHERE typacl IS NOT NULL
    UNION ALL SELECT 'schema', nspname, nspowner, nspacl FROM pg_namespace WHERE nspname = 'soulprint')
SELECT kind || ' ' || replace(replace(name, 'extensions.', ''), 'soulprint.soulprint_', 'soulprint_') || ': ' || coalesce(rolname, 'PUBLIC') || ' '
       || string_agg(privilege_type || CASE WHEN is_grantable THEN '*' ELSE '' END, ', ' ORDER BY privilege_type)
FROM object, aclexplode(acl) a LEFT JOIN pg_roles r ON r.oid = grantee
WHERE grantee <> owner GROUP BY kind, name, rolname};

my @wanted = (
	map({ "function soulprint.$_(soulprint.full_passes): PUBLIC EXECUTE" } qw(chunks_per_minute progress_text summary)),
	map({ "function $_: PUBLIC EXECUTE" } 'soulprint.clip(text)', 'soulprint.erase_deleted_user(uuid)', 'soulprint.may_watch(uuid)', 'soulprint.minutes_seconds(numeric)',
		'soulprint.pause_reason()', 'soulprint.percent(text,integer,integer)', 'soulprint.progress_bar(integer)',
		'soulprint.queue_full_pass(uuid)', 'soulprint.timed_stages(jsonb,text,timestamp with time zone)', 'soulprint.unserved_reason()', 'soulprint_assemble_text(jsonb,text)',
		'soulprint_chunk_conversation(jsonb,integer,integer)', 'soulprint_format_conversations(jsonb,integer,text)', 'soulprint_merge_facts(jsonb[])',
		'soulprint_parse_sections(text)', 'soulprint_sample_conversations(jsonb,integer)', 'soulprint_score_conversation(jsonb)'),
	'function soulprint_health(): pg_monitor EXECUTE', 'function soulprint.stat_model(): pg_monitor EXECUTE',
	'schema soulprint: PUBLIC USAGE',
	map({ "sequence soulprint.${_}_id_seq: dbowner SELECT" } qw(batches evaluations facts full_passes imports)),
	'table conversation_chunks: soulprint_worker DELETE, INSERT, SELECT, UPDATE', 'table raw_conversations: soulprint_worker DELETE, INSERT, SELECT, UPDATE',
	map({ "table soulprint.$_: dbowner SELECT" } qw(batches costs evaluations facts forgotten_facts full_passes imports memories own_facts prices prompts replies versions)),
	'table user_profiles: soulprint_worker SELECT, UPDATE',
	map({ "view soulprint.day: $_ SELECT" } qw(dbowner pg_monitor)), map({ "view soulprint_$_: pg_monitor SELECT" } qw(costs history progress stat_model)));

# What a Supabase project has, and more.
my $supabase = join '', map { my $of = $_; map { "ALTER DEFAULT PRIVILEGES $of GRANT ALL ON $_ TO anon, authenticated, service_role;\n" }
	  'TABLES', 'FUNCTIONS', 'SEQUENCES', $of =~ /SCHEMA/ ? () : ('TYPES', 'SCHEMAS') } ('', 'IN SCHEMA public', 'FOR ROLE postgres_of_supabase', 'FOR ROLE postgres_of_supabase IN SCHEMA public');
my %before = (
	plain => '',
	supabase => $supabase,
	generous => "GRANT ALL ON SCHEMA public TO PUBLIC; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC; ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO PUBLIC;",
	grantable => 'ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO anon WITH GRANT OPTION; ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO anon WITH GRANT OPTION;',
	stingy => 'ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC; ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC;',
	in_extensions => "$supabase CREATE SCHEMA extensions;",
	in_its_own => 'CREATE SCHEMA soulprint;' . join '', map { "ALTER DEFAULT PRIVILEGES GRANT ALL ON $_ TO anon, authenticated, service_role;" } qw(TABLES FUNCTIONS SEQUENCES));
my %schema = (in_extensions => 'extensions', in_its_own => 'soulprint');
for my $database (sort keys %before)
{
	my $schema = $schema{$database} // 'public';
	$sql->('postgres', "CREATE DATABASE $database OWNER dbowner");
	$sql->($database, "$before{$database} CREATE EXTENSION soulprint SCHEMA $schema;");
	is($sql->($database, "SELECT count(*) > 0 FROM $schema.soulprint_setup()"), 't', "$database: soulprint_setup()");
	my @all = @wanted;
	if ($database eq 'in_its_own')
	{
		# pg_dump reads them, too; the administrator has made the schema and decides who may use it.
		push @all, map { "view soulprint_$_: dbowner SELECT" } qw(costs history progress stat_model);
	}
	is(join("\n", sort split /\n/, $sql->($database, $acl)), join("\n", sort @all), "$database: what is granted is what the script means to grant");
	is($sql->($database, "SELECT count(*) FROM pg_class WHERE relname IN ('user_profiles', 'raw_conversations', 'conversation_chunks') AND relrowsecurity"), '3',
		"$database: tables that setup makes have row security");
	is($sql->($database, "SELECT count(*) FROM $schema.soulprint_setup()"), '0', "$database: setup has nothing more to do");
	my $user = user(1);
	$sql->($database, "INSERT INTO user_profiles (user_id) VALUES ('$user');" . talk($user, 1, 1));
	is($sql->($database, "SELECT $schema.soulprint_start_full_pass('$user') > 0; SELECT state FROM $schema.soulprint_progress; DELETE FROM user_profiles; DELETE FROM raw_conversations; SELECT count(*) FROM soulprint.full_passes"),
		"t\nqueued\n0", "$database: a pass is queued, shown, and erased with its user");
}

# Which role gets what.  Roles that only look are told of no stranger; each attempt is rolled back.
my $database = 'plain';
my ($mine, $other) = map { add_user($node, $_, database => $database) } 1, 2;
$sql->($database, talk($_, 1, 1)) for $mine, $other;
$sql->($database, qq{
CREATE ROLE app; CREATE ROLE toucher; CREATE ROLE watcher IN ROLE pg_monitor; CREATE ROLE maker CREATEROLE; CREATE ROLE tables_owner;
GRANT EXECUTE ON FUNCTION soulprint_import, soulprint_estimate_full_pass, soulprint_start_full_pass, soulprint_cancel_full_pass, soulprint_facts, soulprint_report, soulprint_why,
    soulprint_explain_sample, soulprint_versions, soulprint_compare_versions, soulprint_rollback, soulprint_forget_fact, soulprint_correct_fact, soulprint_add_fact, soulprint_forget TO app, service_role;
GRANT SELECT ON soulprint_progress, soulprint_history, soulprint_costs TO app;
GRANT SELECT, UPDATE ON user_profiles TO app, service_role; GRANT SELECT, INSERT, UPDATE, DELETE ON raw_conversations TO app, service_role;
CREATE POLICY app ON user_profiles TO app USING (user_id = '$mine');
CREATE POLICY app ON raw_conversations TO app USING (user_id = '$mine');
GRANT TRIGGER ON user_profiles, raw_conversations, conversation_chunks TO toucher;
ALTER TABLE user_profiles OWNER TO tables_owner; ALTER TABLE raw_conversations OWNER TO tables_owner; ALTER TABLE conversation_chunks OWNER TO tables_owner;
SELECT soulprint_start_full_pass(u) FROM unnest(ARRAY['$mine', '$other']::uuid[]) u;
INSERT INTO soulprint.facts (user_id, category, fact, quote, verified, sources, importance) SELECT u, 'preferences', '{}', '', false, '[]', 2 FROM unnest(ARRAY['$mine', '$other']::uuid[]) u;
INSERT INTO soulprint.versions (user_id, version, memory_md) VALUES ('$mine', 1, 'm'), ('$other', 1, 'm');
INSERT INTO soulprint.replies VALUES ('$mine', 'facts', '', 0, 'answered', '', '', '', false, '', 0, 0, 0);
INSERT INTO soulprint.full_passes (user_id, state, ended_at) VALUES ('$other', 'done', now());
INSERT INTO soulprint.prompts VALUES ('facts', 'Read.');
INSERT INTO soulprint.evaluations (user_id, ended_at, model, prompts, budget_usd) SELECT u, now(), 'm', 'p', 1 FROM unnest(ARRAY['$mine', '$other']::uuid[]) u;
INSERT INTO soulprint.costs SELECT date_trunc('hour', now()), u, 'm', 'facts', 1, 0, 0, 0, 1, 0, 0, 1, 1 FROM unnest(ARRAY['$mine', '$other', NULL]::uuid[]) u;
CREATE FUNCTION public.attempt(role name, action text) RETURNS text LANGUAGE plpgsql AS \$\$
DECLARE
    n bigint;
BEGIN
    PERFORM set_config('role', role, true);
    EXECUTE action;
    GET DIAGNOSTICS n = ROW_COUNT;
    RAISE EXCEPTION '%', n USING ERRCODE = 'ZZ999';
EXCEPTION WHEN OTHERS THEN
    RETURN CASE SQLSTATE WHEN 'ZZ999' THEN SQLERRM WHEN '42501' THEN '-' WHEN 'P0002' THEN '0' ELSE SQLSTATE END;
END
\$\$;});
my @roles = qw(anon authenticated service_role tables_owner app toucher watcher maker dbowner);
my @action = (
	# What                          the action                                        an s as in the columns: - refused, else the rows that it found or changed
	[ 'read user_profiles', 'SELECT FROM public.user_profiles', '- - 2 2 1 - - - -' ],
	[ 'read raw_conversations', 'SELECT FROM public.raw_conversations', '- - 2 2 1 - - - -' ],
	[ 'soulprint_setup()', 'SELECT FROM soulprint_setup()', '- - - - - - - - -' ],
	map({ my ($name, $more, @expected) = @$_; map { [ "$name, " . ($_ ? 'theirs' : 'its own'), "SELECT soulprint_$name('" . ($_ ? $other : $mine) . "'$more)", $expected[$_] ] } 0, 1 }
		[ 'start_full_pass', '', '- - 1 - 1 - - - -', '- - 1 - 0 - - - -' ],
		[ 'estimate_full_pass', '', '- - 1 - 1 - - - -', '- - 1 - 0 - - - -' ],
		[ 'cancel_full_pass', '', '- - 1 - 1 - - - -', '- - 1 - 0 - - - -' ],
		[ 'facts', '', '- - 1 - 1 - - - -', '- - 1 - 0 - - - -' ],
		[ 'why', ", 'tea'", '- - 0 - 0 - - - -', '- - 0 - 0 - - - -' ],
		[ 'explain_sample', '', '- - 1 - 1 - - - -', '- - 1 - 0 - - - -' ],
		[ 'versions', '', '- - 2 - 2 - - - -', '- - 2 - 0 - - - -' ],
		[ 'compare_versions', ', 1', '- - 1 - 1 - - - -', '- - 1 - 0 - - - -' ],
		[ 'report', '', '- - 1 - 1 - - - -', '- - 1 - 0 - - - -' ],
		[ 'rollback', ', 1', '- - 1 - 1 - - - -', '- - 1 - 0 - - - -' ],
		[ 'forget_fact', ', 0', '- - 0 - 0 - - - -', '- - 0 - 0 - - - -' ],
		[ 'correct_fact', q{, 0, 'x'}, '- - 0 - 0 - - - -', '- - 0 - 0 - - - -' ],
		[ 'add_fact', q{, 'person', 'x'}, '- - 1 - 1 - - - -', '- - 1 - 0 - - - -' ],
		[ 'forget', '', '- - 1 - 1 - - - -', '- - 1 - 0 - - - -' ],
		[ 'import', q{, '[{"title": "t", "messages": [{"role": "user", "content": "hi"}]}]'}, '- - 1 - 1 - - - -', '- - 1 - 0 - - - -' ]),
	[ 'read soulprint_progress', 'SELECT FROM soulprint_progress', '- - - - 1 - 2 - -' ],
	[ 'soulprint_health()', "SELECT FROM soulprint_health() WHERE check_name = 'versions'", '- - - - - - 1 - -' ],
	[ 'soulprint_evaluate()', "SELECT soulprint_evaluate('$mine')", '- - - - - - - - -' ],
	[ 'read soulprint_history', 'SELECT FROM soulprint_history', '- - - - 1 - 3 - -' ],
	[ 'read soulprint_costs', 'SELECT FROM soulprint_costs', '- - - - 1 - 3 - -' ],
	[ 'read soulprint_stat_model', 'SELECT FROM soulprint_stat_model', '- - - - - - 0 - -' ],
	[ 'soulprint_stat_reset()', 'SELECT soulprint_stat_reset()', '- - - - - - - - -' ],
	[ 'change soulprint_progress', "UPDATE soulprint_progress SET error = ''", '- - - - - - - - -' ],
	[ 'delete in soulprint_history', 'DELETE FROM soulprint_history', join ' ', ('55000') x 9 ],
	map({ [ "read soulprint.$_->[0]", "SELECT FROM soulprint.$_->[0]", "- - - - - - - - $_->[1]" ] }
		[ full_passes => 3 ], [ replies => 1 ], [ facts => 2 ], [ forgotten_facts => 0 ], [ own_facts => 0 ], [ versions => 2 ], [ imports => 0 ], [ memories => 0 ], [ evaluations => 2 ], [ prompts => 1 ], [ prices => 2 ], [ costs => 3 ]),
	map({ my $table = $_; map { [ "$_->[0] soulprint.$table", "$_->[1]", '- - - - - - - - -' ] }
			[ 'add to', "INSERT INTO soulprint.$table SELECT * FROM soulprint.$table" ], [ 'delete in', "DELETE FROM soulprint.$table" ], [ 'empty', "TRUNCATE soulprint.$table" ] }
		qw(full_passes replies facts forgotten_facts own_facts versions imports memories evaluations batches prompts prices costs)),
	[ 'CREATE in schema soulprint', 'CREATE FUNCTION soulprint.app_table(varchar) RETURNS text LANGUAGE sql AS $$ SELECT $1 $$', '- - - - - - - - -' ],
	[ 'trigger on soulprint.full_passes', 'CREATE TRIGGER t BEFORE INSERT ON soulprint.full_passes EXECUTE FUNCTION suppress_redundant_updates_trigger()', '- - - - - - - - -' ],
	[ 'value_for_worker()', q{SELECT soulprint.value_for_worker('SELECT 1')}, '- - - - - - - - -' ],
	[ 'be soulprint_worker', q{SELECT FROM (SELECT 1) AS s WHERE pg_has_role('soulprint_worker', 'MEMBER')}, '0 0 0 0 0 0 0 0 0' ],
	[ 'compute', q{SELECT soulprint_score_conversation('[]')}, '1 1 1 1 1 1 1 1 1' ]);
my $table = sprintf("%-35s %s\n", 'role', join ' ', map { substr "$_             ", 0, 13 } @roles);
for my $action (@action)
{
	my ($what, $statement, $expected) = @$action;
	my $got = $sql->($database, "SELECT string_agg(public.attempt(r, \$s\$$statement\$s\$), ' ' ORDER BY n) FROM unnest('{" . join(',', @roles) . "}'::text[]) WITH ORDINALITY AS t (r, n)");
	is($got, $expected, $what);
	$table .= sprintf "%-35s %s\n", $what, join ' ', map { substr "$_             ", 0, 13 } split / /, $got;
}
diag $table;
for my $role (@roles)
{
	is($sql->($database, "SELECT has_function_privilege('$role', 'soulprint_run_full_pass(uuid)', 'EXECUTE') OR has_function_privilege('$role', 'soulprint_import_file(uuid, text)', 'EXECUTE')"), 'f', "$role may not CALL, nor import files");
}

# Tables that were there, and that others can read without row security, are reported.
$sql->('postgres', 'CREATE DATABASE opened');
live_tables($node, 'opened');
$sql->('opened', q{
ALTER TABLE user_profiles DISABLE ROW LEVEL SECURITY; GRANT SELECT ON user_profiles TO anon;
ALTER TABLE raw_conversations DISABLE ROW LEVEL SECURITY; REVOKE ALL ON raw_conversations FROM PUBLIC, authenticated, service_role; GRANT SELECT (messages) ON raw_conversations TO PUBLIC;
DROP TABLE conversation_chunks; CREATE TABLE conversation_chunks (user_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (user_id, id)) PARTITION BY HASH (user_id);
CREATE TABLE part PARTITION OF conversation_chunks FOR VALUES WITH (MODULUS 1, REMAINDER 0); GRANT SELECT ON part TO authenticated; ALTER TABLE conversation_chunks ENABLE ROW LEVEL SECURITY;
CREATE EXTENSION soulprint});
my ($out, $err);
$node->psql('opened', "SELECT change FROM soulprint_setup() WHERE change LIKE 'to do%'", stdout => \$out, stderr => \$err);
is($out, "to do: table public.part can be read without row security by authenticated\nto do: table public.raw_conversations can be read without row security by everybody\nto do: table public.user_profiles can be read without row security by anon, authenticated, service_role",
	'setup says which tables others can read without row security');
like($err, qr/WARNING:  table public\.part can be read without row security by authenticated/, 'also as a warning');

$node->stop;
log_is_clean($node);
done_testing();
