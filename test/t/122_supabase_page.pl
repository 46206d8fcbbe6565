# doc/supabase.md runs as printed, in a new project and in one that has the application's tables: from a server that
# preloads other libraries, or none, to a profile that its user reads.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use SupabaseProject;
use PostgreSQL::Test::Utils;
use Test::More;

my $ada = '11111111-1111-4111-8111-111111111111';
my $storage = StorageServer->new('a-service-key-made-up-for-this-test-0123');
my %there = ('http://kong:8000' => $storage->url, '/etc/postgresql-custom/storage.key' => $storage->{key_file});
$storage->store("imports/$ada/export.zip", slurp_file('test/data/emily.zip'));

sub run_page
{
	my ($node) = @_;
	for (blocks('doc/supabase.md'))
	{
		my ($line, $statements) = @$_;
		$statements =~ s/\Q$_\E/$there{$_}/g for keys %there;
		$node->psql('postgres', "SET SESSION AUTHORIZATION supabase_admin;\n$statements", stderr => \my $err, on_error_stop => 0);
		is($err =~ /(?:ERROR|FATAL).*/ ? $& : '', '', "doc/supabase.md:$line");
		$node->restart if $statements =~ /max_worker_processes/;
		is(end_of_pass($node, $ada), 'complete', 'the pass') if $statements =~ /start_full_pass\('/;
	}
}

for my $tables ('', $application_tables)
{
	my ($name, $libraries) = $tables eq '' ? ('new', '') : ('application', 'pg_stat_statements, auto_explain');
	my $node = new_server($name, preload => 0, shared_preload_libraries => $libraries, log_min_messages => 'fatal', wal_level => 'logical');
	my $sql = sub { my ($role, $statements) = @_; $node->psql('postgres', "SET ROLE $role; $statements", stdout => \my $out, stderr => \my $err); "$out$err" };
	make_roles($node);
	make_project($node, 'postgres');
	$node->safe_psql('postgres', $_) for "INSERT INTO auth.users VALUES ('$ada')", "SET ROLE project_owner; $tables",
	  'CREATE PUBLICATION supabase_realtime', 'CREATE SCHEMA vault',
	  q{CREATE FUNCTION vault.create_secret(secret text, name text) RETURNS void LANGUAGE sql AS ''};

	run_page($node);
	is($node->safe_psql('postgres', 'SHOW shared_preload_libraries'), join(', ', $libraries || (), 'soulprint'), "$name: the library is appended");
	my $read = "SET request.jwt.claim.sub = '$ada'; SELECT soulprint_text FROM user_profiles";
	like($sql->('authenticated', $read), qr/Emily/, "$name: the user reads the profile");
	is($sql->('authenticated', $read =~ s/'$ada'/'@{[ user(2) ]}'/r), '', "$name: another user does not");
	unlike($sql->('anon', $read =~ s/'$ada'/''/r), qr/Emily/, "$name: nor does anon");
	like($sql->('anon', "SELECT soulprint_start_full_pass('$ada')"), qr/permission denied/, "$name: who may call nothing");
	is($node->safe_psql('postgres', "SELECT string_agg(tablename, ' ') FROM pg_publication_tables WHERE pubname = 'supabase_realtime'"), 'user_profiles', "$name: Realtime sees the profiles");
	log_is_clean($node);
	$node->stop;
}
done_testing();
