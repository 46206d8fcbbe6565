# A user puts the profile right: corrects a fact, adds one.  It holds in every later pass and costs MEMORY
# and the sections.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $sql, $shape, $user);

sub error_of
{
	my ($statement) = @_;
	$node->psql('postgres', $statement, stderr => \my $stderr, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	$stderr =~ s/^psql:<stdin>:\d+: //mg;
	return $stderr;
}

sub import_words
{
	my ($id, $words) = @_;
	return "SELECT imported FROM soulprint_import('$user', convert_to('[{\"id\": \"$id\", \"title\": \"T\", \"create_time\": 1710928800, \"messages\": [
		{\"role\": \"user\", \"content\": \"$words\"}, {\"role\": \"assistant\", \"content\": \"I see.\"},
		{\"role\": \"user\", \"content\": \"Thank you.\"}, {\"role\": \"assistant\", \"content\": \"Good.\"}]}]', 'UTF8'))";
}

sub full_pass
{
	start_pass($node, $user);
	return end_of_pass($node, $user);
}

sub facts { return $sql->("SELECT fact #>> '{}' FROM soulprint_facts('$user') WHERE fact #>> '{}' ~ '$_[0]' ORDER BY 1") }
sub fact_id { return $sql->("SELECT fact_id FROM soulprint_facts('$user') WHERE fact #>> '{}' = '$_[0]'") }
sub remembered { return $sql->("SELECT memory_md ~ '$_[0]' FROM user_profiles WHERE user_id = '$user'") }
sub asked { return $sql->("SELECT calls_made FROM soulprint_history WHERE user_id = '$user' ORDER BY pass_id DESC LIMIT 1") }

for ('setup', 'live')
{
	$shape = $_;
	$node = new_server("corrections_$shape");
	new_database($node, shape => $shape);
	$sql = sub { $node->safe_psql('postgres', $_[0]) };
	my $nobody = add_user($node, 1);
	$user = add_user($node, 2);
	$sql->("CREATE ROLE reader; GRANT EXECUTE ON FUNCTION soulprint_correct_fact, soulprint_add_fact TO reader;
		GRANT SELECT ON user_profiles TO reader; CREATE POLICY all_rows ON user_profiles TO reader USING (true)");
	$sql->(import_words('a', 'I live in Lisbon. I love hiking. I prefer green tea.'));
	is(full_pass(), 'complete', "$shape: a first pass");
	is(facts('Lisbon'), 'I live in Lisbon', "$shape: it finds where the user lives");

	# Correct.
	my $wrong = fact_id('I live in Lisbon');
	my $still = $sql->("BEGIN; SELECT FROM soulprint_correct_fact('$user', $wrong, E' Lives in Porto\\u200b ');
		SELECT fact #>> '{}' FROM soulprint_facts('$user') WHERE fact #>> '{}' ~* 'lives? in'; COMMIT");
	like($still, qr/^\s*I live in Lisbon$/, "$shape: until the pass has ended the facts are the published ones");
	is(end_of_pass($node, $user), 'complete', "$shape: correcting a fact asks for a pass");
	is(facts('(?i)lives? in'), 'Lives in Porto', "$shape: which publishes the correction in its place");
	is(remembered('Porto') . remembered('Lisbon'), 'tf', "$shape: in MEMORY, too");
	is(asked(), '2', "$shape: for MEMORY and the sections");
	is($sql->("SELECT category, quote, verified, importance, sources -> 0 ->> 'source', said_on = (now() AT TIME ZONE 'UTC')::date FROM soulprint_facts('$user') WHERE fact #>> '{}' = 'Lives in Porto'"),
		'person|Lives in Porto|t|3|own statement|t', "$shape: as the user's own words of today");
	is(full_pass() . asked(), 'complete0', "$shape: another pass asks nothing");
	$sql->(import_words('b', 'I live in Lisbon. I bought a boat.'));
	full_pass();
	is(facts('(?i)lives? in'), 'Lives in Porto', "$shape: it holds where the conversations repeat what is wrong");
	is($sql->("SELECT count(*) > 0 FROM soulprint.versions WHERE user_id = '$user' AND memory_md ~ 'Lisbon'"), 't', "$shape: earlier versions stay");
	$sql->("SELECT soulprint_correct_fact('$user', @{[ fact_id('Lives in Porto') ]}, 'lives in PORTO')");
	end_of_pass($node, $user);
	is(facts('(?i)lives? in'), 'lives in PORTO', "$shape: a correction of the spelling alone");
	$sql->("SELECT soulprint_correct_fact('$user', @{[ fact_id('lives in PORTO') ]}, 'Lives in Braga')");
	end_of_pass($node, $user);
	is(facts('(?i)lives? in'), 'Lives in Braga', "$shape: a correction is corrected");
	is($sql->("SELECT count(*) FROM soulprint.own_facts WHERE user_id = '$user'"), '1', "$shape: and is not kept");

	# Add.
	$sql->("SELECT soulprint_add_fact('$user', 'projects', 'Wooden kayak')");
	end_of_pass($node, $user);
	is($sql->("SELECT category, fact ->> 'name' FROM soulprint_facts('$user') WHERE quote = 'Wooden kayak'"), 'projects|Wooden kayak', "$shape: a fact is added");
	is(remembered('kayak') . asked(), 't2', "$shape: in MEMORY, for two questions");
	my $known = $sql->("SELECT fact #>> '{}' FROM soulprint_facts('$user') WHERE category = 'preferences' AND fact #>> '{}' ~* 'hiking'");
	$sql->("SELECT soulprint_add_fact('$user', 'preferences', upper('$known'))");
	end_of_pass($node, $user);
	is($sql->("SELECT fact #>> '{}', importance, sources -> 0 ->> 'conversation_id', sources -> 1 ->> 'source', quote ~ 'love hiking' FROM soulprint_facts('$user') WHERE fact #>> '{}' ~* 'hiking'"),
		uc($known) . '|3|a|own statement|t', "$shape: one that a conversation gave gets the wording and another source");

	# Forget.
	$sql->("SELECT soulprint_forget_fact('$user', fact_id) FROM soulprint_facts('$user') WHERE quote = 'Wooden kayak'");
	end_of_pass($node, $user);
	is($sql->("SELECT count(*) FROM soulprint_facts('$user') WHERE fact::text ~ 'kayak'") . remembered('kayak'), '0f', "$shape: what was added is forgotten");
	$sql->("SELECT soulprint_add_fact('$user', 'projects', 'wooden kayak')");
	end_of_pass($node, $user);
	is(remembered('kayak'), 't', "$shape: unless it is added again");

	# While a pass runs.
	$sql->(import_words('c', 'I sold my car.'));
	my $hold = hold($node, 'INSERT ON soulprint.replies', q{NEW.step = 'sections'});
	start_pass($node, $user);
	worker_is_held($node);
	$sql->("SELECT soulprint_add_fact('$user', 'beliefs', 'Honesty matters most')");
	release($hold);
	is(end_of_pass($node, $user), 'complete', "$shape: a pass that runs begins anew");
	is(remembered('Honesty matters most'), 't', "$shape: with the fact");

	# Bad input changes nothing.
	my $before = $sql->("SELECT count(*) FROM soulprint.own_facts");
	my $id = fact_id('Lives in Braga');
	for my $bad ([ "correct_fact('$user', 0, 'x')", qr/^ERROR:  P0002: fact 0 of user $user does not exist\nHINT:  SELECT/ ],
		[ "correct_fact('$nobody', $id, 'x')", qr/^ERROR:  P0002: fact $id of user $nobody does not exist/ ],
		[ "correct_fact('@{[ user(9) ]}', $id, 'x')", qr/^ERROR:  P0002: no profile for user/ ],
		[ "correct_fact(NULL, $id, 'x')", qr/^ERROR:  22004: user_id must not be null/ ],
		[ "correct_fact('$user', NULL, 'x')", qr/^ERROR:  22004: fact_id must not be null/ ],
		[ "correct_fact('$user', $id, NULL)", qr/^ERROR:  22004: new_text must not be null/ ],
		[ "correct_fact('$user', $id, E' \\u200b\\n')", qr/^ERROR:  22023: the fact must not be blank\nHINT:  Use soulprint_forget_fact\(\)/ ],
		[ "correct_fact('$user', $id, repeat('ü', 1001))", qr/^ERROR:  22023: the fact has 1001 characters, the most are 1000\nHINT:  State several/ ],
		[ "add_fact('$user', 'person', 'My password is hunter2hunter2')", qr/^ERROR:  22023: the fact holds a password, a key, a card or identity number\nHINT/ ],
		[ "add_fact('$user', 'hobbies', 'x')", qr/^ERROR:  22023: category "hobbies" is unknown\nHINT:  The categories are person, / ],
		[ "add_fact('$user', NULL, 'x')", qr/^ERROR:  22004: category must not be null/ ],
		[ "add_fact('$user', 'person', NULL)", qr/^ERROR:  22004: fact must not be null/ ],
		[ "add_fact('$nobody', 'person', 'x')", qr/^ERROR:  55000: no conversations to process for user $nobody\nDETAIL/ ])
	{
		like(error_of("SELECT soulprint_$bad->[0]"), $bad->[1], "$shape: soulprint_$bad->[0]");
	}
	like(error_of("SET ROLE reader; SELECT soulprint_$_"), qr/^ERROR:  42501/, "$shape: who may only read may not call soulprint_$_")
	  for "correct_fact('$user', $id, 'x')", "add_fact('$user', 'person', 'x')";
	$sql->("INSERT INTO soulprint.own_facts (user_id, key, category, statement) SELECT '$user', n::text::bytea, 'person', n FROM generate_series(1, 1000 - $before) n");
	like(error_of("SELECT soulprint_add_fact('$user', 'person', 'One more')"), qr/^ERROR:  54000: user $user has stated 1000 facts, the most of a user\nHINT/, "$shape: there is a limit");
	is($sql->("SELECT count(*), (SELECT full_pass_status FROM user_profiles WHERE user_id = '$user') FROM soulprint.own_facts"), '1000|complete', "$shape: none of that changed anything");

	$sql->("SELECT soulprint_forget('$user')");
	is($sql->('SELECT count(*) FROM soulprint.own_facts'), '0', "$shape: soulprint_forget() forgets what was stated");
	$node->stop;
	log_is_clean($node);
}
done_testing();
