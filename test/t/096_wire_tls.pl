# TLS below version 1.2 is spoken with nobody, also where the host's OpenSSL would: the passes pause.
# Certificates are read once for many requests, and those of soulprint.ca_file are all that is trusted.

use strict;
use warnings;

use File::Basename;
use File::Copy;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir;
for my $name ('tls', 'other')
{
	system_or_bail('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
		'-subj', "/CN=$name", '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', "$dir/$name.key", '-out', "$dir/$name.crt");
}

# The oldest that OpenSSL can, for the server under test and for those it asks.
append_to_file("$dir/openssl.cnf", <<'CONF');
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = old
[old]
MinProtocol = TLSv1
CipherString = ALL:@SECLEVEL=0
CONF
$ENV{OPENSSL_CONF} = "$dir/openssl.cnf";

# Shakes hands, notes the version agreed upon, and says no more.
append_to_file("$dir/serve.py", <<'PYTHON');
import socket, ssl, sys, threading
folder, newest = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder + "/tls.crt", folder + "/tls.key")
context.minimum_version = ssl.TLSVersion.TLSv1
context.maximum_version = ssl.TLSVersion[newest]
context.set_ciphers("ALL:@SECLEVEL=0")
listener = socket.create_server(("127.0.0.1", 0))

def note(line):
    with open(folder + "/" + newest, "a") as journal:
        journal.write(line + "\n")

def serve():
    while True:
        connection = listener.accept()[0]
        try:
            with context.wrap_socket(connection, server_side=True) as spoken:
                note(spoken.version())
        except OSError as error:
            note("none")

threading.Thread(target=serve, daemon=True).start()
print(listener.getsockname()[1], flush=True)
sys.stdin.read()
PYTHON

sub server { return ModelServer->new(program => [ '-W', 'ignore', "$dir/serve.py", $dir, $_[0] ]) }
sub journal { return -f "$dir/$_[0]" ? slurp_file("$dir/$_[0]") : '' }

my ($old, $new) = map { server($_) } 'TLSv1_1', 'TLSv1_2';
my $old_url = 'https://127.0.0.1:' . $old->port;
my $node = new_server('tls', $old->settings, 'soulprint.api_url' => $old_url, 'soulprint.ca_file' => "$dir/tls.crt");
new_database($node);

is(system($ENV{PYTHON} // 'python3', '-W', 'ignore', '-c', <<'PYTHON', $old->port), 0, 'this OpenSSL can be made to speak TLS 1.1');
import socket, ssl, sys
context = ssl._create_unverified_context()
context.minimum_version = ssl.TLSVersion.TLSv1
context.set_ciphers("ALL:@SECLEVEL=0")
assert context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1])))).version() == "TLSv1.1"
PYTHON
is(journal('TLSv1_1'), "TLSv1.1\n", 'and the server notes it');

# Waits until everybody pauses because the user's pass cannot ask.
sub is_paused
{
	my ($user, $what) = @_;
	ok($node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'soulprint launcher' AND query LIKE 'paused: the model server cannot be asked%')
		AND EXISTS (SELECT FROM soulprint.full_passes WHERE user_id = '$user' AND state = 'queued' AND attempts = 0)"), $what);
}

my $user = add_user($node, 1);
$node->safe_psql('postgres', talk($user, 1, 1));
start_pass($node, $user);
is_paused($user, 'a server that speaks only TLS 1.1: a pause, uncharged');
is(journal('TLSv1_1'), "TLSv1.1\nnone\n", 'no handshake has succeeded, and none was tried again');

$node->safe_psql('postgres', "ALTER SYSTEM SET soulprint.api_url = 'https://127.0.0.1:" . $new->port . "'");
$node->reload;
ok($node->poll_query_until('postgres', "SELECT pg_read_file('$dir/TLSv1_2', 0, 100, true) LIKE 'TLSv1.2%'"), 'one that speaks TLS 1.2 is asked');

# A whole pass over TLS, whose file of certificates is replaced in its middle.
my $model = ModelServer->new(program => [ 'test/model_server/serve.py', '--tls-cert', "$dir/tls.crt", '--tls-key', "$dir/tls.key" ]);
my $file = "$dir/ca.crt";
copy("$dir/tls.crt", $file) or die $!;
$node->safe_psql('postgres', "ALTER SYSTEM SET soulprint.api_url = 'https://127.0.0.1:" . $model->port . "'; ALTER SYSTEM SET soulprint.ca_file = '$file'");
my $hold = hold($node, 'INSERT ON soulprint.replies', 'true');
$node->reload;
ok(worker_is_held($node), 'an answer over TLS has come');
copy("$dir/other.crt", $file) or die $!;
release($hold);
is(end_of_pass($node, $user), 'complete', 'the certificates of a pass are read once');

# A server that sees another folder of the system's certificates, where this may be played.
my $system_file = `curl-config --ca`;
chomp $system_file;
mkdir "$dir/system";
my @namespace = ('unshare', '--user', '--mount', '--map-current-user', '--keep-caps');
SKIP:
{
	skip 'no mount namespace can be made, or libcurl has no file of certificates', 2
	  if system(@namespace, 'mount', '--bind', "$dir/system", dirname($system_file)) != 0;

	# In the folder both ways that certificates are looked up: in the file, and by their hash.
	copy("$dir/tls.crt", "$dir/system/" . basename($system_file)) or die $!;
	chomp(my $hash = `openssl x509 -noout -hash -in $dir/tls.crt`);
	copy("$dir/tls.crt", "$dir/system/$hash.0") or die $!;
	mkdir "$dir/bin";
	append_to_file("$dir/bin/pg_ctl", <<"SHELL");
#!/bin/sh
PATH=\${PATH#*:}
exec @namespace sh -c 'mount --bind "\$0" "\$1" && shift && exec pg_ctl "\$@"' "$dir/system" "@{[ dirname($system_file) ]}" "\$@"
SHELL
	chmod 0755, "$dir/bin/pg_ctl";
	$node->safe_psql('postgres', 'ALTER SYSTEM RESET soulprint.ca_file');
	$node->stop;
	{
		local $ENV{PATH} = "$dir/bin:$ENV{PATH}";
		$node->start;
	}
	my @users = map { add_user($node, $_) } 2, 3;
	$node->safe_psql('postgres', talk($_, 1, 1)) for @users;
	start_pass($node, $users[0]);
	is(end_of_pass($node, $users[0]), 'complete', 'a certificate that the system knows is trusted');
	$node->safe_psql('postgres', "ALTER SYSTEM SET soulprint.ca_file = '$dir/other.crt'");
	$node->reload;
	start_pass($node, $users[1]);
	is_paused($users[1], 'with soulprint.ca_file it is not: a pause, uncharged');
}

log_is_clean($node);
done_testing();
