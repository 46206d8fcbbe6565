# What a pass would take, before it is asked for, beside what it takes then.

use strict;
use warnings;

use lib 'test/t';
use List::Util qw(sum0);
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my $node = new_server('estimate', $model->settings);
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

sub estimate
{
	my ($user) = @_;
	my %row;
	@row{qw(conversations chunks questions remembered input output cost seconds)} =
	  split /\|/, $sql->("SELECT conversations, chunks, questions, remembered, input_tokens, output_tokens, cost_usd, extract(epoch FROM duration)::int FROM soulprint_estimate_full_pass('$user')");
	return \%row;
}

# Short chats, which share questions, and long ones.
sub chats
{
	my ($user, $from, $to) = @_;
	$sql->(qq{
INSERT INTO raw_conversations (user_id, conversation_id, title, messages, message_count, created_at, imported_at)
SELECT '$user', 'chat-' || n, 'Chat ' || n, jsonb_build_array(
    jsonb_build_object('role', 'user', 'content', format('I love painting number %s. ', n) || (SELECT string_agg(md5(n::text || i), ' ') FROM generate_series(1, n % 40) AS i)),
    jsonb_build_object('role', 'assistant', 'content', (SELECT string_agg(md5(n::text || i), ' ') FROM generate_series(1, 50 + n % 100) AS i)),
    jsonb_build_object('role', 'user', 'content', 'Thank you, and what about my garden in number ' || n || '?')),
    3, timestamptz '2025-01-01 12:00+00' + n * interval '1 hour', now() - interval '1 hour'
FROM generate_series($from, $to) AS n});
}

sub within
{
	my ($got, $wanted, $share, $what) = @_;
	ok(abs($got - $wanted) <= $share * $wanted, "$what") or diag "$got, in the end $wanted";
	note "$what: $got, in the end $wanted";
}

my $user = add_user($node, 1);
chats($user, 1, 200);
my $before = estimate($user);
is($before->{conversations}, 200, 'all conversations are counted');
is($before->{remembered}, 0, 'no answer is remembered');
start_pass($node, $user);
is(end_of_pass($node, $user), 'complete', 'the pass');
my ($chunks, $calls, $cost) = split /\|/, $sql->('SELECT chunks, calls_made, cost_usd FROM soulprint_history');
is($before->{chunks}, $chunks, 'the chunks are exact where all conversations are read');
is($before->{questions}, $calls, 'so are the questions');
my ($input, $output) = split /\|/, $sql->("SELECT sum(input_tokens + cache_creation_input_tokens + cache_read_input_tokens), sum(output_tokens) FROM soulprint_costs");
within($before->{input}, $input, 0.2, 'tokens sent');
within($before->{cost}, $cost, 0.4, 'cost');

my $after = estimate($user);
is("$after->{questions} $after->{remembered} $after->{cost}", '0 ' . ($calls - 3) . ' 0', 'afterwards nothing is to be asked');

# One chat more.
chats($user, 201, 201);
my $more = estimate($user);
is($more->{questions}, 4, 'a new chat: a question about it, and the rest');
$sql->("UPDATE raw_conversations SET imported_at = now() WHERE conversation_id = 'chat-17'");
is(estimate($user)->{questions}, 5, 'and one that was imported again');

# Of many only a sample is read.
my $other = add_user($node, 2);
chats($other, 1, 3000);
my $many = estimate($other);
start_pass($node, $other);
is(end_of_pass($node, $other), 'complete', 'the pass of 3,000 chats');
($chunks, $calls, $cost) = split /\|/, $sql->("SELECT chunks, calls_made, cost_usd FROM soulprint_history WHERE user_id = '$other'");
within($many->{chunks}, $chunks, 0.1, 'a sample: chunks');
within($many->{questions}, $calls, 0.15, 'a sample: questions');
within($many->{cost}, $cost, 0.3, 'a sample: cost');

# Setup foretells the same for all who wait.
$sql->("ALTER SYSTEM SET soulprint.enabled = off");
$node->reload;
for my $number (3 .. 5)
{
	my $pending = add_user($node, $number);
	chats($pending, 1, 50 * $number);
	$sql->("UPDATE user_profiles SET full_pass_status = 'pending' WHERE user_id = '$pending'");
}
my $sum = $sql->("SELECT round(sum(cost_usd), 2) FROM user_profiles p, soulprint_estimate_full_pass(p.user_id) WHERE full_pass_status = 'pending'");
sub setup { $node->psql('postgres', 'SELECT FROM soulprint_setup()', stderr => \my $said); return $said }
my $pending = qr/NOTICE:  pending profiles that workers take up: 3\nDETAIL:  The/;
like(setup(), qr/$pending estimated cost of their passes is $sum USD\./, 'soulprint_setup() adds up what each of them will take');

# What is asked with an unknown price, of nobody, of a user with nothing.
$sql->("ALTER SYSTEM SET soulprint.model = 'some-model'");
$node->reload;
like(setup(), qr/$pending cost of their passes is not known\./, 'without a price it says so');
is($sql->("SELECT questions > 0, cost_usd IS NULL FROM soulprint_estimate_full_pass('$other')"), 't|t', 'a model without a price: no cost, and no answer is remembered');
$sql->("ALTER SYSTEM SET soulprint.provider = 'offline'");
$node->reload;
is($sql->("SELECT questions > 0, cost_usd, duration IS NULL FROM soulprint_estimate_full_pass('$other')"), 't|0|t', 'rules: no cost, no time');
my $empty = add_user($node, 6);
is($sql->("SELECT conversations, chunks, questions FROM soulprint_estimate_full_pass('$empty')"), '0|0|0', 'a user without conversations');
my (undef, undef, $error) = $node->psql('postgres', "SELECT soulprint_estimate_full_pass('" . user(99) . "')");
like($error, qr/ERROR:  no profile for user/, 'an unknown user');

log_is_clean($node);
$node->stop;
done_testing();
