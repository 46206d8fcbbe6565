# Nothing is published by halves: what cannot be published leaves the old profile as it was, and says why.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('publish', 'soulprint.max_pass_attempts' => 1);
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

my %v1 = map { ("${_}_md" => qq({"from": "v1 $_"})) } qw(soul identity user agents tools);
my $sections = 'jsonb_build_array(soul_md, identity_md, user_md, agents_md, tools_md)';
my $old_memory = '## Preferences of old';

# A table that does not take the text.  MEMORY is published early, the rest is not.
my $user = add_user($node, 1, %v1, memory_md => $old_memory, soulprint_text => 'the old text', full_pass_completed_at => '2025-01-01');
$sql->(talk($user, 1, 5));
$sql->("ALTER TABLE user_profiles ADD CONSTRAINT no_long_text CHECK (length(soulprint_text) < 100)");
my $unpublished = "SELECT $sections, soulprint_text, full_pass_completed_at FROM user_profiles WHERE user_id = '$user'";
my $before = $sql->($unpublished);
start_pass($node, $user);
like(end_of_pass($node, $user), qr/^failed: new row for relation "user_profiles" violates check constraint "no_long_text"/,
	'a publish that fails says why');
is($sql->($unpublished), $before, 'and leaves the old profile byte for byte');
isnt($sql->("SELECT memory_md FROM user_profiles WHERE user_id = '$user'"), $old_memory, 'MEMORY is new');
is($sql->("SELECT state, error LIKE '%no_long_text%' FROM soulprint.full_passes ORDER BY id DESC LIMIT 1"), 'failed|t', 'the pass says the same');
is($sql->("SELECT count(*) FROM soulprint.facts"), '0', 'no fact is stored');
unlike(slurp_file($node->logfile), qr/Boat\d/, 'what the user said is not in the server log');
$sql->('ALTER TABLE user_profiles DROP CONSTRAINT no_long_text');
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'with the constraint gone it is published');
is($sql->("SELECT calls_made FROM soulprint.full_passes ORDER BY id DESC LIMIT 1"), '0', 'without asking the model again');
is($sql->("SELECT soul_md, memory_md, soulprint_text FROM soulprint.versions ORDER BY version LIMIT 1"), "$v1{soul_md}|$old_memory|the old text",
	'the version before is kept');

# MEMORY itself is refused: nothing at all changes.
$user = add_user($node, 2, %v1, memory_md => $old_memory, soulprint_text => 'the old text');
$sql->(talk($user, 1, 5));
$sql->("ALTER TABLE user_profiles ADD CONSTRAINT no_memory CHECK (memory_md NOT LIKE '%Important Dates%') NOT VALID");
$before = profile($node, $user);
start_pass($node, $user);
like(end_of_pass($node, $user), qr/^failed: .*"no_memory"/, 'MEMORY that is refused fails the pass');
is(profile($node, $user), $before, 'and leaves everything as it was');
$sql->('ALTER TABLE user_profiles DROP CONSTRAINT no_memory');

# The sections cannot be made: an operator's wording is nothing that rules can follow.
$sql->("INSERT INTO soulprint.prompts VALUES ('sections', 'Write in my style.')");
$user = add_user($node, 3, %v1, memory_md => $old_memory, soulprint_text => 'the old text');
$sql->(talk($user, 1, 5));
my $stored = "SELECT $sections FROM user_profiles WHERE user_id = '$user'";
$before = $sql->($stored);
my $listener = $node->background_psql('postgres');
$listener->query_safe('LISTEN soulprint');
start_pass($node, $user);
like(end_of_pass($node, $user), qr/^failed: MEMORY is published; the sections are the old ones: .*soulprint\.prompts/s,
	'v2 that cannot be made fails the pass, which says first what is published');
is($sql->($stored), $before, 'the sections stay those of v1');
my $assembled = "soulprint_assemble_text(jsonb_build_object('soul', soul_md::jsonb, 'identity', identity_md::jsonb,
	'user', user_md::jsonb, 'agents', agents_md::jsonb, 'tools', tools_md::jsonb), memory_md)";
is($sql->("SELECT memory_md <> '$old_memory', memory_md LIKE '%Boat1%', soulprint_text = $assembled, soulprint_text LIKE '%v1 soul%',
	full_pass_completed_at IS NULL, length(full_pass_error) <= 500 FROM user_profiles WHERE user_id = '$user'"),
	't|t|t|t|t|t', 'MEMORY is published and is in soulprint_text');
my $heard = heard_by($listener);
like($heard, qr/"user_id" : "$user", "pass_id" : \d+, "status" : "failed", "error" : ".*soulprint\.prompts/s, 'NOTIFY says so');
$listener->quit;

# A profile that has no sections yet has MEMORY as its text; one that holds no JSON is taken as it is.
my $without = add_user($node, 4);
my $plain = add_user($node, 5, soul_md => 'Just words.');
$sql->(talk($_, 1, 5)) for ($without, $plain);
start_pass($node, $_) for ($without, $plain);
end_of_pass($node, $_) for ($without, $plain);
is($sql->("SELECT memory_md LIKE '%Boat1%', soulprint_text = soulprint_assemble_text('{}', memory_md), soulprint_text LIKE '## Memory' || E'\\n%' FROM user_profiles WHERE user_id = '$without'"),
	't|t|t', 'without sections there is MEMORY only');
like(status($node, $without), qr/^failed: MEMORY is published; there are no sections yet: .*soulprint\.prompts/s, 'and the error says so');
# However long the reason.
$sql->("UPDATE soulprint.prompts SET wording = repeat('Write in my style. ', 100)");
cmp_ok($sql->("SELECT max(length(full_pass_error)) FROM user_profiles"), '<=', 500, 'in at most 500 characters');
like($sql->("SELECT soulprint_text FROM user_profiles WHERE user_id = '$plain'"),
	qr/^## Communication Style & Personality\nJust words\.\n\n## Memory\n/, 'a section that is no JSON stands verbatim under its heading');

$sql->("ALTER SYSTEM SET soulprint.require_sections = off; SELECT pg_reload_conf()");
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'with soulprint.require_sections = off MEMORY is enough');
is($sql->($stored), $before, 'over the sections of v1');
is($sql->("SELECT soulprint_text = $assembled, full_pass_completed_at IS NOT NULL FROM user_profiles WHERE user_id = '$user'"), 't|t', 'which are in the text');
is($sql->("SELECT calls_made FROM soulprint.full_passes ORDER BY id DESC LIMIT 1"), '0', 'no answer was asked for again');

$sql->("DELETE FROM soulprint.prompts; ALTER SYSTEM RESET soulprint.require_sections; SELECT pg_reload_conf()");
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'with the prompt gone the pass succeeds');
isnt($sql->($stored), $before, 'with new sections');
is($sql->("SELECT calls_made FROM soulprint.full_passes ORDER BY id DESC LIMIT 1"), '1', 'for one question');

$node->stop;
log_is_clean($node);
done_testing();
