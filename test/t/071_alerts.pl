# soulprint.alert_url is told of each failed pass, once; no pass waits for that, nothing fails for it, and
# it ends at once when it must.
# Runs alone: it measures how soon something ends.

use strict;
use warnings;

use lib 'test/t';
use AlertServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $alerts = AlertServer->new;
my $hook = $alerts->hook;
my $node = new_server('alerts', 'soulprint.alert_url' => $hook, 'soulprint.max_workers' => 1, log_line_prefix => '%m [%p] %e ');
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $number = 0;
my $sender = "FROM pg_stat_activity WHERE query LIKE 'sending the alert of full pass %' AND backend_type = 'soulprint worker'";

# The sections cannot be made: an operator's wording is nothing that rules can follow.
sub wording { $sql->($_[0] ? "INSERT INTO soulprint.prompts VALUES ('sections', 'Write in my style.')" : 'DELETE FROM soulprint.prompts') }

sub new_user
{
	my $user = add_user($node, ++$number);
	$sql->(talk($user, 1, 2));
	return $user;
}

# A new user's pass that fails; the user and the pass.
sub fail
{
	my $user = new_user();
	my $pass = start_pass($node, $user);
	like(end_of_pass($node, $user), qr/^failed: MEMORY is published/, 'a pass fails');
	return ($user, $pass);
}

sub warnings { return count_log($node, qr/08000 WARNING:  could not send the alert of full pass \d+: $_[0]\n.*HINT:  [A-Z]/) }
sub nothing_waits { return $node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT $sender) AND NOT EXISTS (SELECT FROM soulprint.full_passes WHERE alert IS NOT NULL)") }

# What is told, and what is not.
my $complete = new_user();
start_pass($node, $complete);
is(end_of_pass($node, $complete), 'complete', 'a pass completes');
my $canceled = new_user();
my $hold = hold($node, 'UPDATE ON user_profiles', 'NEW.memory_md IS DISTINCT FROM OLD.memory_md');
start_pass($node, $canceled);
$sql->("SELECT pg_cancel_backend(@{[ worker_is_held($node) ]})");
is(end_of_pass($node, $canceled), 'failed: canceled by an administrator', 'one is canceled by an administrator');
start_pass($node, $canceled);
worker_is_held($node);
$sql->("SELECT soulprint_cancel_full_pass('$canceled')");
like(end_of_pass($node, $canceled), qr/^failed: canceled by/, 'one by its user');
start_pass($node, $canceled);
$sql->("SELECT pg_terminate_backend(@{[ worker_is_held($node) ]})");
release($hold);
is(end_of_pass($node, $canceled), 'complete', 'one is interrupted');
wording(1);
my ($user, $pass) = fail();
ok($alerts->wait_for(requests => 1), 'one fails');
ok(nothing_waits(), 'and is told of');
my @posts = $alerts->posts;
is(scalar @posts, 1, 'it alone, once');
is("$posts[0]{path} $posts[0]{type}", '/services/T000/hook-secret application/json', 'by a POST of JSON');
my ($text) = $alerts->texts;
like($text, qr/^Full pass $pass of user $user in database postgres failed: [a-z].* \(SQLSTATE 38000\)\. [A-Z].* The whole reason: SELECT error FROM soulprint_history WHERE pass_id = $pass;$/,
	'that says which pass of whom failed, why, and what to do');
cmp_ok(length $text, '<=', 1000, 'in at most 1,000 characters');
unlike($text, qr/Boat|painting|coffee/, 'without a word of a conversation');
is($sql->(substr($text, rindex($text, 'SELECT'))), $sql->("SELECT full_pass_error FROM user_profiles WHERE user_id = '$user'"), 'its statement has the whole reason');

# An error of the application quotes the user.
$sql->(q{
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.full_pass_status = 'complete' THEN RAISE EXCEPTION 'not this: %', NEW.memory_md USING HINT = NEW.memory_md; END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER refuse BEFORE UPDATE ON user_profiles FOR EACH ROW EXECUTE FUNCTION refuse()});
wording(0);
$alerts->forget;
$user = new_user();
start_pass($node, $user);
like(end_of_pass($node, $user), qr/^failed: not this: .*painting/s, "a trigger quotes the user's words");
ok($alerts->wait_for(requests => 1), 'that is told');
($text) = $alerts->texts;
like($text, qr/failed: a statement was refused \(SQLSTATE P0001\)\. The server log has the reason\./, 'with its SQLSTATE');
unlike($text, qr/not this|painting/, 'and not in its words');
$sql->('DROP TRIGGER refuse ON user_profiles');
wording(1);
nothing_waits();

# A server that fails twice.
$alerts->forget;
$alerts->script({ status => 500 }, { status => 500 });
($user, $pass) = fail();
ok($alerts->wait_for(requests => 3), '500 twice: it is tried three times');
ok(nothing_waits(), '500 twice: and no more');
is(scalar(grep { /^Full pass $pass / } $alerts->texts), 3, '500 twice: with the same alert');
is(warnings('.*'), 0, '500 twice: nobody is warned');

# A server that hangs: other passes are run meanwhile, by the only worker.
$alerts->forget;
$alerts->script({ hang => \1 });
my $began = time;
fail();
ok($alerts->wait_for(in_flight_is => 1), 'a hang: the alert is under way');
ok($node->poll_query_until('postgres', "SELECT wait_event = '@{[ wait_event($node) ]}' $sender"), 'a hang: its worker waits');
is($sql->("SELECT state, xact_start, backend_xid, backend_xmin $sender"), 'idle|||', 'a hang: without a transaction and a snapshot');
is($sql->("SELECT count(*) FROM pg_locks WHERE pid IN (SELECT pid $sender)"), '0', 'a hang: no lock is held');
wording(0);
my @users = map { new_user() } 1 .. 5;
start_pass($node, $_) for @users;
is(end_of_pass($node, $_), 'complete', 'a hang: a pass completes') for @users;
is($alerts->stats->{in_flight}, 1, 'a hang: while it still hangs');
ok($alerts->wait_for(requests => 2), 'a hang: a try has a limit');
my $limit = time - $began;
ok($limit >= 10 && $limit < 20, 'a hang: of 10 seconds') or diag $limit;
ok(nothing_waits(), 'a hang: and the next one is taken');
is(join(' ', map { $_->{outcome} } $alerts->posts), 'client_left answered', 'a hang: two tries');
wording(1);

# What ends it at once.  The alert is lost, and said to be.
my %ends = (
	'a cancel' => [ sub { $sql->("SELECT pg_cancel_backend(pid) $sender") }, qr/canceled by an administrator/ ],
	'a termination' => [ sub { $sql->("SELECT pg_terminate_backend(pid) $sender") } ],
	'soulprint.enabled = off' => [ sub { $sql->('ALTER SYSTEM SET soulprint.enabled = off; SELECT pg_reload_conf()') }, qr/soulprint\.enabled is off/ ],
	'a shutdown' => [ sub { $node->stop('fast') } ]);
for my $end (sort keys %ends)
{
	my ($act, $reason) = @{ $ends{$end} };
	$alerts->forget;
	$alerts->script({ hang => \1, times => 'always' });
	fail();
	ok($alerts->wait_for(in_flight_is => 1), "$end: an alert is under way");
	$began = time;
	$act->();
	ok($alerts->wait_for(in_flight_is => 0, requests => 1), "$end: the request is dropped");
	$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT $sender)") if $end ne 'a shutdown';
	within(time - $began, 2, "$end: within two seconds");
	is(scalar($alerts->posts), 1, "$end: and not sent again");
	is(warnings($reason), 1, "$end: the log says so") if $reason;
	# A new server knows of no failure.
	$node->stop if $end ne 'a shutdown';
	$node->append_conf('postgresql.conf', "# $end");
	unlink $node->data_dir . '/postgresql.auto.conf';
	append_to_file($node->data_dir . '/postgresql.auto.conf', '');
	$node->start;
}

# A server that always fails: one warning, and the next alert waits for a minute, over a restart too.
$alerts->forget;
$alerts->script({ status => 403, times => 'always' });
fail();
ok($alerts->wait_for(requests => 3), '403: it is tried three times');
$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT $sender)");
my @waiting = map { (fail())[1] } 1 .. 2;
is($sql->("SELECT string_agg(id::text, ' ' ORDER BY id) FROM soulprint.full_passes WHERE alert IS NOT NULL"), "@waiting", '403: the next alerts wait');
# Longer than the launcher waits between two workers for alerts.
$alerts->control(GET => '/_wait?requests=4&timeout_ms=7000');
is($alerts->stats->{requests}, 3, '403: and are not tried');
is(warnings('HTTP 403'), 1, '403: one warning has the status, a SQLSTATE and a hint');
$sql->("UPDATE soulprint.full_passes SET ended_at = now() - interval '61 min' WHERE id = $waiting[0]");
$alerts->forget;
$node->restart;
ok($alerts->wait_for(requests => 1), 'what waits is sent later');
$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM soulprint.full_passes WHERE alert IS NOT NULL AND id = $waiting[1])");
is(join(' ', map { /^Full pass (\d+)/ } $alerts->texts), $waiting[1], 'within an hour');

# A server that is not there, and one that must not be spoken to.
$sql->("ALTER SYSTEM SET soulprint.alert_url = 'http://192.0.2.1/'; SELECT pg_reload_conf()");
$node->poll_query_until('postgres', "SELECT current_setting('soulprint.alert_url') LIKE 'http://192%'");
fail();
ok($node->poll_query_until('postgres', 'SELECT NOT EXISTS (SELECT FROM soulprint.full_passes WHERE alert IS NOT NULL AND ended_at > now() - interval \'10 min\')'), 'plain http:// to elsewhere');
is(warnings('soulprint\.alert_url is http:// to a host that is neither this machine nor in soulprint\.plain_http_hosts'), 1, 'is refused with a warning');
$sql->('ALTER SYSTEM RESET soulprint.alert_url');
$node->restart;
$alerts->stop;
fail();
ok($node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT $sender) AND NOT EXISTS (SELECT FROM soulprint.full_passes WHERE alert IS NOT NULL AND ended_at > now() - interval '10 min')"), 'a server that refuses the connection');
is(warnings('Could(?:n\x27t| not) connect to server: Connection refused'), 1, 'is one warning');

# Without a URL, and with one that is none: passes are run as ever.
$sql->("ALTER SYSTEM SET soulprint.alert_url = ''");
$node->restart;
($user, $pass) = fail();
is($sql->("SELECT alert FROM soulprint.full_passes WHERE id = $pass"), '', 'without a URL nothing is noted');
append_to_file($node->data_dir . '/postgresql.conf', "soulprint.alert_url = 'hooks.example.com'\n");
$sql->('ALTER SYSTEM RESET soulprint.alert_url');
$node->restart;
fail();
wording(0);
start_pass($node, $complete);
is(end_of_pass($node, $complete), 'complete', 'a URL that is none keeps no pass from running');
unlike(slurp_file($node->logfile), qr/hook-secret/, 'the URL was never in the server log');
$node->stop;
log_is_clean($node);

# CALL where no launcher serves the database: its own worker tells, and counts as busy no more.
$alerts = AlertServer->new;
my $alone = new_server('alone', 'soulprint.alert_url' => $alerts->hook, preload => 0);
new_database($alone);
# Without preloading the library's settings are known once it is loaded.
$alone->append_conf('postgresql.conf', 'soulprint.max_workers = 1');
$alone->reload;
$node = $alone;
wording(1);
$alerts->script({ hang => \1, times => 'always' });
for my $round (1, 2)
{
	$user = new_user();
	my ($code, $out, $err) = $node->psql('postgres', "CALL soulprint_run_full_pass('$user')");
	like($err, qr/ERROR:  full pass \d+ failed: MEMORY is published/, "CALL $round: it fails, and does not wait for the alert");
	ok($alerts->wait_for(in_flight_is => $round), "CALL $round: which is under way");
}
$node->stop;
log_is_clean($node);
done_testing();
