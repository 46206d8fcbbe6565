# How tests ask servers, and wait for what is to hold.

package Patience;

use strict;
use warnings;

use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);

# Nothing here takes long: a test that waits in vain says so after two minutes.
$PostgreSQL::Test::Utils::timeout_default = 120 unless $ENV{PG_TEST_TIMEOUT_DEFAULT};

# A psql that finds no server may end before its input is written, of which IPC::Run dies: it is asked again.
{
	no warnings 'redefine';
	my $psql = PostgreSQL::Test::Cluster->can('psql');
	*PostgreSQL::Test::Cluster::psql = sub {
		my @arguments = @_;
		my $list = wantarray;
		for my $more (reverse 0 .. 20)
		{
			my @result;
			return $list ? @result : $result[0]
			  if eval { @result = $list ? $psql->(@arguments) : scalar $psql->(@arguments); 1 };
			die $@ if !$more || $@ !~ /Broken pipe/;
		}
	};
	*PostgreSQL::Test::Cluster::poll_query_until = \&poll_query_until;
}

# Asks until the answer is $expected, by default 't', and nothing is said beside it.  All in one session, for
# as long as it lasts: to begin one costs more than to ask, and under a checker half a second.
sub poll_query_until
{
	my ($node, $database, $query, $expected) = @_;
	my ($psql, $input, $said);
	for (my $end = time + $PostgreSQL::Test::Utils::timeout_default; time < $end; usleep(50_000))
	{
		my $asked = eval {
			$psql //= IPC::Run::start([ $node->installed_command('psql'), '-XAtq', '-d', $node->connstr($database) ],
				'<', \$input, '>', \$said, '2>&1', IPC::Run::timeout($end - time));
			$said = '';
			$input = "$query\n;\n\\echo asked\n";
			$psql->pump until $said =~ s/^asked\n\z//m;
			chomp $said;
			1;
		};
		my $found = $asked && $said eq ($expected // 't');
		next if $asked && !$found;
		eval { $found ? $psql->finish : $psql->kill_kill } if $psql;
		return 1 if $found;
		undef $psql;
	}
	eval { $psql->kill_kill } if $psql;
	diag "asked in vain: $query\nthe last answer: ", $said // 'none';
	return 0;
}

1;
