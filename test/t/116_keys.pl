# The API key in a file and in Supabase Vault: as the place has it at each request, the same waits where it
# has none, and shown nowhere, whatever happens.

use strict;
use warnings;

use lib 'test/t';
use MIME::Base64;
use ModelServer;
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $model = ModelServer->new;
my %settings = $model->settings;
my $key_file = delete $settings{'soulprint.api_key_file'};
# Everything that an operator can have logged.
my $node = new_server('keys', %settings, 'soulprint.pause_probe_interval' => '200ms',
	log_min_messages => 'debug5', log_statement => 'all', log_error_verbosity => 'verbose', shared_preload_libraries => 'soulprint, auto_explain',
	'auto_explain.log_min_duration' => '0', 'auto_explain.log_nested_statements' => 'on', 'auto_explain.log_verbose' => 'on', 'auto_explain.log_analyze' => 'on');
new_database($node, shape => 'live');
my $sql = sub { $node->safe_psql('postgres', $_[0]) };
my $launcher = "SELECT query FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'";
my ($number, $user, %pass) = (0);

# Vault as Supabase has it: a view decrypts with the reader's own right to the function.  This cipher turns
# the text around, so that no statement of this test has a key in it.  The owner is no superuser.
$sql->(q{
CREATE ROLE somebody LOGIN;
CREATE ROLE vault_admin NOLOGIN;
CREATE SCHEMA vault AUTHORIZATION vault_admin;
SET ROLE vault_admin;
CREATE TABLE vault.secrets (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text, description text NOT NULL DEFAULT '', secret text NOT NULL,
    key_id uuid, nonce bytea, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
CREATE FUNCTION vault._crypto_aead_det_decrypt(message bytea, additional bytea, key_id bigint, context bytea = 'pgsodium', nonce bytea = NULL)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RAISE LOG 'decrypted by %', current_user;
    RETURN convert_to(reverse(convert_from(message, 'utf8')), 'utf8');
END $$;
REVOKE ALL ON FUNCTION vault._crypto_aead_det_decrypt FROM PUBLIC;
CREATE VIEW vault.decrypted_secrets AS
SELECT s.id, s.name, s.description, s.secret,
    convert_from(vault._crypto_aead_det_decrypt(message := decode(s.secret, 'base64'), additional := convert_to(s.id::text, 'utf8'), key_id := 0, nonce := s.nonce), 'utf8') AS decrypted_secret,
    s.key_id, s.nonce, s.created_at, s.updated_at
FROM vault.secrets s;});

# A trigger of the application's that takes what it can get.
$sql->(q{
CREATE TABLE loot (what text);
GRANT INSERT ON loot TO PUBLIC;
CREATE FUNCTION loot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.loot SELECT decrypted_secret FROM vault.decrypted_secrets;
    RETURN NEW;
EXCEPTION WHEN OTHERS THEN
    INSERT INTO public.loot VALUES (current_user || ': ' || SQLERRM);
    RETURN NEW;
END $$;
CREATE TRIGGER loot BEFORE INSERT ON conversation_chunks FOR EACH ROW EXECUTE FUNCTION loot();});

sub set
{
	my (%changed) = @_;
	$sql->(join '', map { defined $changed{$_} ? "ALTER SYSTEM SET soulprint.$_ = '$changed{$_}';" : "ALTER SYSTEM RESET soulprint.$_;" } sort keys %changed);
	$node->reload;
}

sub ask_for
{
	$user = add_user($node, ++$number);
	$sql->(talk($user, 1, $_[0] // 3));
	start_pass($node, $user);
}

# Puts a key where the setting looks for it.
my %put = (
	file => sub {
		unlink "$key_file.new";
		append_to_file("$key_file.new", "$_[0]\n");
		chmod 0600, "$key_file.new";
		rename "$key_file.new", $key_file or die;
	},
	Vault => sub {
		my $secret = encode_base64(scalar reverse($_[0]), '');
		$sql->("DELETE FROM vault.secrets WHERE name = 'models'; INSERT INTO vault.secrets (name, secret) VALUES ('other', 'x-not-asked-for'), ('models', '$secret')");
	});

# Where a key could be seen: the log, a dump, what a superuser finds in tables, views and settings, and what
# anybody finds in those.
sub nowhere
{
	my ($what) = @_;
	my ($dump, $err) = run_command([ 'pg_dump', '-d', $node->connstr('postgres') ]);
	like($dump, qr/COPY soulprint\.replies.*COPY vault\.secrets/s, "$what: a dump");
	my @shown = map { my $role = $_; map { $sql->("SET ROLE $role; SELECT t::text FROM $_ t") } 'pg_settings', 'pg_stat_activity' } 'somebody', 'postgres';
	my @found = grep { /sk-ant/ } split /\n/, join "\n", $dump, $err, all_shown($node), @shown, slurp_file($node->logfile);
	is(scalar(@found), 0, "$what: the key is nowhere") or diag substr $found[0], 0, 500;
}

for my $where ('file', 'Vault')
{
	my $key = "sk-ant-$where-0123456789";
	my $renewed = "sk-ant-renewed-$where-0123456789";
	set(api_key_file => undef, vault_secret => 'models') if $where eq 'Vault';
	set(api_key_file => $key_file, vault_secret => undef) if $where eq 'file';
	$put{$where}->($key);

	$model->forget;
	$model->config(api_key => $key);
	ask_for();
	is(end_of_pass($node, $user), 'complete', "$where: a pass");
	nowhere("$where, success");

	# The server tells the key to everybody.
	$model->script({ error => { status => 401, message => "invalid x-api-key: $key", type => $key }, headers => { 'request-id' => $key }, times => 'always' });
	ask_for();
	$node->poll_query_until('postgres', $launcher, "paused: the model server does not accept the API key (HTTP 401 ***: invalid x-api-key: ***)")
	  or diag $sql->($launcher);
	nowhere("$where, 401");
	$model->script;
	$model->config(api_key => $renewed);
	$put{$where}->($renewed);
	is(end_of_pass($node, $user), 'complete', "$where: the next probe reads the new key");

	# Another key, another reload, a crash, while questions are open.
	$model->script({ hold => \1 });
	ask_for();
	$model->wait_for(held => 1);
	$model->config(api_key => $key);
	$put{$where}->($key);
	$node->reload;
	$model->release;
	is(end_of_pass($node, $user), 'complete', "$where: a running pass reads the new key");
	nowhere("$where, reload");
	$model->script({ hold => \1, times => 2 });
	ask_for();
	$model->wait_for(held => 1);
	kill 'KILL', $sql->("SELECT pid FROM pg_stat_activity WHERE backend_type = 'soulprint worker'");
	ok($model->wait_for(in_flight_is => 0), "$where: a killed worker leaves its requests");
	$node->poll_query_until('postgres', 'SELECT true');
	$model->forget;
	$model->config(api_key => $key);
	is(end_of_pass($node, $user), 'complete', "$where: after a crash of the worker");
	nowhere("$where, crash");
}
is($sql->("SELECT string_agg(DISTINCT what, ', ') FROM loot"), 'soulprint_worker: permission denied for schema vault', 'no trigger of the application reads a secret');

# Each request reads the secret anew, and no other secret is decrypted.
my $before = count_log($node, qr/LOG: +\w+: +decrypted by vault_admin/);
my $requests = $model->stats->{requests};
ask_for(12);
is(end_of_pass($node, $user), 'complete', 'a pass');
is(count_log($node, qr/LOG: +\w+: +decrypted by vault_admin/) - $before, $model->stats->{requests} - $requests, 'the secret is read once for each request, as the owner of the view');
is(count_log($node, qr/LOG: +\w+: +decrypted by (?!vault_admin)/), 0, 'and as nobody else');

like($sql->("SELECT string_agg(measure, ' ') FROM soulprint_evaluate('$user')"), qr/recall/, 'an evaluation reads it, too');

# What is wrong, how it comes about, and how it is mended; the next probe finds out.
my $good = $sql->("SELECT secret FROM vault.secrets WHERE name = 'models'");
sub hide { return ("UPDATE vault.secrets SET secret = '" . encode_base64($_[0], '') . "' WHERE name = 'models'", "UPDATE vault.secrets SET secret = '$good' WHERE name = 'models'") }
my $decrypt = 'FUNCTION vault._crypto_aead_det_decrypt';
my %troubles = (
	'there is no view vault.decrypted_secrets to read soulprint.vault_secret from' => [ 'ALTER SCHEMA vault RENAME TO gone', 'ALTER SCHEMA gone RENAME TO vault' ],
	'no secret in Vault has the name in soulprint.vault_secret' => [ "UPDATE vault.secrets SET name = 'model' WHERE name = 'models'", "UPDATE vault.secrets SET name = 'models' WHERE name = 'model'" ],
	'several secrets in Vault have the name in soulprint.vault_secret' => [
		"INSERT INTO vault.secrets (name, description, secret) VALUES ('models', 'second', '$good')", "DELETE FROM vault.secrets WHERE description = 'second'" ],
	'secret named by soulprint.vault_secret is empty' => [ hide(" \n") ],
	'secret named by soulprint.vault_secret is larger than 4 KiB' => [ hide('x' x 4097) ],
	'secret named by soulprint.vault_secret contains a character that no key has' => [ hide("two\nlines") ],
	'the owner of vault.decrypted_secrets is not permitted to read the secret named by soulprint.vault_secret' => [
		"REVOKE ALL ON $decrypt FROM vault_admin", "GRANT EXECUTE ON $decrypt TO vault_admin" ],
	# The error quotes the key.
	'could not read the secret named by soulprint.vault_secret: SQLSTATE 22P02' => [
		"CREATE FUNCTION vault.quote(text) RETURNS text LANGUAGE sql AS 'SELECT \$1::int::text'; GRANT EXECUTE ON FUNCTION vault.quote TO vault_admin; ALTER VIEW vault.decrypted_secrets RENAME TO whole; CREATE VIEW vault.decrypted_secrets AS SELECT name, vault.quote(decrypted_secret) AS decrypted_secret FROM vault.whole; ALTER VIEW vault.decrypted_secrets OWNER TO vault_admin",
		'DROP VIEW vault.decrypted_secrets; DROP FUNCTION vault.quote; ALTER VIEW vault.whole RENAME TO decrypted_secrets' ]);
for my $why (sort keys %troubles)
{
	my ($break, $mend) = @{ $troubles{$why} };
	$model->forget;
	$sql->($break);
	ask_for();
	$node->poll_query_until('postgres', $launcher, "paused: $why") or diag $sql->($launcher);
	ok($node->poll_query_until('postgres', "SELECT full_pass_status = 'pending' AND state = 'queued' AND attempts = 0 FROM user_profiles JOIN soulprint.full_passes USING (user_id) WHERE user_id = '$user'"),
		"$why: the pass is pending, uncharged");
	is($model->stats->{requests}, 0, "$why: nothing is sent");
	$sql->($mend);
	is(end_of_pass($node, $user), 'complete', "$why: mended, the next probe is enough");
}

# Somebody locks Vault: this pass waits, uncharged.
$model->forget;
my $session = $node->background_psql('postgres');
$session->query_safe('BEGIN; LOCK TABLE vault.secrets');
my $locker = $session->query_safe('SELECT pg_backend_pid()');
ask_for();
like(in_queue($node, $user), qr/^processing\|0\|\d+\|waits for a lock held by process $locker$/, 'a lock on Vault is waited for, uncharged');
$session->quit;
due_now($node, $user);
is(end_of_pass($node, $user), 'complete', 'and then it is read');

# Both.
set(api_key_file => $key_file);
ask_for();
my $both = 'soulprint.api_key_file and soulprint.vault_secret are both set';
ok($node->poll_query_until('postgres', $launcher, "paused: $both"), 'a file and a secret: the launcher names both');
my ($code, $out, $err) = $node->psql('postgres', "CALL soulprint_run_full_pass('$user')");
like($err, qr/ERROR: .* no full pass can run: $both\n.*HINT:  Reset one of them and reload\./s, 'a file and a secret: CALL says so, and what to do');
set(api_key_file => undef);
is(end_of_pass($node, $user), 'complete', 'one of them reset, a reload is enough');

nowhere('after all of that');
$node->stop;
my $log = slurp_file($node->logfile);
is(() = $log =~ /was terminated by signal/g, 2, 'nothing crashed but what was killed');
done_testing();
