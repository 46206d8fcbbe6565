# What is kept and for how long: as versions, only profiles that were published whole; answers, as long as
# passes need them; nothing of that without limit, also where no launcher runs.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('kept');
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my %whole;

# The profile as it is, remembered as one that was published whole.
sub is_whole
{
	my ($user) = @_;
	my $profile = profile($node, $user);
	$whole{$profile} = 1;
	return $profile;
}

# Numbers of the user's versions; one that was never published whole has a "!".
sub versions
{
	my ($user) = @_;
	my @versions = split /\n/, $sql->("SELECT version, jsonb_build_array(memory_md, soul_md, identity_md, user_md, agents_md, tools_md, soulprint_text) FROM soulprint.versions WHERE user_id = '$user' ORDER BY version");
	return join ' ', map { my ($version, $profile) = split /\|/, $_, 2; $version . ($whole{$profile} ? '' : '!') } @versions;
}

my $next_talk = 1;
sub next_talk { my ($user) = @_; $sql->(talk($user, $next_talk, $next_talk)); return ++$next_talk }

sub whole_pass
{
	my ($user, $what) = @_;
	next_talk($user);
	start_pass($node, $user);
	is(end_of_pass($node, $user), 'complete', "$what: a pass is complete");
	return is_whole($user);
}

# A pass that has published MEMORY and stands before the sections; the session that holds it, the worker.
sub stand
{
	my ($user) = @_;
	next_talk($user);
	my $hold = hold($node, 'INSERT ON soulprint.replies', q{NEW.step = 'sections'});
	start_pass($node, $user);
	return ($hold, worker_is_held($node));
}

# A pass that publishes MEMORY, and then ends.
sub half_pass
{
	my ($user, $what, $end) = @_;
	my ($hold, $worker) = stand($user);
	$sql->($end eq 'cancel' ? "SELECT soulprint_cancel_full_pass('$user')" : "SELECT pg_cancel_backend($worker)");
	like(end_of_pass($node, $user), qr/^failed: canceled by/, "$what: a pass ends between MEMORY and sections");
	release($hold);
	$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'soulprint worker')") or diag 'the worker goes on';
	return;
}

# Versions.
my $user = add_user($node, 1);
whole_pass($user, 'first');
whole_pass($user, 'second');
is(versions($user), '1', 'the first profile is version 1');
half_pass($user, 'canceled', 'cancel');
is(versions($user), '1 2', 'before MEMORY is published the second is kept');
unlike(join("\n", keys %whole), qr/\Q@{[ profile($node, $user) ]}\E/, 'what stands there now was never published whole');
half_pass($user, 'canceled again', 'administrator');
is(versions($user), '1 2', 'half a profile is not kept before another half');
whole_pass($user, 'third');
is(versions($user), '1 2', 'nor before a whole one');
whole_pass($user, 'fourth');
is(versions($user), '1 2 3', 'which is kept when it is replaced');

# Half a profile and a rollback.
half_pass($user, 'before a rollback', 'cancel');
is(versions($user), '1 2 3 4', 'the fourth is kept');
$sql->("SELECT soulprint_rollback('$user', 2)");
is(versions($user), '1 2 3 4', 'a rollback does not keep half a profile');
is($whole{profile($node, $user)}, 1, 'what it has published is whole');
$sql->("SELECT soulprint_rollback('$user', 3)");
is(versions($user), '1 2 3 4 5', 'so the next rollback keeps it');
whole_pass($user, 'fifth');
is(versions($user), '2 3 4 5 6', 'and so does the next pass');

# A rollback while a pass stands there.
my ($hold) = stand($user);
$sql->("SELECT soulprint_rollback('$user', 6)");
release($hold);
is(end_of_pass($node, $user), 'complete', 'rolled back during a pass: it completes');
is_whole($user);
unlike(versions($user), qr/!/, 'rolled back during a pass: every version is whole');

# A worker that dies there.
my ($held, $worker) = stand($user);
my $before = versions($user);
$sql->("SELECT pg_terminate_backend($worker)");
$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM soulprint.full_passes WHERE state = 'running' AND pid <> $worker") or diag 'no other worker';
worker_is_held($node);
release($held);
is(end_of_pass($node, $user), 'complete', 'a pass whose worker dies after MEMORY is complete');
is_whole($user);
is(versions($user), $before, 'and has kept nothing more');

# The history of the pass that left it half is pruned meanwhile.
half_pass($user, 'pruned', 'cancel');
$before = versions($user);
$sql->("UPDATE soulprint.full_passes SET ended_at = now() - interval '1 year'");
sweep($node, user(1));
whole_pass($user, 'after pruning');
is(versions($user), $before, 'a year later half a profile is still not kept');
sweep($node, user(1));
is($sql->("SELECT count(*) FROM soulprint.full_passes WHERE user_id = '$user' AND ended_at < now() - interval '100 d'"), '0', 'then the last of the history goes, too');

# Answers.
my $other = add_user($node, 2);
$sql->(talk($other, 1, 9));
my $pass = sub { start_pass($node, $other); is(end_of_pass($node, $other), 'complete', $_[0]); return $sql->("SELECT calls_made, calls_remembered FROM soulprint.full_passes WHERE user_id = '$other' ORDER BY id DESC LIMIT 1") };
my $later = sub { $sql->("UPDATE soulprint.replies SET created_at = created_at - interval '$_[0]', used_at = used_at - interval '$_[0]'; UPDATE soulprint.full_passes SET ended_at = ended_at - interval '$_[0]'") };
my $replies = "SELECT count(*) FROM soulprint.replies WHERE user_id = '$other'";
is($pass->('a first pass'), '12|0', 'its answers are paid for');
my $written = "SELECT md5(string_agg(r::text || xmin, '' ORDER BY r::text)) FROM soulprint.replies r WHERE user_id = '$other'";
my $unread = $sql->($written);
is($pass->('another on the same day'), '0|12', 'remembers them');
is($sql->($written), $unread, 'and writes nothing to them');
$sql->("INSERT INTO soulprint.replies (user_id, step, question, attempt, outcome, reply, model, input_tokens, output_tokens, cost_usd) VALUES ('$other', 'facts', 'x', 0, 'answered', '', '', 0, 0, 0)");
$later->('89 days');
is($pass->('a pass on day 89'), '0|12', 'remembers all');
$later->('26 hours');
sweep($node, user(1));
is($sql->($replies), '12', 'they are there on day 90; the one that nothing needed is not');
$later->('80 days');
is($pass->('a pass on day 170'), '0|12', 'remembers all');
$later->('89 days');
$sql->(talk($other, 10, 10));
is($pass->('a pass that reads something new'), '4|9', 'remembers what is old');
$later->('2 days');
sweep($node, user(1));
is($sql->($replies), '13', 'what it needed is there, what it did not need is not');
$sql->("BEGIN; SELECT soulprint_start_full_pass('$other'); UPDATE soulprint.full_passes SET not_before = now() + interval '1 day' WHERE user_id = '$other' AND state = 'queued'; COMMIT");
$later->('200 days');
sweep($node, user(1));
is($sql->($replies), '13', 'a pass that waits keeps its answers');
$sql->("SELECT soulprint_cancel_full_pass('$other')");
sweep($node, user(1));
is($sql->($replies), '0', 'without it they expire');
$node->stop;
log_is_clean($node);

# Without a launcher.
my $alone = new_server('alone', preload => 0);
new_database($alone);
$sql = sub { $alone->safe_psql('postgres', $_[0]) };
$user = add_user($alone, 1);
my $gone = user(2);
$sql->(talk($user, 1, 2));
$sql->("CALL soulprint_run_full_pass('$user')");
my $row = "source, imported, updated, unchanged, memories, skipped, skipped_because, skipped_ids, hidden_messages, replaced_characters";
$sql->("UPDATE soulprint.replies SET used_at = now() - interval '100 d'; UPDATE soulprint.full_passes SET ended_at = now() - interval '100 d';
INSERT INTO soulprint.imports (user_id, imported_at, $row) VALUES ('$user', now() - interval '100 d', 'argument', 0, 0, 0, 0, 0, '{}', '{}', '{}', 0), ('$gone', now(), 'argument', 0, 0, 0, 0, 0, '{}', '{}', '{}', 0);
INSERT INTO soulprint.facts (user_id, category, fact, quote, verified, sources, importance) VALUES ('$gone', 'preferences', '\"x\"', '', false, '[]', 2);
INSERT INTO soulprint.versions (user_id, version, memory_md) VALUES ('$gone', 1, 'x');
INSERT INTO soulprint.memories (user_id, source, content, noted_at) VALUES ('$gone', 'x', 'x', now());
INSERT INTO soulprint.forgotten_facts (user_id, fact) VALUES ('$gone', 'x');
INSERT INTO soulprint.own_facts (user_id, key, category, statement) VALUES ('$gone', 'x', 'person', 'x');
INSERT INTO soulprint.evaluations (user_id, started_at, model, prompts, budget_usd) VALUES ('$user', now() - interval '100 d', 'm', 'p', 1), ('$gone', now(), 'm', 'p', 1);
INSERT INTO soulprint.full_passes (user_id, state, ended_at) VALUES ('$gone', 'done', now());
INSERT INTO soulprint.replies (user_id, step, question, attempt, outcome, reply, model, input_tokens, output_tokens, cost_usd) VALUES ('$gone', 'facts', 'x', 0, 'answered', '', '', 0, 0, 0)");
my $caller = add_user($alone, 3);
$sql->(talk($caller, 1, 2));
$sql->("CALL soulprint_run_full_pass('$caller')");
ok($alone->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'soulprint worker')"), 'the worker of a CALL ends');
my $tables = sub { my ($who) = @_; return $sql->('SELECT ' . join ', ', map { "(SELECT count(*) FROM soulprint.$_ WHERE user_id = '$who')" } qw(replies full_passes imports facts versions forgotten_facts evaluations memories own_facts)) };
like($tables->($user), qr/^0\|0\|0\|[1-9]\d*\|0\|0\|0\|0\|0$/, 'it has deleted what was expired, of another user');
is($tables->($gone), '0|0|0|0|0|0|0|0|0', 'and everything of a user without a profile');
like($tables->($caller), qr/^5\|1\|0\|[1-9]/, 'and nothing else');
$alone->stop;
log_is_clean($alone);
done_testing();
