# Passes and imports of a user whom the statistics of the tables do not know, or take for one with a single
# row: what they read grows with the user's rows, not with their square.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $conversations = 600;

# A table's rows that are read for a conversation, at most.  A plan that reads all rows of the user for each of
# them reads hundreds.
my $most = 20;

my ($node, $shape);

# Rows of each table that were read so far, by the table itself or an index.
sub rows_read
{
	# Each process tells when it ends.
	$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type IN ('soulprint worker', 'client backend') AND pid <> pg_backend_pid()");
	return split /[|\n]/, $node->safe_psql('postgres', q{
SELECT t.relname, t.seq_tup_read + sum(i.idx_tup_read)
FROM pg_stat_user_tables t JOIN pg_stat_user_indexes i USING (relid)
WHERE t.schemaname IN ('public', 'soulprint') GROUP BY t.relid, t.relname, t.seq_tup_read});
}

# Does it, and looks at what it read.
sub reads_few
{
	my ($what, $do) = @_;
	my %before = rows_read();
	$do->();
	my %after = rows_read();
	my %read = map { $_ => ($after{$_} - $before{$_}) / $conversations } keys %after;
	my ($first) = sort { $read{$b} <=> $read{$a} } keys %read;
	figures '%s: %s: for a conversation %.1f rows of %s', $shape, $what, $read{$first}, $first;
	cmp_ok($read{$first}, '<=', $most, "$shape: $what: rows of $first for a conversation");
}

sub pass_of
{
	my ($user) = @_;
	start_pass($node, $user);
	is(end_of_pass($node, $user), 'complete', "$shape: the pass ends");
}

for ('setup', 'live')
{
	$shape = $_;
	my $model = ModelServer->new;
	$node = new_server("many_$shape", $model->settings, autovacuum => 'off', 'soulprint.poll_interval' => '1h');
	new_database($node, shape => $shape);
	$node->safe_psql('postgres', 'CREATE INDEX ON raw_conversations (user_id); CREATE INDEX ON conversation_chunks (user_id)');
	my @others = map { add_user($node, $_) } 1 .. 30;
	$node->safe_psql('postgres', join '', map { talk($_, 1, 1) } @others);
	pass_of($_) for @others[0 .. 1];
	$node->safe_psql('postgres', q{
INSERT INTO soulprint.costs (hour, user_id, model, step, requests, retries, refusals, lost, input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens, cost_usd)
SELECT timestamptz '2025-01-01 12:00+00', gen_random_uuid(), 'm', 'facts', 1, 0, 0, 0, 1, 1, 1, 1, 0.0001 FROM generate_series(1, 20000)});
	$node->safe_psql('postgres', 'VACUUM ANALYZE');

	my $user = add_user($node, 100);
	my $import = sub { $node->safe_psql('postgres', "SELECT soulprint_import('$user', \$e\$@{[ export_of(1, $conversations) ]}\$e\$)") };
	reads_few('an import', $import);
	reads_few('the same import again', $import);
	reads_few('a pass', sub { pass_of($user) });
	$node->safe_psql('postgres', "UPDATE soulprint.replies SET used_at = now() - interval '3 days'");
	reads_few('a pass that remembers all', sub { pass_of($user) });
	reads_few('an estimate', sub { $node->safe_psql('postgres', "SELECT soulprint_estimate_full_pass('$user')") });
	reads_few('half of it is gone',
		sub {
			$node->safe_psql('postgres', "DELETE FROM raw_conversations WHERE user_id = '$user' AND hashtext(conversation_id) % 2 = 0");
			pass_of($user);
		});
	reads_few('forgetting', sub { $node->safe_psql('postgres', "SELECT soulprint_forget('$user')") });

	# Estimated costs are high, so Postgres would compile.
	my $session = $node->background_psql('postgres');
	$session->query_safe("SET jit = on; SET jit_above_cost = 100; SELECT soulprint_import('$user', \$e\$@{[ export_of(1, 3) ]}\$e\$); SELECT soulprint_estimate_full_pass('$user')");
	unlike(slurp_file('/proc/' . $session->query_safe('SELECT pg_backend_pid()') . '/maps'), qr/llvmjit/, "$shape: no statement is compiled");
	$session->quit;
	$node->stop;
	log_is_clean($node);
}
done_testing();
