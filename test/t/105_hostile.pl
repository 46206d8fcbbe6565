# Exports that are made to do harm: each a clear ERROR or a harmless import, in bounded memory, and the
# session lives on.

use strict;
use warnings;

use lib 'test/t';
use HostileTest;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

# What a process has touched of shared buffers counts as its memory, so there are few of them.
my $node = new_server('hostile', 'soulprint.max_export_size' => '100MB', shared_buffers => '1MB');
new_database($node);
my $user = add_user($node, 1);
my $folder = $node->basedir;

sub make { my ($name, $lines) = @_; return make_file("$folder/$name", $lines) }

my $hostile = HostileTest->new($node);

sub is_harmless
{
	my ($what, $path, $outcome) = @_;
	like($hostile->watched("SELECT imported || ' imported, ' || skipped || ' skipped ' || skipped_because FROM soulprint_import_file('$user', '$path')"), $outcome, $what);
	is($hostile->query('SELECT 1'), '1', "$what: the session lives on");
	within($hostile->{peak}, 150, sprintf "$what: in %.0f MB", $hostile->{peak});
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
	qr/ERROR:  export contains no usable conversations.*too large/s);
is_harmless('a string of 80 MB beside a conversation', make('beside.json', q{write('[{"id": "c5", "x": "', *('x' * MB for i in range(80)), '"}, ', json.dumps(conversation(id="c6")), ']')}),
	qr/^1 imported, 1 skipped/);
is_harmless('nesting of 10,000', make('deep.json', q{write('[{"id": "c7", "mapping": ', '[' * 10000, ']' * 10000, '}]')}), qr/ERROR:  export contains no usable conversations.*nested too deeply/s);
is_harmless('nesting of 10,000,000', make('deeper.json', q{write('[' * 10000000)}), qr/ERROR:  .*HINT:/s);
is_harmless('300,000 conversations that are none', make('none.json', q{write('[', '{},' * 300000, '1]')}), qr/ERROR:  export contains no usable conversations.*HINT:/s);
is_harmless('a tree of 60,000 nodes in a ring',
	make('ring.json', q{write(json.dumps([{"id": "c8", "current_node": "0", "mapping": {str(i): {"id": str(i), "parent": str((i + 1) % 60000), "children": [], "message": {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["x"]}}} for i in range(60000)}}]))}),
	qr/^1 imported/);
my $too_large = qr/ERROR:  export contains no usable conversations.*too large/s;
is_harmless("countless $_->[0]", make('countless.json', qq{write('[{"id": "c", $_->[1]', ','.join(['$_->[2]'] * 8000000), '$_->[3]}]')}), $too_large)
	for [ 'messages', '"messages": [', '{}', ']' ], [ 'turns', '"chat_messages": [', '{}', ']' ], [ 'nodes', '"mapping": {', '"":{}', '}' ],
	[ 'children', '"mapping": {"a": {"children": [', '""', ']}}' ],
	[ 'responses of Grok', '"conversation": {}, "responses": [', '{}', ']' ], [ 'messages of Open WebUI', '"chat": {"history": {"messages": {', '"":{}', '}}}' ],
	[ 'children of Open WebUI', '"chat": {"history": {"messages": {"a": {"childrenIds": [', '""', ']}}}}' ], [ 'messages of LibreChat', '"messages": [{"messageId": 1},', '{}', ']' ],
	[ 'children of LibreChat', q<"messagesTree": [{"messageId": "', 'a' * 500, '", "children": [>, '{}', ']}]' ], [ 'versions of LM Studio', '"messages": [{"versions": [', '{}', ']}]' ],
	[ 'chunks of AI Studio', '"chunkedPrompt": {"chunks": [', '{}', ']}' ], [ 'turns of Gemini in Workspace', '"conversation_turns": [', '{}', ']' ],
	[ 'entries of Perplexity', '"entries": [{"query": ""},', '{}', ']' ], [ 'requests of VS Code', '"requests": [', '{}', ']' ], [ 'parts of VS Code', '"requests": [{"message": {}, "response": [', '""', ']}]' ],
	[ 'chats of a copy', '"chats": [{"type": "prompt", "message": []},', '{}', ']' ], [ 'messages of Character.AI', '"msgs": [{"src": {}},', '{}', ']' ],
	[ 'candidates of Character.AI', '"turns": [{"candidates": [', '{}', ']}]' ], [ 'turns of Codex', '"turns": [{"input_items": []},', '{}', ']' ];
is_harmless("messages of $_->[0] in a ring", make('ring.json', qq{write(json.dumps([$_->[1]]))}), qr/^1 imported/)
	for [ 'Grok', q<{"conversation": {"id": "gr", "leaf_response_id": "0"}, "responses": [{"response": {"_id": str(i), "parent_response_id": str((i + 1) % 60000), "sender": "human", "message": "x"}} for i in range(60000)]}> ],
	[ 'Open WebUI', q<{"id": "ow", "chat": {"history": {"currentId": "0", "messages": {str(i): {"parentId": str((i + 1) % 60000), "childrenIds": [str(i - 1)], "role": "user", "content": "x"} for i in range(60000)}}}}> ],
	[ 'LibreChat', q<{"conversationId": "lc", "messages": [{"messageId": str(i), "parentMessageId": str((i + 1) % 60000), "isCreatedByUser": True, "text": "x"} for i in range(60000)]}> ];
is_harmless('children of LibreChat, 10,000 deep', make('nested.json', q{write('[{"messagesTree": [', '{"messageId":1,"children":[' * 10000, ']}' * 10000, ']}]')}), qr/ERROR:  export contains no usable conversations.*nested too deeply/s);
is_harmless("an answer of 15 MB of $_->[0]", make('folded.json', qq{text = $_->[1]; write(json.dumps([{"id": "folded", "chat": {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": text * (15 * MB // len(text))}]}}]))}), qr/imported/)
	for [ 'folds', q{'<details type=x>'} ], [ 'folds in folds', q{'<details type=x><details type=x></details>'} ], [ 'tags that do not end', q{'<details'} ], [ 'ends of folds', q{'</details>'} ], [ 'blocks', q{'<glm_block'} ];
is_harmless('31 MB in parts', make('parts.json', q{write(json.dumps([{"chunkedPrompt": {"chunks": [{"role": "user", "parts": [{"text": noise(3 * MB)}] * 10}]}}]))}), qr/^1 imported/);
is_harmless('half a million short messages', make('short.json', q{write('[{"id": "c", "messages": [', ','.join(['{"role":"user","content":"hi"}'] * 500000), ']}]')}), $too_large);
is_harmless('a list of messages with large roles', make('roles.json', q{write('[', ','.join(['{"role":"' + 'r' * 9 * MB + '","content":"x"}'] * 9), ']')}), $too_large);
is_harmless('31 MB that are no UTF-8', make('invalid.json', q{open(path, 'wb').write(b'[{"id": "c", "messages": [{"role": "user", "content": "' + b'\xff' * (31 * MB) + b'"}]}]')}), $too_large);
is_harmless('a message of 17 MB', make('long.json', q{tree(said(noise(17 * MB)))}), $too_large);
is_harmless('two messages of 15 MB', make('large.json', q{tree(said(noise(15 * MB), 'user'), said(noise(15 * MB)))}), qr/^1 imported/);
is_harmless('others instead', make('larger.json', q{tree(said('x' + noise(15 * MB), 'user'), said(noise(15 * MB)))}), qr/^0 imported, 0 skipped/);
is_harmless('15,000 messages of 2 kB', make('many.json', q{text = noise(30 * MB); tree(*(said(text[i:i + 2000]) for i in range(0, 15000 * 2000, 2000)))}), qr/^0 imported, 0 skipped/);
is_harmless('a message of 15 MB in a conversation without an id', make('noid.json', q{write('[{"messages": [{"role": "user", "content": "', noise(15 * MB), '"}]}]')}), qr/^1 imported/);
is_harmless('a mark around a list that does not end', make('mark.json', q{tree(said('a \ue200entity\ue202' + '[' * 8 * MB + '\ue201 b'))}), qr/^0 imported, 0 skipped/);
is_harmless('a mark of countless fields', make('fields.json', q{tree(said('a \ue200entity' + '\ue202' * 5 * MB + '\ue201 b'))}), qr/^0 imported, 0 skipped/);

# A page of Gemini's activities, and a table of Copilot's messages.
my $cell = q{'<div class="outer-cell"><p class="header-cell">Gemini</p><div class="content-cell">'};
my $said = q{'Prompted I like tea<br>Jan 5, 2026, 9:00:00 AM CET<br>'};
my $no_export = qr/ERROR:  HTML page is not an export.*HINT:/s;
is_harmless("80 MB of $_->[0]", make('page.html', qq{write('$_->[1]', *['$_->[1]' * MB] * (80 // len('$_->[1]')))}), $no_export)
  for [ '<', '<' ], [ 'tags that do not end', '<a ' ], [ 'quotes that do not end', '<a href="x' ], [ 'comments that do not end', '<!--' ],
	[ 'cells that do not begin', '<p class="outer-cell' ];
is_harmless("a cell of 30 MB of $_->[0]", make('cell.html', qq{write($cell, $said, *['$_->[1]' * MB] * (30 // len('$_->[1]')))}), qr/^[01] imported, 0 skipped|too large/)
  for [ '<', '<' ], [ 'tags that do not end', '<a ' ], [ 'line ends', '<br>' ], [ 'times', '<br>1:1:1 2026 1' ], [ 'files', '<br>- <a href=x>1</a>' ],
	[ 'ends', '</div>' ], [ 'cells in it', '<p class="content-cell">' ], [ 'scripts', '<script>' ];
is_harmless("a title of 15 MB of $_->[0]", make('title.html', qq{write($cell, 'Prompted I am Ada', *['$_->[1]' * MB] * (15 // len('$_->[1]')), '<br>Jan 5, 2026, 9:00:00 AM CET<br>')}), qr/^[01] imported, 0 skipped/)
  for [ 'line ends', '<br>x' ], [ 'times', '<br>1:1:1 2026 1' ], [ 'files', '<br>- <a href=x>1</a>' ];
is_harmless('a cell of 80 MB', make('large.html', qq{write($cell, $said, *['x' * MB] * 80)}), $too_large);
is_harmless('one beside a cell', make('beside.html', qq{write($cell, $said, *['x' * MB] * 80, $cell, 'Prompted I like jam')}), qr/^1 imported, 1 skipped/);
is_harmless('an answer of 17 MB', make('answer.html', qq{write($cell, $said, *['x' * MB] * 17)}), $too_large);
is_harmless('an answer of 15 MB that are no UTF-8', make('bytes.html', qq{write($cell, $said, *[b'\\xff' * MB] * 15)}), $too_large);
is_harmless('cells of 31 MB', make('cells.html', qq{write(*[$cell, $said, '<img src="' + 'x' * 31 * MB + '">'] * 3)}), qr/^\d imported, 0 skipped/);
is_harmless('a million cells', make('million.html', qq{write('<p class=outer-cell><p class=header-cell>Gemini' * 1000000, $cell, 'Prompted I like tea')}), qr/^1 imported, 1000000 skipped/);
is_harmless('a million cells of another product', make('other.html', q{write('<p class=outer-cell><p class=header-cell>YouTube' * 1000000)}), qr/ERROR:  page of Google Takeout contains no activities of Gemini.*HINT:/s);
is_harmless('200,000 prompts at once', make('prompts.html', qq{write(($cell + $said) * 200000)}), qr/^\d+ imported, 0 skipped/);

my $header = q{'Conversation,Time,Author,Message\n'};
my $row = q{'a,2026-01-05T08:00:00,Human,I like tea\n'};
is_harmless("80 MB of $_->[0]", make('table.csv', qq{write($header, $row, *['$_->[1]' * MB] * 80)}), $_->[2])
  for [ 'a row', 'x', qr/^1 imported, 1 skipped/ ], [ 'commas', ',', qr/^0 imported, 0 skipped/ ], [ 'quotes', '"', qr/^0 imported, 1 skipped/ ], [ 'line ends', '\n', qr/^0 imported, 0 skipped/ ];
is_harmless('80 MB of quotes that do not end', make('open.csv', qq{write($header, $row, '"', *['x' * MB] * 80)}), qr/ERROR:  unexpected end of export.*HINT:/s);
is_harmless('a field of 80 MB', make('field.csv', qq{write($header, 'b,,Human,"', *['x' * MB] * 80, '"\\n', $row)}), qr/^0 imported, 1 skipped/);
is_harmless('a message of 15 MB', make('message.csv', qq{write($header, 'b,,Human,"', *['x\\r\\n' * (MB // 3)] * 15, 'x"\\n')}), qr/^1 imported/);
is_harmless('one that is no UTF-8', make('bytes.csv', qq{write($header, 'b,,Human,', *[b'\\xff' * MB] * 10)}), qr/^1 imported/);
is_harmless('two million rows of a conversation', make('rows.csv', qq{write($header, $row * 2000000)}), $too_large);
is_harmless('150,000 rows of a conversation', make('rows.csv', qq{write($header, $row * 150000)}), qr/^0 imported, 0 skipped/);
is_harmless('a million conversations that say nothing', make('silent.csv', qq{write($header, 'a,,AI,\\nb,,AI,\\n' * 500000, $row)}), qr/^0 imported, 1000000 skipped/);

is_harmless('an archive that ends in the middle', make('cut.zip', "zip(('conversations.json', json.dumps([conversation(id='c9')] * 1000))); whole = open(path, 'rb').read(); open(path, 'wb').write(whole[:len(whole) // 2])"), qr/ERROR:  .*HINT:/s);
is_harmless('nothing', make('empty.json', 'write("")'), qr/ERROR:  .*HINT:/s);

$hostile->quit;
$node->stop;
log_is_clean($node);
done_testing();
