# Not preloaded: what a session, its role or its database says of a soulprint setting never takes the place of the
# configuration file's value, not even by way of the built-in default.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('session_settings', preload => 0, 'soulprint.app_schema' => 'app', 'soulprint.max_export_size' => '1MB');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
$sql->('CREATE SCHEMA app; CREATE EXTENSION soulprint; SELECT soulprint_setup(); CREATE ROLE mallory LOGIN; GRANT CREATE ON SCHEMA public TO mallory;');
my $load = q{SELECT soulprint_score_conversation('[]'); SELECT soulprint.app_schema(); SHOW soulprint.max_export_size;};

# What psql prints, and the errors.
sub session
{
	my ($statements, %as) = @_;
	local $ENV{PGOPTIONS} = $as{options} // '';
	my ($out, $err);
	$node->psql('postgres', $statements, stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-U', $as{role} // 'postgres' ]);
	$err =~ s/^psql:<stdin>:\d+: //mg;
	return ($out, $err);
}

# A value that hides the file's keeps the library out, and the error says who gave it.
sub refused
{
	my ($way, $hint, %as) = @_;
	my ($out, $err) = session("\\set VERBOSITY verbose\n" . ($as{first} // '') . $load, %as);
	like($err, qr/^ERROR:  55P02: parameter "soulprint\.\w+" cannot be set by a session\nDETAIL:  .*\nHINT:  $hint/mi, "$way is refused");
	unlike($out, qr/^(public|0)$/m, 'and nothing of it runs');
}

is((session($load))[0], "0\napp\n1MB", "the file's values");
refused('a startup option', 'Connect without', options => '-c soulprint.app_schema=evil');
refused('the same with the value of the file', 'Connect without', options => '-c soulprint.app_schema=app');
refused('in other letters', 'Connect without', options => '-c SoulPrint.App_Schema=evil', role => 'mallory');
refused('of another setting', 'Connect without', options => '-c soulprint.max_export_size=4GB', role => 'mallory');
refused('of one that does not exist', 'Connect without', options => '-c soulprint.nonsense=1', role => 'mallory');
refused('a startup option, and the value of the file', 'Connect without', options => '-c soulprint.app_schema=evil', first => "SET soulprint.app_schema = 'app';");
for my $who ([ 'ROLE mallory', 'ALTER ROLE SET' ], [ 'ROLE mallory IN DATABASE postgres', 'ALTER ROLE SET' ],
	[ 'DATABASE postgres', 'ALTER DATABASE SET' ], [ 'ROLE ALL', 'ALTER ROLE ALL SET' ])
{
	$sql->("ALTER $who->[0] SET soulprint.app_schema = 'evil'");
	refused("ALTER $who->[0] SET", $who->[1], role => 'mallory');
	$sql->("ALTER $who->[0] RESET soulprint.app_schema");
}
is((session($load, role => 'mallory'))[1], "ERROR:  permission denied for function app_schema", 'without any of them the library is loaded');

# What a session sets before the library is loaded is taken from it then.
for my $set ("SET soulprint.app_schema = 'evil'", "SET SESSION soulprint.max_export_size = '4GB'", "BEGIN; SET LOCAL soulprint.app_schema = 'evil'",
	"BEGIN; SET soulprint.app_schema = 'evil'; SAVEPOINT s; SET LOCAL soulprint.app_schema = 'worse'", "SELECT FROM set_config('soulprint.app_schema', 'evil', false)")
{
	for my $after ('', 'ROLLBACK;', 'COMMIT;', 'RESET ALL;')
	{
		my ($out) = session("$set; $load $after $load");
		is(join(' ', map { /\A(0|app|1MB)\z/ ? () : $_ } grep { !/\A\z/ } split /\n/, $out), '', "$set; $after");
	}
}

# The worker of a CALL reads the file, whatever the caller's session said.
my $user = user(1);
$sql->("INSERT INTO app.user_profiles (user_id) VALUES ('$user'); SET search_path = app; " . talk($user, 1, 2));
$sql->(q{CREATE TABLE public.user_profiles (LIKE app.user_profiles); INSERT INTO public.user_profiles SELECT * FROM app.user_profiles;});
session("SET soulprint.app_schema = 'public'; CALL soulprint_run_full_pass('$user');");
is($sql->("SELECT full_pass_status FROM app.user_profiles"), 'complete', "a worker without preloading uses the file's schema");
is($sql->("SELECT count(full_pass_status) FROM public.user_profiles"), '0', 'and no other');

$node->stop;
log_is_clean($node);
done_testing();
