# Settings with which nobody need be asked, who may see them, and the key: it is nowhere but in the
# requests.

use strict;
use warnings;

use lib 'test/t';
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my %settings = $model->settings;
my $key_file = delete $settings{'soulprint.api_key_file'};
delete $settings{'soulprint.api_url'};
my $node = new_server('settings', %settings, log_min_messages => 'debug1');
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $launcher = "SELECT query FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'";
my ($number, $user) = (0);

# Changes settings with a reload; undef resets.
sub set
{
	my (%changed) = @_;
	$sql->(join '', map { defined $changed{$_} ? "ALTER SYSTEM SET soulprint.$_ = '$changed{$_}';" : "ALTER SYSTEM RESET soulprint.$_;" } sort keys %changed);
	$node->reload;
}

# A new user's pass is asked for.
sub ask
{
	$user = add_user($node, ++$number);
	$sql->(talk($user, 1, 3));
	start_pass($node, $user);
}

# The pass waits, uncharged, nobody is at work, and the launcher says why.
sub is_paused
{
	my ($what, $reason) = @_;
	$node->poll_query_until('postgres', $launcher, "paused: $reason");
	is($sql->($launcher), "paused: $reason", "$what: the launcher says why");
	ok($node->poll_query_until('postgres', "SELECT full_pass_status = 'pending' AND state = 'queued' AND attempts = 0
		AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'soulprint worker')
		FROM user_profiles JOIN soulprint.full_passes USING (user_id) WHERE user_id = '$user'"), "$what: the pass is pending, uncharged");
}

# All that the extension's and the application's tables and views hold, and what the processes show.
sub everything
{
	my @relations = split /\n/, $sql->("SELECT oid::regclass FROM pg_class WHERE relkind IN ('r', 'v') AND relnamespace IN ('soulprint'::regnamespace, 'public'::regnamespace)");
	return join "\n", map { $sql->("SELECT t::text FROM $_ t") } @relations, 'pg_stat_activity';
}

my %good = (api_url => $model->url, api_key_file => $key_file);
my $http = 'is http:// to a host that is neither this machine nor in soulprint.plain_http_hosts';
my %obstacles = (
	'no key' => [ { api_url => undef, api_key_file => undef }, 'no API key is set' ],
	'a foreign host over http' => [ { %good, api_url => 'http://192.0.2.1' }, "soulprint.api_url $http" ],
	'a host whose name begins like this machine' => [ { %good, api_url => 'http://127.0.0.1.example.com' }, "soulprint.api_url $http" ]);
for my $what (sort keys %obstacles)
{
	my ($changed, $reason) = @{ $obstacles{$what} };
	$model->forget;
	set(%$changed);
	$node->poll_query_until('postgres', $launcher, "paused: $reason");
	ask();
	is_paused($what, $reason);
	my ($code, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nCALL soulprint_run_full_pass('$user')");
	like($err, qr/ERROR:  55000: no full pass can run: \Q$reason\E\n.*HINT:  [A-Z].*reload/s, "$what: CALL says so, and what to do");
	is($model->stats->{requests}, 0, "$what: nobody is asked");
	set(%good);
	is(end_of_pass($node, $user), 'complete', "$what: put right, a reload is enough");
}

# A key file that is not one to keep a secret in.
my %files = (
	'file named by soulprint.api_key_file has group or world access' => sub { chmod 0640, $key_file },
	'file named by soulprint.api_key_file is empty' => sub { truncate $key_file, 0 },
	'file named by soulprint.api_key_file is larger than 4 KiB' => sub { truncate $key_file, 5000 },
	'could not open file named by soulprint.api_key_file: No such file or directory' => sub { unlink $key_file });
for my $why (sort keys %files)
{
	$model->forget;
	$files{$why}->();
	ask();
	is_paused($why, $why);
	is($model->stats->{requests}, 0, "$why: nothing is sent");
	unlike(everything() . slurp_file($node->logfile), qr/sk-ant/, "$why: it is not shown");
	unlike($sql->("SELECT full_pass_error FROM user_profiles WHERE user_id = '$user'"), qr/\Q$key_file\E/, "$why: nor named");
	unlink $key_file;
	PostgreSQL::Test::Utils::append_to_file($key_file, "$ModelServer::key\n");
	chmod 0600, $key_file;
	$node->reload;
	is(end_of_pass($node, $user), 'complete', "$why: put right, a reload is enough");
}

# The server tells the key to everybody.
$model->script({ error => { status => 401, message => "invalid x-api-key: $ModelServer::key", type => $ModelServer::key },
	headers => { 'request-id' => $ModelServer::key }, times => 'always' });
ask();
$node->poll_query_until('postgres', "SELECT state = 'queued' AND error IS NOT NULL FROM soulprint.full_passes WHERE user_id = '$user'");
my $everything = everything();
like($everything, qr/does not accept the API key .*invalid x-api-key: \*\*\*/, 'what a server says of a key');
unlike($everything, qr/sk-ant/, 'is not repeated with the key');
$model->forget;
$model->hold;
$node->reload;
for my $does ('probing the model server', 'facts 0/3')
{
	$model->wait_for(held => 1);
	$everything = everything();
	like($everything, qr/\Q$does\E/, "while a worker is at it: $does");
	unlike($everything, qr/sk-ant/, 'the key is in no table and in no activity');
	$model->release(1) if $does =~ /^probing/;
}
$model->go_on;
is(end_of_pass($node, $user), 'complete', 'that is answered');

# A server that wants the key as a Bearer token.
$model->forget;
$model->script({ raw => { status => 401, body => '{"error": "Unauthorized"}' }, times => 'always' });
ask();
is_paused('Bearer only', 'the model server does not accept the API key (HTTP 401: Unauthorized)');
like(slurp_file($node->logfile), qr/HINT:  Put a valid key .* or set soulprint\.api_key_header to authorization if it wants a Bearer token, then reload/, 'Bearer only: the log names the setting');
$model->forget;
$model->config(access => \0);
set(api_key_header => 'authorization');
is(end_of_pass($node, $user), 'complete', 'Bearer only: put right, a reload is enough');
is(join(' ', grep { /^(authorization|x-api-key)$/ } map { lc $_->[0] } @{ ($model->journal)[0]{headers} }), 'authorization', 'Bearer only: the key goes there and nowhere else');
set(api_key_header => undef);

# A model without a price.
$model->config(models => [ 'my-alias' ]);
set(model => 'my-alias');
ask();
is(end_of_pass($node, $user), 'complete', 'a model without a price');
is(count_log($node, qr/WARNING:  model "my-alias" has no price/), 1, 'is a warning, once for each pass');
is($sql->("SELECT concat_ws(' ', import_cost_json::json->>'llm_cost_usd', import_cost_json::json->>'total_cost_usd') || (import_cost_json::json->>'llm_input_tokens' > '0') FROM user_profiles WHERE user_id = '$user'"), 'true',
	'its tokens are counted, and its cost is unknown');
my %priced = (
	'claude-haiku-4-5-20251001' => '1.00', 'anthropic/claude-haiku-4-5-20251001' => '1.00', 'bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0' => '1.00',
	'us.anthropic.claude-haiku-4-5-20251001-v1:0' => '1.00', 'vertex_ai/claude-haiku-4-5@20251001' => '1.00', 'not-claude-haiku-4-5' => '', 'own/claude-haiku-4-5' => '7');
$sql->("INSERT INTO soulprint.prices (model, input_usd, output_usd) VALUES ('own/claude', 7, 7)");
for my $name (sort keys %priced)
{
	set(model => $name);
	ok($node->poll_query_until('postgres', "SELECT current_setting('soulprint.model') = '$name'"));
	is($sql->('SELECT input_usd FROM soulprint.model_price()'), $priced{$name}, "the price of $name");
}
set(model => undef);
$model->config(access => \1);

is($sql->("SELECT string_agg(name, ' ') FROM pg_settings WHERE name LIKE 'soulprint.%' AND (short_desc IS NULL OR extra_desc IS NULL)"), '', 'every setting says what it is and more');
$sql->('CREATE ROLE somebody LOGIN');
for my $setting (qw(alert_url api_key_file api_url vault_secret))
{
	my ($code, $out, $err) = $node->psql('postgres', "SET ROLE somebody; SHOW soulprint.$setting");
	like("$code $err", qr/^3 .*ERROR: .*soulprint\.$setting/s, "an ordinary role cannot see soulprint.$setting");
	is($sql->("SET ROLE somebody; SELECT count(*) FROM pg_settings WHERE name = 'soulprint.$setting'"), '0', "nor in pg_settings");
}
$node->stop;
unlike(slurp_file($node->logfile), qr/sk-ant/, 'the key was never in the server log');
log_is_clean($node);
done_testing();
