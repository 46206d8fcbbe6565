# Google's Takeouts of one account, one after the other: the user deletes activities between them.

use strict;
use warnings;

use lib 'test/t';
use JSON::PP ();
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('gemini');
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

# A Takeout, newest first, of prompts "12:05 words".
sub takeout
{
	return JSON::PP::encode_json([ map { my ($time, $words) = split / /, $_, 2; { header => 'Gemini Apps', title => "Prompted $words", time => "2026-01-05T$time:00.123Z", safeHtmlItem => [ { html => "<p>re $words</p>" } ] } } @_ ]);
}

my $import = sub { my ($user, @prompts) = @_; $sql->("SELECT concat_ws(' ', imported, updated, unchanged) FROM soulprint_import('$user', convert_to('" . takeout(@prompts) . "', 'UTF8'))") };

# The talks of a user, oldest first: the prompts of each.
my $talks = sub { my ($user) = @_; $sql->("SELECT string_agg(prompts, '; ' ORDER BY created_at) FROM (SELECT created_at, (SELECT string_agg(m ->> 'content', ' ') FROM jsonb_array_elements(messages) m WHERE m ->> 'role' = 'user') AS prompts FROM raw_conversations WHERE user_id = '$user') t") };

my ($user, $other) = map { add_user($node, $_) } 1, 2;
my @whole = ('08:20 third', '08:10 second', '08:00 first');
$import->($_, @whole) for $user, $other;
is($talks->($user), 'first second third', 'a talk of three prompts');
my $stored = $sql->("SELECT conversation_id FROM raw_conversations WHERE user_id = '$user'");
$sql->("INSERT INTO soulprint.facts (user_id, category, fact, quote, verified, sources, importance) VALUES ('$user', 'preferences', '\"first\"', '', false, jsonb_build_array(jsonb_build_object('conversation_id', '$stored', 'chunk_index', 0)), 2)");
is($import->($user, @whole[ 0, 1 ]), '1 0 0', 'the next Takeout lacks the first prompt');
is($talks->($user), 'second third', 'and the talk replaces the one that had it');
is($sql->("SELECT count(*) FROM soulprint.facts WHERE user_id = '$user'"), 0, 'what was learned from that is erased');
is($import->($user, @whole[ 0, 1 ]), '0 0 1', 'the same again changes nothing');
is($talks->($other), 'first second third', 'another user with the same talk keeps it');

is($import->($user, '08:30 fourth', @whole[ 0, 1 ]), '0 1 0', 'the talk goes on');
is($import->($user, '08:30 fourth', $whole[0]), '1 0 0', 'the second prompt goes, too');
is($talks->($user), 'third fourth', 'one talk is left');
is($import->($user, $whole[0]), '0 0 1', 'a Takeout of an earlier day');
is($talks->($user), 'third fourth', 'does not count');

# Without the prompt in the middle two talks are left of one.
$user = add_user($node, 3);
$import->($user, '09:00 c', '08:30 b', '08:00 a');
is($talks->($user), 'a b c', 'a talk of an hour');
is($import->($user, '09:00 c', '08:00 a'), '2 0 0', 'its middle is deleted');
is($talks->($user), 'a; c', 'two talks of one prompt');

# The same words on another day are another talk.
$user = add_user($node, 4);
$import->($user, '08:00 good morning');
is($import->($user, '09:00 good morning'), '1 0 0', 'the same words, later');
is($talks->($user), 'good morning; good morning', 'are another talk');

# Two Takeouts in one archive: the fuller copy stays, whichever comes first.
for my $order ([ 'old', 'new' ], [ 'new', 'old' ])
{
	$user = add_user($node, $order->[0] eq 'old' ? 5 : 6);
	my %takeouts = (old => takeout(@whole), new => takeout(@whole[ 0, 1 ]));
	my $folder = PostgreSQL::Test::Utils::tempdir;
	my $number = 0;
	my @names = map { my $name = 'Bard' . ++$number; mkdir "$folder/$name"; append_to_file("$folder/$name/MyActivity.json", $takeouts{$_}); $name } @$order;
	system_or_bail('tar', '-C', $folder, '-czf', "$folder/takeout.tgz", @names);
	chmod 0755, $folder;
	is($sql->("SELECT imported || ' ' || cardinality(files_left_out) FROM soulprint_import_file('$user', '$folder/takeout.tgz')") =~ s/^[12] /x /r, 'x 0', "$order->[0] before $order->[1]: both are read");
	is($talks->($user), 'first second third', 'the fuller copy stays');
}

$node->stop;
log_is_clean($node);
done_testing();
