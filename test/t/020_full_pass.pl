# A full pass by the offline model over a real export, on the tables that soulprint_setup() makes and
# on those of a live project: what is published, what the chunk rows hold, what listeners hear.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my %keys = (
	soul => 'communication_style personality_traits tone_preferences boundaries humor_style formality_level emotional_patterns',
	identity => 'ai_name archetype vibe emoji_style signature_greeting',
	user => 'name location occupation relationships interests life_context preferred_address',
	agents => 'response_style behavioral_rules context_adaptation memory_directives do_not',
	tools => 'likely_usage capabilities_emphasis output_preferences depth_preference');
my %v1 = map { ("${_}_md" => qq({"from": "v1 $_"})) } keys %keys;

my $node = new_server('full_pass');

for my $shape ('setup', 'live')
{
	my $db = $shape;
	my $sql = sub { $node->safe_psql($db, $_[0]) };
	new_database($node, database => $db, shape => $shape);

	my $user = add_user($node, 1, database => $db, %v1, soulprint_text => 'the old text', full_pass_error => 'old');
	is(import_emily($node, $user, $db), '10', "$shape: the export's conversations are imported");

	# CALL, because the launcher looks after another database.  A listener hears of the end.
	my $listener = $node->background_psql($db);
	$listener->query_safe('LISTEN soulprint');
	my ($code, $out, $err) = $node->psql($db, "CALL soulprint_run_full_pass('$user')");
	is($code, 0, "$shape: CALL runs a pass") or diag $err;

	my $heard = heard_by($listener);
	like($heard, qr/notification "soulprint" with payload "\{"user_id" : "$user", "pass_id" : 1, "status" : "complete", "error" : null, "coverage" : 1\}"/,
		"$shape: NOTIFY says how it ended");
	$listener->quit;

	is($sql->("SELECT full_pass_status, full_pass_error IS NULL, full_pass_started_at <= full_pass_completed_at,
		full_pass_completed_at > now() - interval '1 min' FROM user_profiles WHERE user_id = '$user'"),
		'complete|t|t|t', "$shape: status, error and both timestamps");
	for my $section (sort keys %keys)
	{
		is($sql->("SELECT string_agg(key, ' ' ORDER BY n) FROM user_profiles,
			json_object_keys(${section}_md::json) WITH ORDINALITY AS k (key, n) WHERE user_id = '$user'"),
			$keys{$section}, "$shape: ${section}_md is JSON text in schema order");
	}
	is($sql->("SELECT count(*) FROM user_profiles WHERE user_id = '$user' AND concat(soul_md, identity_md, user_md, agents_md, tools_md) ~ 'v1'"),
		'0', "$shape: nothing of v1 is left in the sections");
	my $assembled = "soulprint_assemble_text(jsonb_build_object('soul', soul_md::jsonb, 'identity', identity_md::jsonb,
		'user', user_md::jsonb, 'agents', agents_md::jsonb, 'tools', tools_md::jsonb), memory_md)";
	is($sql->("SELECT soulprint_text = $assembled FROM user_profiles WHERE user_id = '$user'"), 't',
		"$shape: soulprint_text is assembled of what is published");
	like($sql->("SELECT memory_md FROM user_profiles WHERE user_id = '$user'"),
		qr/^## Preferences\n.*^## Projects\n.*^## Important Dates\n.*^## Beliefs & Values\n.*^## Decisions & Context\n/ms,
		"$shape: MEMORY has its five headings");
	is($sql->("SELECT count(*) > 0 FROM soulprint.facts f WHERE user_id = '$user'
		AND EXISTS (SELECT FROM raw_conversations c WHERE c.conversation_id = f.sources->0->>'conversation_id')"),
		't', "$shape: facts know where they were said");
	is($sql->("SELECT soul_md, soulprint_text FROM soulprint.versions WHERE user_id = '$user' AND version = 1"),
		"$v1{soul_md}|the old text", "$shape: the profile before is kept");
	is($sql->("SELECT state, attempts, conversations = 10, chunks = chunks_done, chunks_failed, calls_made > 0,
		facts = (SELECT count(*) FROM soulprint.facts), pid > 0, ended_at >= started_at FROM soulprint.full_passes"),
		'done|1|t|t|0|t|t|t|t', "$shape: the pass's row tells the same");
	is($sql->("SELECT import_cost_json::json->>'llm_call_count' = calls_made::text FROM user_profiles p JOIN soulprint.full_passes USING (user_id)"),
		't', "$shape: import_cost_json is written");

	# The chunk rows are what soulprint_chunk_conversation() says of each conversation.
	my $expected = "SELECT c.conversation_id, c.title, k.chunk_index, k.total_chunks, k.token_count, k.content, 'medium',
			c.message_count, c.created_at, c.created_at > now() - interval '180 days'
		FROM raw_conversations c, soulprint_chunk_conversation(jsonb_build_object('title', c.title, 'messages', c.messages)) k";
	my $stored = 'SELECT conversation_id, title, chunk_index, total_chunks, token_count, content, chunk_tier, message_count, created_at, is_recent FROM conversation_chunks';
	is($sql->("SELECT count(*) > 9 FROM conversation_chunks"), 't', "$shape: there are chunk rows");
	is($sql->("SELECT count(*) FROM (($expected EXCEPT ALL $stored) UNION ALL ($stored EXCEPT ALL $expected)) AS different"),
		'0', "$shape: chunk rows are as the chunking function says");

	# A chunk that did not change keeps its row, what changed or went away is replaced.
	$sql->("UPDATE raw_conversations SET title = 'Renamed' WHERE conversation_id = (SELECT min(conversation_id) FROM raw_conversations);
		DELETE FROM raw_conversations WHERE conversation_id = (SELECT max(conversation_id) FROM raw_conversations);
		INSERT INTO conversation_chunks (id, user_id, conversation_id, content, chunk_tier, created_at)
			VALUES (gen_random_uuid(), '$user', 'none', 'of another tier', 'micro', now());
		CREATE TABLE before AS SELECT * FROM conversation_chunks;");
	$sql->("UPDATE conversation_chunks SET embedding = '{1,2,3}'") if $shape eq 'live';
	$node->safe_psql($db, "CALL soulprint_run_full_pass('$user')");
	is($sql->("SELECT count(*) FROM (($expected EXCEPT ALL $stored) UNION ALL ($stored WHERE chunk_tier = 'medium' EXCEPT ALL $expected)) AS different"),
		'0', "$shape: after a change the chunk rows follow");
	is($sql->("SELECT (SELECT count(*) FROM conversation_chunks JOIN before USING (id, content)) >= 8,
		count(*) FILTER (WHERE chunk_tier = 'micro') FROM conversation_chunks"), 't|1',
		"$shape: unchanged chunks are the same rows, other tiers are left alone");
	is($sql->("SELECT count(*) FILTER (WHERE embedding IS NULL) FROM conversation_chunks WHERE title IS DISTINCT FROM 'Renamed'"), '0',
		"$shape: and keep their embedding") if $shape eq 'live';
}

log_is_clean($node);
done_testing();
