# What workers send to the application's tables is named in src/store/app_statements.hpp, so that the preflight
# tries it.  And no statement has what a partitioned or distributed table refuses (doc/scale.md).

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
# A statement on a pass names its user, too: a table that is distributed by user asks one node then.
my $pass = qr/soulprint\.full_passes\b(?:(?!\bWHERE\b).)*?\bWHERE\s+(?:\w+\.)?id = \$\d+(?!\d)(?! AND (?:\w+\.)?user_id\b)/s;
my @refused = (
	[ qr/\bctid\b/, 'ctid' ],
	[ qr/\bclock_timestamp\(\)/, 'clock_timestamp()' ],
	[ qr/\bCASE\b(?:(?!\bEND\b).)*\bnow\(\)/s, 'now() in CASE' ],
	[ qr/\bcoalesce\([^()]*\bnow\(\)/i, 'now() in COALESCE' ],
	[ qr/\bRETURNING\b.*\b(?:json\w*_build_object|EXISTS)\b/s, 'json_build_object or a subquery in RETURNING' ],
	[ qr/\bunnest\(\$\d[^)]*\).*\bNOT EXISTS \(SELECT FROM \{/s, 'NOT EXISTS over a list of parameters' ],
	[ qr/\bUPDATE\b.*\bsoulprint\.\w+\(\w\)/s, 'a row as an argument in UPDATE' ],
	[ $pass, 'a pass by its id alone' ]);
for my $file (glob('src/*/*.cpp src/*/*.hpp'))
{
	my $text = slurp($file);
	while ($text =~ /R"\((.*?)\)"|"((?:[^"\\\n]|\\.)*)"/gs)
	{
		my ($at, $statement) = ($-[0], $1 // $2);
		next unless $statement =~ /\b(?:SELECT|INSERT|UPDATE|DELETE)\b/;
		$statement =~ s/--.*//g;
		$statement =~ /$_->[0]/ and complain_at($file, $text, $at, "$_->[1]: a distributed table refuses it or asks all nodes (doc/scale.md)") for @refused;
	}
}
exit result();
