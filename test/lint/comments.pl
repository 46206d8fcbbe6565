# Every object of the extension's script has a COMMENT.

use strict;
use warnings;
use lib 'test/lint';
use Checks;

for my $file (glob('sql/soulprint--*.sql'))
{
	next if $file =~ /--.*--/;    # an upgrade script
	my (%created, %commented);
	open(my $in, '<', $file) or die "$file: $!";
	while (my $line = <$in>)
	{
		$created{"\U$1\E $2"} = $. if $line
		  =~ /^CREATE (?:OR REPLACE )?(FUNCTION|PROCEDURE|AGGREGATE|TABLE|VIEW|TYPE|DOMAIN|SCHEMA) ([\w.]+)/i;
		$commented{"\U$1\E $2"} = 1 if $line =~ /^\s*COMMENT ON (\w+) ([\w.]+)/i;
	}
	for my $object (sort { $created{$a} <=> $created{$b} } keys %created)
	{
		next if $commented{$object};
		complain("$file:$created{$object}: $object has no comment");
	}
}

exit result();
