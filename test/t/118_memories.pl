# What other assistants keep about the user: imported beside chats or alone, stored by source, read as notes
# that the user did not say, replaced by a later export, left out on demand, erased with the user.

use strict;
use warnings;

use lib 'test/t';
use JSON::PP;
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my $node = new_server('memories', $model->settings);
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

my ($saved, $custom, $claude) = ('saved memory of ChatGPT', 'custom instructions of ChatGPT', 'memory of Claude');

# A chat of ChatGPT in which the user says something, with what ChatGPT knows at its beginning.
sub chat
{
	my ($day, $said, %knows) = @_;
	my $message = sub { return { author => { role => $_[0] }, content => $_[1], metadata => $_[2] // {} } };
	my %nodes = (
		custom => $message->(user => { content_type => 'user_editable_context', user_profile => "The user provided the following information.\nUser profile:\n```$knows{custom}```" },
			{ is_user_system_message => \1 }),
		saved => $message->(assistant => { content_type => 'model_editable_context', model_set_context => $knows{saved} }),
		said => $message->(user => { content_type => 'text', parts => [$said] }),
		answer => $message->(assistant => { content_type => 'text', parts => ['I see.'] }));
	my @order = qw(custom saved said answer);
	return { id => "chat $day", title => 'Chat', create_time => "${day}T10:00:00Z", current_node => 'answer',
		mapping => { map { ($order[$_] => { message => $nodes{ $order[$_] }, parent => $_ ? $order[ $_ - 1 ] : undef }) } 0 .. $#order } };
}

sub import_sql
{
	my ($user, $export) = @_;
	my $json = JSON::PP->new->canonical->encode($export);
	return "SELECT imported, memories, hidden_messages FROM soulprint_import('$user', convert_to(\$export\$$json\$export\$, 'UTF8'))";
}

sub run_pass
{
	my ($user) = @_;
	start_pass($node, $user);
	return end_of_pass($node, $user);
}

sub configure
{
	my ($setting, $value) = @_;
	$sql->("ALTER SYSTEM SET soulprint.$setting = '$value'; SELECT pg_reload_conf()");
	$node->poll_query_until('postgres', "SELECT current_setting('soulprint.$setting') = '$value'");
}

sub error_of
{
	my (undef, undef, $error) = $node->psql('postgres', $_[0], extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $error;
}

sub stored { return $sql->("SELECT source, content, noted_at FROM soulprint.memories WHERE user_id = '$_[0]' ORDER BY source") }

sub questions { return map { JSON::PP->new->decode(($_->{asked}{messages}[0]{content} =~ /^(\{.*\})$/m)[0]) } $model->asked('facts') }

# --- imported

my $user = add_user($node, 1);
my @chats = (chat('2025-03-01', 'I live in Lisbon with my cat.', saved => '1. [2024-01-05]. The user lives in Porto.', custom => 'I sail on weekends.'),
	chat('2025-02-01', 'What is the capital of Peru?', saved => 'of an older chat', custom => ''), chat('2025-04-01', 'I prefer tea to coffee.', saved => '', custom => ''));
is($sql->(import_sql($user, \@chats)), '3|2|{"custom instructions": 3, "model_editable_context": 3}', 'chats, and what ChatGPT keeps, which is not shown');
is(stored($user), "$custom|I sail on weekends.|2025-03-01 10:00:00+00\n$saved|1. [2024-01-05]. The user lives in Porto.|2025-03-01 10:00:00+00", 'the newest of each source is stored');
is($sql->("SELECT count(*) FROM raw_conversations WHERE messages::text ~ 'Porto|weekends|older'"), 0, 'and nothing of it in the chats');
is($sql->("SELECT memories FROM soulprint.imports WHERE user_id = '$user'"), 2, 'soulprint.imports counts them');
my $before = $sql->("SELECT xmin, ctid FROM soulprint.memories WHERE user_id = '$user' ORDER BY source");
$sql->(import_sql($user, \@chats));
is($sql->("SELECT xmin, ctid FROM soulprint.memories WHERE user_id = '$user' ORDER BY source"), $before, 'importing it again changes nothing');
is($sql->("SELECT chunks, questions FROM soulprint_estimate_full_pass('$user')"), '5|6', 'an estimate counts them');

# --- read

is(run_pass($user), 'complete', 'a pass');
my @asked = questions();
is(scalar @asked, 3, 'a question about the chats and one about each source');
for my $asked (@asked)
{
	my %roles = map { map { ($_->{role} => 1) } @{ $_->{messages} } } @{ $asked->{conversations} };
	is(join(' ', sort keys %roles), $roles{notes} ? 'notes' : 'assistant user', 'notes stand in a question of their own');
}
is(scalar(grep { $_->{asked}{messages}[0]{content} =~ /are no messages of a chat/ } $model->asked('facts')), 2, 'which says what they are');
my $facts = "SELECT fact #>> '{}', verified, said_on, sources FROM soulprint.facts WHERE user_id = '$user' AND sources::text ~ 'source' ORDER BY sources::text";
is($sql->($facts), "Is concerned with this: The user lives in Porto.|f|2024-01-05|[{\"at\": \"2024-01-05T00:00:00Z\", \"source\": \"$saved\"}]\n"
	  . "Is concerned with this: I sail on weekends.|f|2025-03-01|[{\"at\": \"2025-03-01T10:00:00Z\", \"source\": \"$custom\"}]", 'their facts name the source, and are not what the user said');
is($sql->("SELECT count(*) FROM soulprint_facts('$user') WHERE verified AND quote ~ 'Porto|weekends'"), 0, 'never the words of the user');
like($sql->("SELECT memory_md FROM user_profiles WHERE user_id = '$user'"), qr/lives in Porto.*sail on weekends|sail on weekends.*lives in Porto/s, 'MEMORY has them');
is($sql->("SELECT chunks, chunks_done, coverage FROM soulprint.full_passes WHERE user_id = '$user'"), '5|5|1', 'they count as chunks');
is($sql->("SELECT questions FROM soulprint_estimate_full_pass('$user')"), 0, 'nothing is left to be asked');
$model->forget;
is(run_pass($user), 'complete', 'another pass');
is(scalar $model->asked, 0, 'asks nothing');

# --- invented, secret, equal to what the user said, overtaken by it

$model->forget;
my %answer = map { $_ => [] } qw(preferences projects dates beliefs decisions);
my %by_chat = (%answer, person => [ { quote => 'I live in Lisbon', text => 'Lives in Lisbon', importance => 3 }, { quote => 'with my cat', text => 'Has a cat', importance => 2 } ]);
my %by_notes = (%answer, person => [ { quote => 'The user lives in Porto', text => 'Lives in Porto', importance => 3 }, { quote => 'has a cat', text => 'Has a cat', importance => 2 },
	{ quote => 'owns a yacht at sea', text => 'Owns a yacht', importance => 3 }, { quote => 'The password is hunter2', text => 'Has a password', importance => 1 } ]);
my $other = add_user($node, 2);
$sql->(import_sql($other, [ chat('2025-03-01', 'I live in Lisbon with my cat.', saved => "[2024-01-05]. The user lives in Porto.\n[2024-01-06]. The user has a cat. The password is hunter2.", custom => '') ]));
# Notes are asked about first.
$model->script({ kind => 'facts', text => encode_json(\%by_notes) }, { kind => 'facts', text => encode_json(\%by_chat) },
	{ kind => 'changes', text => '{"superseded": [{"id": 0, "by": 2}]}' });
is(run_pass($other), 'complete', 'notes beside a chat that says the same and something else');
is($sql->("SELECT f.fact #>> '{}', f.verified, f.quote, b.fact #>> '{}', (SELECT string_agg(coalesce(s ->> 'source', s ->> 'conversation_id'), ', ') FROM jsonb_array_elements(f.sources) AS s)
		FROM soulprint.facts f LEFT JOIN soulprint.facts b ON b.id = f.superseded_by WHERE f.user_id = '$other' ORDER BY 1"),
	"Has a cat|t|with my cat||$saved, chat 2025-03-01\nLives in Lisbon|t|I live in Lisbon||chat 2025-03-01\nLives in Porto|f|The user lives in Porto|Lives in Lisbon|$saved",
	'the words of the user count, both sources stay, and what the user said later overtakes');
is($sql->("SELECT drop_reasons FROM soulprint.full_passes WHERE user_id = '$other'"), '{"secret": 1, "invented": 1, "assistant": 0, "malformed": 0}', 'what does not stand in the notes is dropped, and secrets are');
is($sql->("SELECT soulprint_forget_fact('$other', fact_id) IS NOT NULL FROM soulprint_facts('$other') WHERE fact #>> '{}' = 'Lives in Porto'"), 't', 'a fact of notes is forgotten');
$model->script({ kind => 'facts', text => encode_json(\%by_notes) });
end_of_pass($node, $other);
is($sql->("SELECT count(*) FROM soulprint.facts WHERE user_id = '$other' AND fact #>> '{}' = 'Lives in Porto'"), 0, 'and stays so');
$model->forget;

# --- replaced

$sql->(import_sql($user, [ chat('2025-01-01', 'Hello.', saved => 'older', custom => 'older') ]));
unlike(stored($user), qr/older/, 'an older export replaces nothing');
$sql->(import_sql($user, [ chat('2025-05-01', 'I love jazz.', saved => '1. [2025-04-20]. The user lives in Faro.', custom => 'I sail on weekends.') ]));
is(stored($user), "$custom|I sail on weekends.|2025-05-01 10:00:00+00\n$saved|1. [2025-04-20]. The user lives in Faro.|2025-05-01 10:00:00+00", 'a newer one does');
is(run_pass($user), 'complete', 'the next pass');
is($sql->("SELECT count(*) FILTER (WHERE fact::text ~ 'Porto'), count(*) FILTER (WHERE fact::text ~ 'Faro') FROM soulprint.facts WHERE user_id = '$user'"), '0|1', 'reads what is stored now');

# --- a conversation is taken back

my $taken_back = chat('2025-05-01', 'I love jazz.', saved => 'of a chat that is taken back', custom => '');
$taken_back->{is_do_not_remember} = \1;
$sql->(import_sql($user, [$taken_back]));
is(end_of_pass($node, $user), 'complete', 'a chat is taken back');
is($sql->("SELECT count(*) FILTER (WHERE fact::text ~ 'jazz'), count(*) FILTER (WHERE fact::text ~ 'Faro') FROM soulprint.facts WHERE user_id = '$user'"), '0|1', 'notes stay');
unlike(stored($user), qr/taken back/, 'and that chat gives none');

# --- alone

my $memories = [ { account_uuid => 'a', conversations_memory => 'Ana works as a nurse in Porto.', project_memories => { p => 'Ana builds a boat called Alba.' } } ];
my $alone = add_user($node, 3);
is($sql->(import_sql($alone, $memories)), '0|1|{}', "Claude's memories.json alone is an export");
is(stored($alone), "$claude|Ana works as a nurse in Porto.\n\nAna builds a boat called Alba.|-infinity", 'without conversations');
is(run_pass($alone), 'complete', 'a pass makes a profile of it');
is($sql->("SELECT memory_md ~ 'nurse' AND soulprint_text ~ 'nurse', (SELECT count(*) FROM raw_conversations c WHERE c.user_id = p.user_id) FROM user_profiles p WHERE user_id = '$alone'"), 't|0', 'that knows it');
$sql->("UPDATE user_profiles SET full_pass_status = 'pending' WHERE user_id = '$alone'");
is(end_of_pass($node, $alone), 'complete', 'the trigger queues a pass, too');

# --- offline

configure(provider => 'offline');
my $offline = add_user($node, 4);
$sql->(import_sql($offline, [ chat('2025-03-01', 'I love painting with my daughter.', saved => '1. [2024-01-05]. The user lives in Porto.', custom => "Preferred name: Robyn") ]));
is(run_pass($offline), 'complete', 'an offline pass');
is($sql->("SELECT fact #>> '{}', verified, sources -> 0 ->> 'source' FROM soulprint.facts WHERE user_id = '$offline' AND sources::text ~ 'source' ORDER BY 1"),
	"I live in Porto|f|$saved\nMy name is Robyn|f|$custom", 'finds facts in notes');
is($sql->("SELECT user_md::json ->> 'name', user_md::json ->> 'location' FROM user_profiles WHERE user_id = '$offline'"), 'Robyn|Porto', 'and the sections know them');

# --- left out

configure(import_memories => 'off');
is(run_pass($offline), 'complete', 'with soulprint.import_memories = off a pass');
is($sql->("SELECT count(*) FROM soulprint.facts WHERE user_id = '$offline' AND sources::text ~ 'source'"), 0, 'does not read what is stored');
$before = stored($offline);
is($sql->(import_sql($offline, [ chat('2025-06-01', 'I love jazz.', saved => 'new', custom => 'new') ])), '1|0|{"custom instructions": 1, "model_editable_context": 1}', 'an import');
is(stored($offline), $before, 'does not store');
my $error = error_of(import_sql($alone, $memories));
like($error, qr/ERROR:  22P02: export contains no usable conversations\nDETAIL:  Conversations found: 0\. What an assistant keeps is left out: soulprint\.import_memories is off\./, 'and memories alone are no export');
like(error_of("SELECT soulprint_start_full_pass('$alone')"), qr/ERROR:  55000: no conversations to process/, 'nor anything to read');
configure(import_memories => 'on');

# --- erased

is($sql->("SELECT count(*) FROM soulprint.memories WHERE user_id IN ('$user', '$alone')"), 3, 'before');
$sql->("SELECT soulprint_forget('$user')");
$sql->("DELETE FROM user_profiles WHERE user_id = '$alone'");
is($sql->("SELECT count(*) FROM soulprint.memories WHERE user_id IN ('$user', '$alone')"), 0, 'soulprint_forget() and the deletion of the profile erase them');

$node->stop;
log_is_clean($node);
done_testing();
