# A profile says what the user said, on the day of the message, and what still holds: quotes that are
# true, the assistant's or invented; a life that changes between two imports; a chat that lasts for years.

use strict;
use warnings;

use lib 'test/t';
use JSON::PP;
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my $node = new_server('truth', $model->settings);
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

sub import_talks
{
	my ($user, @talks) = @_;
	my $export = JSON::PP->new->canonical->encode(\@talks);
	return $sql->("SELECT imported FROM soulprint_import('$user', convert_to(\$talk\$$export\$talk\$, 'UTF8'))");
}

sub said { return { role => $_[0], content => $_[1], $_[2] ? (timestamp => "$_[2]T10:00:00Z") : () } }

# A message of the user and an answer to it.
sub talk_on
{
	my ($day, $text) = @_;
	return { id => "talk $day", title => 'Talk', created_at => "${day}T10:00:00Z", messages => [ said(user => $text, $day), said(assistant => 'I see.', $day) ] };
}

sub run_pass
{
	my ($user) = @_;
	start_pass($node, $user);
	return end_of_pass($node, $user);
}

# The JSON document in the newest question of this kind.
sub document
{
	my ($kind) = @_;
	my $asked = (grep { $_->{kind} eq $kind } $model->asked)[-1]{asked};
	return JSON::PP->new->decode(($asked->{messages}[0]{content} =~ /^(\{.*\})$/m)[0]);
}

sub facts { return $sql->("SELECT fact #>> '{}', verified, said_on FROM soulprint.facts WHERE user_id = '$_[0]' ORDER BY id") }

# --- quotes

my $user = add_user($node, 1);
import_talks($user, { id => 'c', title => 'Sea', created_at => '2024-05-01T10:00:00Z', messages => [
	said(user => "I\x{2019}m from **Oslo**, and I sail a lot."), said(assistant => 'You surely own a yacht, then.'), said(user => 'ok, my password is Tulpe!77x.') ] });
my %answer = map { $_ => [] } qw(preferences projects dates beliefs decisions);
$answer{person} = [
	{ quote => "I'm from Oslo", text => 'Comes from Oslo', importance => 3 },
	{ quote => "\x{201C}and I sail a lot\x{2026}\x{201D}", text => 'Sails a lot', importance => 2 },
	{ quote => 'You surely own a yacht', text => 'Owns a yacht', importance => 3 },
	{ quote => 'I cannot stand cats', text => 'Hates cats', importance => 2 },
	{ quote => '', text => 'Is rich', importance => 2 },
	{ quote => '', text => 'Comes from Oslo', importance => 2 },
	{ quote => 'my password is Tulpe!77x', text => 'Has a password', importance => 1 },
	{ quote => 'ok', text => 'Agrees', importance => 1 }, {} ];
$model->script({ kind => 'facts', text => JSON::PP->new->latin1->encode(\%answer) });
is(run_pass($user), 'complete', 'an answer with all kinds of quotes');
is(facts($user), "Comes from Oslo|t|2024-05-01\nSails a lot|t|2024-05-01\nIs rich|f|2024-05-01\nAgrees|f|2024-05-01", 'what the user did not say is not stored');
is($sql->('SELECT items_dropped, drop_reasons FROM soulprint.full_passes'), '4|{"secret": 1, "invented": 1, "assistant": 1, "malformed": 1}', 'but counted by reason');
is($sql->("SELECT s - 'at' FROM soulprint.facts f, jsonb_array_elements(sources) AS s WHERE fact #>> '{}' = 'Sails a lot'"),
	'{"message": 0, "chunk_index": 0, "conversation_id": "c"}', 'a fact names the message');
is($sql->("SELECT s - 'at' FROM soulprint.facts f, jsonb_array_elements(sources) AS s WHERE fact #>> '{}' = 'Is rich'"),
	'{"message": null, "chunk_index": 0, "conversation_id": "c"}', 'one without a quote the chunk');
is(join(', ', map { $_->{text} } @{ document('memory')->{facts}{person} }), 'Comes from Oslo, Sails a lot', 'MEMORY is made of verified facts');
my ($sections) = $model->journal('sections', 1);
unlike($sections->{body}, qr/Owns a yacht|Hates cats|Is rich|Agrees/, 'and so are the sections');
is($sql->('SELECT count(*) FROM soulprint.replies, user_profiles WHERE soulprint_text ~ \'Tulpe\' OR memory_md ~ \'Tulpe\''), 0, 'no secret is published');

# --- one life, two imports

$model->forget;
$user = add_user($node, 2);
my %life = (
	'2023-05-01' => [ 'I live in Lisbon and work as a nurse.', person => [ 'I live in Lisbon', 'Lives in Lisbon' ], person => [ 'work as a nurse', 'Works as a nurse' ] ],
	'2023-06-01' => [ 'I am single, and I drink a lot of coffee.', person => [ 'I am single', 'Is single' ], preferences => [ 'I drink a lot of coffee', 'Likes coffee' ] ],
	'2024-03-01' => [ 'I moved to Berlin, where I am an analyst.', person => [ 'I moved to Berlin', 'Lives in Berlin' ], person => [ 'I am an analyst', 'Works as an analyst' ] ],
	'2024-04-01' => [ 'My husband Ben and I no longer drink coffee.', person => [ 'My husband Ben', 'Is married to Ben' ], person => [ 'I no longer drink coffee', 'No longer drinks coffee' ] ]);

# The server's answer to any question that holds these talks.
sub facts_of
{
	my @days = @_;
	my %lists = map { $_ => [] } qw(person preferences projects dates beliefs decisions);
	for my $day (@days)
	{
		my (undef, @said) = @{ $life{$day} };
		while (my ($category, $fact) = splice @said, 0, 2) { push @{ $lists{$category} }, { quote => $fact->[0], text => $fact->[1], importance => 3 } }
	}
	return encode_json(\%lists);
}
import_talks($user, map { talk_on($_, $life{$_}[0]) } '2023-05-01', '2023-06-01');
$model->script({ kind => 'facts', text => facts_of('2023-05-01', '2023-06-01'), times => 'always' });
is(run_pass($user), 'complete', 'the first import');
is($sql->("SELECT count(*) FROM soulprint.facts WHERE user_id = '$user' AND superseded_by IS NULL"), 4, 'all of it holds');
my $name = $sql->("SELECT identity_md::json ->> 'ai_name' FROM user_profiles WHERE user_id = '$user'");

import_talks($user, map { talk_on($_, $life{$_}[0]) } '2024-03-01', '2024-04-01');
# Ids count from the oldest fact.
my %id = ('Lives in Lisbon' => 0, 'Works as a nurse' => 1, 'Is single' => 2, 'Likes coffee' => 3, 'Lives in Berlin' => 4, 'Works as an analyst' => 5,
	'Is married to Ben' => 6, 'No longer drinks coffee' => 7);
my @changes = (['Lives in Lisbon', 'Lives in Berlin'], ['Works as a nurse', 'Works as an analyst'], ['Is single', 'Is married to Ben'], ['Likes coffee', 'No longer drinks coffee']);
$model->script({ kind => 'facts', text => facts_of(sort keys %life), times => 'always' },
	{ kind => 'changes', text => encode_json({ superseded => [ map { { id => $id{ $_->[0] }, by => $id{ $_->[1] } } } @changes ] }) });
is(run_pass($user), 'complete', 'the second import');
my %asked = map { $_->{text} => $_->{id} } map { @$_ } values %{ document('changes')->{facts} };
is_deeply(\%asked, \%id, 'one question about all that the user said, by day');
is($sql->("SELECT old.fact #>> '{}', old.said_on, new.fact #>> '{}' FROM soulprint_facts('$user') AS old LEFT JOIN soulprint_facts('$user') AS new ON new.fact_id = old.superseded_by
		WHERE old.superseded_by IS NOT NULL ORDER BY 1"),
	"Is single|2023-06-01|Is married to Ben\nLikes coffee|2023-06-01|No longer drinks coffee\nLives in Lisbon|2023-05-01|Lives in Berlin\nWorks as a nurse|2023-05-01|Works as an analyst",
	'what is overtaken stays in the table with its day and its successor');
my $memory = document('memory');
is($memory->{newest}, '2024-04-01', 'MEMORY knows the newest day');
is(join('; ', sort map { "$_->{text}, $_->{said}, before $_->{before}[0]{text} $_->{before}[0]{said}" } map { @$_ } values %{ $memory->{facts} }),
	'Is married to Ben, 2024-04-01, before Is single 2023-06-01; Lives in Berlin, 2024-03-01, before Lives in Lisbon 2023-05-01; '
	  . 'No longer drinks coffee, 2024-04-01, before Likes coffee 2023-06-01; Works as an analyst, 2024-03-01, before Works as a nurse 2023-05-01',
	'and what holds, with what it overtook');
is($sql->("SELECT identity_md::json ->> 'ai_name' FROM user_profiles WHERE user_id = '$user'"), $name, 'the assistant keeps its name');
import_talks($user, talk_on('2024-05-01', 'What is the capital of Peru?'));
is(run_pass($user), 'complete', 'a third import');
is($sql->("SELECT identity_md::json ->> 'ai_name' FROM user_profiles WHERE user_id = '$user'"), $name, 'the assistant keeps its name');

# --- a chat that lasts

$model->forget;
$user = add_user($node, 3);
import_talks($user, { id => 'long', title => 'Home', created_at => '2022-01-01T10:00:00Z', messages => [
	said(user => 'I live in Oslo with my dog.', '2022-01-01'), said(assistant => 'Fine.', '2022-01-01'),
	said(user => 'I live in Rome these days.', '2025-02-01'), said(assistant => 'Fine.', '2025-02-01'),
	said(user => 'My interview is tomorrow.', '2025-02-03') ] });
$answer{person} = [ { quote => 'I live in Rome these days', text => 'Lives in Rome', importance => 3 }, { quote => 'I live in Oslo', text => 'Lives in Oslo', importance => 3 } ];
$answer{dates} = [ { quote => 'My interview is tomorrow', event => 'Has an interview', date => '2025-02-04', importance => 2 } ];
$model->script({ kind => 'facts', text => encode_json(\%answer) });
is(run_pass($user), 'complete', 'a chat of three years');
is(join(' ', map { $_->{date} // '-' } @{ document('facts')->{conversations}[0]{messages} }), '2022-01-01 - 2025-02-01 - 2025-02-03', 'each day is told once');
is($sql->("SELECT coalesce(fact ->> 'event', fact #>> '{}'), said_on FROM soulprint.facts WHERE user_id = '$user' ORDER BY said_on"),
	"Lives in Oslo|2022-01-01\nLives in Rome|2025-02-01\nHas an interview|2025-02-03", 'each fact has the day of its message');
is(join(' ', map { $_->{text} } @{ document('changes')->{facts}{person} }), 'Lives in Oslo Lives in Rome', 'and newer is by that day');

$node->stop;
log_is_clean($node);
done_testing();
