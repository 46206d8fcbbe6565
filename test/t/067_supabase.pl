# A self-hosted Supabase project: its roles, its default privileges, row security, an event trigger of a
# role that is no superuser, and the application's tables with columns of their own.  From import to
# profile as service_role; nothing for anon; nothing of the owner's runs as the superuser.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use SupabaseProject;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('supabase', log_min_messages => 'fatal', 'soulprint.database' => 'project');
make_roles($node);
$node->safe_psql('postgres', 'CREATE DATABASE project OWNER project_owner');
# The launcher was there before its database, and would take its time.
$node->restart;

# psql as somebody, in the project's database: what it prints and what it complains of.
sub as
{
	my ($role, $statements) = @_;
	my ($out, $err);
	$node->psql('project', "SET SESSION AUTHORIZATION $role;\nSET client_min_messages = warning;\n$statements",
		stdout => \$out, stderr => \$err);
	$err =~ s/^psql:<stdin>:\d+: //mg;
	return wantarray ? ($out, $err) : $out . $err;
}
my $sql = sub { $node->safe_psql('project', $_[0]) };

make_project($node, 'project');

is((as('project_owner', $application_tables . q{
CREATE TABLE loot (what text);
GRANT INSERT ON loot TO PUBLIC;
CREATE FUNCTION watch_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO public.loot SELECT tg_tag || ' as ' || current_user; END $$;}))[1], '', 'the application\'s migrations, as the project\'s owner');
$sql->('CREATE EVENT TRIGGER watch_ddl ON ddl_command_end EXECUTE FUNCTION watch_ddl()');

my ($ada, $bob) = (user(1), user(2));
$sql->("INSERT INTO auth.users VALUES ('$ada'), ('$bob')");
is((as('service_role', "INSERT INTO user_profiles (user_id) VALUES ('$ada'), ('$bob')"))[1], '', 'two users sign up before the extension is there');

like(as('project_owner', 'CREATE EXTENSION soulprint'), qr/permission denied to create extension/, 'the project\'s owner cannot install it');
is((as('supabase_admin', 'CREATE EXTENSION soulprint'))[1], '', 'the superuser can');
like(as('project_owner', 'SELECT soulprint_setup()'), qr/^ERROR:  permission denied for function soulprint_setup/, 'nor can the project\'s owner set it up');
$sql->('GRANT EXECUTE ON FUNCTION soulprint_setup() TO project_owner; TRUNCATE loot');
like(as('project_owner', 'SELECT soulprint_setup()'), qr/^ERROR:  permission denied to set up soulprint.*HINT:  Run it as a superuser\./s, 'not even with the right to call it');
$sql->('REVOKE EXECUTE ON FUNCTION soulprint_setup() FROM project_owner; TRUNCATE loot');

my ($changes, $said) = as('supabase_admin', 'SET client_min_messages = notice; SELECT count(*) > 10 FROM soulprint_setup()');
is($changes, 't', 'the superuser can');
like($said, qr/\ANOTICE:  pending profiles that workers take up: 2\nDETAIL:  .*\nHINT:  .*\z/, 'and hears of two profiles that are pending');
is($sql->('SELECT count(*) FROM loot'), '0', 'no function of the owner\'s has run as a superuser');
is($sql->("SELECT count(*) FROM pg_event_trigger WHERE evtname = 'watch_ddl' AND evtenabled = 'O'"), '1', 'the event trigger is as it was');
is(as('supabase_admin', 'SELECT change FROM soulprint_setup()'), '', 'a second time there is nothing to do');

# What anybody on the internet can do.
my @calls = ("soulprint_setup()", "soulprint_import('$ada', '')", "soulprint_import_file('$ada', '/etc/passwd')",
	"soulprint_start_full_pass('$ada')", "soulprint_cancel_full_pass('$ada')", "soulprint_facts('$ada')", "soulprint_report('$ada')",
	"soulprint_why('$ada', 'x')", "soulprint_explain_sample('$ada')", "soulprint_versions('$ada')", "soulprint_compare_versions('$ada', 1)",
	"soulprint_rollback('$ada', 1)", "soulprint_forget_fact('$ada', 1)",
	"soulprint_correct_fact('$ada', 1, 'x')", "soulprint_add_fact('$ada', 'person', 'x')", "soulprint_forget('$ada')", "soulprint_evaluate('$ada')");
for my $role ('anon', 'authenticated', 'service_role')
{
	like(as($role, "SELECT $_"), qr/^ERROR:  permission denied for function/, "$role may not call $_") for @calls;
	like(as($role, "CALL soulprint_run_full_pass('$ada')"), qr/^ERROR:  permission denied for procedure/, "$role may not CALL");
	for my $view ('soulprint_progress', 'soulprint_history')
	{
		# Nobody can write to soulprint_history, whose rows are of two tables.
		like(as($role, $_), qr/^ERROR:  (?:permission denied for|cannot (?:delete from|update|insert into)) view "?$view/, "$role: $_")
		  for "SELECT * FROM $view", "DELETE FROM $view", "UPDATE $view SET error = 'x'", "INSERT INTO $view (user_id) VALUES ('$ada')";
	}
	like(as($role, "SELECT * FROM soulprint.$_"), qr/^ERROR:  permission denied for table/, "$role may not read soulprint.$_")
	  for 'full_passes', 'replies', 'facts', 'versions', 'imports', 'memories', 'evaluations', 'prompts', 'prices', 'forgotten_facts', 'own_facts';
}
is(as('anon', 'SELECT count(*) FROM user_profiles'), '0', 'anon sees no profile');

# What an operator grants, as the README has it.
$sql->('GRANT EXECUTE ON FUNCTION soulprint_import, soulprint_start_full_pass, soulprint_cancel_full_pass, soulprint_facts TO service_role;
GRANT SELECT ON soulprint_progress, soulprint_history TO service_role, authenticated; TRUNCATE loot');
my $export = export_of(1, 12);
is(as('service_role', "SELECT imported FROM soulprint_import('$ada', convert_to(\$e\$$export\$e\$, 'UTF8'));"), '12', 'service_role imports');
like(as('service_role', "SELECT soulprint_start_full_pass('$ada')"), qr/^\d+$/, 'and asks for a pass');
is(end_of_pass($node, $ada, 'project'), 'complete', 'which comes to its end');
like(as('service_role', "SELECT soulprint_text FROM user_profiles WHERE user_id = '$ada'"), qr/painting/, 'and has published a profile');
is(as('service_role', "SELECT count(*) FROM soulprint_history"), '1', 'service_role sees all of history');
is(as('service_role', "SELECT count(*) > 0 FROM soulprint_facts('$ada')"), 't', 'and the facts');

# The users themselves.
my $claim = "SET request.jwt.claim.sub = '$bob';";
is(as('authenticated', "$claim SELECT count(*) FROM user_profiles"), '1', 'a user sees one profile');
is(as('authenticated', "$claim SELECT count(*) FROM soulprint_history"), '0', 'and nobody else\'s passes');
is(as('authenticated', "SET request.jwt.claim.sub = '$ada'; SELECT count(*) FROM soulprint_history"), '1', 'but the own ones');
is($sql->('SELECT count(*) FROM loot'), '0', 'still nothing of the owner\'s has run as anybody it should not');

# Leaving.
$sql->("DELETE FROM auth.users WHERE id = '$ada'");
is($sql->("SELECT " . join(' + ', map { "(SELECT count(*) FROM soulprint.$_)" } qw(full_passes replies facts versions imports))), '0', 'a deleted user leaves nothing behind');

$node->stop;
log_is_clean($node);
done_testing();
