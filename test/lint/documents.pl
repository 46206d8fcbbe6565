# Documents and sources agree:
#
#   A message in a document, on a line that begins with ERROR:, WARNING:, LOG:, DETAIL: or HINT:,
#   stands in the source, which has {} or % in the places of values.
#   A document that a comment names, doc/x.md or doc/x.md, "Heading", exists and has the heading.
#   A document that another one links to exists.

use strict;
use warnings;
use lib 'test/lint';
use Checks;
use File::Find;

# Messages of Postgres itself.
my @postgres = (
	qr/invalid value for parameter "[\w.]+": ".*"/,
	qr/parameter "[\w.]+" cannot be changed now/,
	qr/Available values: .*/,
	qr/permission denied .*/);

# Documents of the time before doc/.
my $gone = qr/\b(?:CONTRACT|DESIGN)(?:\.md| \d)|\b(?:export_format|messages_api|worker_rules)(?!\.md)/;

my (@literals, %headings);

sub files
{
	my ($pattern, @folders) = @_;
	my @found;
	find({ no_chdir => 1, wanted => sub {
		$File::Find::prune = 1 if m{^test/data$|/corpus$};
		push @found, $_ if -f && /$pattern/;
	} }, @folders);
	return sort @found;
}

# A text of the source as a pattern; {} and %, %s, %m, … are values.
sub pattern_of
{
	my ($text) = @_;
	return join '.*', map { quotemeta } split /\{\}|%(?:[smd]|lld|(?![\w%]))|\0/, $text, -1;
}

# The string literals of a source: adjacent ones are one text, an expression between two is a value.
sub remember
{
	my ($text, $literal, $sum) = @_;
	my ($joined, $end);
	while ($text =~ /$literal/g)
	{
		my ($from, $to, $part) = ($-[0], $+[0], $1);
		my $between = defined $end ? substr($text, $end, $from - $end) : '';
		my $value = $between =~ /\A\s*\+[^;"]*\+\s*\z/;
		if (defined $joined && ($between =~ /\A\s*\z/ || $value))
		{
			$joined .= ($value ? "\0" : '') . $part;
		}
		else
		{
			push @literals, $joined if defined $joined;
			$joined = (substr($text, 0, $from) =~ /\+\s*\z/ ? "\0" : '') . $part;
		}
		$end = $to;
		$joined .= "\0" if $sum && substr($text, $to, 80) =~ /\A\s*\+\s*[^\s"]/ && substr($text, $to) !~ /\A\s*\+[^;"]*\+\s*"/;
	}
	push @literals, $joined if defined $joined;
}

for my $file (glob('*.md'), files(qr/\.[ch]pp$/, 'src'))
{
	my $text = slurp($file);
	$text =~ s{^\s*//.*$}{}mg;
	remember($text, qr/"((?:[^"\\\n]|\\.)*)"/, 1);
}
for my $file (glob('sql/soulprint--*.sql'))
{
	my $text = slurp($file);
	$text =~ s/--.*$//mg;
	remember($text, qr/'((?:[^']|'')*)'/, 0);
}
s/\\(.)/$1/g, s/''/'/g for @literals;
# A text of values only would match everything.
my @patterns = map { qr/$_/ } @postgres, map { pattern_of($_) } grep { (my $fixed = $_) =~ s/\{\}|\0|\W//g; length $fixed >= 6 } @literals;

for my $file (glob('*.md doc/*.md'))
{
	my $line = 0;
	for (split /\n/, slurp($file))
	{
		++$line;
		push @{ $headings{$file} }, $1 if /^#+ +(.*?)\s*$/;
		while (/\]\((?!\w+:|#)([^)#]+)/g)
		{
			my $target = $1;
			complain("$file:$line: links to $target, which does not exist")
			  unless -e ($file =~ m{^doc/} ? "doc/$target" : $target);
		}
		next unless /^(?:psql:\S+ )?(?:ERROR|FATAL|WARNING|NOTICE|LOG|DETAIL|HINT): +(?:[0-9A-Z]{5}: )?(.+)$/;
		my $said = $1;
		# A hint or a reason may be two texts.
		next if grep { $said =~ /\A$_\z/ } @patterns;
		my @first = grep { $said =~ /\A$_(?:: | )/ } @patterns;
		next if grep { my $first = $_; grep { $said =~ /\A$first(?:: | )$_\z/ } @patterns } @first;
		complain("$file:$line: no source says \"$said\"");
	}
}

for my $file (glob('*.md'), files(qr/\.(?:[ch]pp|sql|p[lm]|py|sh|out)$|Makefile$/, qw(src sql expected test)))
{
	next if $file =~ m{/documents\.pl$};
	my $text = slurp($file);
	$text =~ s{\n\s*(?://|#|--) *}{ }g;
	complain("$file: points to $&, which is no document of this repository") while $text =~ /$gone/g;
	while ($text =~ m{\b(doc/\w+\.md)`?(?:,? "([^"]+)")?}g)
	{
		my ($document, $heading) = ($1, $2);
		if (!-f $document) { complain("$file: $document does not exist") }
		elsif (defined $heading && !grep { $_ eq $heading } @{ $headings{$document} })
		{
			complain("$file: $document has no heading \"$heading\"");
		}
	}
}

exit result();
