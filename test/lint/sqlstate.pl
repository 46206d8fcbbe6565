# Every ERROR has a SQLSTATE.

use strict;
use warnings;

my $bad = 0;

sub complain
{
	my ($file, $text, $at, $what) = @_;
	my $line = 1 + (substr($text, 0, $at) =~ tr/\n//);
	print "$file:$line: $what\n";
	$bad = 1;
}

sub slurp
{
	my ($file) = @_;
	local $/;
	open(my $in, '<', $file) or die "$file: $!";
	return <$in>;
}

for my $file (glob('src/*.cpp src/*/*.cpp'))
{
	my $text = slurp($file);
	complain($file, $text, $-[0], 'elog has no SQLSTATE') while $text =~ /\belog\((?:ERROR|FATAL|PANIC)\b/g;
	while ($text =~ /\bereport\(\s*(?:ERROR|FATAL|PANIC)\b[^;]*;/g)
	{
		my ($at, $statement) = ($-[0], $&);
		complain($file, $text, $at, 'ereport without errcode') unless $statement =~ /\berrcode\w*\(/;
	}
}

for my $file (glob('sql/soulprint--*.sql'))
{
	my $text = slurp($file);
	# Strings may hold semicolons.
	while ($text =~ /\bRAISE\s+EXCEPTION\b(?:'(?:[^']|'')*'|[^;'])*;/gi)
	{
		my ($at, $statement) = ($-[0], $&);
		complain($file, $text, $at, 'RAISE EXCEPTION without ERRCODE') unless $statement =~ /\bERRCODE\b/i;
	}
}

exit $bad;
