# The local model server (test/model_server) of one test: started, scripted, and asked what it saw.
#
#   my $model = ModelServer->new;
#   my $node = new_server('name', $model->settings);
#   $model->script({ kind => 'facts', text => 'no JSON', times => 2 });
#   is(scalar $model->journal('facts'), 3);
#
# JSON's true and false are \1 and \0.

package ModelServer;

use strict;
use warnings;

use Encode ();
use HTTP::Tiny;
use IPC::Open2;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

our $key = 'sk-ant-made-up-for-this-test-0123456789';

# port => N: at this port, where another one was before.  program => [...]: another server that is
# controlled in the same way.
sub new
{
	my ($class, %options) = @_;
	my $program = $options{program} // [ 'test/model_server/serve.py', '--port', $options{port} // 0 ];
	# It ends when its standard input is closed, so no test leaves it behind.
	my $pid = open2(my $output, my $input, $ENV{PYTHON} // 'python3', @$program);
	my $port = <$output> // die "$program->[0] does not start";
	chomp $port;
	return bless {
		pid => $pid, input => $input, output => $output, port => $port,
		http => HTTP::Tiny->new(timeout => 2 * $PostgreSQL::Test::Utils::timeout_default, no_proxy => '127.0.0.1')
	}, $class;
}

# Whoever asks is left without an answer, and from then on the connection is refused.
sub stop
{
	my ($self) = @_;
	my $pid = delete $self->{pid} // return;
	local $?;
	close $self->{input};
	waitpid $pid, 0;
}

sub DESTROY { $_[0]->stop }

sub port { return $_[0]{port} }
sub url { return "http://127.0.0.1:$_[0]{port}" }

# The lines of postgresql.conf that make a server ask here, with a key that only it can read.
sub settings
{
	my ($self) = @_;
	my $file = PostgreSQL::Test::Utils::tempdir . '/key';
	PostgreSQL::Test::Utils::append_to_file($file, "$key\n");
	chmod 0600, $file;
	return ('soulprint.provider' => 'anthropic', 'soulprint.api_url' => $self->url, 'soulprint.api_key_file' => $file);
}

# Given are bytes, or what becomes JSON.
sub control
{
	my ($self, $method, $path, $given) = @_;
	my $content = ref $given ? encode_json($given) : $given;
	my $answer = $self->{http}->request($method, $self->url . $path, defined $content ? { content => $content } : {});
	die "$method $path: $answer->{status} $answer->{content}" unless $answer->{success};
	return decode_json($answer->{content});
}

# Items for the requests to come, instead of those that are left.
sub script
{
	my ($self, @items) = @_;
	$self->control(POST => '/_script', { clear => \1, items => \@items });
}

sub config
{
	my ($self, %settings) = @_;
	$self->control(POST => '/_config', \%settings);
}

# Everything as after the start: no script, no hold, an empty journal.
sub forget
{
	my ($self) = @_;
	$self->control(POST => '/_reset');
}

# Lets the first N held answers go, or all.
sub release
{
	my ($self, $count) = @_;
	$self->control(POST => '/_release', $count ? { count => $count } : {});
}

# Holds all answers to come, or lets all go and holds no more.
sub hold { $_[0]->config(hold => \1) }
sub go_on { $_[0]->config(hold => \0) }

# requests, answered, in_flight, peak, connections, held.
sub stats
{
	my ($self) = @_;
	return $self->control(GET => '/_stats');
}

# Waits until each number is at least, or as NAME_is exactly, the given one.  False if that takes too long.
sub wait_for
{
	my ($self, %numbers) = @_;
	my $limit = 1000 * $PostgreSQL::Test::Utils::timeout_default;
	my $stats = $self->control(GET => '/_wait?' . join '&', "timeout_ms=$limit", map { "$_=$numbers{$_}" } sort keys %numbers);
	diag join ' ', 'the model server waits in vain:', map { "$_ $stats->{$_}" } sort keys %$stats unless $stats->{reached};
	return $stats->{reached};
}

# The journal's entry of each request; of one kind if given.
sub journal
{
	my ($self, $kind, $bodies) = @_;
	my $query = 'bodies=' . ($bodies ? 1 : 0) . ($kind ? "&kind=$kind" : '');
	return @{ $self->control(GET => "/_journal?$query")->{journal} };
}

# The same with each body, as sent in {body} and read in {asked}.
sub asked
{
	my ($self, $kind) = @_;
	my @journal = $self->journal($kind, 1);
	$_->{asked} = JSON::PP->new->decode($_->{body}) for @journal;
	return @journal;
}

# The local server of Supabase Storage (test/storage_server), with a service key that only it can read.
package StorageServer;

our @ISA = ('ModelServer');

sub new
{
	my ($class, $key) = @_;
	my $self = ModelServer::new($class, program => [ 'test/storage_server/serve.py', $key ]);
	$self->{key_file} = PostgreSQL::Test::Utils::tempdir . '/storage_key';
	$self->write_key($key);
	return $self;
}

sub settings { return ('soulprint.storage_url' => $_[0]->url, 'soulprint.storage_key_file' => $_[0]{key_file}) }

# Puts a key into the file.
sub write_key
{
	my ($self, $key) = @_;
	unlink $self->{key_file};
	PostgreSQL::Test::Utils::append_to_file($self->{key_file}, "$key\n");
	chmod 0600, $self->{key_file};
}

# Stores an object; its ETag.
sub store
{
	my ($self, $path, $bytes) = @_;
	my $encoded = join '', map { m{[A-Za-z0-9/._~-]} ? $_ : sprintf '%%%02X', ord } split //, Encode::encode_utf8($path);
	return $self->control(PUT => "/_objects/$encoded", $bytes)->{etag};
}

# What the next request meets.
sub fault
{
	my ($self, %fault) = @_;
	$self->control(POST => '/_fault', \%fault);
}

1;
