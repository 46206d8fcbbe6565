# The include graph of src.
#
#   graph.pl [CHECKOUT]           prints rooms, the rooms they include, floors and circles
#   graph.pl --check [CHECKOUT]   prints what is wrong: circles between files, includes that the
#                                 file does not use, names that another header happens to bring in
#
# A room is a folder of src; a file directly in src is a room of its own.  In circles x.hpp and
# x.cpp count as one file.  A regular expression, not a compiler, finds the types, functions,
# constants and macros that a header declares outside of classes.

use strict;
use warnings;
use File::Find;
use FindBin;
use lib $FindBin::Bin;
use Checks;

my $only_check = @ARGV && $ARGV[0] eq '--check' && shift;
chdir($ARGV[0] // '.') or die "$ARGV[0]: $!\n";

my (%code, %includes);    # by path below src: text without comments and literals; included headers

sub read_file
{
	my $path = s{^src/}{}r;
	return unless $path =~ /\.[ch]pp$/;
	open(my $in, '<', $_) or die "$_: $!";
	my $text = do { local $/; <$in> };
	$text =~ s{//[^\n]*|/\*.*?\*/}{}gs;
	my @headers = $text =~ /^\s*#\s*include\s*"([^"]+)"/mg;
	$includes{$path} = [ grep { -f "src/$_" } @headers ];
	$text =~ s{"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'}{""}g;
	$code{$path} = $text;
}

find({ wanted => \&read_file, no_chdir => 1 }, 'src');

sub unit { return $_[0] =~ s/\.[ch]pp$//r }
sub room { return $_[0] =~ m{^(\w+)/} ? $1 : unit($_[0]) }

# The graph between groups of files: $group gives the room or unit of a file.
sub graph_of
{
	my ($group) = @_;
	my %to = map { $group->($_) => {} } keys %code;
	for my $file (keys %code)
	{
		my $from = $group->($file);
		$to{$from}{$_} = 1 for grep { $_ ne $from } map { $group->($_) } @{ $includes{$file} };
	}
	return \%to;
}

sub reached
{
	my ($to, $start) = @_;
	my %seen;
	my @left = $start;
	while (defined(my $at = shift @left))
	{
		push @left, grep { !$seen{$_}++ } keys %{ $to->{$at} };
	}
	return \%seen;
}

# For each group in a circle, the names of that circle.
sub circles_of
{
	my ($to) = @_;
	my %reached = map { $_ => reached($to, $_) } keys %$to;
	my %circle;
	for my $group (grep { $reached{$_}{$_} } keys %$to)
	{
		my @around = grep { $reached{$group}{$_} && $reached{$_}{$group} } keys %$to;
		$circle{$group} = join ' <-> ', sort @around;
	}
	return \%circle;
}

# The floor of each group: its longest path down.  A circle is on one floor.
sub floors_of
{
	my ($to) = @_;
	my $circle = circles_of($to);
	my %down;
	for my $from (keys %$to)
	{
		my $at = $circle->{$from} // $from;
		$down{$at}{$_} = 1 for grep { $_ ne $at } map { $circle->{$_} // $_ } keys %{ $to->{$from} };
	}
	my %floor;
	my $climb;
	$climb = sub {
		my ($at) = @_;
		return $floor{$at} if defined $floor{$at};
		my $below = 0;
		for (keys %{ $down{$at} })
		{
			my $floor = $climb->($_);
			$below = $floor if $floor > $below;
		}
		return $floor{$at} = $below + 1;
	};
	return { map { $_ => $climb->($circle->{$_} // $_) } keys %$to };
}

sub different { my %seen; return grep { !$seen{$_}++ } sort @_ }

sub print_circles
{
	my ($what, $to) = @_;
	my @circles = different(values %{ circles_of($to) });
	printf "circles between %s: %d\n", $what, scalar(@circles);
	print "  $_\n" for @circles;
}

sub print_table
{
	my $to = graph_of(\&room);
	my $floors = floors_of($to);
	my %files;
	$files{ room($_) }++ for keys %code;
	my $arrows = 0;
	my @rooms = sort { $floors->{$b} <=> $floors->{$a} || $a cmp $b } keys %$to;
	printf "%-5s  %-16s  %5s  %s\n", qw(floor room files includes);
	for my $room (@rooms)
	{
		my @below = sort keys %{ $to->{$room} };
		$arrows += @below;
		printf "%5d  %-16s  %5d  %s\n", $floors->{$room}, $room, $files{$room}, "@below";
	}
	printf "%d files, %d rooms, %d arrows, %d floors\n", scalar(keys %code), scalar(@rooms), $arrows,
	  $floors->{ $rooms[0] };
	print_circles('rooms', $to);
	print_circles('files', graph_of(\&unit));
}

# The text without #-lines and without the content of braces, other than those of namespaces.
sub outline
{
	my ($text) = @_;
	$text =~ s/^\s*#.*$//mg;
	1 while $text =~ s/\b(?:inline\s+)?namespace\b\s*[\w:]*\s*\{|extern\s*""\s*\{/ /;
	my $out = '';
	my $depth = 0;
	for my $part (split /([{}])/, $text)
	{
		$depth-- if $part eq '}' && $depth > 0;
		$out .= $part if $depth == 0;
		$depth++ if $part eq '{';
	}
	return $out;
}

# The names that a header declares.  A forward declaration does not count.
sub names_of
{
	my ($file) = @_;
	my $text = outline($code{$file});
	my %names = map { $_ => 1 }
	  $code{$file} =~ /^\s*#\s*define\s+(\w+)/mg,
	  $text =~ /\b(?:class|struct|union|enum(?:\s+class)?)\s+(\w+)[^;{()]*\{/g,
	  $text =~ /\b(?:using|concept)\s+(\w+)\s*=/g,
	  $text =~ /[\w>&*]\s+[&*]*(\w+)\s*\(/g,
	  $text =~ /\b(?:constexpr|const|extern|inline)\b[^;(){}=]*?(\w+)\s*(?:\[[^\]]*\]\s*)?[;={]/g;
	delete @names{qw(operator if while return decltype sizeof)};
	return \%names;
}

# pg/postgres.hpp stands for all of Postgres, whose names nobody lists.
my %names = map { $_ => names_of($_) } grep { /\.hpp$/ && $_ ne 'pg/postgres.hpp' } keys %code;
my %owners;
for my $header (sort keys %names)
{
	push @{ $owners{$_} }, $header for keys %{ $names{$header} };
}

my $includes_of = graph_of(sub { $_[0] });

sub check_includes
{
	my ($file) = @_;
	my $own = unit($file) . '.hpp';
	my %times;
	$times{$_}++ for @{ $includes{$file} };
	for my $header (sort keys %times)
	{
		complain("src/$file: includes \"$header\" twice") if $times{$header} > 1;
		next if $header eq $own || !$names{$header};
		my $any = join '|', map { quotemeta } keys %{ $names{$header} };
		complain("src/$file: uses nothing of \"$header\"") unless $code{$file} =~ /\b(?:$any)\b/;
	}
	# A file and its own header share what that one includes.
	my %direct = map { $_ => 1 } $file, @{ $includes{$file} }, @{ $includes{$own} // [] };
	my $reached = reached($includes_of, $file);
	for my $name (sort keys %owners)
	{
		my ($owner) = grep { $reached->{$_} } @{ $owners{$name} };
		next if !$owner || grep { $direct{$_} } @{ $owners{$name} };
		next unless uses($file, $name) && !declares($file, $name) && !declares($own, $name);
		complain("src/$file: uses $name, but does not include \"$owner\"");
	}
}

# True if the file uses the name, and not as a member of an object or class.
sub uses
{
	my ($file, $name) = @_;
	return $code{$file} =~ /(?<![\w.:>~])(?:soulprint::|[a-z_]+::)?(?<!std::)\b$name\b(?!\s*:[^:])/;
}

# True if the file declares the name itself, at any depth.
sub declares
{
	my ($file, $name) = @_;
	my $text = $code{$file} // return 0;
	return 1 if $text =~ /\b(?:class|struct|enum(?:\s+class)?|using|concept)\s+$name\b/;
	return 0 if $text =~ /\b(?:return|throw|else|case)\s+$name\b/;
	return $text =~ /\b[\w:]+[>&*]*\s+[&*]*$name\s*[({;=,)]/;
}

if ($only_check)
{
	complain("circle: $_") for different(values %{ circles_of(graph_of(\&unit)) });
	check_includes($_) for sort keys %code;
	exit result();
}
print_table();
