# What a DBA sees of passes and requests: soulprint_progress, soulprint_history, soulprint_stat_model.

use strict;
use warnings;
use utf8;

use lib 'test/t';
use JSON::PP;
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my $node = new_server('seen', $model->settings, 'soulprint.max_workers' => 1, 'soulprint.max_concurrent_requests' => 3, 'soulprint.max_request_attempts' => 3);
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $stat = sub { $sql->("SELECT " . join(', ', @_) . " FROM soulprint_stat_model") };

my @ends = qw(answered cut_off refused too_long failed unanswered limited blocked given_up);
my $ends = join ' + ', @ends;

# What stands on a terminal of 80 columns, with the columns that come first.
sub shown_of
{
	my ($view) = @_;
	my $columns = $sql->("SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = '$view'::regclass AND attnum BETWEEN 1 AND 3");
	my $text = run_psql("SELECT $columns FROM $view");
	is((grep { length > 80 } split /\n/, $text), 0, "three columns of $view fit into 80 characters") or diag $text;
	return $text;
}

sub run_psql
{
	my ($query) = @_;
	local $ENV{PGCLIENTENCODING} = 'UTF8';
	my ($text) = run_command([ 'psql', '-X', '-d', $node->connstr('postgres'), '-c', $query ]);
	utf8::decode($text);
	return $text;
}

is($stat->('count(*)'), '0', 'nothing was asked yet');

# One request after the other is held, so that all of this can be looked at.
my $user = add_user($node, 1);
$sql->(talk($user, 1, 12));
$model->script({ kind => 'facts', share => 1, times => 'always', hold => \1 });
my $pass = start_pass($node, $user);
$model->wait_for(held => 1);
is($stat->(qw(model requests answered in_flight mean_ms p95_ms max_ms)), 'claude-haiku-4-5-20251001|1|0|1|||', 'a request in flight');
like(shown_of('soulprint_progress'), qr/^ +$pass \| running \| \[-+\] 3 %  facts 0\/12 *$/m, 'the pass, its state and its progress');
is($sql->("SELECT chunk_error IS NULL, stage_seconds ? 'facts' FROM soulprint_progress"), 't|t', 'how long the present stage has taken');
$model->config(latency_ms => 30);
$model->script();
$model->release;
end_of_pass($node, $user);
my @journal = $model->journal;
is($stat->(qw(requests answered in_flight)), join('|', scalar @journal, scalar @journal, 0), 'each request is counted once');
my %sum;
for my $usage (map { $_->{usage} } @journal)
{
	$sum{$_} += $usage->{$_} // 0 for qw(input_tokens cache_creation_input_tokens cache_read_input_tokens output_tokens);
}
is($stat->(sort keys %sum), join('|', map { $sum{$_} } sort keys %sum), 'its tokens, too');
is($stat->("round(cost_usd::numeric, 6) = (SELECT round(sum(cost_usd), 6) FROM soulprint_costs)", "lost_usd = 0"), 't|t', 'and its cost');
is($stat->('mean_ms BETWEEN 30 AND p95_ms', 'p95_ms <= max_ms'), 't|t', 'how long answers take');

my $history = shown_of('soulprint_history');
like($history, qr/^ +$pass \| done  \| in 0:\d\d: 12 chunks, \d+ facts, 0\.\d\d USD *$/m, 'how the pass ended, in one line');
my $stages = decode_json($sql->('SELECT stage_seconds FROM soulprint_history'));
is(join(' ', sort keys %$stages), 'chunks facts memory publish reduce sections', 'each stage has its seconds');
cmp_ok($stages->{facts}, '>', 0, 'more than none');
is($sql->("SELECT abs((SELECT sum(value::numeric) FROM jsonb_each_text(stage_seconds)) - extract(epoch FROM duration)) < 0.01, chunks_per_minute = round(60 * 12 / (stage_seconds->>'facts')::numeric, 1) FROM soulprint_history"),
	't|t', 'which add up to its duration, and the rate follows from them');

# Each way in which a request can end.
$sql->("SELECT soulprint_stat_reset()");
is($stat->('count(*)'), '0', 'soulprint_stat_reset() forgets');
my $faulty = add_user($node, 2);
$sql->(talk($faulty, 1, 12));
$model->config(latency_ms => 0);
$model->forget;
$model->script(
	{ kind => 'facts', error => { status => 529 } },
	{ kind => 'facts', error => { status => 500 } },
	{ kind => 'facts', drop => 'request' },
	{ kind => 'facts', text => '', stop_reason => 'refusal' },
	{ kind => 'facts', text => '{"pref', stop_reason => 'max_tokens', times => 1 },
	{ kind => 'facts', error => { status => 400, message => 'the seventh is bad' } });
$sql->("ALTER SYSTEM SET soulprint.min_chunk_success = 0.5; SELECT pg_reload_conf()");
start_pass($node, $faulty);
end_of_pass($node, $faulty);
my $requests = $model->journal;
is($stat->('requests', $ends, 'in_flight'), "$requests|$requests|0", 'every request ends in one way');
is($stat->(qw(limited unanswered refused cut_off failed blocked given_up too_long)), '1|2|1|1|1|0|0|0', 'each way is counted');
cmp_ok($stat->('limited_ms'), '>', 100, 'and how long a busy server was waited for');
like($sql->("SELECT chunk_error FROM soulprint_history WHERE user_id = '$faulty'"), qr/the seventh is bad/, 'the history says why a chunk is missing');
shown_of('soulprint_history');

# A pass that fails says so in its line.
my $failed = add_user($node, 3);
$sql->(talk($failed, 1, 3));
$model->script({ kind => 'sections', text => 'no', times => 'always' });
start_pass($node, $failed);
end_of_pass($node, $failed);
like(shown_of('soulprint_history'), qr/^ +\d+ \| failed \| the model's answer for the sections is not .*… *$/m, 'so does one that failed');
is($sql->("SELECT stage_seconds ? 'sections' FROM soulprint_history WHERE user_id = '$failed'"), 't', 'with the stage in which it did');

# A pause in one line.
$model->script({ error => { status => 401, message => 'a key of ' . 'very ' x 20 . 'long ago' }, times => 'always' });
my $paused = add_user($node, 4);
$sql->(talk($paused, 1, 3));
start_pass($node, $paused);
ok($node->poll_query_until('postgres', "SELECT progress LIKE 'paused: %' FROM soulprint_progress"), 'a pause shows');
like(shown_of('soulprint_progress'), qr/ \| paused: .*… *$/m, 'as much of it as there is room for');
cmp_ok($stat->('blocked'), '>', 0, 'its request is counted');
is($sql->("SELECT stage_seconds ? 'facts' FROM soulprint_progress"), 't', 'the pass keeps its seconds');
$model->script();
$node->reload;
end_of_pass($node, $paused);

# A pass that begins anew because the user takes a fact back.
$sql->(talk($user, 13, 14));
$model->script({ kind => 'facts', hold => \1, times => 'always' });
start_pass($node, $user);
$model->wait_for(held => 1);
$sql->("SELECT soulprint_forget_fact('$user', min(id)) FROM soulprint.facts WHERE user_id = '$user'");
is($sql->("SELECT stage_seconds ? 'facts' FROM soulprint.full_passes WHERE user_id = '$user' AND state IN ('queued', 'running')"), 't', 'a pass that begins anew keeps its seconds');
$model->script();
$model->release;
end_of_pass($node, $user);

# A pass that waited for an hour and then cannot be taken again.
my $refused = add_user($node, 7);
$sql->(talk($refused, 1, 3));
$model->script({ kind => 'facts', hold => \1, times => 'always' });
start_pass($node, $refused);
$model->wait_for(held => 1);
$sql->('ALTER SYSTEM SET soulprint.enabled = off; SELECT pg_reload_conf()');
in_queue($node, $refused);
$sql->("UPDATE soulprint.full_passes SET stage_started_at = stage_started_at - interval '1 hour' WHERE user_id = '$refused';
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN RAISE EXCEPTION 'not now'; END \$\$;
CREATE TRIGGER refuse BEFORE UPDATE ON user_profiles FOR EACH ROW WHEN (NEW.full_pass_status = 'processing') EXECUTE FUNCTION refuse();
ALTER SYSTEM SET soulprint.max_pass_attempts = 1");
$sql->('ALTER SYSTEM RESET soulprint.enabled; SELECT pg_reload_conf()');
like(end_of_pass($node, $refused), qr/^failed: .*not now/, 'a pass that cannot be taken again');
cmp_ok($sql->("SELECT sum(value::numeric) FROM soulprint_history, jsonb_each_text(stage_seconds) WHERE user_id = '$refused'"), '<', 3600, 'does not count its wait');
$sql->('DROP FUNCTION refuse CASCADE; ALTER SYSTEM RESET soulprint.max_pass_attempts; SELECT pg_reload_conf()');
$model->script();
$model->release;

# A pass that is canceled.
my $canceled = add_user($node, 6);
$sql->(talk($canceled, 1, 3));
$model->script({ kind => 'facts', hold => \1 });
start_pass($node, $canceled);
$model->wait_for(held => 1);
$sql->("SELECT soulprint_cancel_full_pass('$canceled')");
like(shown_of('soulprint_history'), qr/ \| canceled \| canceled by \w+ *$/m, 'a pass that was canceled');
is($sql->("SELECT stage_seconds ? 'facts' FROM soulprint_history WHERE user_id = '$canceled'"), 't', 'and its seconds');
$model->release;

# A process that ends takes its requests with it.
$sql->('SELECT soulprint_stat_reset()');
my $left = add_user($node, 5);
$sql->(talk($left, 1, 12));
$model->script({ kind => 'facts', share => 1, times => 'always', hold => \1 });
$pass = start_pass($node, $left);
$model->wait_for(held => 3);
is($stat->('in_flight'), '3', 'three are in flight');
$sql->("SELECT soulprint_stat_reset()");
is($stat->('requests', 'in_flight'), '3|3', 'a reset leaves these');
$sql->("ALTER SYSTEM SET soulprint.enabled = off; SELECT pg_terminate_backend(pid) FROM soulprint_progress; SELECT pg_reload_conf()");
ok($node->poll_query_until('postgres', "SELECT (in_flight, given_up) = (0, 3) FROM soulprint_stat_model"), 'a worker that is terminated gives them up')
  or diag $stat->('*');
is($sql->("SELECT stage_seconds ? 'facts' FROM soulprint_progress"), 't', 'and its pass keeps the seconds');
$model->script();
$model->release;
$sql->("ALTER SYSTEM RESET soulprint.enabled; SELECT pg_reload_conf()");
end_of_pass($node, $left);
is($stat->('requests', $ends), join('|', ($stat->('requests')) x 2), 'the sums agree');

# Whom it answers.
$sql->('CREATE ROLE watcher LOGIN; GRANT pg_monitor TO watcher; CREATE ROLE somebody LOGIN');
my $as = sub {
	my ($role, $query) = @_;
	my $status = $node->psql('postgres', $query, extra_params => [ '-U', $role ], stdout => \my $out, stderr => \my $error);
	return $status == 0 ? $out : $error;
};
is($as->('watcher', 'SELECT count(*) FROM soulprint_stat_model'), '1', 'pg_monitor may look');
like($as->('watcher', 'SELECT soulprint_stat_reset()'), qr/permission denied for function soulprint_stat_reset/, 'but not reset');
like($as->('somebody', 'SELECT FROM soulprint_stat_model'), qr/permission denied for view soulprint_stat_model/, 'others may not');

# After a crash everything is counted from nothing; without preloading nothing is.
$node->stop('immediate');
$node->start;
is($stat->('count(*)'), '0', 'after a crash the counters begin anew');
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->restart;
is($sql->('SELECT soulprint_stat_reset(); SELECT count(*) FROM soulprint_stat_model'), "\n0", 'without preloading there are no rows');

$node->stop;
log_is_clean($node);
done_testing();
