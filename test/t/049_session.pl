# What a worker's session keeps from one pass to the next: nothing.  Settings of database and role never end a
# pass, and the log has one line for each that starts, ends or fails.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('session', 'soulprint.max_workers' => 1, log_line_prefix => '%m [%p] %e ');
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $number = 0;

sub new_user
{
	my $user = add_user($node, ++$number);
	$sql->(talk($user, 1, 2));
	return $user;
}

# Until soulprint.enabled is reset.
sub stop_passes
{
	$sql->('ALTER SYSTEM SET soulprint.enabled = off; SELECT pg_reload_conf()');
	$node->poll_query_until('postgres', "SELECT query LIKE 'paused: %' FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'") or diag 'no pause';
}

# The trigger of one user leaves things behind, that of the next one looks for them.
{
	my ($leaves, $looks) = map { new_user() } 1, 2;
	$sql->(qq{
CREATE TABLE found (pid int, what text);
GRANT INSERT ON found TO soulprint_worker;
CREATE FUNCTION app_check() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
    IF NEW.full_pass_status <> 'complete' THEN
        RETURN NEW;
    END IF;
    IF NEW.user_id = '$leaves' THEN
        PERFORM set_config('app.left', 'behind', false), set_config('lock_timeout', '1ms', false), set_config('search_path', 'public', false),
            set_config('statement_timeout', '1ms', false), set_config('TimeZone', 'Asia/Tokyo', false), set_config('DateStyle', 'German', false);
        CREATE TEMPORARY TABLE left_behind ();
        EXECUTE 'PREPARE left_behind AS SELECT 1';
        PERFORM pg_advisory_lock(7);
        INSERT INTO public.found VALUES (pg_backend_pid(), 'left');
    ELSE
        INSERT INTO public.found VALUES (pg_backend_pid(), concat_ws(' ', 'setting:' || nullif(current_setting('app.left', true), ''), to_regclass('pg_temp.left_behind'),
            (SELECT string_agg(name, ' ') FROM pg_prepared_statements),
            (SELECT 'lock' FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory' AND objid = 7),
            current_setting('lock_timeout'), current_setting('statement_timeout'), current_setting('search_path'), current_setting('TimeZone'), current_setting('DateStyle'), current_setting('log_parameter_max_length'),
            current_setting('max_parallel_workers_per_gather')));
    END IF;
    RETURN NEW;
END \$\$;
CREATE TRIGGER app_check BEFORE UPDATE ON user_profiles FOR EACH ROW EXECUTE FUNCTION app_check()});
	stop_passes();
	start_pass($node, $_) for $leaves, $looks;
	$sql->("ALTER SYSTEM RESET soulprint.enabled; SELECT pg_reload_conf()");
	is(end_of_pass($node, $_), 'complete', 'a pass') for $leaves, $looks;
	is($sql->('SELECT count(*), count(DISTINCT pid) FROM found'), '2|1', 'two passes of one worker');
	is($sql->("SELECT what FROM found WHERE what <> 'left'"), '5s 0 "$user", public UTC ISO, MDY 0 0', 'what a trigger leaves in the session does not reach the next pass');
	$sql->('DROP TRIGGER app_check ON user_profiles');
}

# Settings.
{
	my %settings = (statement_timeout => '1ms', lock_timeout => '1ms', idle_in_transaction_session_timeout => '1ms', idle_session_timeout => '1ms',
		transaction_timeout => '1ms', default_transaction_read_only => 'on', default_transaction_isolation => 'serializable', default_transaction_deferrable => 'on',
		row_security => 'off', search_path => 'nowhere', DateStyle => 'German', IntervalStyle => 'sql_standard', TimeZone => 'Asia/Tokyo', bytea_output => 'escape',
		extra_float_digits => '-10', synchronous_commit => 'off', check_function_bodies => 'off', jit => 'on', plan_cache_mode => 'force_generic_plan',
		array_nulls => 'off', quote_all_identifiers => 'on', session_replication_role => 'origin', transform_null_equals => 'on');
	my @known = grep { $sql->("SELECT count(*) FROM pg_settings WHERE name = lower('$_')") || $sql->("SELECT count(*) FROM pg_settings WHERE name = '$_'") } sort keys %settings;
	for my $whose ('DATABASE postgres', 'ROLE soulprint_worker')
	{
		my $user = new_user();
		# Sessions of this test have their own.
		local $ENV{PGOPTIONS} = join ' ', map { "-c $_=" . $sql->("SELECT replace(boot_val, ' ', '\\ ') FROM pg_settings WHERE lower(name) = lower('$_')") } grep { $_ ne 'search_path' } @known;
		$ENV{PGOPTIONS} .= ' -c search_path=public';
		$sql->(join '; ', map { "ALTER $whose SET $_ = '$settings{$_}'" } @known);
		start_pass($node, $user);
		is(end_of_pass($node, $user), 'complete', "ALTER $whose: all settings that could end a pass, and it completes");
		is($sql->("SELECT attempts FROM soulprint.full_passes WHERE user_id = '$user'"), '1', "ALTER $whose: in one attempt");
		is(count_log($node, qr/due to (statement|lock|idle|transaction)/), 0, "ALTER $whose: and nothing was canceled");
		$sql->("ALTER $whose RESET ALL");
	}
}

# The log.
{
	my $complete = new_user();
	start_pass($node, $complete);
	end_of_pass($node, $complete);
	is(count_log($node, qr/ 00000 LOG:  full pass \d+ of user $complete starts, attempt 1\n/), 1, 'one line for a pass that starts');
	my $did = qr/2 conversations, 2 chunks, 0 failed, \d+ facts, \d calls, 0 remembered, 0\.0000 USD, \d+\.\d s/;
	is(count_log($node, qr/ 00000 LOG:  full pass \d+ of user $complete is complete: $did\n/), 1, 'one for its end');
	is(count_log($node, qr/full pass \d+ of user $complete/), 2, 'no other');
	my $failed = new_user();
	$sql->("INSERT INTO soulprint.prompts VALUES ('sections', 'An own wording')");
	start_pass($node, $failed);
	end_of_pass($node, $failed);
	$sql->('DELETE FROM soulprint.prompts');
	is(count_log($node, qr/ 38000 WARNING:  full pass \d+ of user $failed failed: $did\n.* DETAIL:  The model .*soulprint\.prompts.*\.\n.* HINT:  [A-Z].*\.\n/), 1,
		'one for a pass that fails, with its SQLSTATE, why, and what to do');
	is(count_log($node, qr/full pass \d+ of user $failed/), 2, 'beside the one that it starts');
	my $canceled = new_user();
	my $hold = hold($node, 'INSERT ON conversation_chunks', 'true');
	start_pass($node, $canceled);
	my $worker = worker_is_held($node);
	$sql->("SELECT pg_cancel_backend($worker)");
	end_of_pass($node, $canceled);
	release($hold);
	is(count_log($node, qr/ 57014 LOG:  full pass \d+ of user $canceled was canceled by an administrator: 0 conversations/), 1, 'one for a pass that is canceled');
	is(count_log($node, qr/full pass \d+ of user $canceled/), 2, 'beside the one that it starts');

	# What waits for a lock, and what goes on in another worker.
	my ($locked, $interrupted) = map { new_user() } 1, 2;
	$hold = hold($node, 'INSERT ON conversation_chunks', "NEW.user_id = '$interrupted'");
	start_pass($node, $interrupted);
	$worker = worker_is_held($node);
	start_pass($node, $locked);
	my $lock = $node->background_psql('postgres');
	$lock->query_safe("BEGIN; SELECT FROM user_profiles WHERE user_id = '$locked' FOR UPDATE");
	$sql->("SELECT pg_terminate_backend($worker)");
	$node->poll_query_until('postgres', "SELECT state = 'queued' FROM soulprint.full_passes WHERE user_id = '$interrupted'");
	release($hold);
	is(end_of_pass($node, $interrupted), 'complete', 'a pass whose worker was terminated completes');
	is(count_log($node, qr/full pass \d+ of user $interrupted starts, attempt 1\n/), 2, 'and the log says that it starts again');
	is(count_log($node, qr/full pass \d+ of user $interrupted/), 3, 'and no more');
	in_queue($node, $locked);
	due_now($node, $locked);
	$node->poll_query_until('postgres', "SELECT state = 'queued' AND not_before > now() + interval '1 s' FROM soulprint.full_passes WHERE user_id = '$locked'");
	$lock->query_safe('ROLLBACK');
	$lock->quit;
	due_now($node, $locked);
	is(end_of_pass($node, $locked), 'complete', 'a pass that waited for a lock completes');
	is(count_log($node, qr/full pass \d+ of user $locked waits for a lock/), 1, 'one line for its waits');
	is(count_log($node, qr/full pass \d+ of user $locked/), 3, 'beside its start and its end');
}

# A worker's memory does not grow with the passes that it runs.
{
	my @users = map { new_user() } 1 .. 40;
	stop_passes();
	start_pass($node, $_) for @users;
	$sql->(q{CREATE TABLE memory (at timestamptz DEFAULT clock_timestamp(), pid int, bytes bigint); GRANT INSERT ON memory TO soulprint_worker; GRANT EXECUTE ON FUNCTION pg_log_backend_memory_contexts TO soulprint_worker;
GRANT SELECT ON pg_backend_memory_contexts TO soulprint_worker; GRANT EXECUTE ON FUNCTION pg_get_backend_memory_contexts TO soulprint_worker;
CREATE FUNCTION measures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.full_pass_status = 'complete' THEN
        INSERT INTO public.memory (pid, bytes) SELECT pg_backend_pid(), used_bytes FROM pg_backend_memory_contexts WHERE name = 'TopMemoryContext';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER measures BEFORE UPDATE ON user_profiles FOR EACH ROW EXECUTE FUNCTION measures();
ALTER SYSTEM RESET soulprint.enabled; SELECT pg_reload_conf()});
	end_of_pass($node, $_) for @users;
	is($sql->('SELECT count(*), count(DISTINCT pid) FROM memory'), '40|1', 'forty passes of one worker');
	my $grown = $sql->('SELECT (SELECT bytes FROM memory ORDER BY at DESC LIMIT 1) - (SELECT bytes FROM memory ORDER BY at OFFSET 9 LIMIT 1)');
	within($grown, 30 * 1024, "thirty passes leave less than 1 kB each ($grown)");
}

$node->stop;
log_is_clean($node);
done_testing();
