# What is erased, when and for whom: a deleted profile, soulprint_forget(), what was left behind before,
# conversations that are taken back, single facts; and what was published before.  Whole dumps are searched
# for the users' words.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my @tables = map { "soulprint.$_" } qw(full_passes imports replies facts forgotten_facts own_facts versions evaluations memories);
my @derived = qw(memory_md soul_md identity_md user_md agents_md tools_md soulprint_text import_cost_json
  full_pass_status full_pass_error full_pass_started_at full_pass_completed_at full_pass_percent full_pass_stage);
my $storage = StorageServer->new('storage-key-made-up-for-this-test-0123456789');
my ($node, $sql, $shape, $number);

# An export as JSON: ids => words, each the subject of one conversation that is a question of its own.  A word in
# capitals is not to be remembered.
sub export
{
	my (%words) = @_;
	return JSON::PP::encode_json([ map { my $word = lc $words{$_}; {
		id => $_, title => "About $word", create_time => 1710928800, is_do_not_remember => $word ne $words{$_} ? \1 : \0,
		messages => [
			{ role => 'user', content => "I love $word painting." . ' ' x 4000 . " I am working on a project called \u$word. I decided to sell my $word car." },
			{ role => 'assistant', content => "Fine, $word." },
			{ role => 'user', content => "I prefer $word coffee." }, { role => 'assistant', content => 'Noted.' } ] } } sort keys %words ]);
}

sub import_words
{
	my ($user, @words) = @_;
	return "SELECT imported FROM soulprint_import('$user', convert_to('" . export(@words) . "', 'UTF8'))";
}

# Takes on the role of who may change the user's profile.
sub owner { return $shape eq 'live' ? "SET ROLE stranger; SET request.jwt.claim.sub = '$_[0]'; " : 'SET ROLE writer; ' }

sub new_user { return add_user($node, ++$number, @_) }

sub full_pass
{
	my ($user) = @_;
	start_pass($node, $user);
	return end_of_pass($node, $user);
}

# How many rows of schema soulprint a user has, table by table.
sub traces
{
	my ($user) = @_;
	return $sql->('SELECT ' . join(', ', map { "(SELECT count(*) FROM $_ WHERE user_id = '$user')" } @tables));
}
my $none = '0|0|0|0|0|0|0|0|0';

# How many lines of a dump have the word.
sub dumped
{
	my ($word, @options) = @_;
	my ($dump, $errors) = run_command([ 'pg_dump', @options, '-d', $node->connstr('postgres') ]);
	like($dump, qr/PostgreSQL database dump complete/, "$shape: the dump is whole") or diag $errors;
	return scalar grep { /$word/i } split /\n/, $dump;
}
# Without foreign keys the conversations of a deleted profile are the application's to delete.
my @but_conversations = map { "--exclude-table-data=public.$_" } qw(raw_conversations conversation_chunks);

sub error_of
{
	my ($statement) = @_;
	my ($out, $err);
	$node->psql('postgres', $statement, stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	$err =~ s/^psql:<stdin>:\d+: //mg;
	return $err;
}

my %places = (
	chunks => [ 'INSERT ON conversation_chunks', 'true' ],
	sections => [ 'INSERT ON soulprint.replies', q{NEW.step = 'sections'} ],
	publish => [ 'INSERT ON soulprint.facts', 'true' ]);

# A user whose pass stands at a place.
sub stand_at
{
	my ($place, $word) = @_;
	my $user = new_user(memory_md => "old $word");
	$sql->(import_words($user, a => $word, b => 'other'));
	my $hold = hold($node, @{ $places{$place} });
	start_pass($node, $user);
	worker_is_held($node);
	return ($user, $hold);
}

# Sends a statement that a held worker may keep waiting, lets the worker go on, and waits for both.
sub while_held
{
	my ($hold, $user, $statement) = @_;
	my $session = $node->background_psql('postgres');
	$session->query_until(qr/sent/, "\\echo sent\n$statement;\n");
	$node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'psql' AND state = 'active'
		AND wait_event_type IS DISTINCT FROM 'Lock' AND query NOT LIKE '%pg_stat_activity%'});
	release($hold);
	$session->query_safe('SELECT 1');
	$session->quit;
	end_of_pass($node, $user) if $user;
	$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'soulprint worker'") or diag 'the worker goes on';
}

sub deleted_profiles
{
	my ($word, $user) = ('quetzalcoatlus', new_user());
	$sql->(import_words($user, a => $word));
	is(full_pass($user), 'complete', "$shape: a pass");
	$sql->(import_words($user, b => $word));
	full_pass($user);
	$sql->("INSERT INTO soulprint.evaluations (user_id, ended_at, model, prompts, budget_usd) VALUES ('$user', now(), 'm', 'p', 1);
		INSERT INTO soulprint.memories (user_id, source, content, noted_at) VALUES ('$user', 'memory of Claude', 'I keep a $word.', now())");
	my $before = traces($user);
	like($before, qr/^2\|2\|[1-9]\d*\|[1-9]\d*\|0\|0\|1\|1\|1$/, "$shape: two passes and an evaluation leave their traces");
	isnt(dumped($word), 0, "$shape: the word is in the dump");

	my @delete = "DELETE FROM user_profiles WHERE user_id = '$user'";
	push @delete, "DELETE FROM auth.users WHERE id = '$user'" if $shape eq 'live';
	for my $statement (@delete)
	{
		is($sql->("BEGIN; $statement; SELECT " . join(' + ', map { "(SELECT count(*) FROM $_ WHERE user_id = '$user')" } @tables) . '; ROLLBACK'),
			'0', "$shape: no trace is left in the same transaction: $statement");
		is(traces($user), $before, "$shape: rolled back, all is back");
	}
	$sql->($delete[-1]);
	is(traces($user), $none, "$shape: no trace after the commit");
	is(dumped($word, $shape eq 'live' ? () : @but_conversations), 0, "$shape: no word of the user is in a dump");
	$sql->("DELETE FROM $_ WHERE user_id = '$user'") for qw(raw_conversations conversation_chunks);

	for my $place (sort keys %places)
	{
		my ($other, $hold) = stand_at($place, 'tanystropheus');
		while_held($hold, $other, "DELETE FROM user_profiles WHERE user_id = '$other'");
		is(traces($other), $none, "$shape: deleted in $place: nothing is written any more");
		is(dumped('tanystropheus', @but_conversations), 0, "$shape: deleted in $place: nor is a word in a dump");
	}
}

sub forgotten_users
{
	my ($word, $user) = ('liopleurodon', new_user());
	$sql->(import_words($user, a => $word));
	full_pass($user);
	$sql->(import_words($user, b => $word));
	full_pass($user);
	my $before = profile($node, $user);
	for my $role ('reader', $shape eq 'live' ? 'stranger' : ())
	{
		my $claim = $role eq 'stranger' ? "SET request.jwt.claim.sub = '" . user(998) . "';" : '';
		like(error_of("SET ROLE $role; $claim SELECT soulprint_forget('$user')"), $role eq 'reader' ? qr/^ERROR:  42501/ : qr/^ERROR:  P0002: no profile for user $user in public\.user_profiles/, "$shape: $role may not forget");
	}
	is(profile($node, $user), $before, "$shape: and nothing has changed");
	isnt(traces($user), $none, "$shape: nothing is forgotten");
	$sql->("BEGIN; SELECT soulprint_forget('$user'); ROLLBACK");
	is(profile($node, $user), $before, "$shape: rolled back, the profile is back");
	like(error_of('SELECT soulprint_forget(NULL)'), qr/^ERROR:  22004: user_id must not be null/, "$shape: soulprint_forget(NULL)");
	like(error_of("SELECT soulprint_forget('" . user(999) . "')"), qr/^ERROR:  P0002: no profile for user \S+ in /, "$shape: of an unknown user");

	# On a live project it is the user's own right.
	$sql->(owner($user) . "SELECT soulprint_forget('$user')");
	is(traces($user), $none, "$shape: soulprint_forget() leaves no trace");
	is($sql->("SELECT num_nonnulls(" . join(', ', @derived) . ") FROM user_profiles WHERE user_id = '$user'"), '0', "$shape: nor a derived column");
	is($sql->("SELECT count(*) FROM raw_conversations WHERE user_id = '$user'"), '2', "$shape: the conversations stay");
	is(dumped($word, @but_conversations), 0, "$shape: no word is left but in conversations and chunks");
	is(full_pass($user), 'complete', "$shape: and all can be learned again");

	for my $place (sort keys %places)
	{
		my ($other, $hold) = stand_at($place, 'ophthalmosaurus');
		while_held($hold, $other, "SELECT soulprint_forget('$other')");
		is(traces($other), $none, "$shape: forgotten in $place: nothing is written any more");
		is(dumped('ophthalmosaurus', @but_conversations), 0, "$shape: forgotten in $place: nor is a word in a dump");
	}
}

sub swept_users
{
	my $user = new_user();
	$sql->(import_words($user, a => 'nothosaurus'));
	full_pass($user);
	my $before = traces($user);
	my $gone = user(997);
	$sql->("INSERT INTO soulprint.facts (user_id, category, fact, quote, verified, sources, importance) VALUES ('$gone', 'preferences', '\"placodus\"', '', false, '[]', 2);
		INSERT INTO soulprint.versions (user_id, version, memory_md) VALUES ('$gone', 1, 'placodus');
		INSERT INTO soulprint.evaluations (user_id, ended_at, model, prompts, budget_usd) VALUES ('$gone', now(), 'm', 'p', 1);
		INSERT INTO soulprint.memories (user_id, source, content, noted_at) VALUES ('$gone', 'memory of Claude', 'placodus', now())");
	my @hidden = (
		[ 'a restrictive policy hides it', 'CREATE POLICY hides ON user_profiles AS RESTRICTIVE USING (false); ALTER TABLE user_profiles ENABLE ROW LEVEL SECURITY', 'DROP POLICY hides ON user_profiles' ],
		[ 'the policy is dropped', 'ALTER TABLE user_profiles ENABLE ROW LEVEL SECURITY; ALTER POLICY soulprint_worker ON user_profiles RENAME TO aside; ALTER POLICY aside ON user_profiles TO writer',
			'ALTER POLICY aside ON user_profiles TO soulprint_worker; ALTER POLICY aside ON user_profiles RENAME TO soulprint_worker' ],
		[ 'the policy is another one', "ALTER POLICY soulprint_worker ON user_profiles USING (user_id <> '$user')", 'ALTER POLICY soulprint_worker ON user_profiles USING (true)' ],
		[ 'the table is a new one', 'ALTER TABLE user_profiles RENAME TO aside; CREATE TABLE user_profiles (LIKE aside INCLUDING ALL); GRANT ALL ON user_profiles TO soulprint_worker', 'DROP TABLE user_profiles; ALTER TABLE aside RENAME TO user_profiles' ],
		[ 'the table is a new one that is set up and empty', 'ALTER TABLE user_profiles RENAME TO aside; CREATE TABLE user_profiles (LIKE aside INCLUDING ALL); DO $$ BEGIN PERFORM soulprint_setup(); END $$',
			'DROP TABLE user_profiles; ALTER TABLE aside RENAME TO user_profiles' ],
		[ 'the table is missing', 'ALTER TABLE user_profiles RENAME TO aside', 'ALTER TABLE aside RENAME TO user_profiles' ]);
	for (@hidden)
	{
		my ($how, $hide, $show) = @$_;
		$sql->($hide);
		sweep($node, $user);
		is(traces($user), $before, "$shape: a sweep leaves a user alone: $how");
		is(traces($gone), '0|0|0|1|0|0|1|1|1', "$shape: and everybody: $how");
		$sql->($show);
	}
	sweep($node, $user);
	is(traces($gone), $none, "$shape: a sweep erases what a deleted user left behind");
	is(traces($user), $before, "$shape: and nobody else");
	$sql->("ALTER TABLE user_profiles DISABLE TRIGGER soulprint_erase_deleted_user; DELETE FROM user_profiles WHERE user_id = '$user'; ALTER TABLE user_profiles ENABLE TRIGGER soulprint_erase_deleted_user");
	is(traces($user), $before, "$shape: without the trigger the traces stay");
	sweep($node, user(1));
	is(traces($user), $none, "$shape: until the next sweep");
	is(dumped('nothosaurus', @but_conversations), 0, "$shape: then no word is left");
}

sub taken_back
{
	my ($user, $word, $kept) = (new_user(), 'hyperodapedon', 'mesosaurus');
	$sql->(import_words($user, a => $word, b => $kept));
	full_pass($user);
	$sql->(import_words($user, c => $kept));
	full_pass($user);
	is($sql->("SELECT count(*) > 0 FROM soulprint.versions WHERE user_id = '$user' AND versions::text ~* '$word'"), 't', "$shape: a version knows the chat");
	my $pass = $sql->("SELECT max(id) FROM soulprint.full_passes");
	is($sql->('BEGIN; ' . import_words($user, a => uc $word, d => $kept) . '; ' . join('; ', map { "SELECT count(*) FROM $_ AS t WHERE user_id = '$user' AND t::text ~* '$word'" } @tables, 'raw_conversations', 'conversation_chunks') . '; COMMIT'),
		join("\n", '1', ('0') x (@tables + 2)), "$shape: taking a chat back erases what was learned from it");
	is(end_of_pass($node, $user), 'complete', "$shape: and asks for a pass");
	is($sql->("SELECT count(*) FROM soulprint.full_passes WHERE user_id = '$user' AND id > $pass AND state = 'done'"), '1', "$shape: one");
	is(dumped($word), 0, "$shape: after which no dump has its words");
	like(profile($node, $user), qr/$kept/i, "$shape: what the others led to is there");
	is($sql->("SELECT calls_remembered > 0 FROM soulprint.full_passes WHERE user_id = '$user' ORDER BY id DESC LIMIT 1"), 't', "$shape: and was not asked again");
	is($sql->(import_words($user, a => uc $word, e => $kept) . "; SELECT full_pass_status FROM user_profiles WHERE user_id = '$user'"), "1\ncomplete", "$shape: taken back again, it asks for nothing");

	# While a pass runs that has read it.
	for my $place (sort keys %places)
	{
		my ($other, $hold) = stand_at($place, 'psittacosaurus');
		while_held($hold, undef, import_words($other, a => 'PSITTACOSAURUS'));
		is(end_of_pass($node, $other), 'complete', "$shape: taken back in $place: a pass completes");
		is(dumped('psittacosaurus'), 0, "$shape: taken back in $place: no word is left");
		like(profile($node, $other), qr/other/, "$shape: taken back in $place: what the others led to is there");
		is($sql->("SELECT max(attempts) FROM soulprint.full_passes WHERE user_id = '$other'"), '1', "$shape: taken back in $place: that costs no attempt");
	}

	# In an export that lies in Storage, which the worker imports itself.
	my $uploads = new_user();
	my $path = "imports/$uploads/export.json";
	for my $words ([ a => 'tanystropheid', b => 'other' ], [ a => 'TANYSTROPHEID', b => 'other' ])
	{
		$storage->store($path, export(@$words));
		$sql->("SELECT soulprint_start_full_pass('$uploads', '$path')");
		is(end_of_pass($node, $uploads), 'complete', "$shape: a pass that imports $words->[1]");
	}
	is(dumped('tanystropheid'), 0, "$shape: taken back in Storage: no word is left");
	is($sql->("SELECT count(*) FROM soulprint.full_passes WHERE user_id = '$uploads'"), '2', "$shape: taken back in Storage: in the same pass");

	# The only one: nothing is left to be known.
	my $last = new_user();
	$sql->(import_words($last, a => 'gorgonops'));
	full_pass($last);
	$sql->(import_words($last, a => 'GORGONOPS'));
	end_of_pass($node, $last);
	is(dumped('gorgonops'), 0, "$shape: of the only chat that is taken back no word is left");
	is(status($node, $last), '', "$shape: and the profile is as before any pass");

	# A pass that fails or is canceled after that, and the next one: the old profile is not kept either.
	my $later = new_user();
	$sql->(import_words($later, a => 'dimetrodon', b => 'other'));
	full_pass($later);
	my $hold = hold($node, @{ $places{publish} });
	$sql->(import_words($later, a => 'DIMETRODON'));
	my $worker = worker_is_held($node);
	$sql->("SELECT pg_cancel_backend($worker)");
	like(end_of_pass($node, $later), qr/^failed: canceled/, "$shape: the pass after it is canceled");
	release($hold);
	full_pass($later);
	is(dumped('dimetrodon'), 0, "$shape: the next one does not keep the words either");
}

# What the application deletes itself.
sub deleted_conversations
{
	my $user = new_user();
	$sql->(import_words($user, a => 'plateosaurus', b => 'other'));
	full_pass($user);
	$sql->("DELETE FROM raw_conversations WHERE user_id = '$user' AND conversation_id = 'a'");
	full_pass($user);
	is($sql->("SELECT (SELECT count(*) FROM soulprint.replies r WHERE user_id = '$user' AND r::text ~* 'plateosaurus'), (SELECT count(*) FROM soulprint.facts f WHERE user_id = '$user' AND f::text ~* 'plateosaurus')"),
		'0|0', "$shape: the next pass erases the answers about a conversation that is gone");
	is($sql->("SELECT calls_remembered FROM soulprint.full_passes WHERE user_id = '$user' ORDER BY id DESC LIMIT 1"), '1', "$shape: the others stay");
	full_pass($user);
	is($sql->("SELECT calls_made FROM soulprint.full_passes WHERE user_id = '$user' ORDER BY id DESC LIMIT 1"), '0', "$shape: and are enough for another one");
}

sub single_facts
{
	my $user = new_user();
	$sql->(import_words($user, a => 'eoraptor', b => 'iguanodon'));
	full_pass($user);
	my $of_fact = "FROM soulprint_facts('$user') WHERE fact::text ~* 'love' AND fact::text ~* 'eoraptor'";
	my $fact = $sql->("SELECT fact_id $of_fact") || $sql->("SELECT min(fact_id) FROM soulprint_facts('$user') WHERE category = 'preferences' AND fact::text ~* 'eoraptor'");
	my $words = $sql->("SELECT fact #>> '{}' FROM soulprint_facts('$user') WHERE fact_id = $fact");
	my $other = new_user();
	for my $call ([ "'$user', 0", qr/^ERROR:  P0002: fact 0 of user $user does not exist\nHINT:  SELECT/ ],
		[ "'$other', $fact", qr/^ERROR:  P0002: fact $fact of user $other does not exist/ ],
		[ "'" . user(999) . "', 1", qr/^ERROR:  P0002: no profile for user \S+ in / ],
		[ "NULL, 1", qr/^ERROR:  22004: user_id must not be null/ ], [ "'$user', NULL", qr/^ERROR:  22004: fact_id must not be null/ ])
	{
		like(error_of("SELECT soulprint_forget_fact($call->[0])"), $call->[1], "$shape: soulprint_forget_fact($call->[0])");
	}
	like(error_of("SET ROLE reader; SELECT soulprint_forget_fact('$user', $fact)"), qr/^ERROR:  42501/, "$shape: who may only read may not forget a fact");
	$sql->(owner($user) . "SELECT soulprint_forget_fact('$user', $fact)");
	is(end_of_pass($node, $user), 'complete', "$shape: forgetting a fact asks for a pass");
	is($sql->("SELECT calls_made, calls_remembered FROM soulprint.full_passes WHERE user_id = '$user' ORDER BY id DESC LIMIT 1"), '3|2', "$shape: which asks for changes, MEMORY and sections only");
	my $known = "(SELECT count(*) FROM soulprint_facts('$user') WHERE fact #>> '{}' = '$words'), (SELECT count(*) FROM user_profiles WHERE user_id = '$user' AND memory_md ~ '$words'), (SELECT count(*) FROM soulprint.versions WHERE user_id = '$user')";
	is($sql->("SELECT $known"), '0|0|0', "$shape: '$words' is in no fact, not in MEMORY, and no version that knows it is kept");
	$sql->(import_words($user, c => 'eoraptor'));
	full_pass($user);
	is($sql->("SELECT $known"), '0|0|1', "$shape: nor after it was said again; what was published without it is kept");

	# While a pass runs.
	$fact = $sql->("SELECT min(fact_id) FROM soulprint_facts('$user') WHERE category = 'preferences'");
	$words = $sql->("SELECT fact #>> '{}' FROM soulprint_facts('$user') WHERE fact_id = $fact");
	$sql->(import_words($user, d => 'eoraptor'));
	my $hold = hold($node, @{ $places{sections} });
	start_pass($node, $user);
	worker_is_held($node);
	while_held($hold, undef, "SELECT soulprint_forget_fact('$user', $fact)");
	is(end_of_pass($node, $user), 'complete', "$shape: forgotten while a pass runs, it completes");
	is($sql->("SELECT count(*) FROM soulprint_facts('$user') WHERE fact #>> '{}' = '$words'"), '0', "$shape: without the fact");
}

sub earlier_versions
{
	my $user = new_user();
	$sql->(import_words($user, a => 'allosaurus'));
	full_pass($user);
	my $first = profile($node, $user);
	like(error_of("SELECT soulprint_rollback('$user', 1)"), qr/^ERROR:  P0002: version 1 of the profile of user $user does not exist\nHINT:  No earlier version is kept\./, "$shape: no version");
	$sql->(import_words($user, b => 'ceratosaurus'));
	full_pass($user);
	my $second = profile($node, $user);
	like(error_of("SELECT soulprint_rollback('$user', 7)"), qr/^ERROR:  P0002: version 7 .*\nHINT:  These versions are kept: 1\./, "$shape: another version");
	like(error_of("SELECT soulprint_rollback('$user', NULL)"), qr/^ERROR:  22004: version must not be null/, "$shape: no version named");
	like(error_of("SET ROLE reader; SELECT soulprint_rollback('$user', 1)"), qr/^ERROR:  42501/, "$shape: who may only read may not roll back");
	is(profile($node, $user), $second, "$shape: nothing has changed");
	$sql->(owner($user) . "SELECT soulprint_rollback('$user', 1)");
	is(profile($node, $user), $first, "$shape: soulprint_rollback() publishes an earlier version");
	is(status($node, $user), 'complete', "$shape: the status stays");
	$sql->(owner($user) . "SELECT soulprint_rollback('$user', 2)");
	is(profile($node, $user), $second, "$shape: the present one was kept");
	is($sql->("SELECT string_agg(version::text, ' ' ORDER BY version) FROM soulprint.versions WHERE user_id = '$user'"), '1 2 3', "$shape: as a version each time");

	is($sql->("SET ROLE reader; SELECT count(*) > 0 FROM soulprint_facts('$user')"), 't', "$shape: who may read the profile may read the facts");
	like(error_of("SET ROLE nobody; SELECT soulprint_facts('$user')"), qr/^ERROR:  42501/, "$shape: others may not");
	return if $shape ne 'live';
	is($sql->("SET ROLE stranger; SET request.jwt.claim.sub = '$user'; SELECT count(*) > 0 FROM soulprint_facts('$user')"), 't', 'live: the user may');
	like(error_of("SET ROLE stranger; SET request.jwt.claim.sub = '" . user(998) . "'; SELECT soulprint_facts('$user')"), qr/^ERROR:  P0002/, 'live: another user may not');
}

for ('setup', 'live')
{
	$shape = $_;
	$number = 0;
	$node = new_server("erasure_$shape", $storage->settings);
	new_database($node, shape => $shape);
	$sql = sub { $node->safe_psql('postgres', $_[0]) };
	$sql->("CREATE ROLE reader; CREATE ROLE writer; CREATE ROLE nobody; CREATE ROLE stranger;
		GRANT EXECUTE ON FUNCTION soulprint_forget, soulprint_forget_fact, soulprint_rollback, soulprint_facts TO reader, writer, nobody, stranger;
		GRANT SELECT ON user_profiles TO reader, writer; GRANT UPDATE ON user_profiles TO writer;
		CREATE POLICY all_rows ON user_profiles TO reader, writer USING (true)" . ($shape eq 'live' ? '; GRANT authenticated TO stranger' : ''));
	new_user();    # somebody is always there
	deleted_profiles();
	forgotten_users();
	swept_users();
	taken_back();
	deleted_conversations();
	single_facts();
	earlier_versions();
	$node->stop;
	log_is_clean($node);
	unlike(slurp_file($node->logfile), qr/deadlock/, "$shape: no deadlock");
}

done_testing();
