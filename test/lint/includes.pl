# Which room may open whose door: the includes of src.

use strict;
use warnings;
use lib 'test/lint';
use Checks;
use File::Find;

my $posix = qr{^(?:unistd|fcntl|locale|poll|signal|pthread|errno|malloc|sys/\w+|netinet/\w+|arpa/inet)\.h$};
my $json = qr{^nlohmann/json(?:_fwd)?\.hpp$};

# Room => [ own headers it may include, library headers it may include beside the standard ones ]
my $base = 'util|pg|settings\.|shared_state\.';
my %doors = (
	util => [ 'util', qr{$json|^(?:malloc|unistd|utf8proc)\.h$} ],
	pipeline => [ 'util|pipeline', qr{$json|^utf8proc\.h$} ],
	report => [ 'util|pipeline|report', qr{$json} ],
	offline => [ 'util|pipeline|offline', qr{$json} ],
	net => [ 'util|net', qr{$json|$posix|^curl/curl\.h$} ],
	llm => [ 'util|pipeline|net|llm', qr{$json} ],
	export => [ 'util|pipeline|export', qr{$json|$posix|^(?:simdjson|zlib)\.h$} ],
	pg => [ 'util|pg', qr{^$} ],
	# The module itself, its settings and its shared memory.
	'' => [ '', qr{$json|$posix} ],
	store => [ "$base|net|pipeline|export|store", qr{$json|$posix} ],
	worker => [ "$base|net|pipeline|export|llm|offline|store|worker", qr{$json|$posix} ],
	sql => [ '', qr{$json|$posix} ]);
# Compiled without Postgres, for the unit tests.
my $pure = qr{worker/(?:ending|schedule|turn)\.};

sub check
{
	my ($file, $room, $bracket, $header) = @_;
	my ($own, $library) = @{ $doors{$room} };
	if ($bracket eq '"')
	{
		# Postgres comes in by one door only.
		return if $file eq 'src/pg/postgres.hpp';
		return complain("$file: \"$header\" is not a file of src") unless -f "src/$header";
		$own = "util|$pure" if $file =~ m{^src/$pure};
		return if $header =~ m{^(?:$own)};
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
exit result();
