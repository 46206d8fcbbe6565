# pg_dump and pg_restore carry over what the extension knows: the queue and its history, answers, facts,
# versions, prompts and an operator's prices, and the numbering goes on.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('dump');
new_database($node, database => 'old', shape => 'live');
my $old = sub { $node->safe_psql('old', $_[0]) };
my $new = sub { $node->safe_psql('new', $_[0]) };

my $user = add_user($node, 1, database => 'old', soul_md => '{"from": "v1"}');
my $waiting = add_user($node, 2, database => 'old');
$old->(talk($_, 1, 3)) for ($user, $waiting);
$old->("INSERT INTO soulprint.memories (user_id, source, content, noted_at) VALUES ('$user', 'memory of Claude', 'I keep bees.', '-infinity')");
$old->("CALL soulprint_run_full_pass('$user')");
start_pass($node, $waiting, 'old');
$old->("INSERT INTO soulprint.prompts VALUES ('memory', 'Write MEMORY my way.');
INSERT INTO soulprint.prices VALUES ('my-model', 1, 2);
INSERT INTO soulprint.evaluations (user_id, model, prompts, budget_usd) VALUES ('$user', 'm', 'p', 1);
INSERT INTO soulprint.batches (pass_id, user_id, model, requests, questions, reserved_usd, state) VALUES (1, '$user', 'm', 1, '{}', 0, 'ended');");

my $dump = $node->basedir . '/old.dump';
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', $node->connstr('old') ], 'pg_dump');
$node->safe_psql('postgres', 'CREATE DATABASE new TEMPLATE template0');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('new'), $dump ], 'pg_restore');

for my $table (qw(full_passes memories replies facts versions evaluations batches prompts prices))
{
	my $rows = "SELECT count(*), md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM soulprint.$table AS t";
	is($new->($rows), $old->($rows), "soulprint.$table is carried over");
	isnt($new->("SELECT count(*) FROM soulprint.$table"), '0', "and holds something");
}
is($new->('SELECT count(*) FROM soulprint.prices WHERE builtin'), $old->('SELECT count(*) FROM soulprint.prices WHERE builtin'), 'builtin prices come from the extension');
for my $sequence (qw(full_passes_id_seq facts_id_seq evaluations_id_seq batches_id_seq))
{
	is($new->("SELECT last_value, is_called FROM soulprint.$sequence"), $old->("SELECT last_value, is_called FROM soulprint.$sequence"), "$sequence goes on");
}
is(profile($node, $user, 'new'), profile($node, $user, 'old'), 'profiles are the same');
is($new->("SELECT count(*) FROM pg_trigger t JOIN pg_depend d ON d.objid = t.oid AND d.deptype = 'x' WHERE tgname = 'soulprint_queue_pending_profile'"), '1',
	'the trigger depends on the extension again');
is($new->('SELECT change FROM soulprint_setup()'), '', 'soulprint_setup() finds nothing to do');

# What was queued can be run there, and what was asked is remembered.
$new->("DELETE FROM soulprint.prompts; CALL soulprint_run_full_pass('$waiting')");
is(status($node, $waiting, 'new'), 'complete', 'a pass that was queued is run after the restore');
$new->("CALL soulprint_run_full_pass('$user')");
is($new->("SELECT calls_made FROM soulprint.full_passes WHERE user_id = '$user' ORDER BY id DESC LIMIT 1"), '0', 'answers are remembered there');

$node->stop;
log_is_clean($node);
done_testing();
