# What comes from outside has a budget: whatever an upload or an argument holds, memory is bounded, and a
# cancel is heard in less than a second.
# Runs alone: it measures how soon something ends.

use strict;
use warnings;

use lib 'test/t';
use HostileTest;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

# What a process has touched of shared buffers counts as its memory, so there are few of them.
my $node = new_server('budget', 'soulprint.max_export_size' => '40MB', shared_buffers => '1MB');
new_database($node);
my $user = add_user($node, 1);
my $hostile = HostileTest->new($node);

# --- uploads

my $refused = qr/ERROR:  .*HINT:/s;

sub upload_is_harmless
{
	my ($what, $lines, $outcome) = @_;
	my $path = make_file($node->basedir . '/hostile', $lines);
	my $import = "SELECT imported || ' imported, ' || skipped || ' skipped' FROM soulprint_import_file('$user', '$path')";
	like($hostile->watched($import), $outcome, $what);
	within($hostile->{peak}, 150, sprintf "$what: in %.0f MB", $hostile->{peak});
	my $deaf = $hostile->deaf($import);
	within($deaf, 1, sprintf "$what: deaf for %.2f s", $deaf);
	unlink $path;
}

my $name = q{b"\x1f\x8b\x08\x08" + bytes(6), *[b"A" * MB] * 300};
upload_is_harmless('a gzip whose file name does not end', qq{write(b"\\x1f\\x8b\\x08\\x08" + bytes(6), *[b"A" * MB] * 30)}, $refused);
upload_is_harmless('a gzip in a gzip', "write(squeezed(squeezed(export().encode())))", qr/ERROR:  export is not a JSON array or object.*compressed with gzip/s);
upload_is_harmless('one with a file name of 300 MB', "write(squeezed($name))", qr/ERROR:  .*compressed with gzip/s);
upload_is_harmless('one in one more', "write(squeezed(squeezed($name)))", qr/ERROR:  .*compressed with gzip/s);
upload_is_harmless('a gzip of 300 MB of blanks', 'write(squeezed(b"[", *[b" " * MB] * 300))', qr/ERROR:  export is larger than 41943040 bytes/);
upload_is_harmless('500,000 empty gzips', 'write(squeezed(b"") * 500000)', $refused);

my $member = "('conversations.json', export())";
upload_is_harmless("a file compressed with $_->[0]", "zip($member, compression=zipfile.$_->[1])", qr/ERROR:  unsupported compression method in export archive: $_->[0]/)
  for [ 'LZMA', 'ZIP_LZMA' ], [ 'bzip2', 'ZIP_BZIP2' ];
upload_is_harmless("a file that says it is compressed with $_->[1]", "zip($member); change((FILE, 8, '<H', $_->[0]), (ENTRY, 10, '<H', $_->[0]))", qr/ERROR:  unsupported compression method in export archive: \Q$_->[1]\E/)
  for [ 1, 'shrinking' ], [ 6, 'imploding' ], [ 9, 'Deflate64' ], [ 93, 'Zstandard' ], [ 95, 'XZ' ], [ 98, 'PPMd' ], [ 99, 'encryption (AES)' ], [ 77, '77' ];
upload_is_harmless('an LZMA file that is not read', "zip(('a.bin', bytes(MB)), $member, compression=zipfile.ZIP_STORED); change((FILE, 8, '<H', 14), (ENTRY, 10, '<H', 14))", qr/^1 imported/);
upload_is_harmless('headers that contradict each other', "zip($member); change((FILE, 8, '<H', 14))", $refused);
upload_is_harmless('an encrypted file', "zip($member); change((FILE, 6, '<H', 1), (ENTRY, 8, '<H', 1))", qr/ERROR:  export archive is encrypted/);

upload_is_harmless('a directory that says nothing true of sizes', "zip($member); change((ENTRY, 20, '<I', 0xFFFFFFF0), (ENTRY, 24, '<I', 7))", $refused);
upload_is_harmless('a file that is nowhere', "zip($member); change((ENTRY, 42, '<I', 0xFFFFFFF0))", $refused);
upload_is_harmless('a directory that is nowhere', "zip($member); change((END, 16, '<I', 0xFFFFFFF0))", $refused);
upload_is_harmless('a directory of 4 GB', "zip($member); change((END, 12, '<I', 0xFFFFFFF0))", $refused);
upload_is_harmless('a directory of names and extra fields of 64 KB', q{
entry = ENTRY + bytes(24) + struct.pack("<3H", 65535, 65535, 65535) + bytes(12) + b"x" * 65535 * 3
write(FILE + bytes(26), entry * 300, END + bytes(8) + struct.pack("<2I", 300 * len(entry), 30) + bytes(2))}, qr/ERROR:  export archive contains no conversations/);
my $overlap = q{
content = squeezed(b"[", *[b" " * MB] * 10, b"]", window=-15)
check = zlib.crc32(b"[" + b" " * 10 * MB + b"]")
header = struct.pack("<5H3I", 20, 0, 8, 0, 33, check, len(content), 10 * MB + 2)
name = lambda i: f"conversations-{i}.json".encode()
local = FILE + header + struct.pack("<2H", len(name(0)), 0) + name(0) + content
directory = b"".join(ENTRY + bytes([20, 0]) + header + struct.pack("<H", len(name(i))) + bytes(16) + name(i) for i in range(100000))
write(local, directory, END + bytes(8) + struct.pack("<2I", len(directory), len(local)) + bytes(2))};
upload_is_harmless('100,000 entries for one file', $overlap, qr/ERROR:  export is larger than 41943040 bytes/);

my $streamed = q{
def streamed(name, content, method=8, descriptor=True):
    body = squeezed(content, window=-15) if method == 8 else content
    after = struct.pack("<4I", 0x08074b50, zlib.crc32(content), len(body), len(content)) if descriptor else b""
    return FILE + struct.pack("<5H3I2H", 20, 8, method, 0, 33, 0, 0, 0, len(name), 0) + name.encode() + body + after
inner = lambda *files: b"".join(files) + END + bytes(18)
};
upload_is_harmless('a ZIP in a ZIP whose files have their sizes behind them', "${streamed}zip(('conversations.zip', inner(streamed('a.bin', b'PK\\x07\\x08' * MB, 0), streamed('b.bin', bytes(MB)), streamed('conversations.json', export(id='c2').encode()))))", qr/^1 imported/);
upload_is_harmless('one with 900 MB that are only gone past', "${streamed}zip(('conversations.zip', inner(streamed('a.bin', bytes(900 * MB)), streamed('conversations.json', b'[]'))))", qr/ERROR:  export is larger than 671088640 bytes.*The ZIPs inside/s);
upload_is_harmless('one whose stored file does not end', "${streamed}zip(('conversations.zip', inner(streamed('a.bin', b'P' * 20 * MB, 0, False))))", $refused);
upload_is_harmless('one that is compressed with LZMA', "${streamed}zip(('conversations.zip', inner(streamed('conversations.json', b'x', 14))))", qr/ERROR:  .*method in export archive: LZMA/);
upload_is_harmless('a prefix before the ZIP', "zip($member); write(b'MZ' + bytes(1000) + open(path, 'rb').read())", $refused);

upload_is_harmless('a number of 31 MB', q{write('[{"messages": [], "x": ', *['1' * MB] * 31, '}]')}, qr/ERROR:  export contains no usable conversations.*too large/s);
upload_is_harmless('links without an end', q{tree(said('](sandbox:' * (15 * MB // 10)))}, qr/^1 imported/);

my $cell = q{'<div class="outer-cell"><p class="header-cell">Gemini</p><div class="content-cell">Prompted I like tea'};
upload_is_harmless("a page with a cell of 30 MB of $_->[0]", qq{write($cell, *['$_->[1]' * MB] * (30 // len('$_->[1]')))}, qr/^[01] imported, 0 skipped|too large/)
  for [ 'tags', '<a>' ], [ 'line ends', '<br>' ], [ 'times', '<br>1:1:1 2026 1' ], [ 'files', '<br>- <a href=x>1</a>' ], [ 'words', '<b>x</b> ' ];
upload_is_harmless('a page of 39 MB of short cells', qq{write(*[$cell * 10000] * 40)}, qr/^\d+ imported/);
upload_is_harmless("a table of 39 MB of $_->[0]", qq{write('Conversation,Time,Author,Message\\n', *['$_->[1]' * MB] * (39 // len(b'$_->[1]')))}, qr/^[01] imported|no usable/)
  for [ 'delimiters', ',' ], [ 'rows', 'a,,Human,tea\n' ], [ 'empty rows', '\n' ], [ 'silent conversations', 'a,,AI,\nb,,AI,\n' ];

my $long = q{'é' + 't' * 2 * MB};
upload_is_harmless('a title of 2 MB', "write(json.dumps([conversation(id='long', title=$long, messages=[message(noise(8000))] * 500)]))", qr/^1 imported/);
is($node->safe_psql('postgres', "SELECT char_length(title), left(title, 2) FROM raw_conversations WHERE conversation_id = 'long'"), '500|ét', 'a title is cut at 500 characters');

figures('uploads: at most %.0f MB taken, deaf for at most %.2f s', $hostile->{memory}, $hostile->{deaf});

# --- arguments

$hostile->{$_} = 0 for 'memory', 'deaf';
my $factor = 0;

# `argument` is SQL for a value that `function` of j is called with.
sub argument_is_harmless
{
	my ($what, $function, $argument, $outcome) = @_;
	$hostile->query("SET client_min_messages = error; DROP TABLE IF EXISTS a; CREATE TEMP TABLE a AS SELECT $argument AS j WITH NO DATA; ALTER TABLE a ALTER j SET STORAGE external; INSERT INTO a SELECT $argument");
	my $mb = $hostile->query('SELECT pg_column_size(j) FROM a') / 1048576;
	my $call = "SELECT $function";
	like($hostile->watched($call), $outcome, $what);
	my $times = $hostile->{taken} / $mb;
	$factor = $times if $mb > 5 && $times > $factor;
	# A few megabytes are nobody's trouble.
	within($hostile->{taken}, 10 * $mb + 8, sprintf "$what: %.0f MB for %.1f MB", $hostile->{taken}, $mb);
	my $deaf = $hostile->deaf($call);
	within($deaf, 1, sprintf "$what: deaf for %.2f s of %.2f s", $deaf, $hostile->{seconds});
}

my $many = sub { my ($n, $element) = @_; return "(SELECT jsonb_agg($element) FROM generate_series(1, $n) AS i)" };
my $user_says = sub { return qq('{"role": "user", "content": "$_[0]"}'::jsonb) };
my $too_many = qr/ERROR:  .*(?:too many|too much memory|are empty).*HINT:/s;
my $done = qr/^(?!.*ERROR)/s;

argument_is_harmless('a million conversations without a message', 'count(*) FROM a, soulprint_sample_conversations(j, 2000000)', $many->(1000000, "'[]'::jsonb"), qr/^1000000$/);
argument_is_harmless('to be shared out', "length(soulprint_format_conversations(j, 2147483647, 'fair')) FROM a", $many->(1000000, "'[]'::jsonb"), $too_many);
argument_is_harmless('200,000 conversations of a message', "length(soulprint_format_conversations(j, 6000000, 'fair')) FROM a", $many->(200000, 'jsonb_build_array(' . $user_says->('x') . ')'), qr/^\d+$/);
argument_is_harmless('a million empty messages', 'soulprint_score_conversation(j) FROM a', $many->(1000000, "'{}'::jsonb"), $too_many);
argument_is_harmless('300,000 short messages', 'soulprint_score_conversation(j) FROM a', $many->(300000, $user_says->('x')), qr/^3300000$/);
argument_is_harmless('as one of many conversations', "length(soulprint_format_conversations(j, 3000000, 'fair')) FROM a", 'jsonb_build_array(' . $many->(300000, $user_says->('hello')) . ", '[]'::jsonb)", qr/^\d+$/);
argument_is_harmless('a million empty nodes', 'soulprint_score_conversation(j) FROM a', "(SELECT jsonb_build_object('mapping', jsonb_object_agg(i::text, '{}'::jsonb)) FROM generate_series(1, 1000000) AS i)", $too_many);
argument_is_harmless('100,000 nodes', 'soulprint_score_conversation(j) FROM a', "(SELECT jsonb_build_object('mapping', jsonb_object_agg(md5(i::text), jsonb_build_object('parent', md5((i - 1)::text), 'children', jsonb_build_array(md5((i + 1)::text)), 'message', '{\"author\": {\"role\": \"user\"}, \"content\": {\"content_type\": \"text\", \"parts\": [\"hi\"]}}'::jsonb))) FROM generate_series(1, 100000) AS i)", qr/^\d+$/);
argument_is_harmless('chunks of a token', 'count(*) FROM a, soulprint_chunk_conversation(j, 1, 0)', $many->(1000, "jsonb_build_object('role', 'user', 'content', repeat('abcdefg ', 620))"), qr/^\d+$/);
argument_is_harmless('chunks that overlap by all but one', 'count(*) FROM a, soulprint_chunk_conversation(j, 10000, 9999)', $many->(1000, "jsonb_build_object('role', 'user', 'content', repeat('abc. ', 990))"), qr/ERROR:  the chunks of a conversation exceed 1 GB/);
argument_is_harmless('100,000 facts', 'length(soulprint_merge_facts(ARRAY[j])::text) FROM a', q{(SELECT jsonb_build_object('preferences', jsonb_agg('Likes the thing called ' || md5(i::text))) FROM generate_series(1, 100000) AS i)}, qr/^\d+$/);
argument_is_harmless('100,000 projects', 'length(soulprint_merge_facts(ARRAY[j])::text) FROM a', q{(SELECT jsonb_build_object('projects', jsonb_agg(jsonb_build_object('name', md5(i::text), 'description', md5((-i)::text)))) FROM generate_series(1, 100000) AS i)}, qr/^\d+$/);
argument_is_harmless('a million facts of a few letters', 'length(soulprint_merge_facts(ARRAY[j])::text) FROM a', "(SELECT jsonb_build_object('beliefs', jsonb_agg(i::text)) FROM generate_series(1, 1000000) AS i)", $too_many);
argument_is_harmless('a fact of a million lists', 'length(soulprint_merge_facts(ARRAY[j])::text) FROM a', q{jsonb_build_object('beliefs', jsonb_build_array(} . $many->(1000000, "'[]'::jsonb") . '))', $too_many);
argument_is_harmless('ten million times NULL', 'soulprint_merge_facts(j) FROM a', 'array_fill(NULL::jsonb, ARRAY[10000000])', qr/ERROR:  facts must be a JSON object, not null/);
argument_is_harmless('a section of a million keys', "length(soulprint_assemble_text(j, '')) FROM a", "(SELECT jsonb_build_object('soul', jsonb_object_agg(i::text, 1)) FROM generate_series(1, 1000000) AS i)", qr/^\d+$/);
argument_is_harmless('a million sections', "length(soulprint_assemble_text(j, '')) FROM a", '(SELECT jsonb_object_agg(i::text, 1) FROM generate_series(1, 1000000) AS i)', qr/^10$/);
argument_is_harmless('a section of numbers of 16,000 digits', "length(soulprint_assemble_text(j, '')) FROM a", q{jsonb_build_object('soul', } . $many->(3000, "'1e-16000'::jsonb") . ')', qr/^\d+$/);
argument_is_harmless('an answer of 10 MB of ' . $_->[0], "length(soulprint_parse_sections(j)::text) FROM a", "repeat('$_->[1]', 10000000 / $_->[2])", qr/^$/)
  for [ 'brackets', '{', 1 ], [ 'objects', '{} ', 3 ], [ 'keys', '{"a":', 5 ], [ 'quotes', '"', 1 ], [ 'nested objects', ('{a' x 90) . ('}' x 90), 270 ], [ 'fences', '```{', 4 ];
argument_is_harmless('an answer of 10 MB of lists', "length(soulprint_parse_sections(j)::text) FROM a", "'[' || repeat('[],', 3000000) || '1]'", qr/^$/);
argument_is_harmless('an answer that is bad at its end, 90 levels deep', "length(soulprint_parse_sections(j)::text) FROM a", "repeat('[', 90) || repeat('1,', 5000000) || 'x' || repeat(']', 90)", qr/^$/);
argument_is_harmless('an answer of 15 MB', "length(soulprint_parse_sections(j)::text) FROM a", q{'{"soul": {"vibe": "' || repeat('x', 15000000) || '"}, "identity": {}, "user": {}, "agents": {}, "tools": {}}'}, qr/^\d{8}$/);

figures('arguments: at most %.0f MB and %.1f times the argument taken, deaf for at most %.2f s', $hostile->{memory}, $factor, $hostile->{deaf});

is($hostile->query('SELECT 1'), '1', 'the session lives on');
$hostile->quit;
$node->stop;
log_is_clean($node);
done_testing();
