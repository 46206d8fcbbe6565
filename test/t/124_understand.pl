# Why a profile says what it says: a sentence and the words that it comes from, what is in MEMORY, what the sections
# are made from, what a pass has changed; and who may know.

use strict;
use warnings;

use lib 'test/t';
use JSON::PP;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $sql, $shape);

sub error_of
{
	my ($statement) = @_;
	my ($out, $err);
	$node->psql('postgres', "\\set VERBOSITY verbose\n$statement", stdout => \$out, stderr => \$err);
	return $err =~ s/^.*?(?=ERROR:)//sr =~ s/^LOCATION:.*\n//mr;
}

# Conversations of two messages each of the user: [ id, title, day, message, message ].
sub import_talks
{
	my ($user, @talks) = @_;
	my $export = JSON::PP->new->canonical->encode([ map { my ($id, $title, $day, @said) = @$_; {
		id => $id, title => $title, create_time => "${day}T10:00:00Z",
		messages => [ map { ({ role => 'user', content => $_ }, { role => 'assistant', content => 'I see.' }) } @said ] } } @talks ]);
	is($sql->("SELECT imported FROM soulprint_import('$user', convert_to(\$talk\$$export\$talk\$, 'UTF8'))"), scalar @talks, "$shape: imported");
	start_pass($node, $user);
	is(end_of_pass($node, $user), 'complete', "$shape: complete");
}

# The nearest fact's conversation, title, day and quote.
sub nearest
{
	my ($user, $sentence) = @_;
	return $sql->("SELECT conversation_id, conversation_title, said_on, quote FROM soulprint_why('$user', \$s\$$sentence\$s\$) WHERE rank = 1");
}

sub sentences
{
	my ($user) = @_;
	is(nearest($user, '- **Bakes** Sourdóugh breads'), 'kitchen|Kitchen|2024-04-02|I love baking sourdough bread', "$shape: a sentence is traced to its conversation");
	is(nearest($user, '**Location:** Lisbon'), 'weekend|Weekend|2024-03-20|I live in Lisbon', "$shape: a field is, too");
	is(nearest($user, '**Interests:** goats'), '||2024-05-01|I keep two goats in Sintra.', "$shape: and what another assistant's memory says");
	is($sql->("SELECT words, score > 0.05 AND score < 1, category FROM soulprint_why('$user', 'Bakes breads for the Navy') WHERE rank = 1"), '{breads}|t|preferences', "$shape: the words that they share");
	is($sql->("SELECT count(*) FROM soulprint_why('$user', 'Zymurgy! And the')"), '0', "$shape: no shared word, no row");
	is($sql->(qq{
SELECT count(*) > 4, count(*) FILTER (WHERE score < 1), count(*) FILTER (WHERE position(quote IN messages::text) = 0)
FROM user_profiles p, string_to_table(memory_md, E'\\n') AS line, LATERAL (SELECT * FROM soulprint_why(p.user_id, line) LIMIT 1) AS why
LEFT JOIN raw_conversations c ON c.user_id = '$user' AND c.conversation_id = why.conversation_id
WHERE p.user_id = '$user' AND line LIKE '- %' AND line !~ 'before:'}), 't|0|0', "$shape: each line of MEMORY is traced to a message that has the quote");
	like(error_of("SELECT soulprint_why('$user', $_)"), qr/^ERROR:  22023: sentence must not be null or blank\nHINT:  Pass a sentence/, "$shape: sentence $_") for 'NULL', q{E' \n'};
	like(error_of("SELECT soulprint_why(NULL, 'x')"), qr/^ERROR:  22004: user_id must not be null/, "$shape: no user");
	like(error_of("SELECT soulprint_why('" . user(999) . "', 'x')"), qr/^ERROR:  P0002: no profile/, "$shape: unknown user");
}

sub facts
{
	my ($user) = @_;
	my $known = sub { $sql->("SELECT conversation_title, in_memory, superseded_by IS NULL FROM soulprint_facts('$user') WHERE fact #>> '{}' ~ '$_[0]'") };
	is($known->('sourdough'), 'Kitchen|t|t', "$shape: a fact with its title, in MEMORY");
	is($known->('goats'), '|t|t', "$shape: one of another assistant's memory");
	is($known->('live in Lisbon'), 'Weekend|t|t', "$shape: one that holds");
	$sql->("UPDATE user_profiles SET memory_md = replace(memory_md, 'baking sourdough', 'eating rye') WHERE user_id = '$user'");
	is($known->('sourdough'), 'Kitchen|f|t', "$shape: one whose words are not in MEMORY");
	$sql->("UPDATE soulprint.facts SET verified = false WHERE user_id = '$user' AND fact #>> '{}' ~ 'live in Lisbon'");
	is($known->('live in Lisbon'), 'Weekend|f|t', "$shape: MEMORY is not made of a fact that is not verified");
	$sql->("UPDATE soulprint.facts SET verified = true WHERE user_id = '$user' AND fact #>> '{}' ~ 'live in Lisbon'; UPDATE user_profiles SET memory_md = replace(memory_md, 'eating rye', 'baking sourdough') WHERE user_id = '$user'");
	is($sql->("BEGIN; DELETE FROM raw_conversations WHERE conversation_id = 'kitchen' AND user_id = '$user'; SELECT conversation_title IS NULL, conversation_id FROM soulprint_why('$user', 'sourdough'); ROLLBACK"), 't|kitchen', "$shape: a conversation that is gone has no title");
}

sub versions
{
	my ($user) = @_;
	is($sql->("SELECT version, replaced_at, memory_chars = length(memory_md), sections_chars = length(concat(soul_md, identity_md, user_md, agents_md, tools_md)), text_chars = length(soulprint_text)
		FROM soulprint_versions('$user'), user_profiles WHERE user_id = '$user'"), '||t|t|t', "$shape: the first version");
	like(error_of("SELECT soulprint_compare_versions('$user', 1)"), qr/^ERROR:  P0002: version 1 of the profile of user $user does not exist\nHINT:  No earlier version is kept\./, "$shape: no version");
	import_talks($user, [ 'move', 'Moving', '2024-06-01', 'I live in Porto now.', 'I love sailing.' ]);
	is($sql->("SELECT version, replaced_at = (SELECT replaced_at FROM soulprint.versions WHERE user_id = '$user') FROM soulprint_versions('$user')"), "|\n1|t", "$shape: the present one first");
	my $changes = $sql->("SELECT part, change, line FROM soulprint_compare_versions('$user', 1)");
	like($changes, qr/^memory\|-\|- I live in Lisbon$/m, "$shape: a line that is gone");
	like($changes, qr/^memory\|\+\|- I live in Porto now.*before: I live in Lisbon.*\n(?:.*\n)*user\|-\|location: Lisbon\nuser\|\+\|location: Porto$/m, "$shape: lines and a field that took its place");
	unlike($changes, qr/sourdough|name: /, "$shape: nothing that stays");
	is($sql->("SELECT count(*) FROM soulprint_compare_versions('$user', 1, 1)"), '0', "$shape: a version is like itself");
	like(error_of("SELECT soulprint_compare_versions('$user', 1, 7)"), qr/^ERROR:  P0002: version 7 .*\nHINT:  These versions are kept: 1\./, "$shape: another version");
	like(error_of("SELECT soulprint_compare_versions('$user', NULL)"), qr/^ERROR:  22004: old must not be null/, "$shape: no version named");
	$sql->("SELECT soulprint_rollback('$user', 1)");
	is($sql->("SELECT count(*) FROM soulprint_compare_versions('$user', 1)"), '0', "$shape: rolled back");
	is($sql->("SELECT count(*) > 0 FROM soulprint_compare_versions('$user', 1, 2)"), 't', "$shape: two earlier versions");
}

# What users state themselves.
sub statements
{
	my ($user) = @_;
	$sql->("SELECT soulprint_add_fact('$user', 'preferences', 'Prefers trains to planes')");
	is(end_of_pass($node, $user), 'complete', "$shape: a pass with a statement of the user's own");
	is(nearest($user, 'prefers planes') =~ s/\|\d{4}-\d\d-\d\d\|/|day|/r, '||day|Prefers trains to planes', "$shape: it is in no conversation");
	is($sql->("SELECT in_memory, conversation_title IS NULL FROM soulprint_facts('$user') WHERE fact #>> '{}' = 'Prefers trains to planes'"), 't|t', "$shape: and in MEMORY");
}

# 230 conversations, of which the lengths of 200 add up to far more than the prompt has room for.
sub samples
{
	my $user = add_user($node, 2);
	$sql->(qq{
INSERT INTO raw_conversations (user_id, conversation_id, title, messages, message_count, created_at)
SELECT '$user', 'c-' || n, 'Number ' || n, (SELECT jsonb_agg(jsonb_build_object('role', CASE m % 2 WHEN 1 THEN 'user' ELSE 'assistant' END, 'content', repeat('word ', n + m))) FROM generate_series(1, 6) m),
    6, timestamptz '2024-01-01 00:00+00' + n * interval '1 day' FROM generate_series(1, 230) AS n});
	is($sql->("SELECT count(*), min(rank), max(rank), count(DISTINCT conversation_id), count(*) FILTER (WHERE title = 'Number ' || substr(conversation_id, 3) AND created_at >= '2024-01-02' AND messages = 6) FROM soulprint_explain_sample('$user')"),
		'200|1|200|200|200', "$shape: the sample has 200 conversations");
	is($sql->("SELECT count(*) FROM soulprint_explain_sample('$user') s JOIN raw_conversations c USING (conversation_id) WHERE s.score <> soulprint_score_conversation(to_jsonb(c))"), '0', "$shape: with their scores");
	is($sql->(qq{
SELECT sum(characters_used) + 2 * 199 = length((SELECT soulprint_format_conversations(jsonb_agg(to_jsonb(c) ORDER BY rank), 600000, 'fair') FROM soulprint_explain_sample('$user') JOIN raw_conversations c USING (conversation_id))),
       sum(characters) > 800000, sum(characters_used) BETWEEN 570000 AND 600000, bool_and(percent = 100 * characters_used / characters), min(percent) < 100, max(percent)
FROM soulprint_explain_sample('$user')}), 't|t|t|t|t|100', "$shape: and how much of each there is room for");
	is($sql->("SELECT characters = characters_used AND characters = length(soulprint_format_conversations(jsonb_build_array(to_jsonb(c)))) FROM soulprint_explain_sample('$user') JOIN raw_conversations c USING (conversation_id) WHERE percent = 100 ORDER BY rank DESC LIMIT 1"), 't', "$shape: a short one is whole");
	is($sql->("SELECT count(*) FROM soulprint_explain_sample('" . add_user($node, 3) . "')"), '0', "$shape: no conversation, no sample");
}

sub rights
{
	my ($user) = @_;
	my @calls = ("soulprint_facts('$user')", "soulprint_why('$user', 'sourdough')", "soulprint_explain_sample('$user')", "soulprint_versions('$user')", "soulprint_compare_versions('$user', 1)");
	is($sql->("SET ROLE reader; SELECT bool_and(conversation_title IS NULL) AND count(*) > 0 FROM soulprint_facts('$user')"), 't', "$shape: who may read the profile only may read the facts, without titles");
	is($sql->("SET ROLE reader; SELECT conversation_title IS NULL, quote FROM soulprint_why('$user', 'sourdough')"), 't|I love baking sourdough bread', "$shape: and why");
	is($sql->("SET ROLE reader; SELECT count(*) > 1 FROM soulprint_versions('$user')"), 't', "$shape: and the versions");
	like(error_of("SET ROLE reader; SELECT soulprint_explain_sample('$user')"), qr/^ERROR:  42501: permission denied for table raw_conversations/, "$shape: but not the sample");
	like(error_of("SET ROLE nobody; SELECT $_"), qr/^ERROR:  42501/, "$shape: others may not call $_") for @calls;
	return if $shape ne 'live';
	my $claim = "SET ROLE stranger; SET request.jwt.claim.sub =";
	is($sql->("$claim '$user'; SELECT conversation_title FROM soulprint_why('$user', 'sourdough')"), 'Kitchen', 'live: users see their titles');
	is($sql->("$claim '$user'; SELECT count(*) > 2 FROM soulprint_explain_sample('$user')"), 't', 'live: and their sample');
	like(error_of("$claim '" . user(2) . "'; SELECT $_"), qr/^ERROR:  P0002/, "live: nobody else's: $_") for @calls;
}

for ('setup', 'live')
{
	$shape = $_;
	$node = new_server("understand_$shape");
	new_database($node, shape => $shape);
	$sql = sub { $node->safe_psql('postgres', $_[0]) };
	$sql->("CREATE ROLE reader; CREATE ROLE nobody; CREATE ROLE stranger;
		GRANT EXECUTE ON FUNCTION soulprint_facts, soulprint_why, soulprint_explain_sample, soulprint_versions, soulprint_compare_versions TO reader, nobody, stranger;
		GRANT SELECT ON user_profiles TO reader; CREATE POLICY all_rows ON user_profiles TO reader USING (true)" . ($shape eq 'live' ? '; GRANT authenticated TO stranger' : ''));
	my $user = add_user($node, 1);
	$sql->("INSERT INTO soulprint.memories (user_id, source, content, noted_at) VALUES ('$user', 'saved memory of ChatGPT', E'1. [2024-05-01]. I keep two goats in Sintra.', '2024-05-02')");
	import_talks($user,
		[ 'weekend', 'Weekend', '2024-03-20', 'My name is Ada. I live in Lisbon. I love hiking.', 'I work as a nurse.' ],
		[ 'kitchen', 'Kitchen', '2024-04-02', 'I love baking sourdough bread.', 'I prefer short answers.' ],
		[ 'garden', 'Garden', '2024-04-09', 'I love growing tomatoes on my balcony.', 'I believe that tools should be repaired.' ]);
	sentences($user);
	facts($user);
	versions($user);
	rights($user);
	statements($user);
	samples();
	log_is_clean($node);
	$node->stop;
}
done_testing();
