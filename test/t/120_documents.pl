# The statements of each document for users run as printed; the reference names each setting, function, view, table and
# column once, as the catalog has it.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use File::Spec;
use PostgreSQL::Test::Utils;
use Test::More;

# What stands in the place of /tmp/export.zip.
my $export = File::Spec->rel2abs('test/data/emily.zip');

# Runs the blocks of a file, waiting after each until no pass can go on.
sub run_blocks
{
	my ($node, $file) = @_;
	for (blocks($file))
	{
		my ($line, $statements) = @$_;
		$statements =~ s{/tmp/export\.zip}{$export}g;
		$node->psql('postgres', $statements, stderr => \my $err, on_error_stop => 0,
			timeout => $PostgreSQL::Test::Utils::timeout_default, timed_out => \my $late);
		ok(!$late, "$file:$line ends");
		unlike($err // '', qr/ERROR|FATAL/, "$file:$line");
		# Storage cannot be reached: let later passes read what is stored.
		if ($statements =~ /imports\//)
		{
			$node->safe_psql('postgres', $_) for 'SELECT soulprint_cancel_full_pass(user_id) FROM user_profiles',
			  'ALTER SYSTEM RESET soulprint.storage_url', 'SELECT pg_reload_conf()';
		}
		next if $node->safe_psql('postgres', q{SELECT to_regclass('soulprint.full_passes') IS NULL}) eq 't';
		$node->poll_query_until('postgres', q{SELECT soulprint.pause_reason() IS NOT NULL OR NOT EXISTS (SELECT FROM soulprint.full_passes
			WHERE state = 'running' OR state = 'queued' AND not_before <= now())}) or diag "$file:$line: a pass does not end";
	}
}

# A number with a unit in ms or MB.
sub in_units
{
	my ($value) = @_;
	my %units = (ms => '1 ms', s => '1000 ms', min => '60000 ms', d => '86400000 ms', MB => '1 MB', GB => '1024 MB');
	return $value unless $value =~ /^(\d+)([a-zA-Z]+)$/ && $units{$2};
	my ($times, $unit) = split / /, $units{$2};
	return $1 * $times . $unit;
}

# Nothing leaves this machine.
my ($guide, $faq, $operations) = my @servers = map { new_server($_, 'soulprint.proxy' => 'http://127.0.0.1:9') } qw(guide faq operations);
run_blocks($guide, 'README.md');
like($guide->safe_psql('postgres', 'SELECT soulprint_text FROM user_profiles'), qr/Lisbon/, 'the first pass of README has its result');
my $columns = $guide->safe_psql('postgres', q{
SELECT c.oid::regclass || '.' || attname FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
WHERE relkind IN ('r', 'v') AND relnamespace IN ('public'::regnamespace, 'soulprint'::regnamespace)});
my $functions = $guide->safe_psql('postgres', q{SELECT proname FROM pg_proc WHERE proname LIKE 'soulprint\_%' AND pronamespace = 'public'::regnamespace});
my $settings = $guide->safe_psql('postgres', q{
SELECT name || ' ' || coalesce(nullif(boot_val, ''), '-') || coalesce(unit, '') FROM pg_settings WHERE name LIKE 'soulprint.%'});
run_blocks($guide, 'doc/guide.md');
run_blocks($faq, 'README.md');
run_blocks($faq, 'doc/faq.md');
$operations->safe_psql('postgres', q{
	CREATE ROLE authenticated;
	CREATE SCHEMA auth;
	CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'});
run_blocks($operations, $_) for qw(README.md doc/security.md doc/operations.md);

my $reference = slurp_file('doc/reference.md');
my (@columns, @functions, @settings, $table);
for (split /\n/, $reference)
{
	$table = $1 if /^#+ (.*)/;
	if (/^\| `(soulprint\.\w+)`(?: \*)? \| (?:`(\S+)`)? *\|/) { push @settings, "$1 " . in_units($2 // '-') }
	elsif (/^\| `(?:CALL )?(soulprint_\w+)\(/) { push @functions, $1 }
	elsif (/^\| `(\w+)` \|/) { push @columns, "$table.$1" }
}
is_deeply([ sort @columns ], [ sort split /\n/, $columns ], 'each column is described once');
is_deeply([ sort @functions ], [ sort split /\n/, $functions ], 'so is each function');
is_deeply([ sort @settings ], [ sort map { s/(\S+)$/in_units($1)/er } split /\n/, $settings ], 'and each setting, with its default');

for (@servers) { log_is_clean($_); $_->stop }
done_testing();
