# Kills of every kind at random moments, while the model server fails at random: afterwards every profile is that of an
# undisturbed run, what was paid twice was in flight or just answered, and nothing is left behind.
#
# TORTURE_KILLS (20): how many, in each shape of the application's tables; make torture asks for more.  TORTURE_SEED: that
# of an earlier run, for the same choices.

use strict;
use warnings;

use lib 'test/t';
use List::Util qw(max min sum0);
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);
use Time::Local qw(timegm);

my $kills = $ENV{TORTURE_KILLS} || 20;
my $seed = $ENV{TORTURE_SEED} || int(time);
srand $seed;
diag "TORTURE_SEED=$seed";

# What three workers have not saved when they die: each asks four questions at a time, which take 100 ms, and saves
# every 250 ms.  A busy machine makes them fewer.
my $unsaved = 3 * 4 * (1 + 2.5);

my ($node, $model, $storage, @users, %pass, @killed, @frozen, %count);

sub one_of { return $_[rand @_] }

# Asks until the server answers: it may be down, or in recovery.
sub ask
{
	my ($query) = @_;
	for (my $limit = time + 2 * $PostgreSQL::Test::Utils::timeout_default; time < $limit;)
	{
		my $answer = ask_once($query);
		return $answer if defined $answer;
		$node->poll_query_until('postgres', 'SELECT true');
	}
	die "no answer: $query";
}

sub ask_once
{
	my ($query) = @_;
	my $status = $node->psql('postgres', $query, stdout => \my $out, stderr => \my $error);
	return $status == 0 ? $out : undef;
}

sub postmaster { return (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0] }

sub pg_ctl
{
	my (@what) = @_;
	my ($said) = run_command([ 'pg_ctl', '-D', $node->data_dir, '-l', $node->logfile, '-w', @what ]);
	return $said =~ /server (?:started|stopped)/;
}

# Processes of the server before may keep it from starting for a moment.
sub start_server
{
	my $limit = time + $PostgreSQL::Test::Utils::timeout_default;
	until (pg_ctl('start')) { die 'the server does not start' if time > $limit }
	return 1;
}

sub until_true
{
	my ($what, $query) = @_;
	for (1 .. 5) { return 1 if $node->poll_query_until('postgres', $query) }
	diag "in vain: $what", ask('SELECT state, not_before - now(), error FROM soulprint.full_passes');
	return 0;
}

sub answered { return $model->stats->{answered} }

# Users of several sizes, none of whom asks what another one asks, with an older profile; a third of them have their chats in
# Storage.
# How many chats.
sub size { return $_[0] % 8 == 1 ? 160 : 3 + 2 * ($_[0] % 8) }

sub make_users
{
	for my $n (1 .. @users)
	{
		add_user($node, $n, memory_md => 'old memory', soulprint_text => 'old text', map { $_ => '{"x": "old"}' } qw(soul_md identity_md user_md agents_md tools_md));
		next if $n % 3 == 0;
		$node->safe_psql('postgres', talk(user($n), 1000 * $n, 1000 * $n + size($n)));
	}
}

sub request
{
	my ($user) = @_;
	my ($n) = $user =~ /(\d+)$/;
	my $path = $n % 3 == 0 ? "'imports/$user/chats.json'" : 'NULL';
	ask("SELECT soulprint_start_full_pass('$user', $path)");
}

# All that a pass leaves of its users, but for times, numbers, and what requests took.
sub left_of_users
{
	return map { split /\n/, ask("SELECT to_jsonb(t) FROM ($_) AS t") }
	  'SELECT user_id, full_pass_status, full_pass_error, memory_md, soul_md, identity_md, user_md, agents_md, tools_md, soulprint_text FROM user_profiles ORDER BY 1',
	  'SELECT user_id, category, fact, quote, verified, said_on, importance, sources FROM soulprint.facts ORDER BY 1, 2, 3::text',
	  'SELECT user_id, conversation_id, chunk_index, total_chunks, token_count, title, md5(content), created_at FROM conversation_chunks ORDER BY 1, 2, 3',
	  'SELECT user_id, conversation_id, title, messages, created_at FROM raw_conversations ORDER BY 1, 2',
	  'SELECT user_id, version, memory_md, soul_md, soulprint_text FROM soulprint.versions ORDER BY 1, 2',
	  q{SELECT user_id, step, encode(question, 'hex'), attempt, reply FROM soulprint.replies WHERE NOT unusable ORDER BY 1, 2, 3, 4};
}

# Each question of the model server that was answered, with the times of its answers.
sub answers
{
	my %answers;
	for my $entry ($model->journal)
	{
		push @{ $answers{ $entry->{question} } }, $entry if $entry->{status} == 200 && $entry->{outcome} eq 'answered' && !$entry->{item};
	}
	return \%answers;
}

sub billed
{
	my ($usage) = @_;
	return ($usage->{input_tokens} + 1.25 * $usage->{cache_creation_input_tokens} + 0.1 * $usage->{cache_read_input_tokens} + 5 * $usage->{output_tokens}) / 1e6;
}

# How long, between two times, one worker could not save what the others can.
sub frozen
{
	my ($from, $until) = @_;
	return sum0 map { max(0, min($_->[1], $until) - max($_->[0], $from)) } @frozen;
}

# When the postmaster has seen that a process crashed: some milliseconds after the signal, in which others still ask.
sub crashes
{
	my @times;
	my $log = slurp_file($node->logfile);
	while ($log =~ /^(\d+)-(\d+)-(\d+) (\d+):(\d+):([\d.]+) UTC .*terminating any other active server processes/mg)
	{
		push @times, timegm(0, $5, $4, $3, $2 - 1, $1) + $6;
	}
	return @times;
}

sub a_worker
{
	my $pid = ask_once("SELECT pid FROM pg_stat_activity WHERE backend_type = 'soulprint worker' AND query LIKE 'full pass %' ORDER BY random() LIMIT 1");
	return $pid || undef;
}

sub signal_worker
{
	my ($signal) = @_;
	my $pid = a_worker() or return;
	return kill $signal, $pid;
}

sub signal_other
{
	my ($signal, $condition) = @_;
	my $pid = ask_once("SELECT pid FROM pg_stat_activity WHERE $condition LIMIT 1") or return;
	return kill $signal, $pid;
}

my %ways = (
	'kill -9 of a worker' => sub { signal_worker('KILL') },
	# A checker takes SIGSEGV for a fault.
	'SIGSEGV of a worker' => sub { signal_worker($ENV{CHECKER} ? 'KILL' : 'SEGV') },
	'terminate a worker' => sub { signal_worker('TERM') },
	'cancel a worker' => sub { signal_worker('INT') && ++$count{ended_by_us} },
	'cancel a pass' => sub { (ask_once("SELECT soulprint_cancel_full_pass(user_id) FROM soulprint.full_passes WHERE state = 'running' LIMIT 1") // '') eq 't' && ++$count{ended_by_us} },
	'kill -9 of the launcher' => sub { signal_other('KILL', "backend_type = 'soulprint launcher'") },
	'terminate the launcher' => sub { signal_other('TERM', "backend_type = 'soulprint launcher'") },
	'kill -9 of a client' => sub { signal_other('KILL', "pid = pg_backend_pid()") },
	'kill -9 of the postmaster' => sub { kill 'KILL', postmaster(); start_server() },
	'immediate restart' => sub { pg_ctl('stop', '-m', 'immediate'); start_server() },
	# A server that is told so while it recovers from a crash may never stop.
	'fast restart' => sub { ask('SELECT 1'); pg_ctl('stop', '-m', 'fast'); start_server() },
	'enabled off and on' => sub {
		ask('ALTER SYSTEM SET soulprint.enabled = off; SELECT pg_reload_conf()');
		until_true('workers end', "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'soulprint worker'");
		ask('ALTER SYSTEM RESET soulprint.enabled; SELECT pg_reload_conf()');
		return 1;
	},
	'reload' => sub { ask('SELECT pg_reload_conf()'); 1 },
	# Its answers wait in their sockets; it goes on before the next kill.
	'freeze a worker' => sub {
		my $pid = a_worker() or return;
		my $pass = ask_once("SELECT id FROM soulprint.full_passes WHERE pid = $pid AND state = 'running'") or return;
		my $from = time;
		kill 'STOP', $pid or return;
		$model->control(GET => '/_wait?timeout_ms=500&answered=' . (answered() + 8));
		my $saved = ask("SELECT calls_made FROM soulprint.full_passes WHERE id = $pass");
		kill 'CONT', $pid;
		push @frozen, [ $from, time ];
		until_true('it goes on', "SELECT calls_made > $saved OR pid IS DISTINCT FROM $pid OR state <> 'running' FROM soulprint.full_passes WHERE id = $pass");
	});

my @faults = (
	{ error => { status => 529 } }, { error => { status => 529, headers => { 'retry-after' => '1' } } }, { error => { status => 500 } },
	{ drop => 'request' }, { drop => 'rst' }, { truncate => 60 }, { truncate => 60, end => 'rst' },
	{ raw => { status => 200, headers => { 'content-type' => 'text/html' }, body => '<html>busy</html>' } });

# As if each wait were over.
my $due_now = "UPDATE soulprint.full_passes SET not_before = now() WHERE state = 'queued' AND not_before > now()";

# One kill after $more answers, with a fault on the way.
sub torture
{
	my ($more, $way) = @_;
	my $from = answered();
	$model->control(POST => '/_script', { items => [ { %{ one_of(@faults) }, kind => 'facts', label => 'fault' } ] }) if rand() < 0.3;
	my $limit = time + $PostgreSQL::Test::Utils::timeout_default;
	until ($model->control(GET => "/_wait?timeout_ms=100&answered=@{[ $from + $more ]}")->{reached})
	{
		ask("$due_now; SELECT soulprint.wake_launcher()");
		if (ask("SELECT count(*) < 3 FROM soulprint.full_passes WHERE state IN ('queued', 'running')") eq 't') { return 0 if !again() }
		die 'no more answers' if time > $limit;
	}
	my $at = time;
	return 1 if !$ways{$way}->();
	push @killed, [ $at, time ] if $way !~ /^(?:freeze|reload|terminate the launcher)/;
	++$count{$way};
	++$count{all};
	return 1;
}

# Passes that we ended are asked for again.
sub again
{
	my @open = split /\n/, ask("SELECT user_id FROM user_profiles WHERE full_pass_status = 'failed'");
	request($_) for @open;
	return scalar @open;
}

@users = map { user($_) } 1 .. 6 + $kills / 2;
for my $shape ('setup', 'live')
{
	$model = ModelServer->new;
	$storage = StorageServer->new('a-service-key-made-up-for-this-test-0123');
	my %settings = ($model->settings, $storage->settings, 'soulprint.max_workers' => 3, 'soulprint.max_concurrent_requests' => 4, 'soulprint.poll_interval' => '1s', log_timezone => 'UTC');
	$storage->store("imports/@{[ user($_) ]}/chats.json", export_of(1000 * $_, 1000 * $_ + size($_))) for grep { $_ % 3 == 0 } 1 .. @users;

	# Undisturbed.
	$node = new_server("calm_$shape", %settings);
	new_database($node, shape => $shape);
	make_users();
	request($_) for @users;
	is(end_of_pass($node, $_), 'complete', "$shape: an undisturbed pass") for @users;
	my @undisturbed = left_of_users();
	my $asked = answers();
	$node->stop;

	# Disturbed.
	$model->forget;
	$model->config(latency_ms => 100);
	@killed = @frozen = %count = ();
	$node = new_server("torture_$shape", %settings);
	new_database($node, shape => $shape);
	make_users();
	request($_) for @users;
	# So many that they are seen below if nobody saves them.
	torture(100, 'immediate restart');
	while ($count{all} < $kills) { last if !torture(1 + int rand 6, one_of(sort keys %ways)) }
	$model->script();
	my $last = time;
	$ways{'fast restart'}->();
	push @killed, [ $last, my $undisturbed = time ];
	ask('ALTER SYSTEM RESET soulprint.enabled; SELECT pg_reload_conf()');
	do { until_true('all passes end', "$due_now; SELECT NOT EXISTS (SELECT FROM soulprint.full_passes WHERE state IN ('queued', 'running'))") } while (again());
	figures '%s: %s', $shape, join ', ', map { "$_ $count{$_}" } sort keys %count;

	my %calm = map { $_ => 1 } @undisturbed;
	my %now = map { $_ => 1 } left_of_users();
	my @differing = grep { !($calm{$_} && $now{$_}) } sort keys %{ { %calm, %now } };
	is(scalar @differing, 0, "$shape: profiles, facts, chunks, conversations, versions and answers are those of an undisturbed run");
	diag(($calm{$_} ? 'undisturbed: ' : 'disturbed: ') . substr $_, 0, 400) for @differing;
	my $unfairly = "FROM soulprint.full_passes WHERE state = 'failed' AND error <> 'canceled by an administrator'";
	is(ask("SELECT string_agg(DISTINCT error, '; ') $unfairly"), '', "$shape: no pass has failed");
	cmp_ok(ask("SELECT count(*) FROM soulprint.full_passes WHERE state IN ('failed', 'canceled')"), '<=', $count{ended_by_us} // 0, "$shape: but those that we canceled");

	# What was paid twice.
	my $answers = answers();
	my ($twice, $usd, $oldest, $unexplained, %lost) = (0, 0, 0, 0);
	my @ends = sort { $a->[1] <=> $b->[1] } @killed, map { [ $_, $_ ] } crashes();
	for my $question (keys %$answers)
	{
		my @times = sort { $a->{answered} <=> $b->{answered} } @{ $answers->{$question} };
		splice @times, -scalar(@{ $asked->{$question} // [] }) if $asked->{$question};
		for my $lost (@times)
		{
			++$twice;
			$usd += billed($lost->{usage});
			my ($kill) = grep { $_->[1] >= $lost->{arrived} } @ends;
			my $age = $kill ? $kill->[0] - $lost->{answered} - frozen($lost->{answered}, $kill->[0]) : 0;
			++$unexplained if $lost->{arrived} > $undisturbed;
			++$lost{ grep { $_->[0] < $lost->{answered} } @killed };
			$oldest = max($oldest, $age);
		}
	}
	cmp_ok(max(0, values %lost), '<=', $unsaved, "$shape: what one kill made us pay twice was in flight, or answered just before");
	is($unexplained, 0, "$shape: and nothing after the last kill");
	my $all = sum0 map { scalar @$_ } values %$answers;
	figures '%s: %d kills, %d passes unfairly failed, %d answers, %d paid twice (%.4f USD), %d by one kill, the oldest %.3f s before it',
	  $shape, $count{all}, ask("SELECT count(*) $unfairly"), $all, $twice, $usd, max(0, values %lost), $oldest;

	# What is left.
	ok(until_true('workers end', "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'soulprint worker'"), "$shape: no worker is left");
	is(ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), '0', "$shape: nor a lock");
	is(ask("SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL OR xact_start IS NOT NULL AND pid <> pg_backend_pid() AND backend_type = 'client backend'"), '0', "$shape: nor a transaction");
	is(ask("SELECT sum(in_flight) FROM soulprint_stat_model"), '0', "$shape: nor a request") if ask('SELECT count(*) FROM soulprint_stat_model');
	is(ask("SELECT string_agg(concat_ws(' ', state, reserved_usd, suspect, error), '; ') FROM soulprint.full_passes WHERE reserved_usd <> 0 OR suspect"), '', "$shape: nor money set aside, nor a suspicion");
	is(ask("SELECT (SELECT count(*) FROM soulprint.replies WHERE unusable) + (SELECT count(*) FROM soulprint.facts WHERE user_id NOT IN (SELECT user_id FROM user_profiles))"), '0', "$shape: nor a row that nobody needs");
	my $folder = $node->data_dir . '/base/pgsql_tmp';
	is(join(' ', map { s/.*\///r } glob "$folder/*"), '', "$shape: nor a temporary file");
	$node->stop;
	unlike(slurp_file($node->logfile), qr/PANIC|TRAP:/, "$shape: the server does not complain");
}
done_testing();
