#!/usr/bin/env bash
# Checks the house rules.  Each check prints what it found and one line that says what to do; the
# last line sums up.
set -u

cd "$(dirname "$0")/../.." || exit 1
. test/count.sh

# name, what to do, command: the command prints what is wrong and fails.
check() {
  local name=$1 remedy=$2 output
  shift 2
  if output=$("$@" 2>&1); then
    passed=$((passed + 1))
    return
  fi
  failed=$((failed + 1))
  printf '%s\n' "$output" | head -n 40
  echo "lint/$name: $remedy"
}

cxx_files() { find src test/unit test/wall test/fuzz -name '*.[ch]pp' 2>/dev/null | sort; }

formatted() {
  local report
  report=$(cxx_files | xargs clang-format --dry-run -Werror 2>&1) && return
  printf '%s\n' "$report" | grep -E 'error:|No such' | cut -d: -f1,2 | sort -u
  return 1
}

# Succeeds if grep finds nothing.
none() { ! grep -nE "$@"; }

short() {
  cxx_files | xargs wc -l test/t/*.p[lm] |
    awk '$2 != "total" && $1 > 400 { print $2 ": " $1 " lines"; bad = 1 } END { exit bad }'
}

unfinished() {
  none --exclude-dir={build,data,.git} \
    --include={Makefile,'*.[ch]pp','*.sql','*.p[lm]','*.sh','*.md'} -rw 'T[O]DO|F[I]XME|X[X]X|H[A]CK' .
}

awake() {
  none --include='*.p[lm]' --include='*_test.cpp' --include='*.sql' --exclude='soulprint--*' --exclude=Patience.pm -r \
    'pg_sleep|\b(usleep|sleep|nanosleep|sleep_for|sleep_until)\b *\(? *[0-9({s]|select *\(? *undef' \
    sql test/t test/unit
}

# Files that are no text, or empty.  An archive without git has what make dist gave it.
no_text() {
  local found
  found=$(git ls-files ':!doc/*.png' ':!test/data' ':!test/fuzz/corpus' 2>/dev/null | xargs -d '\n' -r grep -IL '')
  [ -z "$found" ] || { echo "$found"; return 1; }
}

inside_the_wall() {
  none -rw --include='*.[ch]pp' --exclude-dir=pg \
    'PG_TRY|PG_CATCH|PG_FINALLY|PG_END_TRY|sigsetjmp|siglongjmp' src
}

check format "run clang-format -i on these files" formatted
check size "a file over 400 lines does not fit a head: find the noun inside and give it a file" short
check text "what was built or fetched is not committed" no_text
check includes "a room opened a door that is not its own: move the code, not the rule" perl test/lint/includes.pl
check graph "include what the file uses, once; give a value that two files share a header of its own" \
  perl test/lint/graph.pl --check
check border "cross to Postgres with pg::Call and pg::Enter only" inside_the_wall
check entries "make the body one return pg::Enter([&] { ... }) in an extern \"C\" block" perl test/lint/entries.pl
check statics "make it constexpr, or a function-local static reference to a new object" \
  "${MAKE:-make}" -s -k -j2 statics
check tidy "mend it, or turn the check off in .clang-tidy with a reason" "${MAKE:-make}" -s -k -j2 tidy
check sqlstate "name the SQLSTATE: errcode(...) in ereport, USING ERRCODE in RAISE EXCEPTION" perl test/lint/sqlstate.pl
check comments "add COMMENT ON for this object, saying what it is for" perl test/lint/comments.pl
check statements "name the statement in src/store/app_statements.hpp, and in kNeeded" perl test/lint/statements.pl
check listed "give the test its other half, or list it where it is run" perl test/lint/listed.pl
check release "give each place the version of soulprint.control; META.json follows https://pgxn.org/spec" perl test/lint/release.pl
check documents "quote the source, name a document that exists" perl test/lint/documents.pl
check unfinished "finish it, or open an issue" unfinished
check awake "wait for the condition (poll_query_until), not for the clock" awake

summary
[ "$failed" = 0 ]
