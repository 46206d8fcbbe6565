# A role soulprint_worker that is there already must be as the script would have made it.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('role', 'soulprint.enabled' => 'off');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
$sql->('CREATE EXTENSION soulprint; DROP EXTENSION soulprint; CREATE DATABASE other; CREATE ROLE friend; CREATE ROLE group_of_theirs;');

# What is wrong, what puts it there, the cure that the hint names.
my $alter = 'ALTER ROLE soulprint_worker';
for my $wrong (
	[ 'is a superuser', "$alter SUPERUSER", "$alter NOSUPERUSER" ],
	[ 'is exempt from row security', "$alter BYPASSRLS", "$alter NOBYPASSRLS" ],
	[ 'may create roles', "$alter CREATEROLE", "$alter NOCREATEROLE" ],
	[ 'may create databases', "$alter CREATEDB", "$alter NOCREATEDB" ],
	[ 'may replicate', "$alter REPLICATION", "$alter NOREPLICATION" ],
	[ 'may not log in, so that no worker can start', "$alter NOLOGIN", "$alter LOGIN" ],
	[ 'has a connection limit other than 0', "$alter CONNECTION LIMIT -1", "$alter CONNECTION LIMIT 0" ],
	[ 'has a connection limit other than 0', "$alter CONNECTION LIMIT 1", "$alter CONNECTION LIMIT 0" ],
	[ 'has a password', "$alter PASSWORD 'x'", "$alter PASSWORD NULL" ],
	[ 'is valid for a limited time only', "$alter VALID UNTIL '2040-01-01'", "$alter VALID UNTIL 'infinity'" ],
	[ 'has members', 'GRANT soulprint_worker TO friend', 'REVOKE soulprint_worker FROM each of them', 'REVOKE soulprint_worker FROM friend' ],
	[ 'is a member of other roles', 'GRANT group_of_theirs TO soulprint_worker', 'REVOKE these roles FROM soulprint_worker', 'REVOKE group_of_theirs FROM soulprint_worker' ],
	[ 'is a member of other roles', 'GRANT pg_read_all_data TO soulprint_worker', 'REVOKE these roles FROM soulprint_worker', 'REVOKE pg_read_all_data FROM soulprint_worker' ],
	[ 'has settings of its own', "$alter SET work_mem = '1GB'", "$alter RESET ALL, also IN DATABASE", "$alter RESET ALL" ],
	[ 'has settings of its own', "$alter IN DATABASE other SET search_path = public", "$alter RESET ALL, also IN DATABASE", "$alter IN DATABASE other RESET ALL" ],
	map({ [ 'owns objects', $_->[0], 'REASSIGN OWNED BY soulprint_worker TO another role', $_->[1], $_->[2] ] }
		[ 'CREATE TABLE t (); ALTER TABLE t OWNER TO soulprint_worker', 'DROP TABLE t', 'other' ],
		[ 'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS \'SELECT 1\'; ALTER FUNCTION f() OWNER TO soulprint_worker', 'DROP FUNCTION f()', 'postgres' ],
		[ 'CREATE SCHEMA s AUTHORIZATION soulprint_worker', 'DROP SCHEMA s', 'postgres' ],
		[ 'ALTER DATABASE other OWNER TO soulprint_worker', 'ALTER DATABASE other OWNER TO postgres', 'postgres' ]))
{
	my ($problem, $statement, $cure, $undo, $database) = @$wrong;
	$node->safe_psql($database // 'postgres', $statement);
	my ($out, $err);
	$node->psql('postgres', 'CREATE EXTENSION soulprint', stdout => \$out, stderr => \$err);
	like($err, qr/ERROR:  role "soulprint_worker" \Q$problem\E\nDETAIL:  .*\nHINT:  Run \Q$cure\E, or drop the role\./, "refused: $statement");
	$node->safe_psql($database // 'postgres', $undo // $cure);
}
is($sql->('CREATE EXTENSION soulprint; SELECT count(*) > 0 FROM soulprint_setup()'), 't', 'cured, it serves');
is($node->safe_psql('other', 'CREATE EXTENSION soulprint; SELECT count(*) > 0 FROM soulprint_setup()'), 't', 'what it may do in one database is in nobody\'s way in another');

$node->stop;
log_is_clean($node);
done_testing();
