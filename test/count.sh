# Counts what a test run says and shows why it failed; for test/run.sh and .ci/run.

passed=0
failed=0
skipped=0

summary() {
  local line="$passed passed, $failed failed"
  [ "$skipped" = 0 ] || line="$line, $skipped skipped"
  echo "$line"
}

# The end of a log that explains a failure.
show() {
  echo "--- $2"
  tail -n 80 "$1"
}

# The first errors of a compiler, without the commands.
show_errors() {
  echo "--- $2"
  grep -v -e ' -c -o ' -e '^mkdir ' "$1" | awk '/error|Error|ERROR/ { found = 1 } found' | head -n 60
}

# Adds what was counted; a run that failed without naming a test is a failure, too.
add() {
  local status=$1 ok=${2:-0} not_ok=${3:-0} skip=${4:-0}
  [ "$status" = 0 ] || [ "$not_ok" != 0 ] || not_ok=1
  passed=$((passed + ok))
  failed=$((failed + not_ok))
  skipped=$((skipped + skip))
  [ "$not_ok" = 0 ]
}

number_after() { sed -nE "s/^\[ *$1 *\] ([0-9]+) tests?.*/\1/p" "$2" | head -n 1; }

count_gtest() {
  add "$1" "$(number_after PASSED "$2")" "$(number_after FAILED "$2")" "$(number_after SKIPPED "$2")" ||
    { grep -vE '^\[ +(OK|RUN) |^\[-+\]' "$2" >"$2.failed"; show "$2.failed" "unit tests"; }
}

# status, output, name of the tests: "Ran 73 tests in 9.1s", then "OK" or "FAILED (failures=1, errors=2)".
count_unittest() {
  local ran bad
  ran=$(sed -nE 's/^Ran ([0-9]+) tests?.*/\1/p' "$2")
  bad=$(grep -E '^FAILED \(' "$2" | grep -oE '(failures|errors)=[0-9]+' | cut -d= -f2 | paste -sd+)
  add "$1" "$((${ran:-0} - (${bad:-0})))" "$((${bad:-0}))" || show "$2" "$3"
}

# status, output, name of the target: one check, which holds if the fuzzer came to its end.
count_fuzz() {
  local done
  done=$(grep -c '^Done [0-9]* runs' "$2")
  add "$1" "$done" "$((1 - done))" && return
  echo "--- fuzz $3"
  grep -vE '^#[0-9]' "$2" | tail -n 80
}

# "test name ... ok" before Postgres 16, TAP since.
count_regress() {
  local folder
  folder=$(dirname "$2")
  add "$1" "$(grep -cE '^(test .* \.\.\. ok|ok )' "$2")" \
    "$(grep -cE '^(test .* \.\.\. FAILED|not ok )' "$2")" && return
  show "$2" "pg_regress"
  [ ! -s "$folder/regression.diffs" ] || { echo "--- regression.diffs"; head -n 200 "$folder/regression.diffs"; }
  [ ! -s "$folder/log/postmaster.log" ] || show "$folder/log/postmaster.log" "server log"
}

# status, output, folder of the server logs, name of the test
count_tap() {
  local server_log skips
  skips=$(grep -cE '^ok [0-9]+ # skip|^1\.\.0 # SKIP' "$2")
  add "$1" "$(grep -E '^ok ' "$2" | grep -cvE '^ok [0-9]+ # skip')" "$(grep -c '^not ok ' "$2")" \
    "$skips" && return
  for server_log in "$3/$4"_*.log; do
    [ ! -s "$server_log" ] || show "$server_log" "$(basename "$server_log")"
  done
  # What was got and expected is read first, so it comes last.
  echo "--- $4"
  grep -v '^ok ' "$2" | tail -n 80
}
