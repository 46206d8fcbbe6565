# What tests need that do harm on purpose: files made by a few lines of python, a session whose memory is
# watched, and how long it is deaf to a cancel.

package HostileTest;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes;

our @EXPORT = qw(make_file);

# What python makes of a few lines, as a file; export() and zip() are there for them.
sub make_file
{
	my ($path, $lines) = @_;
	my $program = <<'PYTHON' . $lines;
import json, random, struct, sys, zipfile, zlib
path = sys.argv[1]
message = lambda text: {"role": "user", "content": text}
conversation = lambda **more: {"id": "c1", "title": "t", "create_time": 1, "messages": [message("I like tea")], **more}
export = lambda **more: json.dumps([conversation(**more)])
def write(*pieces):
    with open(path, "wb") as file:
        for piece in pieces:
            file.write(piece if isinstance(piece, bytes) else piece.encode(errors="surrogatepass"))
def zip(*members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in members:
            file.writestr(name, content)
def change(*changes):
    content = bytearray(open(path, "rb").read())
    for mark, offset, form, value in changes:
        struct.pack_into(form, content, content.find(mark) + offset, value)
    write(bytes(content))
FILE, ENTRY, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
MB = 1 << 20
def tree(*messages):
    nodes = {str(i): {"parent": str(i - 1), "message": message} for i, message in enumerate(messages)}
    write(json.dumps([{"id": "tree", "current_node": str(len(messages) - 1), "mapping": nodes}], ensure_ascii=False))
said = lambda text, role="assistant": {"author": {"role": role}, "content": {"content_type": "text", "parts": [text]}}
def noise(count):
    return random.Random(1).randbytes(count // 2).hex()
def squeezed(*pieces, window=31):
    squeeze = zlib.compressobj(9, zlib.DEFLATED, window)
    return b"".join([squeeze.compress(piece) for piece in pieces] + [squeeze.flush()])
PYTHON
	run_log([ 'python3', '-c', $program, $path ]) or die "python3: $path";
	return $path;
}

sub new
{
	my ($class, $node) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	$session->set_query_timer_restart;
	my $self = bless { session => $session, pid => $session->query('SELECT pg_backend_pid()'), deaf => 0, memory => 0 }, $class;
	# What the library takes is no statement's.
	$self->query("SELECT soulprint_score_conversation('[]')");
	return $self;
}

# What a statement gives, or its error.
sub query
{
	my ($self, $sql) = @_;
	$self->{session}{stderr} = '';
	my $out = $self->{session}->query($sql);
	my $error = $self->{session}{stderr};
	$self->{session}{stderr} = '';
	return $error eq '' ? $out : $error;
}

sub resident
{
	my ($self, $name) = @_;
	my %kb = slurp_file("/proc/$self->{pid}/status") =~ /^(Vm\w+|RssFile|RssShmem):\s+(\d+)/mg;
	return ($kb{$name} - $kb{RssFile} - $kb{RssShmem}) / 1024;
}

# A statement's outcome; memory() is how much private memory it took at most.
sub watched
{
	my ($self, $sql) = @_;
	append_to_file("/proc/$self->{pid}/clear_refs", "5\n");
	my $before = $self->resident('VmRSS');
	my $start = Time::HiRes::time();
	my $outcome = $self->query($sql);
	$self->{seconds} = Time::HiRes::time() - $start;
	$self->{peak} = $self->resident('VmHWM');
	$self->{taken} = $self->{peak} - $before;
	$self->{memory} = $self->{taken} if $self->{taken} > $self->{memory};
	return $outcome;
}

# How many seconds the statement goes on at most after it is to end, tried at three moments.  Of three tries
# at each the best counts: the machine may be busy.
sub deaf
{
	my ($self, $sql) = @_;
	my $deaf = 0;
	my $seconds = $self->{seconds};
	return 0 if $seconds < 0.2;
	for my $part (0.2, 0.5, 0.8)
	{
		my $timeout = int($part * $seconds * 1000) + 1;
		my $best;
		for (1 .. 3)
		{
			my $start = Time::HiRes::time();
			my $outcome = $self->query("SET statement_timeout = $timeout; $sql");
			my $late = Time::HiRes::time() - $start - $timeout / 1000;
			$self->query('RESET statement_timeout');
			$late = 0 unless $outcome =~ /statement timeout/;
			$best = $late if !defined $best || $late < $best;
			last if $best < 0.5;
		}
		$deaf = $best if $best > $deaf;
	}
	$self->{deaf} = $deaf if $deaf > $self->{deaf};
	return $deaf;
}

sub quit { $_[0]{session}->quit; return }

1;
