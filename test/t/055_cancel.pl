# Ending a pass from outside, at any stage: by an administrator, by a setting, by its owner, by deleting the
# user.  Nothing is written afterwards, and the worker goes on with the next.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('cancel');
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my %v1 = map { ("${_}_md" => qq({"from": "v1 $_"})) } qw(soul identity user agents tools);

my %places = (
	chunks => [ 'INSERT ON conversation_chunks', 'true' ],
	facts => [ 'INSERT ON soulprint.replies', 'EXISTS (SELECT FROM soulprint.replies r WHERE r.user_id = NEW.user_id)' ],
	sections => [ 'INSERT ON soulprint.replies', q{NEW.step = 'sections'} ],
	publish => [ 'INSERT ON soulprint.facts', 'true' ]);

my $number = 0;
my ($user, $hold, $worker, $before);

# A user whose pass stands at a place.
sub stand_at
{
	my ($place) = @_;
	$user = add_user($node, ++$number, %v1, memory_md => 'old memory', soulprint_text => 'old text');
	$sql->(talk($user, 1, 20));
	$hold = hold($node, @{ $places{$place} });
	start_pass($node, $user);
	$worker = worker_is_held($node);
	$before = profile($node, $user);
}

my $last = 'SELECT state, error FROM soulprint.full_passes ORDER BY id DESC LIMIT 1';

for my $place ('chunks', 'facts', 'sections', 'publish')
{
	stand_at($place);
	$sql->("SELECT pg_cancel_backend($worker)");
	# A worker that was saving answers tries once more before it ends: they are paid for.
	my $saving = $places{$place}[0] =~ /replies/;
	release($hold) if $saving;
	is(end_of_pass($node, $user), 'failed: canceled by an administrator', "$place: pg_cancel_backend() ends the pass");
	is($sql->($last), 'failed|canceled by an administrator', "$place: its row tells");
	release($hold) if !$saving;
	if ($place eq 'chunks' || $place eq 'facts')
	{
		is(profile($node, $user), $before, "$place: the old profile stays");
	}
	else
	{
		is($sql->("SELECT memory_md LIKE '%Boat1%', soul_md, soulprint_text LIKE '%v1 soul%Boat1%' FROM user_profiles WHERE user_id = '$user'"),
			"t|$v1{soul_md}|t", "$place: MEMORY was made and is in the text, the sections stay");
	}

	stand_at($place);
	$sql->("SELECT pg_terminate_backend($worker)");
	$node->poll_query_until('postgres', "SELECT pid <> $worker FROM soulprint.full_passes WHERE user_id = '$user'") or diag 'not resumed';
	release($hold);
	is(end_of_pass($node, $user), 'complete', "$place: after pg_terminate_backend() the pass is resumed");

	stand_at($place);
	$sql->("ALTER SYSTEM SET soulprint.enabled = off; SELECT pg_reload_conf()");
	$node->poll_query_until('postgres', "SELECT query = 'paused: soulprint.enabled is off' FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'")
	  or diag 'the launcher does not pause';
	release($hold);
	if ($place eq 'publish')
	{
		is(end_of_pass($node, $user), 'complete', "$place: soulprint.enabled = off comes too late");
	}
	else
	{
		ok($node->poll_query_until('postgres', "SELECT full_pass_status = 'pending' AND f.state = 'queued' AND f.attempts = 0 AND f.error LIKE '%soulprint.enabled%' AND full_pass_error NOT LIKE '%soulprint%'
			FROM user_profiles p JOIN soulprint.full_passes f USING (user_id) WHERE user_id = '$user'"),
			"$place: soulprint.enabled = off returns the pass to pending, uncharged");
	}
	ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'soulprint worker'"), "$place: no worker is left");
	$sql->("ALTER SYSTEM RESET soulprint.enabled; SELECT pg_reload_conf()");
	is(end_of_pass($node, $user), 'complete', "$place: on again, it is finished");

	stand_at($place);
	my $session = $node->background_psql('postgres');
	$session->query_until(qr/asked/, "\\echo asked\nSELECT soulprint_cancel_full_pass('$user');\n\\echo canceled\n");
	if ($place eq 'chunks')
	{
		# The worker holds its row while it stores chunks: it is interrupted.
		is(end_of_pass($node, $user), 'failed: canceled by postgres', "$place: soulprint_cancel_full_pass() interrupts it");
	}
	else
	{
		$node->poll_query_until('postgres', "SELECT full_pass_status = 'failed' OR EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT soulprint_cancel%' AND wait_event_type = 'Lock')
			FROM user_profiles WHERE user_id = '$user'");
		release($hold);
	}
	my $end = end_of_pass($node, $user);
	$session->query_safe('SELECT 1');
	$session->quit;
	if ($place eq 'publish')
	{
		is($end, 'complete', "$place: what is being published is published");
	}
	else
	{
		is($end, 'failed: canceled by postgres', "$place: soulprint_cancel_full_pass() ends the pass");
		is($sql->($last), 'canceled|canceled by postgres', "$place: as canceled");
		release($hold) if $place eq 'chunks';
		is($sql->("SELECT soul_md FROM user_profiles WHERE user_id = '$user'"), $v1{soul_md}, "$place: nothing more is published");
		is($sql->("SELECT count(*) FROM conversation_chunks WHERE user_id = '$user'"), '0', "$place: no chunk is stored") if $place eq 'chunks';
	}

	stand_at($place);
	$session = $node->background_psql('postgres');
	$session->query_until(qr/asked/, "\\echo asked\nDELETE FROM auth.users WHERE id = '$user';\n\\echo deleted\n");
	$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM auth.users WHERE id = '$user') OR EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'DELETE FROM auth%' AND wait_event_type = 'Lock')");
	release($hold);
	end_of_pass($node, $user);
	$session->query_safe('SELECT 1');
	$session->quit;
	is(count_log($node, qr/deadlock/), 0, "$place: without a deadlock");
	is($sql->("SELECT (SELECT count(*) FROM user_profiles WHERE user_id = '$user'), (SELECT count(*) FROM conversation_chunks WHERE user_id = '$user')"),
		'0|0', "$place: deleting the user ends the pass, nothing is left behind");

	stand_at($place);
	$session = $node->background_psql('postgres');
	$session->query_until(qr/asked/, "\\echo asked\nUPDATE user_profiles SET full_pass_status = 'pending' WHERE user_id = '$user';\n\\echo set\n");
	# It need not wait for the worker, except where that is publishing.
	$node->poll_query_until('postgres', $place eq 'publish'
		? "SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE 'UPDATE user_profiles%' AND wait_event_type = 'Lock'"
		: "SELECT full_pass_status = 'pending' FROM user_profiles WHERE user_id = '$user'") or diag 'the request waits';
	release($hold);
	$session->query_safe('SELECT 1');
	$session->quit;
	is(end_of_pass($node, $user), 'complete', "$place: set to pending during a pass, it is complete in the end");
	ok($node->poll_query_until('postgres', "SELECT count(*) = 2 FROM soulprint.full_passes WHERE user_id = '$user' AND state = 'done'"),
		"$place: after one more pass");
}

# Another conversation arrives in mid-pass.
stand_at('facts');
my $pass = $sql->("SELECT id FROM soulprint.full_passes WHERE user_id = '$user'");
$sql->(talk($user, 21, 21) . "UPDATE raw_conversations SET imported_at = now() WHERE user_id = '$user' AND conversation_id = 'talk-21'");
is(start_pass($node, $user), $pass, 'asked for after a new import, it is the running pass');
release($hold);
ok($node->poll_query_until('postgres', "SELECT count(*) = 2 FROM soulprint.full_passes WHERE user_id = '$user' AND state = 'done'"), 'and one more follows');
is($sql->("SELECT soulprint_text LIKE '%Boat21%' FROM user_profiles WHERE user_id = '$user'"), 't', 'which knows what is new');

# Tables that know of no auth.users: the profile is all there is to delete.
$sql->('ALTER TABLE conversation_chunks DROP CONSTRAINT conversation_chunks_user_id_fkey');
stand_at('chunks');
$sql->("DELETE FROM user_profiles WHERE user_id = '$user'");
release($hold);
end_of_pass($node, $user);
is($sql->("SELECT count(*) FROM conversation_chunks WHERE user_id = '$user'"), '0', 'without foreign keys no chunk is left behind either');

$node->stop;
log_is_clean($node);
unlike(slurp_file($node->logfile), qr/deadlock/, 'no deadlock');
done_testing();
