# Each function that Postgres calls is one return pg::Enter(…): no exception leaves C++.

use strict;
use warnings;
use lib 'test/lint';
use Checks;

for my $file (glob('src/*.cpp src/*/*.cpp'))
{
	open(my $in, '<', $file) or die "$file: $!";
	my $text = do { local $/; <$in> };
	# The block of these functions stands last.
	my $begin = $text =~ /^extern "C" \{\n/m ? $+[0] : length $text;
	my ($cxx, $c) = (substr($text, 0, $begin), substr($text, $begin));
	complain_at($file, $text, $-[0], 'belongs into an extern "C" block')
	  while $cxx =~ /^(?:PG_FUNCTION_INFO_V1|PGDLLEXPORT|extern "C" [^{])/gm;
	# A definition: head, and body up to the brace that closes it.
	while ($c =~ /^\w[^;{}]*?(\w+)\((?:[^(){}]|\([^()]*\))*\)\s*(\{(?:[^{}]|(?2))*\})/gm)
	{
		my ($at, $name, $body) = ($-[0], $1, $2);
		complain_at($file, $text, $begin + $at, "$name() is not one return pg::Enter(…)")
		  unless $body =~ /^\{\s*return pg::Enter(\((?:[^()]|(?1))*\));\s*\}$/;
	}
}

exit result();
