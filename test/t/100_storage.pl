# Exports that lie in Storage: what is asked for, what is refused, what every answer comes to, an interrupted download.
# Runs alone: it measures how soon something ends.

use strict;
use warnings;

use lib 'test/t';
use Encode qw(encode_utf8);
use IO::Compress::Zip qw(zip $ZipError);
use IO::Uncompress::Unzip qw(unzip $UnzipError);
use ModelServer;
use SoulprintTest;
use Time::HiRes qw(time);
use PostgreSQL::Test::Utils;
use Test::More;

my $key = 'storage-key-made-up-for-this-test-0123456789';
my $storage = StorageServer->new($key);
my $emily = slurp_file('test/data/emily.zip');
my $node = new_server('storage', $storage->settings, 'soulprint.database' => 'app', log_min_messages => 'debug1',
	# Or what a killed worker leaves behind would not be seen.
	remove_temp_files_after_crash => 'off');
my ($db, $number, $user) = ('app', 0);
my $sql = sub { $node->safe_psql($db, encode_utf8($_[0])) };

# The launcher is there before its database, and would take its time.
sub make_database
{
	new_database($node, database => 'app', shape => 'live');
	$node->restart;
}
make_database();
new_database($node, database => 'setup', shape => 'setup');

# Changes settings with a reload; undef resets.
sub set
{
	my (%changed) = @_;
	$sql->("ALTER SYSTEM " . (defined $changed{$_} ? "SET soulprint.$_ = '$changed{$_}'" : "RESET soulprint.$_")) for sort keys %changed;
	$node->reload;
}

sub requests { return @{ $storage->control(GET => '/_journal')->{journal} } }

# A new user, with an object at imports/USER/$name if bytes are given; the path.
sub new_user
{
	my ($name, $bytes) = @_;
	$user = add_user($node, ++$number, database => $db);
	$storage->forget;
	my $path = "imports/$user/" . ($name // 'emily.zip');
	$storage->store($path, $bytes) if defined $bytes;
	return $path;
}

sub start
{
	my ($path) = @_;
	return $sql->('SELECT soulprint_start_full_pass(' . join(', ', "'$user'", defined $path ? "'$path'" : ()) . ')');
}

# The whole pass; the profile's status and error.
sub full_pass
{
	start(@_);
	# There is no launcher elsewhere.
	$node->psql($db, "CALL soulprint_run_full_pass('$user')") if $db ne 'app';
	return end_of_pass($node, $user, $db);
}

# What a pass that has nothing new to do leaves as it is.
sub versions
{
	return $sql->("SELECT conversation_id, xmin FROM raw_conversations WHERE user_id = '$user' ORDER BY 1;
SELECT id, xmin FROM conversation_chunks WHERE user_id = '$user' ORDER BY 1; SELECT * FROM soulprint.imports WHERE user_id = '$user'");
}

sub imports { return $sql->("SELECT count(*) FROM soulprint.imports WHERE user_id = '$user'") }
sub imported { return $sql->("SELECT count(*) FROM raw_conversations WHERE user_id = '$user'") }
sub of_last_pass { return $sql->("SELECT $_[0] FROM soulprint.full_passes WHERE user_id = '$user' ORDER BY id DESC LIMIT 1") }
sub left_behind { return join ' ', map { glob "$_/*" } $node->data_dir . '/base/pgsql_tmp' }

# An export downloaded, imported and read, on both shapes of the application's tables.
for my $shape ('setup', 'live')
{
	$db = $shape eq 'live' ? 'app' : 'setup';
	my $path = new_user('emily.zip');
	my $etag = $storage->store($path, $emily);
	is(full_pass($path) . ' ' . imported(), 'complete 10', "$shape: a profile with nothing but a storage_path");
	is($sql->("SELECT source, storage_path, etag, imported, updated, unchanged, skipped FROM soulprint.imports WHERE user_id = '$user'"),
		"storage|$path|$etag|10|0|0|0", "$shape: the import is recorded");
	my ($request, @more) = requests();
	is(join(' ', map { $_->{path} } $request, @more), "/storage/v1/object/$path", "$shape: by one request");
	my %headers = %{ $request->{headers} };
	is(join(' ', map { $headers{$_} // '-' } qw(authorization apikey if-none-match)), '(right) (right) -', "$shape: with the service key");
	delete @headers{qw(host user-agent accept accept-encoding authorization apikey)};
	is_deeply(\%headers, {}, "$shape: and nothing else");

	# The same, unchanged.
	my $before = versions() . profile($node, $user, $db);
	$storage->forget;
	is(full_pass($path), 'complete', "$shape: once more");
	is(join(', ', map { "$_->{status} $_->{headers}{'if-none-match'} $_->{bytes}" } requests()), "304 $etag 0", "$shape: an unchanged object is not sent again");
	is(versions() . profile($node, $user, $db), $before, "$shape: no row is touched");
	is(of_last_pass('calls_made'), '0', "$shape: nobody is asked");

	# One conversation more, in a new archive.
	unzip(\$emily => \my $json, Name => 'conversations.json') or die $UnzipError;
	substr $json, rindex($json, ']'), 1, ', ' . substr export_of(1, 1), 1;
	zip(\$json => \my $archive, Name => 'conversations.json') or die $ZipError;
	$etag = $storage->store($path, $archive);
	$storage->forget;
	my $facts = "SELECT count(*) FROM soulprint.replies WHERE user_id = '$user' AND step = 'facts'";
	my $known = $sql->($facts);
	is(full_pass(), 'complete', "$shape: the object changed");
	is($sql->("SELECT etag, imported, updated, unchanged FROM soulprint.imports WHERE user_id = '$user' ORDER BY id DESC LIMIT 1"), "$etag|1|0|10", "$shape: the new conversation is imported");
	is($sql->($facts) - $known, 1, "$shape: only it is read");
	is(of_last_pass('calls_made'), '4', "$shape: which costs its facts, changes, MEMORY and the sections");
	is($sql->("SELECT count(*) FROM soulprint.full_passes WHERE user_id = '$user'"), '3', "$shape: importing does not ask for another pass");
}

# What the download says of itself is only a hint, and so is the profile's file_type.
my $path = new_user('export.zip', export_of(1, 4));
$sql->("UPDATE user_profiles SET file_type = 'application/zip' WHERE user_id = '$user'");
$storage->fault(headers => { 'content-type' => 'application/pdf' }, gzip => \1);
is(full_pass($path), 'complete', 'JSON that is called .zip, compressed on its way');
is(imported(), '4', 'is read');
$storage->store($path, export_of(1, 4));
$storage->fault(headers => { etag => '' });
$storage->store($path, export_of(1, 5));
is(full_pass($path) . ' ' . imported(), 'complete 5', 'a server that gives no ETag');
is(full_pass($path), 'complete', 'is asked again');
is(join(', ', map { $_->{headers}{'if-none-match'} // '-' } (requests())[ 2 .. 2 ]), '-', 'without If-None-Match');
$storage->fault(headers => { etag => "\"\xff\xfe'; --\"" });
$storage->store($path, export_of(1, 6));
is(full_pass($path) . ' ' . imported(), 'complete 6', 'an ETag that is no text is no reason to fail');
$sql->("DELETE FROM raw_conversations WHERE user_id = '$user'");
is(full_pass($path) . ' ' . imported(), 'complete 6', 'conversations that were deleted are downloaded again');

# Whoever asks while the download runs, and while what it has imported is read.
$path = new_user('one.json', export_of(1, 3));
$storage->fault(hang => 100);
my $pass = start($path);
$storage->wait_for(sent => 100);
is(start($path), $pass, 'asked for again during the download: it is the same pass');
my $hold = hold($node, 'INSERT ON soulprint.replies', 'true', $db);
$storage->release;
worker_is_held($node, $db);
$storage->store($path, export_of(1, 4));
is(start($path), $pass, 'and after the import');
release($hold);
is(end_of_pass($node, $user, $db) . ' ' . imported(), 'complete 4', 'what has come there meanwhile is read by another one');
is(scalar(requests()) . $sql->("SELECT count(*) FROM soulprint.full_passes WHERE user_id = '$user'"), '22', 'and by no third');
$storage->forget;
# The object comes whole once more, and changes nothing.
$sql->("DELETE FROM soulprint.imports WHERE user_id = '$user'");
$storage->store("imports/$user/two.json", export_of(11, 13));
$storage->fault(hang => 0);
start($path);
$storage->wait_for(requests => 1);
start("imports/$user/two.json");
$storage->release;
is(end_of_pass($node, $user, $db) . ' ' . imported(), 'complete 7', 'another storage_path during the download: it is read, too');

# Paths that are not the user's own: nobody is asked.
my $other = user(999);
$storage->store("imports/$other/x.json", export_of(1, 3));
new_user();
my $encoded = $other =~ s/(.)/sprintf '%%%02x', ord $1/egr;
my $not_own = qr/^failed: storage_path ".*" does not belong to user $user\. The second component of storage_path must be the user's own id\.$/;
my $no_path = qr/^failed: storage_path ".*" is not of the form bucket\/user-id\/file\. Set storage_path to the place where/;
my @foreign = ([ "imports/$other/x.json", $not_own ], [ "imports/$encoded/x.json", $not_own ], [ "$user/$other/x.json", $not_own ],
	[ "imports/$user\\..\\$other/x.json", $not_own ], [ " imports/ $user/x.json", $not_own ],
	map { [ $_, $no_path ] } "imports/$user/../$other/x.json", "imports/$user/./x.json", "../$user/x.json", "imports/$user/..", "imports/$user/a/../../$other/x.json",
	"imports//$user/x.json", "/imports/$user/x.json", "imports/$user/", "imports/$user//x.json", "imports/$user", "$user/x.json", 'x.json', 'x' x 600);
like(full_pass($_->[0]), $_->[1], "storage_path '$_->[0]' is refused") for @foreign;
$sql->("UPDATE user_profiles SET storage_path = '', full_pass_status = 'pending' WHERE user_id = '$user'");
like(end_of_pass($node, $user, $db), $no_path, 'an empty storage_path is refused');
is(scalar(requests()) . imported(), '00', 'and nobody was asked for any of them');

# Names that look like more than a name are sent as names.
my %names = (
	"%2e%2e/$other/x.json" => "%252e%252e/$other/x.json",
	"..%2f$other%2fx.json" => "..%252f$other%252fx.json",
	"..%2F../x.json" => '..%252F../x.json',
	'x.json?download=1#y' => 'x.json%3Fdownload%3D1%23y',
	"x\r\nx-evil: 1" => 'x%0D%0Ax-evil%3A%201',
	'...' => '...',
	"\x{202e}Gr\x{fc}\x{df}e \x{2615}" => '%E2%80%AEGr%C3%BC%C3%9Fe%20%E2%98%95');
for my $name (sort keys %names)
{
	$storage->forget;
	$node->psql($db, "SELECT soulprint_start_full_pass('$user', \$\$imports/$user/" . encode_utf8($name) . '$$)');
	like(end_of_pass($node, $user, $db), qr/^failed: object at the profile's storage_path does not exist/, "a name of one's own: $names{$name}");
	is(join(' ', map { $_->{path} } requests()), "/storage/v1/object/imports/$user/$names{$name}", 'is sent as it is');
}
$path = new_user("\x{dc}n\x{ef} & %41/deep er/x.json", export_of(1, 3));
is(full_pass($path), 'complete', 'and found');

# No such object.
for my $status (404, 400)
{
	$path = new_user();
	$storage->fault(status => 404) if $status == 404;
	is(full_pass($path), "failed: object at the profile's storage_path does not exist. Upload the export there, or correct storage_path; then request a full pass again.", "$status: failed, with a hint");
	is(of_last_pass('attempts') . ' attempt, ' . requests() . ' request', '1 attempt, 1 request', "$status: at once");
}

# What may be better next time.
my %passing = (
	'206' => [ { status => 206, cut => 5000 }, '.*' ],
	'a body that is cut' => [ { cut => 5000 }, '.*' ],
	'a body that is cut at once' => [ { cut => 0 }, '.*' ],
	'JSON that is cut' => [ { cut => 700 }, '.*', export_of(1, 9) ]);
for my $what (sort keys %passing)
{
	my ($fault, $reason, $bytes) = @{ $passing{$what} };
	$path = new_user('export', $bytes // $emily);
	$storage->fault(%$fault);
	start($path);
	like(in_queue($node, $user, $db), qr/^pending\|1\|(?:10|[5-9])\|download of export was incomplete: $reason\. If this happens again, store /, "$what: charged, with the reason");
	is(imported() . imports(), '00', "$what: nothing half imported");
	due_now($node, $user, $db);
	is(end_of_pass($node, $user, $db), 'complete', "$what: the next attempt works");
	is(of_last_pass('attempts') . ' attempts, ' . requests() . ' requests', '2 attempts, 3 requests', "$what: and one look whether Storage answers at all");
}

# What an operator must put right, or Storage.
my $secret = 'file named by soulprint.storage_key_file';
my %refusals = (
	'401' => [ sub { $storage->write_key('another-key') }, sub { $storage->write_key($key) }, 'could not download export: access denied (HTTP 401)', 1 ],
	'403' => [ sub { $storage->fault(status => 403, body => "forbidden: $key") }, sub {}, 'could not download export: access denied (HTTP 403)', 1 ],
	'302' => [ sub { $storage->fault(status => 302, headers => { location => $storage->url . "/storage/v1/object/imports/$other/x.json" }) }, sub {}, 'could not download export: request rejected (HTTP 302)', 1 ],
	'307' => [ sub { $storage->fault(status => 307, headers => { location => '/elsewhere' }) }, sub {}, 'could not download export: request rejected (HTTP 307)', 1 ],
	'500' => [ sub { $storage->fault(status => 500) }, sub {}, 'could not download export: HTTP 500', 1 ],
	'429' => [ sub { $storage->fault(status => 429) }, sub {}, 'could not download export: HTTP 429', 1 ],
	'no answer' => [ sub { set(storage_url => 'http://127.0.0.1:1') }, sub { set(storage_url => undef) }, 'could not download export: ', 0 ],
	'no key file' => [ sub { unlink $storage->{key_file} }, sub { $storage->write_key($key) }, "could not open $secret: No such file or directory", 0 ],
	'a key file with group access' => [ sub { chmod 0640, $storage->{key_file} }, sub { chmod 0600, $storage->{key_file} }, "$secret has group or world access", 0 ],
	'an empty key file' => [ sub { truncate $storage->{key_file}, 0 }, sub { $storage->write_key($key) }, "$secret is empty", 0 ],
	'another host over http' => [ sub { set(storage_url => 'http://192.0.2.1') }, sub { set(storage_url => undef) }, 'soulprint.storage_url is http:// to a host', 0 ]);
for my $what (sort keys %refusals)
{
	my ($break, $repair, $reason, $requests) = @{ $refusals{$what} };
	$path = new_user('export', $emily);
	$break->();
	start($path);
	my $found = in_queue($node, $user, $db);
	like($found, qr/^pending\|0\|(?:300|29\d)\|\Q$reason\E.*\. [A-Z].*\.$/, "$what: pending, uncharged, with the reason");
	is(scalar requests(), $requests, "$what: $requests request");
	unlike($found . slurp_file($node->logfile), qr/\Q$storage->{key_file}\E/, "$what: no file is named");
	$repair->();
	due_now($node, $user, $db);
	is(end_of_pass($node, $user, $db) . ', attempts ' . of_last_pass('attempts'), 'complete, attempts 1', "$what: put right, it works");
	is(join(' ', map { $_->{path} } requests()), join(' ', ("/storage/v1/object/$path") x ($requests + 1)), "$what: no other address was asked");
}

# No Storage at all.
set(storage_url => '');
$path = new_user('export', $emily);
like(full_pass($path), qr/^failed: the export lies in Storage, and soulprint\.storage_url is not set\. Set soulprint\.storage_url and /, 'storage_url not set: failed, with a hint');
$sql->(talk($user, 1, 3));
is(full_pass($path), 'complete', 'storage_url not set: with conversations the pass goes on');
is(scalar requests(), 0, 'storage_url not set: without downloading');
set(storage_url => undef);

# Objects that are no export, for a user who has a profile.
$path = new_user('export', $emily);
is(full_pass($path), 'complete', 'a user with a profile');
my $before = versions() . profile($node, $user, $db);
my $log_from = -s $node->logfile;
my %broken = (
	'a PDF' => [ "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" ],
	'an empty object' => [ '' ],
	'HTML' => [ '<!DOCTYPE html><html><body>Not found</body></html>' ],
	'a truncated ZIP' => [ substr($emily, 0, 9000), 'export archive is truncated' ],
	'a truncated JSON' => [ substr(export_of(1, 9), 0, 900) ],
	'an array without conversations' => [ '[]', 'export contains no usable conversations' ],
	'another JSON' => [ '{"error": "not_found"}', 'JSON object is not an export of conversations' ]);
for my $what (sort keys %broken)
{
	my ($bytes, $reason) = (@{ $broken{$what} }, '');
	$storage->store($path, $bytes);
	like(full_pass($path), qr/^failed: \Q$reason\E[^.]*\. [A-Z].*\.$/, "$what: failed, says why and what to do");
	is(of_last_pass('attempts'), '1', "$what: at once");
	is(versions() . profile($node, $user, $db), $before, "$what: nothing of it is kept, the profile stays");
}

# Too large: as it comes, and when it is unpacked.
set(max_export_size => '1MB');
my $large = export_of(1, 40, 1600);
$storage->store($path, $large);
$storage->forget;
# Slow enough for the server to see that nobody reads on.
$storage->fault(drip => [ 100000, 20 ]);
is(full_pass($path), 'failed: stored export is larger than 1 MB. Raise soulprint.max_export_size, or store a smaller export.', 'too large: failed, with a hint');
$storage->wait_for(in_flight_is => 0);
is(join(' ', map { $_->{outcome} } requests()), 'client_left', 'too large: nor is all of it downloaded');
zip(\$large => \my $bomb, Name => 'conversations.json') or die $ZipError;
$storage->store($path, $bomb);
like(full_pass($path), qr/^failed: export is larger than 1048576 bytes.*Raise soulprint\.max_export_size/, 'too large when unpacked: failed, with a hint');
is(versions() . profile($node, $user, $db), $before, 'too large: nothing of it is kept');
set(max_export_size => undef);
is(full_pass($path) . ' ' . imported(), 'complete 50', 'with a higher limit it is imported');

# While a download hangs.  A pass that stands in the middle of one.
my $worker;
sub stand
{
	$path = new_user('export', $emily);
	$storage->fault(hang => 1000);
	$pass = start($path);
	$storage->wait_for(sent => 1000);
	$worker = of_last_pass('pid');
}

stand();
my $seen = watch_worker($node, $pass, $worker, $db);
is($seen->{written}, 3, 'during a download the worker shows that it is there');
cmp_ok($seen->{free}, '>', 0.9, sprintf 'but has no transaction, snapshot or relation lock in %.1f %% of %d looks', 100 * $seen->{free}, $seen->{looks});
within($seen->{oldest}, 0.5, sprintf 'and its oldest transaction is %.3f s old', $seen->{oldest});
like($seen->{text}, qr{^full pass $pass of user [-0-9a-f]+: download$}, 'it says what it is doing');
is($sql->("SELECT state, stage FROM soulprint_progress WHERE pass_id = $pass"), 'running|download', 'so does soulprint_progress');
is($sql->("SELECT wait_event FROM pg_stat_activity WHERE pid = $worker"), wait_event($node), 'and that it waits');
my ($file) = grep { (readlink($_) // '') =~ m{/base/pgsql_tmp/} } glob "/proc/$worker/fd/*";
is(defined $file ? -s $file : -1, 1000, 'what has come is in a file') if -d '/proc/self/fd';
is(left_behind(), '', 'which has no name');

my $everything = all_shown($node, $db);
like($everything, qr/: download/, 'while a worker downloads');
unlike($everything . slurp_file($node->logfile), qr/\Q$key\E/, 'the key is in no table, no activity and no log');
$storage->release;
is(end_of_pass($node, $user, $db), 'complete', 'the download goes on');

# Does something during a download, and waits until a query is true and Storage sees nobody; both in under
# two seconds.
sub soon
{
	my ($what, $do, $until) = @_;
	stand();
	my $start = time;
	$do->();
	$storage->wait_for(in_flight_is => 0);
	$node->poll_query_until($db, $until->()) or diag "$what: it does not happen" if $until;
	my $seconds = time - $start;
	within($seconds, 2, sprintf '%s takes %.2f s', $what, $seconds);
	is(join(' ', map { $_->{outcome} } (requests())[0]), 'client_left', "$what: the server sees the client leave");
	is(left_behind(), '', "$what: nothing is left on disk");
}

sub is_resumed
{
	my ($what) = @_;
	is(end_of_pass($node, $user, $db) . ' ' . imported() . ' ' . imports(), 'complete 10 1', "$what: the pass is resumed");
}

my $is_gone = sub { "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $worker)" };
my $is = sub { my ($status) = @_; return sub { "SELECT full_pass_status = '$status' FROM user_profiles WHERE user_id = '$user'" } };
soon('soulprint_cancel_full_pass()', sub { $sql->("SELECT soulprint_cancel_full_pass('$user')") }, $is->('failed'));
like(end_of_pass($node, $user, $db), qr/^failed: canceled by /, 'soulprint_cancel_full_pass() says who it was');
soon('pg_cancel_backend()', sub { $sql->("SELECT pg_cancel_backend($worker)") }, $is->('failed'));
is(end_of_pass($node, $user, $db), 'failed: canceled by an administrator', 'pg_cancel_backend() fails the pass');
soon('pg_terminate_backend()', sub { $sql->("SELECT pg_terminate_backend($worker)") }, $is_gone);
is_resumed('pg_terminate_backend()');
soon('soulprint.enabled = off', sub { set(enabled => 'off') }, $is->('pending'));
set(enabled => undef);
is_resumed('soulprint.enabled = on again');
soon('deleting the user', sub { $sql->("DELETE FROM auth.users WHERE id = '$user'") }, $is_gone);
soon('kill -9', sub { kill 'KILL', $worker; $node->poll_query_until($db, $is_gone->()) });
is_resumed('kill -9');
soon('DROP EXTENSION', sub { $sql->('DROP EXTENSION soulprint') }, $is_gone);
$sql->('CREATE EXTENSION soulprint; SELECT soulprint_setup()');
start();
is_resumed('DROP EXTENSION and created again');
soon('DROP DATABASE WITH (FORCE)', sub { $node->safe_psql('postgres', 'DROP DATABASE app WITH (FORCE)') });
make_database();
soon('a fast shutdown', sub { $node->stop('fast') });
$node->start;
is_resumed('a fast shutdown');

# In the middle of the import.
$path = new_user('export', $emily);
$hold = hold($node, 'INSERT ON raw_conversations', "NEW.title = 'Chat on 2023-04-29'", $db);
start($path);
$worker = worker_is_held($node, $db);
$sql->("SELECT pg_terminate_backend($worker)");
ok($node->poll_query_until($db, $is_gone->()), 'pg_terminate_backend() during the import');
is(imported() . imports() . left_behind(), '00', 'leaves nothing half imported and nothing on disk');
release($hold);
is_resumed('pg_terminate_backend() during the import');

$sql->('CREATE ROLE somebody LOGIN');
is($sql->("SET ROLE somebody; SELECT count(*) FROM pg_settings WHERE name IN ('soulprint.storage_key_file', 'soulprint.storage_url')"), '0', 'an ordinary role cannot see the settings');
$node->stop;
my $log = slurp_file($node->logfile);
unlike($log, qr/\Q$key\E|another-key/, 'the key was never in the server log');
unlike(substr($log, $log_from), qr/\Q$storage->{key_file}\E/, 'nor where it lies');
is(() = $log =~ /was terminated by signal/g, 1, 'nothing crashed but what was killed');
unlike($log, qr/PANIC|TRAP:|deadlock/, 'nor complained');
done_testing();
