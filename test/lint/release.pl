# What a release consists of agrees: META.json follows the specification of PGXN
# (https://pgxn.org/spec), every place that names the version names that of soulprint.control, the
# Debian package and the containers are built with the libraries that test/deps.sh installs, and the
# containers set settings that exist.

use strict;
use warnings;
use lib 'test/lint';
use Checks;
use JSON::PP;

my $control = slurp('soulprint.control');
my ($version) = $control =~ /^default_version = '(\d+\.\d+\.\d+)'$/m
  or die "soulprint.control: no default_version like 1.2.3\n";

sub is
{
	my ($place, $found) = @_;
	complain("$place: says " . ($found // 'no version') . ", soulprint.control says $version")
	  unless ($found // '') eq $version;
}

sub found_in
{
	my ($file, $pattern) = @_;
	return slurp($file) =~ $pattern ? $1 : undef;
}

# A schema is a pattern of a string, [schema of each element], {key => schema} or a function.  A key
# that ends with ? may be absent, * stands for any key.
my $text = qr/\S/;
my $url = qr{^(?:https?|git|ssh)://[^\s/]+/\S*$};
my $semver = qr/^\d+\.\d+\.\d+(?:-?[a-zA-Z][-0-9A-Za-z]*)?$/;
my $licenses = join '|', qw(agpl_3 apache_1_1 apache_2_0 artistic_1 artistic_2 bsd freebsd gfdl_1_2
  gfdl_1_3 gpl_1 gpl_2 gpl_3 lgpl_2_1 lgpl_3_0 mit mozilla_1_0 mozilla_1_1 openssl perl_5 postgresql
  qpl_1_0 ssleay sun zlib open_source restricted unrestricted unknown);
my $needs = { map { ("$_?" => { '*' => qr/^(?:0|[<>=!, ]*\d+\.\d+\.\d+.*)$/ }) }
	  qw(requires recommends suggests conflicts) };
my $schema = {
	'name' => qr{^[^\s/\\[:cntrl:]]{2,}$},
	'version' => $semver,
	'abstract' => $text,
	'description?' => $text,
	'maintainer' => $text,
	'license' => qr/^(?:$licenses)$/,
	'generated_by?' => $text,
	'release_status?' => qr/^(?:stable|testing|unstable)$/,
	'tags?' => [qr/^[^\/\\[:cntrl:]]{1,255}$/],
	'no_index?' => { 'file?' => [$text], 'directory?' => [$text] },
	'prereqs?' => { map { ("$_?" => $needs) } qw(configure build test runtime develop) },
	'meta-spec' => { 'version' => qr/^1\.0\.\d+$/, 'url?' => qr{^https?://pgxn\.org/} },
	'provides' => { '*' => {
		'file' => \&is_file, 'version' => $semver, 'abstract?' => $text, 'docfile?' => \&is_file } },
	'resources?' => {
		'homepage?' => $url,
		'bugtracker?' => { 'web?' => $url, 'mailto?' => qr/^[^\s@]+@[^\s@]+$/ },
		'repository?' => { 'url' => $url, 'web?' => $url, 'type' => qr/^[a-z]+$/ } }
};

sub is_file { return defined $_[0] && !ref $_[0] && -f $_[0] ? '' : 'is no file' }

sub fits
{
	my ($where, $value, $shape) = @_;
	my $problem = '';
	if (ref $shape eq 'CODE') { $problem = $shape->($value) }
	elsif (ref $shape eq 'Regexp') { $problem = 'is not valid' if ref $value || ($value // '') !~ $shape }
	elsif (ref $shape eq 'ARRAY')
	{
		return map { fits("$where\[]", $_, $shape->[0]) } @$value if ref $value eq 'ARRAY' && @$value;
		$problem = 'is no list, or an empty one';
	}
	elsif (ref $value ne 'HASH' || !%$value) { $problem = 'is no object, or an empty one' }
	else
	{
		my %left = %$value;
		for my $key (grep { $_ ne '*' } sort keys %$shape)
		{
			my ($name, $optional) = $key =~ /^(.*?)(\??)$/;
			my $is_there = exists $left{$name};
			my $found = delete $left{$name};
			if ($is_there) { fits("$where.$name", $found, $shape->{$key}) }
			elsif (!$optional) { complain("META.json: $where.$name is missing") }
		}
		for my $key (sort grep { !/^x_/i } keys %left)
		{
			if ($shape->{'*'}) { fits("$where.$key", $left{$key}, $shape->{'*'}) }
			else { complain("META.json: $where.$key is not in the specification") }
		}
	}
	complain("META.json: $where $problem") if $problem;
	return;
}

my $meta = eval { JSON::PP->new->decode(slurp('META.json')) };
complain("META.json: $@") unless $meta;
fits('META', $meta, $schema) if $meta;

is('META.json, version', $meta->{version});
is('META.json, provides', $meta->{provides}{soulprint}{version});
is('META.json, provides.file', $meta->{provides}{soulprint}{file} =~ /--(.*)\.sql$/ ? $1 : undef);
is('CHANGELOG.md', found_in('CHANGELOG.md', qr/^## (\S+)/m));
is('debian/changelog', found_in('debian/changelog', qr/\Asoulprint \((\S+)-\d+\)/));
is('src/store/preflight.hpp', found_in('src/store/preflight.hpp', qr/kLibraryVersion = "(.*?)"/));
my @scripts = map { /--([^-]*)\.sql$/ ? $1 : () } grep { !/--.*--/ } glob('sql/soulprint--*.sql');
complain("sql/soulprint--$version.sql: does not exist") unless grep { $_ eq $version } @scripts;

my ($needed) = slurp('test/deps.sh') =~ /^needed=\((.*?)\)/ms;
my $control_in = slurp('debian/control.in');
my @dockerfiles = qw(Dockerfile docker/supabase.Dockerfile);
for my $library (grep { !/^lib(?:archive|gtest)-dev$/ } $needed =~ /(\S+-dev)\b/g)
{
	complain("debian/control.in: Build-Depends lacks $library") unless $control_in =~ /^ \Q$library\E,$/m;
	for (@dockerfiles)
	{
		complain("$_: building lacks $library") unless slurp($_) =~ /^ .*\b\Q$library\E\b/m;
	}
}
my $settings = slurp('src/settings.cpp');
for (map { slurp($_) =~ /\bsoulprint\.(\w+)=/g } @dockerfiles, 'compose.yaml')
{
	complain("container: there is no setting soulprint.$_") unless $settings =~ /"soulprint\.$_"/;
}

exit result();
