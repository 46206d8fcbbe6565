# What the tests of whole passes share: a server that preloads the library, the application's tables in
# both shapes, users, exports, and a way to stop a worker at a chosen place.

package SoulprintTest;

use strict;
use warnings;

use Exporter 'import';
use File::Spec;
use JSON::PP ();
use Patience;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

our @EXPORT = qw(
  new_server new_database live_tables user add_user talk export_of import_emily start_pass end_of_pass
  in_queue due_now status profile all_shown hold release worker_is_held kill_together watch_worker heard_by
  log_is_clean count_log sweep wait_event blocks within figures
);

# What a test dies of is said where it is seen.
$SIG{__DIE__} = sub { diag(@_) unless $^S };

# A running server.  %settings are lines of postgresql.conf; preload => 0 leaves the library out.
sub new_server
{
	my ($name, %settings) = @_;
	my $preload = delete $settings{preload} // 1;
	%settings = (
		'soulprint.provider' => 'offline',
		# So long that what happens at once was not the poll's doing.
		'soulprint.poll_interval' => '1h',
		timezone => 'UTC',
		log_statement => 'none',
		restart_after_crash => 'on',
		%settings);
	$settings{shared_preload_libraries} //= 'soulprint' if $preload;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
	$node->append_conf('postgresql.conf',
		join '', map { "$_ = '$settings{$_}'\n" } sort keys %settings);
	$node->start;
	return $node;
}

# The extension in a database, with the tables that soulprint_setup() makes or, for shape => 'live',
# with those that a Supabase project has already.
sub new_database
{
	my ($node, %options) = @_;
	my $database = $options{database} // 'postgres';
	$node->safe_psql('postgres', "CREATE DATABASE $database") if $database ne 'postgres';
	live_tables($node, $database) if ($options{shape} // '') eq 'live';
	$node->safe_psql($database, 'CREATE EXTENSION soulprint; SELECT soulprint_setup();');
}

# The application's tables as live Supabase projects have them (doc/behavior.md, "Tables").
sub live_tables
{
	my ($node, $database) = @_;
	$node->safe_psql('postgres', q{
DO $$
BEGIN
    IF to_regrole('authenticated') IS NULL THEN
        CREATE ROLE authenticated NOLOGIN;
        CREATE ROLE service_role NOLOGIN;
    END IF;
END
$$;});
	$node->safe_psql($database, q{
CREATE SCHEMA auth;
GRANT USAGE ON SCHEMA auth TO authenticated;
CREATE TABLE auth.users (id uuid PRIMARY KEY, email text);
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('request.jwt.claim.sub', true), '')::uuid $$;

CREATE TABLE user_profiles (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL UNIQUE REFERENCES auth.users ON DELETE CASCADE,
    storage_path text, file_type text,
    full_pass_status text DEFAULT 'pending'
        CHECK (full_pass_status IN ('pending', 'processing', 'complete', 'failed')),
    full_pass_started_at timestamptz, full_pass_completed_at timestamptz, full_pass_error text,
    memory_md text, soul_md text, identity_md text, user_md text, agents_md text, tools_md text,
    soulprint_text text, import_cost_json text, updated_at timestamptz DEFAULT now());
CREATE TABLE raw_conversations (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
    conversation_id text NOT NULL, title text, messages jsonb, message_count int,
    created_at timestamptz, imported_at timestamptz DEFAULT now(),
    UNIQUE (user_id, conversation_id));
CREATE TABLE conversation_chunks (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
    conversation_id text, title text, content text, chunk_tier text, message_count int,
    is_recent boolean, created_at timestamptz NOT NULL, embedding real[]);

ALTER TABLE user_profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE raw_conversations ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation_chunks ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_profile ON user_profiles FOR SELECT USING (auth.uid() = user_id);
CREATE POLICY own_profile_update ON user_profiles FOR UPDATE USING (auth.uid() = user_id);
CREATE POLICY own_conversations ON raw_conversations FOR SELECT USING (auth.uid() = user_id);
CREATE POLICY own_chunks ON conversation_chunks FOR SELECT USING (auth.uid() = user_id);
CREATE POLICY service ON user_profiles TO service_role USING (true) WITH CHECK (true);
CREATE POLICY service ON raw_conversations TO service_role USING (true) WITH CHECK (true);
CREATE POLICY service ON conversation_chunks TO service_role USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE ON user_profiles TO authenticated;
GRANT SELECT ON raw_conversations, conversation_chunks TO authenticated;
GRANT ALL ON user_profiles, raw_conversations, conversation_chunks TO service_role;});
}

# The uuid of user number n.
sub user
{
	my ($number) = @_;
	return sprintf('9f2c0000-0000-4000-8000-%012d', $number);
}

# A profile that nothing was asked for yet; columns => values.  Gives the user's uuid.
sub add_user
{
	my ($node, $number, %columns) = @_;
	my $database = delete $columns{database} // 'postgres';
	%columns = (full_pass_status => undef, %columns);
	my $user = user($number);
	my $names = join ', ', 'user_id', sort keys %columns;
	my $values = join ', ', "'$user'",
	  map { defined $columns{$_} ? "'$columns{$_}'" : 'NULL' } sort keys %columns;
	$node->safe_psql($database, qq{
DO \$do\$ BEGIN IF to_regclass('auth.users') IS NOT NULL THEN
    INSERT INTO auth.users VALUES ('$user'); END IF; END \$do\$;
INSERT INTO user_profiles ($names) VALUES ($values);});
	return $user;
}

# SQL that gives a user conversations number $from to $to, each with a few facts of its own, imported
# an hour ago.  They are so long that no two share a question.
sub talk
{
	my ($user, $from, $to) = @_;
	return qq{
INSERT INTO raw_conversations (user_id, conversation_id, title, messages, message_count, created_at, imported_at)
SELECT '$user', 'talk-' || n, 'Talk ' || n, jsonb_build_array(
    jsonb_build_object('role', 'user', 'content', format('I love painting number %s.%s I am working on a project called Boat%s. I decided to sell my car number %s.', n, repeat(' ', 4000), n, n)),
    jsonb_build_object('role', 'assistant', 'content', 'That sounds good. You hate tea number ' || n || '.'),
    jsonb_build_object('role', 'user', 'content', format('I prefer coffee number %s, and I believe that honesty matters in case %s.', n, n)),
    jsonb_build_object('role', 'assistant', 'content', 'Noted.')),
    4, timestamptz '2025-01-01 12:00+00' + n * interval '1 hour', now() - interval '1 hour'
FROM generate_series($from, $to) AS n;};
}

# An export of conversations number $from to $to in the simplified form, as JSON, each a question of
# its own; $more makes them longer.
sub export_of
{
	my ($from, $to, $more) = @_;
	my $words = ' Very much.' x ($more // 0);
	return JSON::PP::encode_json([ map { { id => "c-$_", title => "Number $_", created_at => '2025-03-01T12:00:00Z', messages => [
		({ role => 'user', content => "I love painting number $_.$words" . ' ' x 1400 }, { role => 'assistant', content => 'I see.' }) x 3 ] } } $from .. $to ]);
}

# Imports the sample export test/data/emily.zip: 10 conversations.
sub import_emily
{
	my ($node, $user, $database) = @_;
	my $path = File::Spec->rel2abs('test/data/emily.zip');
	return $node->safe_psql($database // 'postgres',
		"SELECT imported FROM soulprint_import_file('$user', '$path')");
}

# Requests a pass; its id.
sub start_pass
{
	my ($node, $user, $database) = @_;
	return $node->safe_psql($database // 'postgres', "SELECT soulprint_start_full_pass('$user')");
}

# Waits until no pass of the user is queued or running; the profile's status and error.
sub end_of_pass
{
	my ($node, $user, $database) = @_;
	$database //= 'postgres';
	$node->poll_query_until($database,
		"SELECT NOT EXISTS (SELECT FROM soulprint.full_passes WHERE user_id = '$user' AND state IN ('queued', 'running'))"
	) or diag 'the pass does not end';
	return status($node, $user, $database);
}

# Waits until a pass of the user is in the queue again with a reason; the profile's status, attempts, the
# seconds until it is due, the reason.
sub in_queue
{
	my ($node, $user, $database) = @_;
	$database //= 'postgres';
	my $waiting = "FROM soulprint.full_passes JOIN user_profiles USING (user_id) WHERE user_id = '$user' AND state = 'queued' AND error IS NOT NULL";
	$node->poll_query_until($database, "SELECT count(*) = 1 $waiting") or diag 'the pass does not return to the queue';
	return $node->safe_psql($database, "SELECT full_pass_status, attempts, ceil(extract(epoch FROM not_before - now())), error $waiting");
}

# The next attempt of the user's pass begins at once.
sub due_now
{
	my ($node, $user, $database) = @_;
	$node->safe_psql($database // 'postgres', "UPDATE soulprint.full_passes SET not_before = now() WHERE user_id = '$user' AND state = 'queued'; SELECT soulprint.wake_launcher()");
}

# "complete", or "failed: the reason".
sub status
{
	my ($node, $user, $database) = @_;
	return $node->safe_psql($database // 'postgres',
		"SELECT concat_ws(': ', full_pass_status, full_pass_error) FROM user_profiles WHERE user_id = '$user'");
}

# Everything that a reader of the profile sees, as one text.
sub profile
{
	my ($node, $user, $database) = @_;
	return $node->safe_psql($database // 'postgres', qq{
SELECT jsonb_build_array(memory_md, soul_md, identity_md, user_md, agents_md, tools_md, soulprint_text)
FROM user_profiles WHERE user_id = '$user'});
}

# All that the extension's and the application's tables and views hold, and what the processes show.
sub all_shown
{
	my ($node, $database) = @_;
	$database //= 'postgres';
	my @relations = split /\n/, $node->safe_psql($database, "SELECT oid::regclass FROM pg_class WHERE relkind IN ('r', 'v') AND relnamespace IN ('soulprint'::regnamespace, 'public'::regnamespace)");
	return join "\n", map { $node->safe_psql($database, "SELECT t::text FROM $_ t") } @relations, 'pg_stat_activity';
}

# Stops every worker that does $event ("INSERT ON soulprint.replies", say) on a row for which $when holds,
# in the middle of its transaction.  Gives the session that holds it, for release().
sub hold
{
	my ($node, $event, $when, $database) = @_;
	$database //= 'postgres';
	$node->safe_psql($database, qq{
SET client_min_messages = error;
DROP FUNCTION IF EXISTS public.test_hold() CASCADE;
CREATE FUNCTION public.test_hold() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
    IF session_user = 'soulprint_worker' AND ($when) THEN
        PERFORM pg_advisory_xact_lock_shared(4711);
    END IF;
    RETURN NEW;
END
\$\$;
CREATE TRIGGER test_hold BEFORE $event FOR EACH ROW EXECUTE FUNCTION public.test_hold();});
	my $session = $node->background_psql($database);
	$session->query_safe('SELECT pg_advisory_lock(4711)');
	return $session;
}

# Lets the workers go on, and never stops one again.
sub release
{
	my ($session) = @_;
	$session->quit;
}

# Waits until a worker stands where hold() stops it; its process id.
sub worker_is_held
{
	my ($node, $database) = @_;
	my $held = q{FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND NOT l.granted AND a.backend_type = 'soulprint worker'};
	$node->poll_query_until($database // 'postgres', "SELECT count(*) > 0 $held")
	  or diag 'no worker comes to where it is held';
	return $node->safe_psql($database // 'postgres', "SELECT pid $held LIMIT 1");
}

# Kills processes before the postmaster sees the first of them die, and tells the others to quit.
sub kill_together
{
	my (@pids) = @_;
	kill 'STOP', @pids;
	my $stopped = 0;
	for (my $end = time + $PostgreSQL::Test::Utils::timeout_default; $stopped < @pids && time < $end;)
	{
		$stopped = grep { slurp_file("/proc/$_/stat") =~ /\) T/ } @pids;
	}
	diag 'they do not stop' if $stopped < @pids;
	kill 'KILL', @pids;
}

# Looks at a worker until it has written to the row of its pass three times, which it does once a second:
# how often it has, how often it was looked at, the share of looks that found it without transaction,
# snapshot and relation lock, the age of its oldest transaction, and the last thing it said.
sub watch_worker
{
	my ($node, $pass, $worker, $database) = @_;
	my $session = $node->background_psql($database // 'postgres');
	my %seen = (written => -1, looks => 0, free => 0, oldest => 0, text => '');
	my $version = '';
	for (my $end = time + $PostgreSQL::Test::Utils::timeout_default; $seen{written} < 3 && time < $end; ++$seen{looks})
	{
		my ($age, $xmin, $locks, $now, $query) = split /\|/, $session->query_safe("
SELECT coalesce(extract(epoch FROM clock_timestamp() - xact_start), 0), backend_xmin, (SELECT count(*) FROM pg_locks l WHERE l.pid = a.pid AND locktype = 'relation'),
    (SELECT xmin FROM soulprint.full_passes WHERE id = $pass), query FROM pg_stat_activity a WHERE pid = $worker");
		$seen{free}++ if $age == 0 && $xmin eq '' && $locks == 0;
		$seen{oldest} = $age if $age > $seen{oldest};
		$seen{text} = $query;
		($version, $seen{written}) = ($now, $seen{written} + 1) if $version ne $now;
	}
	$session->quit;
	$seen{free} /= $seen{looks};
	return \%seen;
}

# What a background session that listens is told; asks until it is told something.
sub heard_by
{
	my ($listener) = @_;
	my $heard = '';
	for (my $end = time + $PostgreSQL::Test::Utils::timeout_default; time < $end;)
	{
		$heard = $listener->query_safe('SELECT 1');
		last if $heard =~ /notification/;
	}
	return $heard;
}

# Lets workers look up and delete what has expired, once: an old import of this user is deleted in the same
# transaction.
sub sweep
{
	my ($node, $user) = @_;
	$node->safe_psql('postgres', "INSERT INTO soulprint.imports (user_id, imported_at, source, imported, updated, unchanged, memories, skipped, skipped_because, skipped_ids, hidden_messages, replaced_characters)
		VALUES ('$user', now() - interval '1 year', 'argument', 0, 0, 0, 0, 0, '{}', '{}', '{}', 0)");
	$node->safe_psql('postgres', "ALTER SYSTEM SET soulprint.poll_interval = '100ms'; SELECT pg_reload_conf()");
	$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM soulprint.imports WHERE imported_at < now() - interval '300 d'") or diag 'no worker sweeps';
	$node->safe_psql('postgres', 'ALTER SYSTEM RESET soulprint.poll_interval; SELECT pg_reload_conf()');
	$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'soulprint worker'") or diag 'a worker goes on';
}

sub count_log
{
	my ($node, $pattern) = @_;
	my @found = slurp_file($node->logfile) =~ /$pattern/g;
	return scalar @found;
}

# What pg_stat_activity says a worker waits for: a name of the library's own where Postgres keeps one.
sub wait_event
{
	my ($node) = @_;
	return $node->pg_version < 17 ? 'Extension' : 'SoulprintRequests';
}

# A check that a time, a memory is less than a limit, which a server that a checker slows down does not keep
# (test/checked_server.sh).
sub within
{
	my ($measured, $limit, $name) = @_;
	SKIP: {
		skip("$ENV{CHECKER} costs time and memory", 1) if $ENV{CHECKER};
		cmp_ok($measured, '<', $limit, $name);
	}
}

# Says what was measured, as sprintf does; test/run.sh shows it of tests that pass, too.
sub figures { return diag(sprintf "figures: $_[0]", @_[ 1 .. $#_ ]) }

# The last check of every file: no process crashed.
sub log_is_clean
{
	my ($node) = @_;
	unlike(slurp_file($node->logfile), qr/PANIC|TRAP:|was terminated by signal/, 'nothing crashed');
}

# [ line, statements ] of each block of SQL in a document; pgsql marks those that need a model or Vault.
sub blocks
{
	my ($file) = @_;
	my ($line, @found, $open) = (0);
	for (split /\n/, slurp_file($file))
	{
		++$line;
		if (/^```sql$/) { push @found, [ $line, '' ]; $open = 1 }
		elsif (/^```/) { $open = 0 }
		elsif ($open) { $found[-1][1] .= "$_\n" }
	}
	return @found;
}

1;
