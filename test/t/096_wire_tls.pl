# TLS below version 1.2 is spoken with nobody, also where the host's OpenSSL would: the passes pause.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir;
system_or_bail('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=test',
	'-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', "$dir/tls.key", '-out', "$dir/tls.crt");

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

my $user = add_user($node, 1);
$node->safe_psql('postgres', talk($user, 1, 1));
start_pass($node, $user);
ok($node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'soulprint launcher' AND query LIKE 'paused: the model server cannot be asked%')
	AND EXISTS (SELECT FROM soulprint.full_passes WHERE state = 'queued' AND attempts = 0)"), 'a server that speaks only TLS 1.1: a pause, uncharged');
is(journal('TLSv1_1'), "TLSv1.1\nnone\n", 'no handshake has succeeded, and none was tried again');

$node->safe_psql('postgres', "ALTER SYSTEM SET soulprint.api_url = 'https://127.0.0.1:" . $new->port . "'");
$node->reload;
ok($node->poll_query_until('postgres', "SELECT pg_read_file('$dir/TLSv1_2', 0, 100, true) LIKE 'TLSv1.2%'"), 'one that speaks TLS 1.2 is asked');

log_is_clean($node);
done_testing();
