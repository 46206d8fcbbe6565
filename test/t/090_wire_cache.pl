# What the model server keeps of a pass's questions: it is sent alone first, read from then on, and each
# token counts at its price.  Servers that cannot keep it get the same question as one text.

use strict;
use warnings;

use lib 'test/t';
use JSON::PP;
use List::Util qw(min sum uniq);
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my $node = new_server('cache', $model->settings, 'soulprint.max_concurrent_requests' => 4);
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
$sql->('ALTER TABLE user_profiles ADD COLUMN IF NOT EXISTS import_cost_json text');
# 5,000 tokens, whatever our own wording has.
my $wording = 'Note what the user says about themselves, as JSON. ' . 'Be exact. ' x 1995;
$sql->("INSERT INTO soulprint.prompts VALUES ('facts', '$wording')");

my $number = 0;

# A pass of a user with 12 conversations; its entries in the journal.
sub pass
{
	my ($what) = @_;
	my $user = add_user($node, ++$number);
	$sql->(talk($user, 1, 12));
	start_pass($node, $user);
	is(end_of_pass($node, $user), 'complete', "$what: a pass");
	return ($user, $model->asked);
}

sub tokens
{
	my ($name, @entries) = @_;
	return sum map { $_->{usage}{$name} } @entries;
}

# The tokens and the cost of all answers, to the cent of a cent of a cent.
sub is_counted
{
	my ($what, $user, @entries) = @_;
	my ($plain, $written, $read, $out) = map { tokens($_, @entries) } qw(input_tokens cache_creation_input_tokens cache_read_input_tokens output_tokens);
	my $counted = join '|', $plain + $written + $read, $out, sprintf '%.8f', ($plain + 1.25 * $written + 0.1 * $read + 5 * $out) / 1e6;
	is($sql->("SELECT input_tokens, output_tokens, round(cost_usd, 8) FROM soulprint_history WHERE user_id = '$user'"), $counted,
		"$what: soulprint_history has all tokens, and their cost");
	is($sql->("SELECT c.llm_input_tokens, c.llm_output_tokens, round(c.llm_cost_usd, 8) FROM user_profiles, json_to_record(import_cost_json::json) AS c
		(llm_input_tokens bigint, llm_output_tokens bigint, llm_cost_usd numeric) WHERE user_id = '$user'"), $counted, "$what: so has import_cost_json");
}

# A long wording is written once, with the first question, which is alone.
my ($user, @journal) = pass('a long wording');
my @facts = grep { $_->{kind} eq 'facts' } @journal;
is(scalar @facts, 12, 'one question for each chunk');
my ($first, @others) = @facts;
cmp_ok(min(map { $_->{arrived} } @others), '>=', $first->{answered}, 'the first is answered before the others come');
my $kept = $first->{usage}{cache_creation_input_tokens};
cmp_ok($kept, '>=', 5000, "$kept tokens are written");
is_deeply([ uniq map { "$_->{usage}{cache_creation_input_tokens} $_->{usage}{cache_read_input_tokens}" } @others ], ["0 $kept"], 'and read by all others');
is_counted('a long wording', $user, @journal);

# What is kept is the same to the letter, and nothing of one question alone.
for my $step (qw(facts memory))
{
	my @asked = map { $_->{asked} } grep { $_->{kind} eq $step } @journal;
	my $canonical = JSON::PP->new->canonical;
	is(scalar(uniq map { $canonical->encode([ $_->{system}[0], $_->{output_config} ]) } @asked), 1, "$step: the wording and the schema are the same in each question");
	is(scalar(uniq map { $_->{system}[1]{text} } @asked), scalar @asked, "$step: what differs stands behind them");
	is(scalar(grep { @{ $_->{system} } != 2 || $_->{system}[1]{cache_control} } @asked), 0, "$step: and is not kept");
}

# The next user's pass finds it there.
my $before = @journal;
($user, @journal) = pass('the next user');
@journal = @journal[ $before .. $#journal ];
is(tokens('cache_creation_input_tokens', @journal), 0, 'the next user: nothing is written');
is(tokens('cache_read_input_tokens', @journal), 12 * $kept, 'the next user: all of it is read');
is_counted('the next user', $user, @journal);

# Servers that refuse it, or know only one text.
for my $lacks ('cache_control', 'blocks')
{
	$model->forget;
	$model->config($lacks => \0);
	($user, @journal) = pass("a server without $lacks");
	is(join(' ', map { "$_->{status} " . ref $_->{asked}{system} } @journal[ 0, 1 ]), '400 ARRAY 200 ', "$lacks: the first question is asked again as one text");
	is(scalar(grep { ref $_->{asked}{system} } @journal), 1, "$lacks: so are all others at once");
	my $blocks = join '', map { $_->{text} } @{ $journal[0]{asked}{system} };
	is($journal[1]{asked}{system} =~ s/[0-9a-f]{32}/N/gr, $blocks =~ s/[0-9a-f]{32}/N/gr, "$lacks: which is the blocks, one behind the other");
	is($sql->("SELECT attempts, chunks_failed FROM soulprint.full_passes WHERE user_id = '$user'"), '1|0', "$lacks: it costs no attempt and no chunk");
	is_counted($lacks, $user, grep { $_->{status} == 200 } @journal);
}

log_is_clean($node);
done_testing();
