# The programs in examples/ on a server with TLS, as a role that is no superuser: they print the soulprint, or say what is
# wrong and end with 1, also when the server goes away while they wait.  Skipped where a client library is not installed.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use IPC::Run qw(start finish timeout run);
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('examples', listen_addresses => '127.0.0.1');
new_database($node);
import_emily($node, add_user($node, $_)) for 1 .. 3;
$node->safe_psql('postgres', q{
	CREATE ROLE app LOGIN;
	GRANT EXECUTE ON FUNCTION soulprint_start_full_pass TO app;
	GRANT SELECT, UPDATE ON user_profiles TO app;
	GRANT SELECT ON raw_conversations TO app;
	CREATE POLICY app ON user_profiles TO app USING (true);
	CREATE POLICY app ON raw_conversations TO app USING (true)});

my $dir = $node->data_dir;
system_or_bail('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
	'-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', "$dir/server.key", '-out', "$dir/server.crt");
chmod 0600, "$dir/server.key";
$node->append_conf('postgresql.conf', "ssl = on\n");
unlink "$dir/pg_hba.conf";
$node->append_conf('pg_hba.conf', "local all all trust\nhostssl all app samehost trust\n");
$node->restart;

my @as_app = ('env', 'PGHOST=localhost', 'PGPORT=' . $node->port, 'PGDATABASE=postgres', 'PGUSER=app', 'PGSSLMODE=verify-full',
	"PGSSLROOTCERT=$dir/server.crt", "NODE_EXTRA_CA_CERTS=$dir/server.crt");
$ENV{NODE_PATH} //= '/usr/share/nodejs';

# Runs the example until the pass that it asks for waits, does something, and gives what the example says then.
sub interrupted
{
	my ($command, $user, $act) = @_;
	my ($out, $err) = ('', '');
	$node->safe_psql('postgres', $_) for 'ALTER SYSTEM SET soulprint.enabled = off', 'SELECT pg_reload_conf()';
	my $run = start([ @$command, $user ], '>', \$out, '2>', \$err, my $limit = timeout(40));
	$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE usename = 'app' AND state = 'idle' AND query LIKE '%FROM user_profiles%'
		AND EXISTS (SELECT FROM soulprint.full_passes WHERE state = 'queued')});
	$act->();
	finish $run;
	is($run->full_result(0) >> 8, 1, "$command->[-1]: ends with 1");
	is($out, '', 'and prints nothing');
	return $err;
}

for my $example ([qw(python3 examples/soulprint.py)], [qw(node examples/soulprint.js)])
{
	my $program = $example->[0];
	my @run = (@as_app, @$example);
	my $finds = $program eq 'node' ? [qw(node -e require('pg'))] : [qw(python3 -c), 'import psycopg'];
  SKIP:
	{
		skip "$program finds no client library", 9 unless eval { run($finds, '>', '/dev/null', '2>&1') };

		my ($out, $err);
		ok(run([ @run, user(1) ], '>', \$out, '2>', \$err, timeout(40)), "$program: succeeds") or diag $err;
		my $text = $node->safe_psql('postgres', qq{SELECT soulprint_text FROM user_profiles WHERE user_id = '${\user(1)}'});
		is($out, "$text\n", 'and prints the soulprint');

		ok(!run([ @run, user(9) ], '>', \$out, '2>', \$err, timeout(40)), "$program: fails without a profile");
		like($err, qr/no profile for user .* \[P0002\]/s, 'with the error of the server');

		like(interrupted(\@run, user(2), sub { $node->safe_psql('postgres', qq{SELECT soulprint_cancel_full_pass('${\user(2)}')}) }),
			qr/^canceled by /m, 'when the pass is canceled, it says so');

		like(interrupted(\@run, user(3), sub { $node->stop('immediate') }), qr/(?:connection|consuming input failed).* \[/s, 'when the server goes away, too');
		$node->start;
		$node->safe_psql('postgres', $_) for 'ALTER SYSTEM RESET soulprint.enabled', 'SELECT pg_reload_conf()';
	}
}

done_testing();
