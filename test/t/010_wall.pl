# The border between C++ and Postgres: an error on either side arrives on the other whole, skips no
# destructor, leaks nothing and leaves the session as it was.  The functions are in test/wall.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $module = $ENV{SOULPRINT_WALL} or die 'SOULPRINT_WALL is not set: run make test ONE=010_wall.pl';

my $node = PostgreSQL::Test::Cluster->new('wall');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "max_worker_processes = 8\nlog_min_messages = warning\ntimezone = UTC\n");
$node->start;

sub declare
{
	my ($name, $arguments, $result) = @_;
	$node->safe_psql('postgres',
		"CREATE FUNCTION $name($arguments) RETURNS $result AS '$module' LANGUAGE C");
}

declare('wall_fail', 'kind text', 'void');
declare('wall_live', '', 'int');
declare('wall_private_memory', '', 'bigint');
declare('wall_run', 'sql text', 'text');
declare('wall_repeat', 'sql text, length int, times int', 'bigint');
declare('wall_values', '', 'TABLE (name text, value text)');
declare('wall_arguments', 'text, jsonb, jsonb[], uuid, bytea', 'jsonb');
declare('wall_log', '', 'void');
declare('wall_work', 'times int, library text', 'void');
$node->safe_psql('postgres', q{
CREATE TABLE wall_kept (i bigint);
CREATE TABLE wall_failed (i bigint, sqlstate text);
CREATE TABLE wall_live (live bigint, open boolean, block boolean);
CREATE TABLE wall_text (t text);});

# What psql says when one statement fails in a session that then goes on.
sub failure
{
	my ($statement) = @_;
	my ($stdout, $stderr);
	$node->psql('postgres', "$statement;\nSELECT 'alive, ' || wall_live() || ' objects';",
		on_error_stop => 0,
		stdout => \$stdout,
		stderr => \$stderr,
		extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	is($stdout, 'alive, 0 objects', "session goes on after $statement");
	$stderr =~ s/^psql:<stdin>:\d+: //mg;
	return $stderr;
}

my @cases = (
	[ 'postgres', qr/^ERROR:  P9999: raised in C\nDETAIL:  A detail of C\.\nHINT:  A hint of C\.\n/ ],
	[ 'error', qr/^ERROR:  08006: thrown in C\+\+\nDETAIL:  A detail\.\nHINT:  A hint\.\n/ ],
	[ 'bad_alloc', qr/^ERROR:  53200: out of memory\n/ ],
	[ 'runtime', qr/^ERROR:  XX000: thrown by a library\n/ ],
	[ 'int', qr/^ERROR:  XX000: unexpected C\+\+ exception\n/ ],
	[ 'empty', qr/^ERROR:  XX000: / ],
	[ 'invalid', qr/^ERROR:  22023: caf\?\? and \?\?\n/ ],
	[ 'long', qr/^ERROR:  22023: m{60000}m{5536}\nDETAIL:  d{100}\n/ ],
	[ 'query', qr/^ERROR:  22012: division by zero\n/ ],
	[ 'prepare', qr/^ERROR:  42P01: relation "nowhere" does not exist\n/ ],
	[ 'uuid', qr/^ERROR:  22P02: invalid input syntax for type uuid: "no uuid"\n/ ],
	[ 'encoding', qr/^ERROR:  22021: invalid byte sequence for encoding "UTF8": 0xff\n/ ],
	[ 'nul', qr/^ERROR:  22021: invalid byte sequence for encoding "UTF8": 0x00\n/ ],
	[ 'commit', qr/^ERROR:  XX000: statement neither reads nor writes rows\nDETAIL:  The statement was: COMMIT\n/ ],
	[ 'json', qr/^ERROR:  22P02: invalid input syntax for type json\n/ ],
	[ 'number', qr/^ERROR:  XX000: column 0 is not a number of this kind: "x"\n/ ],
	[ 'column', qr/^ERROR:  XX000: vector::_M_range_check/ ]);

for my $case (@cases)
{
	my ($kind, $expected) = @$case;
	like(failure("SELECT wall_fail('$kind')"), $expected, "$kind arrives whole");
}

like(failure(q{SELECT wall_run('SELECT public.wall_fail(''error'')')}),
	qr/^ERROR:  08006: thrown in C\+\+\nDETAIL:  A detail\.\nHINT:  A hint\.\n/,
	'an error keeps everything through C++, SPI and C++ again');
like(failure(q{SET statement_timeout = '50ms'; SELECT wall_fail('interrupt')}),
	qr/^ERROR:  57014: canceling statement due to statement timeout\n/,
	'a C++ loop can be cancelled');

is($node->safe_psql('postgres', q{
DO $$
BEGIN
  BEGIN
    INSERT INTO wall_kept VALUES (-1);
    PERFORM wall_run('INSERT INTO public.wall_kept VALUES (-2) RETURNING public.wall_fail(''query'')');
  EXCEPTION WHEN division_by_zero THEN
    INSERT INTO wall_kept VALUES (-3);
  END;
END $$;
SELECT string_agg(i::text, ' ') FROM wall_kept;}),
	'-3', 'a subtransaction recovers');

# 100,000 errors of every kind in one session, in and out of C++, after a warm-up.
my $storm = q{
DO $$
DECLARE
  kinds text[] := '{postgres,error,bad_alloc,runtime,int,query,prepare,uuid,encoding,json}';
BEGIN
  FOR i IN 1..10000 LOOP
    BEGIN
      PERFORM wall_fail(kinds[1 + i % 10]);
      RAISE 'no error';
    EXCEPTION WHEN raise_exception THEN RAISE; WHEN OTHERS THEN NULL;
    END;
  END LOOP;
END $$;
};
my $grown = $node->safe_psql('postgres',
	"${storm}CREATE TEMP TABLE before AS SELECT wall_private_memory() AS kb;" . $storm x 10
	  . 'SELECT wall_private_memory() - kb FROM before;');
within($grown, 2048, "100,000 errors grow a session's memory by $grown kB");

$grown = $node->safe_psql('postgres', q{
SELECT wall_repeat('SELECT $1', 10000, 1000);
CREATE TEMP TABLE before AS SELECT wall_private_memory() AS kb;
SELECT wall_repeat('SELECT $1', 10000, 100000);
SELECT wall_private_memory() - kb FROM before;});
my ($warm, $runs, $kb) = split /\n/, $grown;
is($runs, 100000, 'Execute counts the rows found');
within($kb, 2048, "100,000 statements in one transaction grow it by $kb kB");

is($node->safe_psql('postgres',
		q{SELECT wall_repeat('INSERT INTO public.wall_text VALUES ($1)', 50000000, 1);
SELECT length(wall_run('SELECT t FROM public.wall_text'));}),
	"1\n50000000", '50 MB go in and come back');

is($node->safe_psql('postgres', 'SELECT name, value FROM wall_values()'), q~text|naïve ' " \
null text|
null as text|
uuid|9f2c0000-0000-4000-8000-000000000001
bigint|-9223372036854775807
null bigint|0 null
double|equal
bool|true
timestamp|-1500000 1969-12-31 23:59:58.5+00
infinite timestamp|none -infinity
text[]|{"a,b","","\"{"}
empty text[]|{}
bigint[]|{3,-4}~, 'every kind of parameter goes in and comes back');

is($node->safe_psql('postgres', q{SELECT wall_arguments('te"xt', '{"b": [1], "a": {}}',
ARRAY['1', NULL, '[2]']::jsonb[], '9F2C0000-0000-4000-8000-000000000001', '\x4142')}),
	'["te\"xt", {"a": {}, "b": [1]}, 1, null, [2], "9f2c0000-0000-4000-8000-000000000001", "AB"]',
	'every kind of argument comes in and a jsonb goes out');

my ($out, $err);
$node->psql('postgres', 'SELECT wall_log()', stderr => \$err);
like($err, qr/NOTICE:  noticed %s\nDETAIL:  A detail %d\.\nHINT:  A hint\./, 'a notice arrives whole');

# A worker whose transactions fail two times out of three.
$node->safe_psql('postgres', "TRUNCATE wall_kept; SELECT wall_work(600, '$module')");
is($node->safe_psql('postgres', 'SELECT count(*), sum(i % 3) FROM wall_kept'),
	'200|0', 'a worker keeps what it committed');
is($node->safe_psql('postgres', 'SELECT sqlstate, count(*) FROM wall_failed GROUP BY 1 ORDER BY 1'),
	"08006|200\n22012|200", 'and rolls back and records what failed');
is($node->safe_psql('postgres', 'SELECT live FROM wall_live'), '0', 'without losing an object');
is($node->safe_psql('postgres', 'SELECT open, block FROM wall_live'), 't|t', 'a transaction is a transaction block');

$node->stop;
my $log = slurp_file($node->logfile);
unlike($log, qr/WARNING|PANIC|FATAL|terminated by signal/, 'no warning in the server log');

done_testing();
