# Exports that are made to do harm: each a clear ERROR or a harmless import, in bounded memory, and the
# session lives on.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('hostile', 'soulprint.max_export_size' => '100MB');
new_database($node);
my $user = add_user($node, 1);
my $folder = $node->basedir;

# What python makes of a few lines, as a file; export() and zip() are there for them.
sub make
{
	my ($name, $lines) = @_;
	my $path = "$folder/$name";
	my $program = <<'PYTHON' . $lines;
import json, sys, zipfile
path = sys.argv[1]
message = lambda text: {"role": "user", "content": text}
conversation = lambda **more: {"id": "c1", "title": "t", "create_time": 1, "messages": [message("I like tea")], **more}
def write(*pieces):
    with open(path, "w") as file:
        for piece in pieces:
            file.write(piece)
def zip(*members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in members:
            file.writestr(name, content)
MB = 1 << 20
PYTHON
	run_log([ 'python3', '-c', $program, $path ]) or die "python3: $name";
	return $path;
}

my $session = $node->background_psql('postgres', on_error_stop => 0);
$session->set_query_timer_restart;
my $pid = $session->query('SELECT pg_backend_pid()');

# Private memory of the session, in MB.
sub memory
{
	my ($kb) = slurp_file("/proc/$pid/status") =~ /^RssAnon:\s+(\d+)/m;
	return $kb / 1024;
}

# The import of a file: what it gives, or its error.
sub import_of
{
	my ($path) = @_;
	$session->{stderr} = '';
	my $out = $session->query("SELECT imported || ' imported, ' || skipped || ' skipped ' || skipped_because FROM soulprint_import_file('$user', '$path')");
	my $error = $session->{stderr};
	$session->{stderr} = '';
	return $error eq '' ? $out : $error;
}

sub is_harmless
{
	my ($what, $path, $outcome) = @_;
	like(import_of($path), $outcome, $what);
	is($session->query('SELECT 1'), '1', "$what: the session lives on");
	cmp_ok(memory(), '<', 150, sprintf "$what: in %.0f MB", memory());
	unlink $path;
}

is_harmless('a bomb of blanks', make('bomb.zip', "zip(('conversations.json', '[' + ' ' * (300 * MB) + ']'))"),
	qr/ERROR:  export is larger than 104857600 bytes.*HINT:/s);
is_harmless('a bomb in a bomb',
	make('nested.zip', "zip(('conversations.json', '[' + ' ' * (200 * MB) + ']')); inner = open(path, 'rb').read(); zip(('conversations.zip', inner))"),
	qr/ERROR:  export is larger than/);
is_harmless('a bomb that no conversations are in', make('other.zip', "zip(('other.bin', bytes(200 * MB)), ('conversations.json', json.dumps([conversation()])))"), qr/^1 imported, 0 skipped/);
is_harmless('100,000 members', make('members.zip', "zip(*((f'{i}.txt', '') for i in range(100000)), ('conversations.json', json.dumps([conversation(id='c2')])))"), qr/^1 imported/);
is_harmless('100,000 members and nothing else', make('only.zip', "zip(*((f'{i}.txt', '') for i in range(100000)))"), qr/ERROR:  .*DETAIL:.*HINT:/s);
is_harmless('paths that lead out',
	make('paths.zip', "zip(('../../../../escaped.json', '[]'), ('/absolute.json', '[]'), ('a/../../conversations.json', json.dumps([conversation(id='c3')])))"),
	qr/^1 imported/);
is(join(' ', grep { -e } map { ("$_/escaped.json", "$_/absolute.json") } '/', $folder, $node->data_dir, '/tmp'), '', 'write nothing anywhere');
is_harmless('a string of 80 MB', make('string.json', q{write('[{"id": "c4", "messages": [{"role": "user", "content": "', *('x' * MB for i in range(80)), '"}]}]')}),
	qr/ERROR:  the export holds no conversation that can be used.*too large/s);
is_harmless('a string of 80 MB beside a conversation', make('beside.json', q{write('[{"id": "c5", "x": "', *('x' * MB for i in range(80)), '"}, ', json.dumps(conversation(id="c6")), ']')}),
	qr/^1 imported, 1 skipped/);
is_harmless('nesting of 10,000', make('deep.json', q{write('[{"id": "c7", "mapping": ', '[' * 10000, ']' * 10000, '}]')}), qr/ERROR:  the export holds no conversation.*nested too deeply/s);
is_harmless('nesting of 10,000,000', make('deeper.json', q{write('[' * 10000000)}), qr/ERROR:  .*HINT:/s);
is_harmless('300,000 conversations that are none', make('none.json', q{write('[', '{},' * 300000, '1]')}), qr/ERROR:  the export holds no conversation.*HINT:/s);
is_harmless('a tree of 200,000 nodes in a ring',
	make('ring.json', q{write(json.dumps([{"id": "c8", "current_node": "0", "mapping": {str(i): {"id": str(i), "parent": str((i + 1) % 200000), "children": [], "message": {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["x"]}}} for i in range(200000)}}]))}),
	qr/^1 imported/);
is_harmless('an archive that ends in the middle', make('cut.zip', "zip(('conversations.json', json.dumps([conversation(id='c9')] * 1000))); whole = open(path, 'rb').read(); open(path, 'wb').write(whole[:len(whole) // 2])"), qr/ERROR:  .*HINT:/s);
is_harmless('nothing', make('empty.json', 'write("")'), qr/ERROR:  .*HINT:/s);

$session->quit;
$node->stop;
log_is_clean($node);
done_testing();
