# Every ERROR has a SQLSTATE.

use strict;
use warnings;
use lib 'test/lint';
use Checks;

for my $file (glob('src/*.cpp src/*/*.cpp'))
{
	my $text = slurp($file);
	complain_at($file, $text, $-[0], 'elog has no SQLSTATE') while $text =~ /\belog\((?:ERROR|FATAL|PANIC)\b/g;
	while ($text =~ /\bereport\(\s*(?:ERROR|FATAL|PANIC)\b[^;]*;/g)
	{
		my ($at, $statement) = ($-[0], $&);
		complain_at($file, $text, $at, 'ereport without errcode') unless $statement =~ /\berrcode\w*\(/;
	}
}

for my $file (glob('sql/soulprint--*.sql'))
{
	my $text = slurp($file);
	# Strings may hold semicolons.
	while ($text =~ /\bRAISE\s+EXCEPTION\b(?:'(?:[^']|'')*'|[^;'])*;/gi)
	{
		my ($at, $statement) = ($-[0], $&);
		complain_at($file, $text, $at, 'RAISE EXCEPTION without ERRCODE') unless $statement =~ /\bERRCODE\b/i;
	}
}

exit result();
