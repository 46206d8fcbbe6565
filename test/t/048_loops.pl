# Triggers of the application that raise errors, also those which mean something among our own, or take
# changes back: a pass is tried a few times, ever later, and ends with the reason.
# Runs alone: it counts what begins in ten seconds.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('loops');
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
$sql->(q{
CREATE TABLE rules (user_id uuid PRIMARY KEY, what text, code text);
GRANT SELECT ON rules TO soulprint_worker;
CREATE FUNCTION app_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rule public.rules;
BEGIN
    IF current_user <> 'soulprint_worker' THEN
        RETURN NEW;
    END IF;
    SELECT * INTO rule FROM public.rules r WHERE r.user_id = NEW.user_id;
    IF rule.what = 'claim' AND NEW.full_pass_status = 'processing' AND OLD.full_pass_status = 'pending'
        OR rule.what = 'memory' AND NEW.memory_md IS DISTINCT FROM OLD.memory_md
        OR rule.what = 'text' AND NEW.soulprint_text IS DISTINCT FROM OLD.soulprint_text
        OR rule.what = 'status' AND NEW.full_pass_status IS DISTINCT FROM OLD.full_pass_status
        OR rule.what = 'complete' AND NEW.full_pass_status = 'complete' THEN
        RAISE 'this tenant may not store a profile' USING ERRCODE = rule.code;
    END IF;
    IF rule.what = 'silently back' OR rule.what = 'complete back' AND NEW.full_pass_status = 'complete' THEN
        NEW.full_pass_status := OLD.full_pass_status;
    ELSIF rule.what = 'text back' THEN
        NEW.soulprint_text := OLD.soulprint_text;
    ELSIF rule.what = 'memory back' THEN
        NEW.memory_md := OLD.memory_md;
    ELSIF rule.what = 'always pending' THEN
        NEW.full_pass_status := 'pending';
    ELSIF rule.what = 'no row' THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER app_check BEFORE UPDATE ON user_profiles FOR EACH ROW EXECUTE FUNCTION app_check();
CREATE FUNCTION app_check_chunk() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rule public.rules;
BEGIN
    SELECT * INTO rule FROM public.rules r WHERE r.user_id = NEW.user_id;
    IF rule.what = 'chunks' THEN
        RAISE 'this tenant may not store a profile' USING ERRCODE = rule.code;
    ELSIF rule.what = 'chunk lost' AND NEW.conversation_id = 'talk-2' THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER app_check_chunk BEFORE INSERT ON conversation_chunks FOR EACH ROW EXECUTE FUNCTION app_check_chunk()});

my ($number, %users) = (0);

sub new_user
{
	my ($what, $code) = @_;
	my $user = add_user($node, ++$number);
	# A storage_path, too, which nothing is read from: that is no reason for another pass.
	$sql->(talk($user, 1, 2) . "INSERT INTO rules VALUES ('$user', '$what', '$code'); UPDATE user_profiles SET storage_path = 'imports/$user/none' WHERE user_id = '$user'");
	$users{$user} = $code ? "$code raised when $what changes" : $what;
	return $user;
}

# Waits until no pass is due or runs.
sub all_wait_or_ended
{
	$node->poll_query_until('postgres', q{SELECT NOT EXISTS (SELECT FROM soulprint.full_passes WHERE state IN ('queued', 'running') AND not_before <= now())
		AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'soulprint worker')}) or diag 'passes go on and on';
}

sub starts { return count_log($node, qr/of user $_[0] starts, attempt/) }

my $listener = $node->background_psql('postgres');
$listener->query_safe('LISTEN soulprint');

# Errors.
my @transient = qw(57P01 57P03 57014 40001 55P03 08006 53200);
my @codes = (@transient, qw(02000 23514 P0001));
my %most = ((map { $_ => 3 } @transient), (map { $_ => 1 } qw(02000 23514 P0001)));
my %of;
for my $what (qw(claim chunks memory text status complete))
{
	$of{$what}{$_} = new_user($what, $_) for @codes;
}
start_pass($node, $_) for sort keys %users;
all_wait_or_ended();
for (sort keys %users)
{
	within(starts($_), 2, "$users{$_}: one attempt, then it waits or has ended");
}
# Each round lets the next attempt begin, as if the time had passed.
for (1 .. 4)
{
	$sql->("UPDATE soulprint.full_passes SET not_before = now() WHERE state = 'queued'; SELECT soulprint.wake_launcher()");
	all_wait_or_ended();
}
for my $what (qw(claim chunks memory text complete))
{
	for my $code (@codes)
	{
		my $user = $of{$what}{$code};
		my $attempts = $most{$code};
		is(status($node, $user), 'failed: this tenant may not store a profile', "$users{$user}: it fails and says why");
		is($sql->("SELECT state, attempts FROM soulprint.full_passes WHERE user_id = '$user'"), "failed|$attempts", "$users{$user}: after $attempts attempts");
		is(starts($user), $what eq 'claim' ? 0 : $attempts, "$users{$user}: no more were begun");
		is(count_log($node, qr/of user $user (?:will be retried: this tenant|failed: .*\n.*DETAIL:  This tenant)/), $attempts, "$users{$user}: one line an attempt");
	}
}
for my $code (@codes)
{
	my $user = $of{status}{$code};
	is(status($node, $user), 'pending', "$users{$user}: it stays pending");
	is($sql->("SELECT state, attempts <= 3, error, unrecorded FROM soulprint.full_passes WHERE user_id = '$user'"),
		'failed|t|this tenant may not store a profile. The profile does not take this: this tenant may not store a profile.|t', "$users{$user}: its pass has failed and says why");
}
is(count_log($node, qr/administrator|unexpectedly/), 0, 'nobody else is blamed');

# Changes that are taken back.
my %guards = map { $_ => new_user($_, '') } ('silently back', 'always pending', 'complete back', 'no row', 'text back', 'memory back', 'chunk lost', 'policy');
$sql->("CREATE POLICY hides ON user_profiles AS RESTRICTIVE FOR UPDATE TO soulprint_worker USING (user_id <> '$guards{policy}')");
start_pass($node, $_) for values %guards;
all_wait_or_ended();
for (sort keys %guards)
{
	is($sql->("SELECT count(*), min(state) FROM soulprint.full_passes WHERE user_id = '$guards{$_}'"), '1|failed', "$_: one pass, which failed");
	within(starts($guards{$_}), 2, "$_: in one attempt");
}
is($sql->("SELECT full_pass_status, soulprint_text IS NULL FROM user_profiles WHERE user_id = '$guards{'silently back'}'"), 'pending|t', 'silently back: nothing is published');
like($sql->("SELECT error FROM soulprint.full_passes WHERE user_id = '$guards{$_}' ORDER BY id DESC LIMIT 1"), qr/^full_pass_status stays "pending" when it is set to "processing"/, "$_: the pass says so") for 'silently back', 'always pending';
like(status($node, $guards{'complete back'}), qr/^failed: full_pass_status stays "processing" when it is set to "complete"/, 'complete back: it fails and says why');
my $unreached = 'failed: the update of the profile did not reach its row. Look for a trigger, rule or policy';
like($sql->("SELECT state || ': ' || error FROM soulprint.full_passes WHERE user_id = '$guards{$_}'"), qr/^\Q$unreached\E/, "$_: the pass says so") for 'no row', 'policy';
is($sql->("SELECT full_pass_status FROM user_profiles WHERE user_id = '$guards{$_}'"), 'pending', "$_: the profile stays as it is") for 'no row', 'policy';
like(status($node, $guards{'text back'}), qr/^failed: soulprint_text keeps its old value\. Look for a trigger/, 'text back: it fails and says why');
like(status($node, $guards{'memory back'}), qr/^failed: memory_md keeps its old value\. Look for a trigger/, 'memory back: it fails and says why');
like(status($node, $guards{'chunk lost'}), qr/^failed: 1 of 1 chunks were not stored\. Look for a trigger/, 'chunk lost: it fails and says why');

# Looked up again they would be found as pending: only with something new to read are they asked for again.
my $passes = "SELECT count(*) FROM soulprint.full_passes WHERE user_id IN ('" . join("', '", values %guards) . "')";
$sql->("ALTER SYSTEM SET soulprint.poll_interval = '1s'; SELECT pg_reload_conf()");
for (1 .. 2)
{
	my $found = add_user($node, ++$number);
	$sql->(talk($found, 1, 1) . "SET session_replication_role = replica; UPDATE user_profiles SET full_pass_status = 'pending' WHERE user_id = '$found'");
	$node->poll_query_until('postgres', "SELECT full_pass_status = 'complete' FROM user_profiles WHERE user_id = '$found'") or diag 'nothing is looked up';
}
is($sql->($passes), scalar keys %guards, 'looked up again, nothing is asked for anew');
$sql->("SELECT soulprint_import('$guards{'silently back'}', convert_to('" . export_of(1, 2) . "', 'UTF8'))");
ok($node->poll_query_until('postgres', "SELECT ($passes) > " . keys %guards), 'with something new to read it is');
$sql->('ALTER SYSTEM RESET soulprint.poll_interval; SELECT pg_reload_conf()');

# Nobody is told that what was not published is complete; somebody else's pass is.
my $other = add_user($node, ++$number);
$sql->(talk($other, 1, 2));
start_pass($node, $other);
is(end_of_pass($node, $other), 'complete', 'others are served meanwhile');
my $heard = '';
for (my $end = time + 40; $heard !~ /$other/ && time < $end;) { $heard .= $listener->query_safe('SELECT 1') }
my $not_published = join '|', keys %users;
unlike($heard, qr/"user_id" : "(?:$not_published)", "pass_id" : \d+, "status" : "complete"/, 'listeners are told "complete" of what was published only');
$listener->quit;

$node->stop;
log_is_clean($node);
done_testing();
