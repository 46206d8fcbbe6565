# Which room may open whose door: the includes of src.

use strict;
use warnings;
use File::Find;

my $posix = qr{^(?:unistd|fcntl|locale|poll|signal|pthread|errno|malloc|sys/\w+|netinet/\w+|arpa/inet)\.h$};
my $json = qr{^nlohmann/json(?:_fwd)?\.hpp$};

# Room => [ own headers it may include, library headers it may include beside the standard ones ]
my %doors = (
	pipeline => [ qr{^pipeline/}, qr{$json|^utf8proc\.h$} ],
	net => [ qr{^(?:net|pipeline)/}, qr{$json|$posix|^curl/curl\.h$} ],
	llm => [ qr{^(?:llm|pipeline|net)/}, qr{$json} ],
	intake => [ qr{^(?:intake|pipeline|net)/}, qr{$json|$posix|^zlib\.h$} ],
	pg => [ qr{^pg/}, qr{^$} ],
	'' => [ qr{.}, qr{$json|$posix|^curl/curl\.h$} ]);

my $bad = 0;

sub complain
{
	print "@_\n";
	$bad = 1;
}

sub check
{
	my ($file, $room, $bracket, $header) = @_;
	my ($own, $library) = @{ $doors{$room} };
	if ($bracket eq '"')
	{
		# Postgres comes in by one door only.
		return if $file eq 'src/pg/postgres.hpp';
		return complain("$file: \"$header\" is not a file of src") unless -f "src/$header";
		return if $header eq 'error.hpp' || $header =~ $own;
		return complain("$file: $room may not include \"$header\"");
	}
	complain("$file: nlohmann/json.hpp belongs into .cpp files; headers take json_fwd.hpp")
	  if $header eq 'nlohmann/json.hpp' && $file =~ /\.hpp$/;
	return if $header =~ /^\w+$/;    # the standard library
	complain("$file: <$header> has no place in " . ($room || 'src')) unless $header =~ $library;
}

sub check_file
{
	my $file = $_;
	return unless $file =~ m{^src/(?:(\w+)/)?[^/]+\.[ch]pp$};
	my $room = $1 // '';
	return complain("$file: unknown room $room") unless $doors{$room};
	open(my $in, '<', $file) or die "$file: $!";
	while (my $line = <$in>)
	{
		check($file, $room, $1, $2) if $line =~ /^\s*#\s*include\s*([<"])([^>"]+)[>"]/;
	}
}

find({ wanted => \&check_file, no_chdir => 1 }, 'src');
exit $bad;
