# Bad values of settings: a reload refuses them and keeps the old value; a server that starts with one
# keeps it, in place of the default, and runs no pass until it is corrected.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('settings');
new_database($node);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $conf = $node->data_dir . '/postgresql.conf';
my $good = slurp_file($conf);
my $log_from;

# Writes postgresql.conf with these values of soulprint's settings beside those of the start.
sub configure
{
	my (%values) = @_;
	open(my $out, '>', $conf) or die "$conf: $!";
	print $out $good, map { "soulprint.$_ = '$values{$_}'\n" } sort keys %values;
	close $out;
	$log_from = -s $node->logfile;
}

# The lines that the log got since configure().
sub logged
{
	my ($pattern) = @_;
	my @found = slurp_file($node->logfile, $log_from) =~ /$pattern/g;
	return scalar @found;
}

# setting => bad value, detail.
my %bad = (
	alert_url => [ 'hooks.example.com', 'The value must be an https:// or http:// URL without user name, space and fragment' ],
	api_url => [ 'htps:/llm.example.com', 'The value must be an https:// or http:// URL' ],
	app_schema => [ '', 'The value is empty' ],
	model => [ '', 'The value is empty' ],
	ca_file => [ 'ca.pem', 'The path is not absolute' ],
	api_key_file => [ 'key', 'The path is not absolute' ],
	storage_key_file => [ './key', 'The path is not absolute' ],
	storage_url => [ 'project', 'The value must be an https:// or http:// URL' ],
	storage_buckets => [ 'a,,b', 'The value must be a list of bucket names' ],
	proxy => [ 'ftp://proxy', 'The value must be a host or a URL' ],
	plain_http_hosts => [ 'http://llm', 'The value must be a list of host names' ]);
my $values = q{SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings WHERE name LIKE 'soulprint.%' AND name <> 'soulprint.max_workers'};

# At a reload.
my $before = $sql->($values);
configure(max_workers => 7, map { $_ => $bad{$_}[0] } keys %bad);
$node->reload;
$node->poll_query_until('postgres', "SELECT setting = '7' FROM pg_settings WHERE name = 'soulprint.max_workers'");
is($sql->($values), $before, 'a reload keeps the old values, and takes the good one beside them');
for my $setting (sort keys %bad)
{
	my ($value, $detail) = @{ $bad{$setting} };
	is(logged(qr/LOG:  invalid value for parameter "soulprint\.$setting": "\Q$value\E"\n.*DETAIL:  \Q$detail\E/), 1, "soulprint.$setting: the log says once why not");
}

# At the start.
my $user = add_user($node, 1);
$sql->(talk($user, 1, 2));
my $launcher = "SELECT query FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'";
for my $setting (qw(api_url storage_buckets))
{
	my ($value, $detail) = @{ $bad{$setting} };
	configure($setting => $value);
	$node->restart;
	is($sql->("SHOW soulprint.$setting"), $value, "a server that starts with a bad soulprint.$setting does not take the default");
	is(logged(qr/WARNING:  invalid value for parameter "soulprint\.$setting"\n.*DETAIL:  \Q$detail\E/), 1, 'the log says so once');
	ok($node->poll_query_until('postgres', $launcher, qq{paused: invalid value for parameter "soulprint.$setting"}), 'the launcher says so');
	my ($code, $out, $err) = $node->psql('postgres', "CALL soulprint_run_full_pass('$user')");
	like($err, qr/ERROR:  no full pass can run: invalid value for parameter "soulprint\.$setting"\nHINT:  \Q$detail\E.* Correct the parameter and reload\./, 'CALL says so, and what to do');
	my $parallel = $node->pg_version < 16 ? 'force_parallel_mode' : 'debug_parallel_query';
	is($sql->("SET $parallel = on; SELECT count(*) FROM user_profiles"), '1', 'parallel workers start all the same');
	configure();
	$node->reload;
	$node->poll_query_until('postgres', "SELECT setting <> '$value' FROM pg_settings WHERE name = 'soulprint.$setting'");
	start_pass($node, $user);
	is(end_of_pass($node, $user), 'complete', 'corrected, a reload is enough');
}

# A file that is not there: the log says so once, and ALTER SYSTEM; other sessions hear nothing.
configure(ca_file => '/no/such/ca.pem');
my $missing = qr/could not access the file that parameter "soulprint\.ca_file" names: No such file or directory/;
$node->restart;
is(logged(qr/WARNING:  $missing/), 1, 'the server starts without a CA file, and warns once');
is($sql->('SHOW soulprint.ca_file'), '/no/such/ca.pem', 'and has the value');
my $session = $node->background_psql('postgres', on_error_stop => 0);
configure(ca_file => '/no/such/other.pem');
$node->reload;
my $heard = '';
for (my $end = time + $PostgreSQL::Test::Utils::timeout_default; time < $end && $heard !~ /other/;) { $heard .= $session->query('SHOW soulprint.ca_file') }
like($heard, qr/other\.pem/, 'a reload takes the value');
is(logged(qr/WARNING:  $missing/), 1, 'and warns once in the log');
unlike($session->{stderr}, qr/WARNING/, 'an open session is told nothing');
$session->quit;
my ($code, $out, $err) = $node->psql('postgres', q{ALTER SYSTEM SET soulprint.ca_file = '/no/such/third.pem'; ALTER SYSTEM RESET soulprint.ca_file;});
like("$code $err", qr/^0 .*WARNING:  $missing/s, 'ALTER SYSTEM warns');
like(($node->psql('postgres', 'ALTER SYSTEM SET soulprint.no_such_setting = 1'))[2], qr/ERROR:.*configuration parameter.*soulprint\.no_such_setting/, 'what is no setting is refused');

# Plain http:// to a host that another setting must name is accepted, in whatever order they stand.
$sql->(q{ALTER SYSTEM SET soulprint.api_url = 'http://llm.internal:4000'});
$sql->(q{ALTER SYSTEM SET soulprint.plain_http_hosts = 'llm.internal'});
is($sql->(q{SELECT count(*) FROM pg_file_settings WHERE name LIKE 'soulprint.%' AND error IS NOT NULL}), '0', 'settings that depend on each other are accepted one by one');
$sql->('ALTER SYSTEM RESET ALL');

# Without preloading, a session that loads the library hears nothing of it, and no pass runs.
configure(model => '', ca_file => '/no/such/ca.pem', shared_preload_libraries => '');
my $text = slurp_file($conf);
$text =~ s/^(?:soulprint\.)?shared_preload_libraries = .*$//mg;
open(my $file, '>', $conf) or die "$conf: $!";
print $file $text;
close $file;
$node->restart;
($code, $out, $err) = $node->psql('postgres', 'SELECT soulprint.app_schema()');
is("$code $out $err", '0 public ', 'not preloaded: loading the library is quiet');
like(($node->psql('postgres', "CALL soulprint_run_full_pass('$user')"))[2], qr/no full pass can run: invalid value for parameter "soulprint\.model"/, 'and CALL says what is wrong');

$node->stop;
log_is_clean($node);
done_testing();
