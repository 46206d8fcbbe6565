# What the checks of the house rules share.

package Checks;

use strict;
use warnings;

use Exporter 'import';
our @EXPORT = qw(complain complain_at result slurp);

my $bad = 0;

sub complain
{
	print "@_\n";
	$bad = 1;
	return;
}

# About a place in the text of a file.
sub complain_at
{
	my ($file, $text, $at, $what) = @_;
	complain("$file:" . (1 + (substr($text, 0, $at) =~ tr/\n//)) . ": $what");
	return;
}

sub slurp
{
	my ($file) = @_;
	open(my $in, '<:encoding(UTF-8)', $file) or die "$file: $!";
	local $/;
	return <$in>;
}

# The exit status of a check: 1 if it has complained.
sub result { return $bad }

1;
