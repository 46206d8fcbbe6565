# What workers send to the application's tables is named in src/store/app_statements.hpp, so that the preflight
# tries it.

use strict;
use warnings;
use lib 'test/lint';
use Checks;

# What only callers send, or what is sent for them (store/erasure.cpp runs nothing that the preflight would miss).
my %of_callers = map { ("src/store/$_.cpp" => 1) } qw(app_tables erasure request titles versions);
# A pass does not fail with these.
my %dispensable = map { ($_ => 1) } qw(kExplainWait kShowPercent kShowStage kReadLocker);

for my $file (glob('src/store/*.cpp src/worker/*.cpp'))
{
	next if $of_callers{$file};
	complain("$file: AppQuery with a text of its own") if slurp($file) =~ /AppQuery\w*\s*\(\s*R?"/;
}

my $statements = slurp('src/store/app_statements.hpp');
my ($needed) = $statements =~ /kNeeded\[\] = \{(.*?)\};/s or die 'no kNeeded';
my %needed = map { ($_ => 1) } $needed =~ /&(k\w+)/g;
for my $name ($statements =~ /inline constexpr AppStatement (k\w+)/g)
{
	complain("src/store/app_statements.hpp: $name is not in kNeeded") unless $needed{$name} || $dispensable{$name};
}
exit result();
