# Prometheus, by postgres_exporter, as a role that is a member of pg_monitor and no more: each metric of
# examples/postgres_exporter.yaml has a sample, each expression of the dashboard and the rules a series, and none names a
# user.  Both are Debian's (test/prometheus.sh).

use strict;
use warnings;

use lib 'test/t';
use File::Spec;
use HTTP::Tiny;
use JSON::PP;
use List::Util qw(sum0);
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $programs = $ENV{SOULPRINT_PROMETHEUS} or plan skip_all => 'Prometheus is got by apt-get, which this machine lacks';
ok(-x "$programs/$_", "test/prometheus.sh has got $_") or BAIL_OUT "no $_" for qw(prometheus promtool prometheus-postgres-exporter);
my $dir = PostgreSQL::Test::Utils::tempdir;
my $http = HTTP::Tiny->new(timeout => $PostgreSQL::Test::Utils::timeout_default, no_proxy => '127.0.0.1');
my @running;

# Starts a program, which ends when its handle is closed: at the latest with this test, however that ends.
sub run_beside
{
	my ($log, @command) = @_;
	open(my $handle, '|-', 'sh', '-c', 'log=$1; shift; "$@" >"$log" 2>&1 & cat; kill $!; wait', 'sh', $log, @command) or die "sh: $!";
	push @running, $handle;
}

sub get
{
	my ($url) = @_;
	my $answer = $http->get($url);
	return $answer->{success} ? $answer->{content} : '';
}

# Asks until something is true; what it is.
sub until_true
{
	my ($what, $ask) = @_;
	for (my $end = time + $PostgreSQL::Test::Utils::timeout_default; time < $end;)
	{
		my $found = $ask->();
		return $found if $found;
	}
	diag "waits in vain: $what";
	return;
}

# What Prometheus answers to a request of its API.
my $prometheus = 'http://127.0.0.1:' . PostgreSQL::Test::Cluster::get_free_port();
sub api
{
	my ($path, %parameters) = @_;
	my $answer = get("$prometheus/api/v1/$path?" . $http->www_form_urlencode(\%parameters));
	return $answer eq '' ? undef : decode_json($answer)->{data};
}

# The series of an expression.
sub series { return @{ (api('query', query => $_[0]) // {})->{result} // [] } }
sub value { return sum0(map { $_->{value}[1] } series($_[0])) }

# What passes leave: two are done, of which one was offline, one was canceled, one waits.
my $model = ModelServer->new;
my $node = new_server('watched', $model->settings);
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
$sql->('CREATE SCHEMA extensions; CREATE EXTENSION soulprint SCHEMA extensions; ALTER DATABASE postgres SET search_path = public, extensions');
$sql->('SELECT soulprint_setup()');
$sql->('CREATE ROLE watcher LOGIN; GRANT pg_monitor TO watcher; GRANT USAGE ON SCHEMA extensions TO watcher; ALTER ROLE watcher SET search_path = extensions');
my @users = map { add_user($node, $_) } 1 .. 4;
$sql->(talk($users[$_], 10 * $_, 10 * $_ + 3)) for 0 .. 3;
start_pass($node, $users[0]);
is(end_of_pass($node, $users[0]), 'complete', 'a pass');
$sql->($_) for "ALTER SYSTEM SET soulprint.provider = 'offline'", 'SELECT pg_reload_conf()';
start_pass($node, $users[1]);
is(end_of_pass($node, $users[1]), 'complete', 'an offline one');
$sql->($_) for 'ALTER SYSTEM RESET soulprint.provider', 'ALTER SYSTEM SET soulprint.enabled = off', 'SELECT pg_reload_conf()';
start_pass($node, $_) for @users[2, 3];
$sql->("SELECT soulprint_cancel_full_pass('$users[2]')");

# The exporter.
my $examples = File::Spec->rel2abs('examples');
my $exported = '127.0.0.1:' . PostgreSQL::Test::Cluster::get_free_port();
my $exporter_log = "$dir/exporter.log";
{
	local $ENV{DATA_SOURCE_NAME} = "user=watcher dbname=postgres sslmode=disable host='" . $node->host . "' port=" . $node->port;
	run_beside($exporter_log, "$programs/prometheus-postgres-exporter", "--extend.query-path=$examples/postgres_exporter.yaml", '--disable-default-metrics',
		'--disable-settings-metrics', "--web.listen-address=$exported");
}
my $metrics = until_true('the exporter answers', sub { get("http://$exported/metrics") }) // '';
like($metrics, qr/^pg_exporter_user_queries_load_error\{.*\} 0$/m, 'the exporter reads the file of queries');
like($metrics, qr/^pg_exporter_last_scrape_error 0$/m, 'and every query runs');
unlike(slurp_file($exporter_log), qr{pq:|namespace}, 'its log has no complaint') or diag slurp_file($exporter_log);
my $uuid = qr/[0-9a-f]{8}-[0-9a-f]{4}-/;
unlike($metrics, $uuid, 'no user is named');

# Prometheus.
append_to_file("$dir/prometheus.yml", encode_json({
	global => { scrape_interval => '1s', evaluation_interval => '1s' },
	scrape_configs => [ { job_name => 'postgres', static_configs => [ { targets => [$exported] } ] } ],
	rule_files => ["$examples/prometheus_rules.yaml"] }));
command_like([ "$programs/promtool", 'check', 'config', "$dir/prometheus.yml" ], qr/5 rules found/, 'promtool finds nothing wrong with the rules');
append_to_file("$dir/metrics", join '', map { "$_\n" } grep { /^(?:# \w+ )?soulprint_/ } split /\n/, $metrics);
command_ok([ 'sh', '-c', '"$0" check metrics <"$1"', "$programs/promtool", "$dir/metrics" ], 'nor with the names of the metrics');
run_beside("$dir/prometheus.log", "$programs/prometheus", "--config.file=$dir/prometheus.yml", "--storage.tsdb.path=$dir/prometheus",
	'--web.listen-address=' . $prometheus =~ s{http://}{}r);
until_true('Prometheus has scraped twice', sub { value('count_over_time(soulprint_day_limit_usd[1h])') >= 2 }) or diag slurp_file("$dir/prometheus.log");

my ($namespace, @wanted);
for (split /\n/, slurp_file("$examples/postgres_exporter.yaml"))
{
	$namespace = $1 if /^(\w+):$/;
	push @wanted, "${namespace}_$1" if /^    - (\w+): \{ usage: (?!LABEL)/;
}
cmp_ok(scalar @wanted, '>=', 20, 'the file has metrics');
ok(scalar series($_), "$_ has a sample") for @wanted;
is_deeply([ sort keys %{ { map { $_ => 1 } $metrics =~ /^(soulprint_\w+)/mg } } ], [ sort @wanted ], 'and there are no others');

# They say what the database says.
is(value('count(soulprint_health_status)'), $sql->('SELECT count(*) FROM soulprint_health()'), 'each check is there');
is(value('soulprint_health_status{check="model"}'), 1, 'a warning is 1');
is(value('soulprint_progress_passes{state="queued"}'), 1, 'a pass waits');
cmp_ok(value('soulprint_progress_oldest_seconds{state="queued"}'), '>', 0, 'for some time');
cmp_ok(value('soulprint_history_longest_seconds{state="done"}'), '>', 0, 'passes took some time');
my $today = "(now() AT TIME ZONE 'UTC')::date";
for (
	[ 'soulprint_history_passes_total{state="done"}', "count(*) FROM soulprint_history WHERE state = 'done' AND (ended_at AT TIME ZONE 'UTC')::date = $today" ],
	[ 'soulprint_history_passes_total{state="canceled"}', "count(*) FROM soulprint_history WHERE state = 'canceled' AND (ended_at AT TIME ZONE 'UTC')::date = $today" ],
	[ 'soulprint_costs_requests_total', "coalesce(sum(requests), 0) FROM soulprint_costs WHERE day = $today" ],
	[ 'soulprint_costs_usd_total * 1e9', "round(coalesce(sum(cost_usd), 0) * 1e9) FROM soulprint_costs WHERE day = $today" ],
	[ 'soulprint_day_spent_usd * 1e9', 'round(sum(cost_usd + lost_usd) * 1e9) FROM soulprint_costs' ],
	[ 'soulprint_model_p95_seconds * 1000', 'p95_ms FROM extensions.soulprint_stat_model' ],
	[ 'soulprint_day_limit_usd', "current_setting('soulprint.max_cost_per_day')" ],
	[ 'soulprint_table_bytes{table="replies"}', "pg_total_relation_size('soulprint.replies')" ])
{
	my ($expression, $query) = @$_;
	my ($seen, $is);
	ok(until_true($expression, sub { ($seen, $is) = (sprintf('%.0f', value($expression)), $sql->("SELECT $query")); $seen == $is }), "$expression is what the database has")
	  or diag "$seen, not $is";
}
cmp_ok($sql->('SELECT spent_usd FROM soulprint.day'), '>', 0, 'and that is not nothing');

# The dashboard, for the server that its list offers.
my $dashboard = decode_json(slurp_file("$examples/grafana_dashboard.json"));
my ($variable) = grep { $_->{name} eq 'instance' } @{ $dashboard->{templating}{list} };
my ($from, $label) = $variable->{query}{query} =~ /^label_values\((\w+), (\w+)\)$/;
is_deeply(api("label/$label/values", 'match[]' => $from), [$exported], 'the dashboard finds the server');
for my $panel (@{ $dashboard->{panels} })
{
	my $title = $panel->{title};
	ok($title && $panel->{description} =~ /\.$/ && $panel->{fieldConfig}{defaults}{unit}, "panel \"$title\" has a title, a description and a unit");
	for my $expression (map { $_->{expr} } @{ $panel->{targets} })
	{
		ok(scalar series($expression =~ s{\$instance}{$exported}gr), "$title: $expression");
	}
}

# The rules.
my @rules = map { @{ $_->{rules} } } @{ until_true('the rules are known', sub {
	my $known = (api('rules') // {})->{groups};
	return $known && !(grep { $_->{health} eq 'unknown' } map { @{ $_->{rules} } } @$known) && $known;
}) // [] };
is(scalar @rules, 5, 'five rules');
for my $rule (@rules)
{
	is($rule->{health}, 'ok', "$rule->{name} is evaluated");
	my ($left) = $rule->{query} =~ /^(.+) (?:==|>) [\d.e+]+$/;
	ok(scalar series($left), "$rule->{name}: $left");
}
unlike(encode_json(api('series', 'match[]' => '{job="postgres"}')), $uuid, 'no label names a user');

close $_ for @running;
log_is_clean($node);
$node->stop;
done_testing();
