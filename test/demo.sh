#!/usr/bin/env bash
# Shows a full pass: builds and installs the extension, starts a server of its own, imports a sample
# export, asks for a pass, shows how far it is and what it publishes.  Leaves nothing behind but build/,
# where the page of the profile lies.
#
#   MODEL=offline test/demo.sh    questions are answered by rules, without a network
#   MODEL=server test/demo.sh     over the wire, by the local model server of the tests
set -u

cd "$(dirname "$0")/.." || exit 1
. test/throw_away.sh

user=00000000-0000-4000-8000-00000000000e
busy_user=00000000-0000-4000-8000-00000000000f
patience=120 # seconds
copies=200

model=${MODEL:-offline}
case $model in
  offline | server) ;;
  *) give_up "MODEL must be offline or server, not $model" ;;
esac

heading() { printf '\n== %s\n\n' "$1"; }

# Shows a statement and what it gives, in 80 columns.
show() {
  printf 'postgres=# %s;\n' "${1#$'\n'}"
  sql "${@:2}" -c "$1" || give_up "the statement failed" "$folder/server.log"
}

# One session answers all questions about the progress; a new one each time would be too slow.
ask() {
  local line
  printf '%s;\n\\echo .\n' "$1" >&"${session[1]}"
  while IFS= read -r line <&"${session[0]}"; do
    [ "$line" != . ] || return 0
    printf '%s\n' "$line"
  done
  return 1
}

progress="
SELECT rpad(progress, 56) || coalesce(substring(a.query FROM ': (.*)'), '')
FROM soulprint_progress p LEFT JOIN pg_stat_activity a ON a.pid = p.pid AND a.backend_type = 'soulprint worker'"

# Prints each line of progress once, until the user's pass has ended; leaves its status.
watch_pass() {
  local said='' line status="SELECT full_pass_status FROM user_profiles WHERE user_id = '$1'"
  SECONDS=0
  printf '%-56s%s\n' "soulprint_progress" "pg_stat_activity"
  while ended=$(ask "$status") && [[ $ended == pending || $ended == processing ]]; do
    line=$(ask "$progress")
    line=${line%"${line##*[! ]}"}
    if [ -n "$line" ] && [ "$line" != "$said" ]; then
      printf '%s\n' "$line"
      said=$line
    fi
    [ "$SECONDS" -lt "$patience" ] || give_up "no end after $patience s" "$folder/server.log"
    sleep 0.1
  done
  [ "$ended" != complete ] || printf '[####################] 100 %%  complete\n'
}

full_pass() {
  show "
SELECT soulprint_start_full_pass(
    '$1') AS pass_id"
  watch_pass "$1"
  [ "$ended" = complete ] || {
    sql -A -t -c "SELECT full_pass_error FROM user_profiles WHERE user_id = '$1'" >&2
    give_up "the pass ended as ${ended:-unknown}" "$folder/server.log"
  }
}

heading "Building and installing the extension"
mkdir -p build/demo
install_extension -C build/demo -f ../../Makefile QUICK=1
echo "done"

heading "Starting a throw-away Postgres"
model_settings=()
if [ "$model" = server ]; then
  start_model_server
  model_server POST /_config '{"latency_ms": 400}' >/dev/null
fi
start_server "fsync = off" "${model_settings[@]}"
cp test/data/emily.zip "$folder/" && chmod 644 "$folder/emily.zip"
"$bindir/postgres" --version
echo "It preloads soulprint and has these settings:"
asked="'soulprint.provider'"
[ "$model" = offline ] || asked+=", 'soulprint.api_url', 'soulprint.model'"
show "
SELECT name, setting FROM pg_settings
WHERE name IN ($asked)"

heading "Preparing the database"
show "CREATE EXTENSION soulprint"
show "SELECT * FROM soulprint_setup()"

heading "Importing an export: ten conversations of a sample user, Emily"
show "
INSERT INTO user_profiles (user_id)
VALUES ('$user')"
show "
SELECT imported, updated, unchanged, skipped
FROM soulprint_import_file('$user',
    '$folder/emily.zip')"

heading "Asking for a full pass; a background worker runs it"
coproc session { exec {script}>&-; sql -A -t 2>&1; }
full_pass "$user"

# The rules are so quick that ten conversations show little.
[ "$model" = server ] || {
  heading "The same for a user with $copies times as many conversations"
  show "
INSERT INTO user_profiles (user_id)
VALUES ('$busy_user')"
  show "
INSERT INTO raw_conversations (user_id, conversation_id, title,
    messages, message_count, created_at)
SELECT '$busy_user', conversation_id || '-' || week,
    title, messages, message_count, created_at - week * interval '7 days'
FROM raw_conversations, generate_series(1, $copies) AS week"
  full_pass "$busy_user"
}

heading "What it did"
show "SELECT * FROM soulprint_history" -x

if [ "$model" = server ]; then
  heading "What the model server saw"
  model_server GET '/_journal?bodies=0' | python3 test/model_server/show_journal.py
fi

heading "The finished soulprint"
sql -A -t -c "SELECT soulprint_text FROM user_profiles WHERE user_id = '$user'" | fold -s -w 80

heading "The same as a page, to look at in a browser"
page=build/soulprint.html
show "
SELECT length(soulprint_report(
    '$user')) AS characters"
sql -A -t -c "SELECT soulprint_report('$user')" >"$page" || give_up "there is no page" "$folder/server.log"
echo "It is in $PWD/$page"

heading "That was all: the server and its folder are removed now"
test/deps.sh --what-stays
