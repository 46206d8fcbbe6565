# soulprint_report(): the page of a real profile, well-formed and escaped, on the tables that
# soulprint_setup() makes and on those of a live project; who may have it.

use strict;
use warnings;

use lib 'test/t';
use SoulprintTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('report');

# Whether a page is well-formed XML whose elements and attributes are those that a report may have.
my $check = <<'PYTHON';
import sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
elements = set('html head meta title style body header nav main section footer h1 h2 h3 h4 p ul li dl div dt dd'
    ' strong small span s bdi a time blockquote details summary svg rect'.split())
attributes = set('lang charset http-equiv content name id class dir href aria-label aria-labelledby aria-hidden'
    ' datetime role viewBox preserveAspectRatio x y width height style'.split())
links = {}
for element in root.iter():
    assert element.tag in elements, element.tag
    assert set(element.keys()) <= attributes, element.attrib
    assert element.tag != 'a' or element.get('href')[0] == '#', element.attrib
ids = [e.get('id') for e in root.iter() if e.get('id')]
assert len(ids) == len(set(ids)), ids
assert all(a.get('href')[1:] in ids for a in root.iter('a'))
assert len(list(root.iter('h1'))) == 1
print('well-formed')
PYTHON

# Without the page when it fails: that is long.
sub shows { ok($_[0] =~ $_[1], $_[2]) or diag "no $_[1]" }

sub is_sound
{
	my ($page, $name) = @_;
	run_log([ 'python3', '-c', $check ], '<', \$page, '>', \my $out, '2>', \my $err);
	is($out . $err, "well-formed\n", $name);
}

for my $shape ('setup', 'live')
{
	my $db = $shape;
	my $sql = sub { $node->safe_psql($db, $_[0]) };
	my $refusal = sub { (($node->psql($db, "\\set VERBOSITY verbose\n$_[0]"))[2] =~ /ERROR: +(\w+): (.*)/)[0, 1] };
	new_database($node, database => $db, shape => $shape);
	my ($user, $other) = map { add_user($node, $_, database => $db) } 1, 2;
	my $page_of = sub { $sql->("SELECT soulprint_report('$_[0]')") };

	is_sound($page_of->($user), "$shape: the page of a profile that was never made");
	shows($page_of->($user), qr/has not been made yet.*There are no conversations to be seen/s, "$shape: says so kindly");

	import_emily($node, $user, $db);
	$sql->("CALL soulprint_run_full_pass('$user')");
	my $page = $page_of->($user);
	is_sound($page, "$shape: a page");
	shows($page, qr{<title>Soulprint: Emily</title>}, "$shape: headed by the name");
	shows($page, qr{<strong>10</strong> conversations.*From April 2023 to May 2023; most in May 2023: 6\.}s, "$shape: with the conversations by month");
	shows($page, qr{All of your 10 conversations, for facts</dd>.*All of them side by side}s, "$shape: and how much was read");
	shows($page, qr{This is the first version}, "$shape: nothing to compare with");
	shows($page, qr{<blockquote dir="auto">“I really enjoy painting[^<]*”</blockquote><p class="quiet"><time datetime="2023-0},
		"$shape: facts with the user's words and their day");
	is($sql->("SELECT count(*) FROM soulprint_facts('$user') WHERE superseded_by IS NULL"), () = $page =~ /<li class="holds">/g, "$shape: each of them");

	# Hostile words in every column that the page shows.
	my $hostile = q{</style><script>alert("1")</script>' onclick='x' & ‮}; # with U+202E
	$sql->("UPDATE raw_conversations SET title = \$t\$$hostile\$t\$, imported_at = now(), created_at = CASE WHEN created_at < '2023-05-01' THEN '-infinity' ELSE created_at END;
		UPDATE user_profiles SET memory_md = \$t\$## $hostile\n- $hostile\n$hostile\$t\$, soul_md = \$t\$$hostile\$t\$,
			identity_md = jsonb_build_object('ai_name', \$t\$$hostile\$t\$, 'archetype', \$t\$$hostile\$t\$, 'vibe', \$t\$$hostile\$t\$, \$t\$$hostile\$t\$, \$t\$$hostile\$t\$)::text,
			user_md = jsonb_build_object('name', \$t\$$hostile\$t\$, 'interests', ARRAY[\$t\$$hostile\$t\$, \$t\$$hostile\$t\$])::text WHERE user_id = '$user';
		UPDATE soulprint.facts SET fact = CASE jsonb_typeof(fact) WHEN 'string' THEN to_jsonb(\$t\$$hostile\$t\$::text)
			ELSE (SELECT jsonb_object_agg(key, \$t\$$hostile\$t\$) FROM jsonb_each(fact)) END, quote = \$t\$$hostile\$t\$;
		UPDATE soulprint.facts SET superseded_by = (SELECT max(id) FROM soulprint.facts) WHERE id = (SELECT min(id) FROM soulprint.facts);
		INSERT INTO soulprint.versions (user_id, version, memory_md, soul_md) VALUES ('$user', 100, \$t\$old $hostile\$t\$, \$t\$old $hostile\$t\$)");
	$page = $page_of->($user);
	is_sound($page, "$shape: a page full of hostile words");
	unlike($page, qr/<script|<\/style>(?=<s)|\x{202E}|\xE2\x80\xAE/, "$shape: they stay words");
	shows($page, qr{<s>&lt;/style&gt;.*Now: &lt;/style&gt;.*No longer there.*old &lt;/style&gt;}s, "$shape: which are shown, with what changed");
	shows($page, qr{4 conversations without a date\.}, "$shape: conversations without a date are counted apart");
	shows($page, qr{<dt>Not read yet</dt><dd>10 conversations came in since</dd>}, "$shape: and those that came after the pass");

	# Who may have it.
	my $reader = "reader_$shape";
	$sql->("CREATE ROLE $reader; CREATE ROLE nobody_$shape");
	is(join(' ', $refusal->("SET ROLE nobody_$shape; SELECT soulprint_report('$user')")), '42501 permission denied for function soulprint_report', "$shape: nobody may call it");
	$sql->("GRANT EXECUTE ON FUNCTION soulprint_report TO $reader");
	is(join(' ', $refusal->("SET ROLE $reader; SELECT soulprint_report('$user')")), '42501 permission denied for table user_profiles', "$shape: nor have it without the profile");
	$sql->("GRANT SELECT ON user_profiles TO $reader; CREATE POLICY p_$reader ON user_profiles FOR SELECT TO $reader USING (user_id = '$user')");
	is(join(' ', $refusal->("SET ROLE $reader; SELECT soulprint_report('$user')")), '42501 permission denied for table raw_conversations', "$shape: nor without the conversations");
	$sql->("GRANT SELECT ON raw_conversations TO $reader; CREATE POLICY p_$reader ON raw_conversations FOR SELECT TO $reader USING (user_id = '$user')");
	$sql->("GRANT USAGE ON SCHEMA auth TO $reader") if $shape eq 'live';
	is($sql->("SET ROLE $reader; SELECT soulprint_report('$user')"), $page, "$shape: who may read both has the same page");
	my $no_profile = qr/^P0002 no profile for user $other in public\.user_profiles$/;
	like(join(' ', $refusal->("SET ROLE $reader; SELECT soulprint_report('$other')")), $no_profile, "$shape: nobody else's");
	is(join(' ', $refusal->("SET ROLE $reader; SELECT soulprint_facts('$other')")), '42501 permission denied for function soulprint_facts', "$shape: and no other function");
	is(join(' ', $refusal->('SELECT soulprint_report(NULL)')), '22004 user_id must not be null', "$shape: a user must be named");

	# More facts than a page holds.
	$sql->("INSERT INTO soulprint.facts (user_id, category, fact, quote, verified, sources, importance, superseded_by)
		SELECT '$user', 'person', to_jsonb('fact ' || n), '', false, '[]', 1, 1 FROM generate_series(1, 3000) n");
	shows($page_of->($user), qr{\d facts of lesser weight are not on this page\.}, "$shape: the page says how many are left out");
}

log_is_clean($node);
done_testing();
