# No question is paid for twice: a second pass over the same export asks the model nothing, one over an
# export that has grown asks only about what is new.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('remembered');
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $last = 'SELECT calls_made, calls_remembered FROM soulprint.full_passes ORDER BY id DESC LIMIT 1';

my $user = add_user($node, 1);
import_emily($node, $user);
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'the first pass');
my ($calls) = split /\|/, $sql->($last);
is($calls, $sql->('SELECT count(*) FROM soulprint.replies'), "its $calls answers are remembered");
is($sql->("SELECT string_agg(DISTINCT i, ' ' ORDER BY i) FROM soulprint.replies, unnest(conversation_ids) AS i WHERE step = 'facts'"),
	$sql->("SELECT string_agg(conversation_id, ' ' ORDER BY conversation_id) FROM raw_conversations"), 'those about facts name each conversation');
cmp_ok($sql->("SELECT count(*) FROM soulprint.replies WHERE step = 'facts'"), '<', $sql->('SELECT count(*) FROM conversation_chunks'),
	'several of them in one question');
my $profile = profile($node, $user);

import_emily($node, $user);
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'a second pass over the same export');
is($sql->($last), "0|$calls", 'asks the model nothing');
is(profile($node, $user), $profile, 'and publishes the same');

$sql->(talk($user, 7, 7));
$sql->('CREATE TABLE before AS SELECT * FROM soulprint.replies');
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'a pass over an export with one conversation more');
is($sql->('SELECT step, count(*) FROM soulprint.replies r WHERE NOT EXISTS (SELECT FROM before b
	WHERE (b.user_id, b.step, b.question, b.attempt) = (r.user_id, r.step, r.question, r.attempt)) GROUP BY 1 ORDER BY 1'),
	"changes|1\nfacts|1\nmemory|1\nsections|1", 'asks about that one, for changes, for MEMORY and for the sections');
is($sql->($last), '4|' . ($calls - 3), 'and about nothing else');
like($sql->("SELECT string_agg(fact::text, ' ') FROM soulprint.facts"), qr/Boat7/, 'what is new is known then');
unlike($sql->("SELECT string_agg(fact::text, ' ') FROM soulprint.facts"), qr/hate tea/i, 'but not what the assistant said');

# Another user's answers are nobody's business.
my $other = add_user($node, 2);
import_emily($node, $other);
start_pass($node, $other);
is(end_of_pass($node, $other), 'complete', 'another user with the same export');
is($sql->($last), "$calls|0", 'is asked about anew');
is(profile($node, $other), $profile, 'with the same result');

$node->stop;
log_is_clean($node);
done_testing();
