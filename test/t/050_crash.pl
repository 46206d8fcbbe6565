# Whatever dies, and whenever: the pass resumes by itself, pays for nothing twice, and its result is that
# of an undisturbed pass over the same export.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('crash');
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

my $undisturbed = add_user($node, 1);
import_emily($node, $undisturbed);
start_pass($node, $undisturbed);
is(end_of_pass($node, $undisturbed), 'complete', 'an undisturbed pass');
my $calls = $sql->('SELECT count(*) FROM soulprint.replies');

# What other tables hold of a user, without what differs by nature.
sub stored
{
	my ($user) = @_;
	return $sql->("SELECT category, fact, quote, verified, sources FROM soulprint.facts WHERE user_id = '$user' ORDER BY 1, 2;
SELECT conversation_id, chunk_index, total_chunks, token_count, title, md5(content), created_at FROM conversation_chunks WHERE user_id = '$user' ORDER BY 1, 2;
SELECT state, conversations, chunks, chunks_done, chunks_failed, facts, calls_made FROM soulprint.full_passes WHERE user_id = '$user';
SELECT import_cost_json FROM user_profiles WHERE user_id = '$user';
SELECT step, encode(question, 'hex'), attempt, reply FROM soulprint.replies WHERE user_id = '$user' ORDER BY 1, 2;");
}

# In the middle of the facts: one answer is saved, the next ones are not.
my %places = (
	'storing chunks' => [ 'INSERT ON conversation_chunks', 'NEW.chunk_index = 0' ],
	'facts' => [ 'INSERT ON soulprint.replies', q{EXISTS (SELECT FROM soulprint.replies r WHERE r.user_id = NEW.user_id)} ],
	'publishing MEMORY' => [ 'UPDATE ON user_profiles', q{NEW.memory_md IS NOT NULL AND NEW.soulprint_text IS NULL} ],
	'sections' => [ 'INSERT ON soulprint.replies', q{NEW.step = 'sections'} ],
	'publishing' => [ 'INSERT ON soulprint.facts', 'true' ]);
my %saved = ('storing chunks' => 0, 'facts' => 1, 'publishing MEMORY' => $calls - 1, 'sections' => $calls - 1, 'publishing' => $calls);

my $number = 1;
for my $way ('kill -9 of the worker', 'immediate stop')
{
	for my $place (sort keys %places)
	{
		# One crash of the whole server per place is enough where the place makes no difference.
		next if $way eq 'immediate stop' && $place !~ /^facts$|^publishing$/;
		my $user = add_user($node, ++$number);
		import_emily($node, $user);
		my $hold = hold($node, @{ $places{$place} });
		start_pass($node, $user);
		my $worker = worker_is_held($node);
		is($sql->("SELECT count(*) FROM soulprint.replies WHERE user_id = '$user'"), $saved{$place}, "$way, $place: what was answered is saved");
		if ($way eq 'immediate stop')
		{
			$node->stop('immediate');
			$node->start;
		}
		else
		{
			kill 'KILL', $worker;
			# Postgres restarts all its processes then.
			$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $worker");
		}
		eval { release($hold) };
		$sql->('DROP FUNCTION IF EXISTS public.test_hold() CASCADE');
		is(end_of_pass($node, $user), 'complete', "$way, $place: the pass resumes by itself");
		is(profile($node, $user), profile($node, $undisturbed), "$way, $place: the result is the same");
		is(stored($user), stored($undisturbed), "$way, $place: so is everything stored, and nothing was paid for twice");
		is($sql->("SELECT count(*) FROM soulprint.full_passes WHERE user_id = '$user'"), '1', "$way, $place: it is one pass");
	}
}

# Requests survive, and nobody is taken twice or left out.
my @users = map { user(100 + $_) } 1 .. 6;
$sql->('ALTER SYSTEM SET soulprint.enabled = off; SELECT pg_reload_conf()');
add_user($node, 100 + $_) for 1 .. 6;
$sql->(join '', map { talk($_, 1, 2) } @users);
start_pass($node, $_) for @users;
$node->stop('immediate');
$node->start;
is($sql->("SELECT count(*) FROM soulprint.full_passes WHERE state = 'queued'"), '6', 'requests survive an immediate stop');
$sql->('ALTER SYSTEM RESET soulprint.enabled; SELECT pg_reload_conf()');
ok($node->poll_query_until('postgres', "SELECT count(*) = 6 FROM soulprint.full_passes WHERE state = 'done' AND user_id >= '$users[0]'"), 'and are served');

$node->stop;
my $log = slurp_file($node->logfile);
is(() = $log =~ /was terminated by signal/g, 5, 'nothing crashed but what was killed');
unlike($log, qr/PANIC|TRAP:/, 'nor complained');
done_testing();
