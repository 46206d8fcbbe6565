# A whole pass over the wire: what is asked, to the letter, how many at a time, what the server sees of
# the worker meanwhile, and what is counted.

use strict;
use warnings;

use lib 'test/t';
use Digest::SHA qw(sha256_hex);
use Encode qw(encode_utf8);
use JSON::PP;
use List::Util qw(sum uniq);
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $memory_sentence = 'You also have access to a MEMORY section with curated facts about this user. '
  . 'Use these facts to enrich your analysis -- they provide verified information that should be reflected in the sections you generate.';

my $model = ModelServer->new;
my $node = new_server('wire', $model->settings, 'soulprint.max_concurrent_requests' => 4);
my $sql;

# The sum over all answers in the journal.
sub tokens
{
	my ($name, @journal) = @_;
	return sum map { $_->{usage}{$name} } @journal;
}

for my $shape ('setup', 'live')
{
	my $db = $shape;
	$sql = sub { $node->safe_psql($db, $_[0]) };
	new_database($node, database => $db, shape => $shape);
	$sql->('ALTER TABLE user_profiles ADD COLUMN IF NOT EXISTS import_cost_json text');
	my $user = add_user($node, 1, database => $db);
	import_emily($node, $user, $db);

	$model->forget;
	# What an answer uses is not in the journal: every one uses the same.
	$model->script({ times => 'always', usage => { input_tokens => 1000, output_tokens => 200 } });
	my ($code, $out, $err) = $node->psql($db, "CALL soulprint_run_full_pass('$user')");
	is($code, 0, "$shape: a pass over the wire") or diag $err;
	is(status($node, $user, $db), 'complete', "$shape: it is complete");
	my @journal = $model->asked;
	my @documents = map { JSON::PP->new->decode($_->{asked}{messages}[0]{content} =~ /^(\{.*\})$/m) } grep { $_->{kind} eq 'facts' } @journal;
	is(sum(map { scalar @{ $_->{conversations} } } @documents), $sql->('SELECT chunks FROM soulprint.full_passes'), "$shape: each chunk is in one question");
	is(join(', ', map { my $kind = $_; (grep { $_->{kind} eq $kind } @journal) . " $kind" } qw(memory sections)), '1 memory, 1 sections',
		"$shape: one question for MEMORY, one for the sections");
	is(scalar(grep { $_->{status} != 200 || $_->{outcome} ne 'answered' } @journal), 0, "$shape: the server has nothing to object to");
	is(scalar(uniq map { $_->{connection} } @journal), scalar @journal, "$shape: each on a connection of its own");

	my $calls = @journal;
	my $cost = ($calls * 1000 * 1 + $calls * 200 * 5) / 1e6;
	my $counted = join '|', $calls, $calls * 1000, $calls * 200, 't', 0;
	is($sql->("SELECT calls_made, input_tokens, output_tokens, cost_usd = $cost, calls_remembered FROM soulprint_history"), $counted,
		"$shape: soulprint_history has the calls, tokens and cost of all answers");
	is($sql->("SELECT c.llm_call_count, c.llm_input_tokens, c.llm_output_tokens, c.llm_cost_usd = $cost AND c.total_cost_usd = $cost, 0
		FROM user_profiles, json_to_record(import_cost_json::json) AS c
		(llm_call_count int, llm_input_tokens int, llm_output_tokens int, llm_cost_usd numeric, total_cost_usd numeric)"), $counted,
		"$shape: so has import_cost_json");
	is($sql->('SELECT request_id FROM soulprint.replies ORDER BY 1'), join("\n", sort map { $_->{request_id} } @journal),
		"$shape: the replies name the requests that the server knows");
	is($sql->('SELECT bool_and(reply <> \'\' AND input_tokens = 1000 AND output_tokens = 200 AND model = \'claude-haiku-4-5-20251001\') FROM soulprint.replies'), 't',
		"$shape: and what each answered and used");

	# Each of the four kinds of body; reduce has a test of its own.
	my %wanted = (facts => '2048 0.3', memory => '4096 0.5', sections => '8192 0.7');
	for my $kind (sort keys %wanted)
	{
		my @asked = map { $_->{asked} } grep { $_->{kind} eq $kind } @journal;
		is_deeply([ uniq map { "$_->{model} $_->{max_tokens} $_->{temperature}" } @asked ], ["claude-haiku-4-5-20251001 $wanted{$kind}"],
			"$shape: $kind: model, max_tokens, temperature");
		is_deeply([ uniq map { join ' ', sort keys %$_ } @asked ],
			[ join ' ', 'max_tokens messages model', ($kind eq 'memory' ? () : 'output_config'), 'system temperature' ], "$shape: $kind: and what else is said");
		is(scalar(grep { @{ $_->{messages} } != 1 || $_->{messages}[0]{role} ne 'user' || ref $_->{messages}[0]{content} } @asked), 0,
			"$shape: $kind: one message of the user, a string");
		is(scalar(grep { ($_->{output_config}{format}{type} // '') ne 'json_schema' } @asked), $kind eq 'memory' ? 1 : 0, "$shape: $kind: a schema where JSON is wanted");
	}
	is(scalar(grep { $_->{body} =~ /:null\b/ } @journal), 0, "$shape: no field is null");
	for my $entry (@journal[ 0, -1 ])
	{
		my %headers;
		push @{ $headers{ lc $_->[0] } }, $_->[1] for @{ $entry->{headers} };
		is_deeply([ map { $headers{$_} } qw(x-api-key anthropic-version content-type expect authorization) ],
			[ ['(sent)'], ['2023-06-01'], ['application/json'], undef, undef ], "$shape: $entry->{kind}: headers, each once, and no others");
	}
}

# A user with more conversations than fit, most of them to be cut.
my $heavy = add_user($node, 2, database => 'live');
$sql->(talk($heavy, 1, 230) . qq{
UPDATE raw_conversations SET
    messages = jsonb_set(jsonb_set(messages, '{1,content}', to_jsonb(messages->1->>'content' || repeat(' Und dann, größer als ☕, noch mehr.', 90))),
        '{2,content}', to_jsonb(messages->2->>'content' || repeat(' Please.', message_count + length(title) + extract(hour FROM created_at)::int * 9))),
    title = CASE WHEN conversation_id = 'talk-3' THEN NULL ELSE title || ' "quoted"' END,
    created_at = CASE WHEN conversation_id = 'talk-4' THEN '-infinity' ELSE created_at END
WHERE user_id = '$heavy';});
$model->forget;
$node->safe_psql('live', "CALL soulprint_run_full_pass('$heavy')");
is(status($node, $heavy, 'live'), 'complete', 'a user with 230 conversations');
my ($sections, @more) = $model->asked('sections');
is(scalar @more, 0, 'one question for the sections');
my $content = $sections->{asked}{messages}[0]{content};
my $wanted = qq{
SELECT soulprint_format_conversations((SELECT jsonb_agg(s.conversation ORDER BY s.rank)
    FROM soulprint_sample_conversations(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('title', title, 'created_at', nullif(created_at, '-infinity'), 'messages', messages))
        ORDER BY created_at, conversation_id COLLATE "C"), 200) s), 600000, 'fair') AS text
FROM raw_conversations WHERE user_id = '$heavy'};
is($sql->("SELECT length(text) BETWEEN 570000 AND 600000 FROM ($wanted) AS f"), 't', 'its sample is as long as it may be');
is(sha256_hex(encode_utf8($content)),
	$sql->("SELECT encode(sha256(convert_to(f.text || E'\\n\\n## MEMORY (verified facts about this user)\\n' || memory_md, 'UTF8')), 'hex')
		FROM ($wanted) AS f, user_profiles WHERE user_id = '$heavy'"),
	'the user message is the formatted sample and MEMORY, to the letter');
is(scalar(() = $content =~ /^=== Conversation: /mg), 200, 'of 200 conversations');
like($sections->{asked}{system}, qr/\Q$memory_sentence\E\z/, 'the system prompt ends with the sentence about MEMORY');

# An operator's wording: the sections alone are asked for again.
$model->forget;
$sql->("INSERT INTO soulprint.prompts VALUES ('sections', 'Portray this person, as JSON.')");
$node->safe_psql('live', "CALL soulprint_run_full_pass('$heavy')");
my @asked = $model->asked;
is_deeply([ map { $_->{kind} } @asked ], ['sections'], "with an operator's wording only the sections are asked for again");
like($asked[0]{asked}{system}, qr/\APortray this person, as JSON\.\s+\Q$memory_sentence\E\z/, 'in that wording, with the sentence after it');
is($asked[0]{asked}{messages}[0]{content}, $content, 'about the same');
$sql->('DELETE FROM soulprint.prompts');

# More facts than fit: they are reduced.  Each chunk tells of 40 beliefs of 200 characters.
my $believer = add_user($node, 3, database => 'live');
$sql->(talk($believer, 1, 90));
$model->forget;
$model->script(map { my $n = $_; {
	kind => 'facts', contains => "painting number $n.",
	text => encode_json({ preferences => [], projects => [], dates => [], decisions => [],
		beliefs => [ map { { quote => "honesty matters in case $n", text => "Chunk $n, belief $_: " . 'all that is said more than once is worth its while. ' x 4 } } 1 .. 40 ] }) } } 1 .. 90);
$node->safe_psql('live', "CALL soulprint_run_full_pass('$believer')");
is(status($node, $believer, 'live'), 'complete', 'a user of whom too much is known');
my @reduce = map { $_->{asked} } $model->asked('reduce');
cmp_ok(scalar @reduce, '>=', 7, 'the facts are reduced in batches');
is_deeply([ uniq map { "$_->{model} $_->{max_tokens} $_->{temperature} $_->{output_config}{format}{type} " . @{ $_->{messages} } } @reduce ],
	['claude-haiku-4-5-20251001 16384 0.3 json_schema 1'], 'reduce: model, max_tokens, temperature, schema');
is(scalar(grep { length $_->{messages}[0]{content} > 4 * 20000 * 1.1 } @reduce), 0, 'each of about 20,000 tokens');
my ($memory) = $model->asked('memory');
cmp_ok(length $memory->{asked}{messages}[0]{content}, '<', 4 * 150000, 'and MEMORY is asked for what is left');

log_is_clean($node);
done_testing();
