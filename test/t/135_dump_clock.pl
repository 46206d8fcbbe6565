# What moves the rows of passes elsewhere: a dump in mid-pass, restored where a launcher waits (F33); pg_upgrade (F25);
# a clock that is set while passes run and wait (F36).

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my ($node, $sql);

sub use_node
{
	($node) = @_;
	$sql = sub { $node->safe_psql('postgres', $_[0]) };
	return;
}

sub new_user
{
	my ($number, $from, $to) = @_;
	my $user = add_user($node, $number);
	$sql->(talk($user, $from, $to));
	return $user;
}

# Rows of a table of the extension: how many, and a sum.
sub rows { my ($table) = @_; return $sql->("SELECT count(*), md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM soulprint.$table AS t") }

# A dump of two running passes, into a database that a launcher watches.
{
	# A worker that finds half of a restored database waits for the next probe.
	my %settings = ($model->settings, 'soulprint.max_workers' => 2, 'soulprint.max_concurrent_requests' => 3, 'soulprint.poll_interval' => '1s',
		'soulprint.pause_probe_interval' => '1s');
	use_node(my $busy = new_server('busy', %settings));
	new_database($node, shape => 'live');
	my $calm = new_user(1, 1, 12);
	start_pass($node, $calm);
	is(end_of_pass($node, $calm), 'complete', 'an undisturbed pass');
	my @users = (new_user(2, 1, 12), new_user(3, 101, 112));
	my $waits = new_user(4, 201, 203);
	$model->forget;
	$model->script(map { { kind => 'facts', contains => "painting number $_.", hold => \1 } } 7 .. 12, 107 .. 112);
	start_pass($node, $_) for @users;
	start_pass($node, $waits);
	$model->wait_for(held => 6, answered => 12);
	my $saved = "SELECT count(*) FROM soulprint.replies WHERE user_id IN ('$users[0]', '$users[1]')";
	ok($node->poll_query_until('postgres', "$saved", '12'), 'two passes run, with answers saved');
	my $dump = $node->basedir . '/busy.dump';
	$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', $node->connstr('postgres') ], 'they are dumped');
	$node->stop('immediate');
	my $asked = $model->journal;

	use_node(new_server('restored', %settings));
	ok($node->poll_query_until('postgres', "SELECT query FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'", 'waiting for CREATE EXTENSION soulprint'), 'elsewhere a launcher waits');
	$sql->('CREATE ROLE authenticated NOLOGIN; CREATE ROLE service_role NOLOGIN');
	$model->script;
	$model->release;
	$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('postgres'), $dump ], 'they are restored');
	is(end_of_pass($node, $_), 'complete', 'a pass that ran goes on') for @users;
	is(end_of_pass($node, $waits), 'complete', 'one that waited is run');
	my %answered;
	$answered{ $_->{question} }++ for grep { $_->{outcome} eq 'answered' && $_->{status} == 200 } $model->journal;
	is((grep { $_ > 1 } values %answered), 0, 'no question is answered twice');
	cmp_ok($model->journal, '>', $asked, 'the missing ones were asked');
	is(profile($node, $users[0]), profile($node, $calm), 'the profile is that of an undisturbed pass');
	is($sql->('SELECT max(attempts), count(*) FROM soulprint.full_passes'), '1|4', 'each pass has used one attempt');
	is($sql->('SELECT change FROM soulprint_setup()'), '', 'soulprint_setup() finds nothing to do');
	$node->stop;
	log_is_clean($node);
}

# pg_upgrade, of a cluster in which a pass has begun and another waits.
{
	$model->forget;
	my %settings = ($model->settings, 'soulprint.max_workers' => 1);
	use_node(my $old = new_server('old', %settings));
	new_database($node, shape => 'live');
	my $done = new_user(1, 1, 4);
	for my $more (5, 6)
	{
		start_pass($node, $done);
		is(end_of_pass($node, $done), 'complete', 'a pass before the upgrade');
		$sql->(talk($done, $more, $more));
	}
	my @queued = map { new_user($_, 100 * $_, 100 * $_ + 3) } 2, 3;
	$model->script({ kind => 'facts', contains => 'painting number 203.', hold => \1 });
	start_pass($node, $_) for @queued;
	$model->wait_for(held => 1);
	ok($node->poll_query_until('postgres', "SELECT count(*) = 3 FROM soulprint.replies WHERE user_id = '$queued[0]'"), 'one has begun');
	$sql->("INSERT INTO soulprint.prompts VALUES ('memory', 'Write MEMORY my way.'); INSERT INTO soulprint.prices VALUES ('my-model', 1, 2)");
	$node->append_conf('postgresql.conf', 'soulprint.enabled = off');
	$node->reload;
	ok($node->poll_query_until('postgres', "SELECT count(*) = 2 FROM soulprint.full_passes WHERE state = 'queued'"), 'and another waits');
	my @tables = qw(full_passes memories replies facts versions imports costs prompts prices batches evaluations own_facts forgotten_facts);
	my %before = map { $_ => rows($_) } @tables;
	my $profile = profile($node, $done);
	my $sequence = 'SELECT last_value, is_called FROM soulprint.full_passes_id_seq';
	my $number = $sql->($sequence);
	$node->stop;
	$node->append_conf('postgresql.conf', 'soulprint.enabled = on');

	my $new = new_server('new', %settings);
	$new->stop;
	my $asked = $model->journal;
	my $bindir = $new->config_data('--bindir');
	command_ok([ 'sh', '-c', 'cd "$0" && exec pg_upgrade "$@"', $new->basedir, '--no-sync', '--retain', '--socketdir', $new->host, '-b', $bindir, '-B', $bindir,
		'-d', $old->data_dir, '-p', $old->port, '-D', $new->data_dir, '-P', $new->port ], 'pg_upgrade');
	is($model->journal, $asked, 'it runs no pass');
	my @logs = map { slurp_file($_) } glob $new->data_dir . '/pg_upgrade_output.d/*/log/pg_upgrade_server.log';
	cmp_ok(scalar @logs, '>', 0, 'its servers have a log');
	unlike("@logs", qr/soulprint (?:launcher|worker)|full pass/, 'and ran nothing of ours');

	$new->append_conf('postgresql.conf', 'soulprint.enabled = off');
	$new->start;
	use_node($new);
	is(rows($_), $before{$_}, "soulprint.$_ is as before") for @tables;
	is(profile($node, $done), $profile, 'so is a profile');
	is($sql->($sequence), $number, 'and the number of the last pass');
	is($sql->("SELECT count(*) FROM pg_trigger t JOIN pg_depend d ON d.objid = t.oid AND d.deptype = 'x' WHERE tgname = 'soulprint_queue_pending_profile'"), '1',
		'the trigger depends on the extension');
	is($sql->('SELECT change FROM soulprint_setup()'), '', 'soulprint_setup() finds nothing to do');
	$sql->('DELETE FROM soulprint.prompts');
	$model->script;
	$model->release;
	$new->append_conf('postgresql.conf', 'soulprint.enabled = on');
	$new->reload;
	is(end_of_pass($node, $_), 'complete', 'a pass that was queued is run') for @queued;
	is($sql->("SELECT calls_remembered, attempts FROM soulprint.full_passes WHERE user_id = '$queued[0]'"), '3|1', 'the one that had begun goes on');
	is($sql->("SELECT count(*) FROM soulprint_health() WHERE status = 'error'"), '0', 'and soulprint_health() finds no error');
	$node->stop;
	log_is_clean($node);
}

# All times that were written, as they look after the clock was set back by so much; after it was set forward if that is
# negative.
sub set_clock_back
{
	my ($by) = @_;
	my @updates = split /\n/, $sql->("SELECT format('UPDATE %s SET %s', attrelid::regclass, string_agg(format('%1\$I = %1\$I + interval ''$by''', attname), ', '))
		FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
		WHERE relkind = 'r' AND relnamespace IN ('soulprint'::regnamespace, 'public'::regnamespace) AND atttypid = 'timestamptz'::regtype AND NOT attisdropped
		AND attrelid NOT IN ('soulprint.costs'::regclass, 'soulprint.prices'::regclass)
		GROUP BY attrelid");
	$sql->(join ';', 'SET session_replication_role = replica', @updates);
	return;
}

# The clock is set.
{
	$model->forget;
	use_node(new_server('clock', $model->settings, 'soulprint.max_workers' => 2));
	new_database($node, shape => 'live');
	my $number = 0;
	for my $by ('1 hour', '-1 hour')
	{
		my $way = $by eq '1 hour' ? 'set back' : 'set forward';
		my ($running, $ended, $waiting) = map { ++$number; new_user($number, 100 * $number, 100 * $number + 5) } 1 .. 3;
		$model->script(map { { kind => 'facts', contains => "painting number $_.", hold => \1 } } map { 100 * $_ + 3 } $number - 2, $number - 1);
		start_pass($node, $_) for $running, $ended;
		$model->wait_for(held => 2);
		my $worker = $sql->("SELECT pid FROM soulprint.full_passes WHERE user_id = '$ended' AND state = 'running'");
		start_pass($node, $waiting);
		set_clock_back($by);
		start_pass($node, $waiting);
		$sql->("SELECT pg_terminate_backend($worker)");
		$model->script;
		$model->release;
		is(end_of_pass($node, $running), 'complete', "$way: a pass that runs is complete");
		is(end_of_pass($node, $ended), 'complete', "$way: so is one whose worker ends");
		is(end_of_pass($node, $waiting), 'complete', "$way: and one that waited, when it is asked for again");
		is($sql->("SELECT string_agg(DISTINCT attempts || ' ' || crashes, ', ') FROM soulprint.full_passes WHERE state = 'done'"), '1 0', "$way: each in one attempt");
		start_pass($node, $running);
		is(end_of_pass($node, $running), 'complete', "$way: another pass");
		is($sql->("SELECT calls_made FROM soulprint.full_passes WHERE user_id = '$running' ORDER BY id DESC LIMIT 1"), '0', "$way: remembers all answers");
	}
	$node->stop;
	log_is_clean($node);
}
done_testing();
