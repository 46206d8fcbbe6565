# What becomes of a pass that Storage gives no export: whose doing that is decides whether the pass waits
# uncharged, uses up an attempt, or fails at once.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $key = 'storage-key-made-up-for-this-test-0123456789';
my $storage = StorageServer->new($key);
my $node = new_server('storage_faults', $storage->settings, 'soulprint.max_pass_attempts' => 2);
new_database($node, shape => 'live');
my ($number, $user) = (0);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };

sub requests { return scalar @{ $storage->control(GET => '/_journal')->{journal} } }
sub attempts { return $sql->("SELECT attempts FROM soulprint.full_passes WHERE user_id = '$user' ORDER BY id DESC LIMIT 1") }

# Asks for a pass of a new user, whose export these bytes are.
sub start
{
	my ($bytes, $name) = @_;
	$user = add_user($node, ++$number);
	$name //= 'export.json';
	$storage->forget;
	$storage->store("imports/$user/$name", $bytes) if defined $bytes;
	return sub { $sql->("SELECT soulprint_start_full_pass('$user', 'imports/$user/$name')") };
}

# The server's settings, with a reload; undef resets.
sub set
{
	my ($name, $value) = @_;
	$sql->('ALTER SYSTEM ' . (defined $value ? "SET $name = '$value'" : "RESET $name"));
	$node->reload;
}

my $by_itself = 'The pass is retried automatically';
my $missing = "failed: object at the profile's storage_path does not exist. Upload the export there, or correct storage_path; then request a full pass again.";
my $export = export_of(1, 3);

# An outage may last: longer than there are attempts.
my $go = start($export);
$storage->fault(status => 503, times => 'always');
$go->();
for my $round (1 .. 4)
{
	$storage->wait_for(requests => $round);
	like(in_queue($node, $user), qr/^pending\|0\|(?:300|29\d)\|could not download export: HTTP 503\. $by_itself; /, "outage, round $round: pending, uncharged, with the reason");
	is(requests(), $round, "outage, round $round: one request");
	$storage->forget if $round == 4;
	due_now($node, $user);
}
is(end_of_pass($node, $user) . ', attempts ' . attempts(), 'complete, attempts 1', 'when it is over, the pass goes on');

# Buckets that may not be read.
set('soulprint.storage_buckets', 'exports, imports');
start($export)->();
is(end_of_pass($node, $user), 'complete', 'a bucket of the setting is read');
for my $bucket ('Imports', 'imports,', 'avatars')
{
	start($export);
	$sql->("SELECT soulprint_start_full_pass('$user', '$bucket/$user/export.json')");
	like(end_of_pass($node, $user), qr/^failed: storage_path "\S+" is not in an allowed bucket\. Store the export in one of the buckets in soulprint\.storage_buckets\.$/, "$bucket: another is not");
	is(requests(), 0, "$bucket: nobody was asked");
}
set('soulprint.storage_buckets', undef);

# HTTP 400: the body says what it is.
my %waits = (
	'a key that is not accepted' => [ '{"statusCode":"403","error":"Unauthorized","message":"Invalid Compact JWS"}', 'access denied (HTTP 400, statusCode 403)' ],
	'too many requests' => [ '{"statusCode":"429","error":"too_many_requests"}', 'HTTP 400, statusCode 429' ],
	'a database that does not answer' => [ '{"statusCode":544,"error":"DatabaseTimeout"}', 'HTTP 400, statusCode 544' ],
	'no reason' => [ '<html>400 Bad Request</html>', 'request rejected (HTTP 400)' ],
	'success' => [ '{"statusCode":"200"}', 'request rejected (HTTP 400)' ]);
for my $what (sort keys %waits)
{
	my ($body, $reason) = @{ $waits{$what} };
	$go = start($export);
	$storage->fault(status => 400, body => $body);
	$go->();
	like(in_queue($node, $user), qr/^pending\|0\|(?:300|29\d)\|could not download export: \Q$reason\E\. .*$by_itself/i, "400, $what: pending, uncharged, with the reason");
	due_now($node, $user);
	is(end_of_pass($node, $user), 'complete', "400, $what: the next attempt works");
}
start()->();
is(end_of_pass($node, $user), $missing, '400, no such object: failed');
$go = start();
$storage->fault(status => 400, body => '{"statusCode":404,"error":"Not Found"}');
$go->();
is(end_of_pass($node, $user) . ', attempts ' . attempts(), "$missing, attempts 1", '400, no such object, as a number: failed at once');

# What is sent again and again without ever coming whole costs traffic.
$go = start($export);
$storage->fault(cut => 200, times => 'always');
$go->();
like(in_queue($node, $user), qr/^pending\|1\|(?:10|[5-9])\|download of export was incomplete: .*\. If this happens again, store the export again/, 'cut: charged, with the reason');
due_now($node, $user);
like(end_of_pass($node, $user), qr/^failed: download of export was incomplete: .*\. If this happens again, store the export again and request a full pass\.$/, 'cut each time: failed');
is(requests() . ', attempts ' . attempts(), '4, attempts 2', 'cut each time: after as many attempts as there are, with a look after each');

# A download that breaks off because Storage goes away is nobody's fault.
for my $fault ([ 'HTTP 503', status => 503 ], [ '.*', cut => 0, status => 500 ])
{
	my ($reason, %fault) = @$fault;
	$go = start($export);
	for my $round (1 .. 3)
	{
		$storage->fault(cut => 200);
		$storage->fault(%fault);
	}
	$go->();
	for my $round (1 .. 3)
	{
		$storage->wait_for(requests => 2 * $round);
		like(in_queue($node, $user), qr/^pending\|0\|(?:300|29\d)\|could not download export: $reason\. $by_itself; /, "cut, then $reason, round $round: pending, uncharged, with the reason");
		due_now($node, $user);
	}
	is(end_of_pass($node, $user) . ', attempts ' . attempts(), 'complete, attempts 1', 'when it is back, the pass goes on');
}

# What the user has written.
my $long = 'x' x 1100;
start(undef, $long)->();
like(end_of_pass($node, $user), qr/^failed: storage_path "imports\/$user\/x{1,200}" is longer than 1024 bytes\. Store the export under a shorter name/, 'a long storage_path: failed, with a hint');
is(requests(), 0, 'a long storage_path: nobody is asked');

# A key file of two lines would be a header more.
$go = start($export);
$storage->write_key("$key\nx-evil: 1");
$go->();
like(in_queue($node, $user), qr/^pending\|0\|(?:300|29\d)\|file named by soulprint\.storage_key_file contains a character that no key has\. It must be a file/, 'a key of two lines: pending, uncharged, with the reason');
is(requests(), 0, 'a key of two lines: nothing is sent');
$storage->write_key($key);
due_now($node, $user);
is(end_of_pass($node, $user), 'complete', 'a key of two lines: put right, it works');

# The file of a download is a temporary file.
my $large = export_of(1, 40, 1600);
set(temp_file_limit => '512kB');
$go = start($large);
$storage->fault(drip => [ 100000, 20 ]);
$go->();
is(end_of_pass($node, $user), 'failed: stored export is larger than 512 kB. Raise temp_file_limit, or store a smaller export.', 'larger than temp_file_limit: failed, with a hint');
$storage->wait_for(in_flight_is => 0);
is(join(' ', map { $_->{outcome} } @{ $storage->control(GET => '/_journal')->{journal} }), 'client_left', 'larger than temp_file_limit: nor is all of it downloaded');
set('soulprint.max_export_size' => '1MB');
set(temp_file_limit => '2MB');
start($large)->();
like(end_of_pass($node, $user), qr/^failed: stored export is larger than 1 MB\. Raise soulprint\.max_export_size/, 'the lower limit counts');
set('soulprint.max_export_size' => undef);
set(temp_file_limit => undef);
start($large)->();
is(end_of_pass($node, $user), 'complete', 'without the limit it is imported');

unlike(slurp_file($node->logfile), qr/\Q$key\E/, 'the key is not in the server log');
log_is_clean($node);
done_testing();
