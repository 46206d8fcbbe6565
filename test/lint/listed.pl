# Every test is run, and every source of the pure rooms has one.

use strict;
use warnings;
use lib 'test/lint';
use Checks;

# Sources that another test covers: source => test.
my %covered_by = (
	bytes => 'archive', inflater => 'archive', zip => 'archive',
	record_reader => 'export_to_conversations');

# test/schedule, sql/*.sql and expected/*.out name the same tests.
open(my $schedule, '<', 'test/schedule') or die "test/schedule: $!";
my %scheduled = map { /^test:\s*(\w+)\s*$/ ? ($1 => 1) : () } <$schedule>;
for my $file (grep { !/soulprint--/ } glob('sql/*.sql'))
{
	my ($name) = $file =~ m{/([^/]+)\.sql$};
	complain("$file: not in test/schedule") unless $scheduled{$name};
	complain("$file: no expected/$name.out") unless -f "expected/$name.out";
}
for my $name (sort keys %scheduled)
{
	complain("test/schedule: there is no sql/$name.sql") unless -f "sql/$name.sql";
}
for my $file (glob('expected/*.out'))
{
	my ($name) = $file =~ m{/([^/]+?)(?:_\d)?\.out$};
	complain("$file: there is no sql/$name.sql") unless -f "sql/$name.sql";
}

# make test runs test/t/*.pl.
for my $file (glob('test/t/*'))
{
	complain("$file: TAP tests are named NNN_subject.pl, their modules Name.pm")
	  unless $file =~ m{/\d{3}_\w+\.pl$|/\w+\.pm$};
}

# make unit builds test/unit/*/*.cpp.
for my $file (glob('test/unit/*/*'))
{
	complain("$file: unit tests are named subject_test.cpp")
	  unless $file =~ m{/\w+_test\.cpp$};
}

# make fuzz builds test/fuzz/*_fuzz.cpp; each starts from a corpus.
for my $file (glob('test/fuzz/*.cpp'))
{
	my ($target) = $file =~ m{/(\w+)_fuzz\.cpp$};
	complain("$file: fuzz targets are named subject_fuzz.cpp") unless $target;
	complain("$file: no test/fuzz/corpus/$target") unless !$target || -d "test/fuzz/corpus/$target";
}

# A source a_b_c.cpp is tested by a_b_c_test.cpp, or as a part of its subject by a_b_test.cpp or
# a_test.cpp.
for my $file (glob('src/{util,pipeline,export,net,llm,offline,report}/*.cpp src/worker/{ending,schedule}.cpp'))
{
	my ($room, $name) = $file =~ m{/([^/]+)/([^/]+)\.cpp$};
	# What the offline model and a page are made of is tested through them.
	my $subject = $room eq 'offline' ? 'offline_model' : $room eq 'report' ? 'report' : $covered_by{$name} // $name;
	my $tests = "test/unit/$room";
	$subject =~ s/_[^_]+$// while !-f "$tests/${subject}_test.cpp" && $subject =~ /_/;
	complain("$file: no $tests/${name}_test.cpp") unless -f "$tests/${subject}_test.cpp";
}

exit result();
