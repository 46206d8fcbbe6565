#!/usr/bin/env bash
# Measures what passes without a model server find, against answer keys: imports the archives, runs
# their passes on a server of its own, and prints one line per figure, beside a baseline.
#
#   test/eval/run.sh                  the data of this repository and the traps
#   test/eval/run.sh FOLDER…          these, too: each has pairs X.zip (or X.json), X.truth.json
set -u

cd "$(dirname "$0")/../.." || exit 1

data=(test/data test/data/people test/data/memorybank_en test/data/memorybank_zh "$@")
keys=()
for each in "${data[@]}"; do
  found=("$each"/*.truth.json)
  [ -f "${found[0]}" ] || { echo "no answer key X.truth.json in $each" >&2; exit 1; }
  keys+=("${found[@]}")
done

. test/throw_away.sh

at_once() { sql -A -t "$@" || give_up "a statement failed" "$folder/server.log"; }

# Imports the archive of a new user: set, answer key, archive.
import_archive() {
  cp "$3" "$folder/archive" && chmod 644 "$folder/archive"
  at_once -v data_set="$1" -v key="$2" -v archive="$folder/archive" <<'SQL' >/dev/null
INSERT INTO who (data_set, key) VALUES (:'data_set', :'key') RETURNING user_id \gset
INSERT INTO user_profiles (user_id) VALUES (:'user_id');
SELECT FROM soulprint_import_file(:'user_id', :'archive');
SQL
}

import_all() {
  local key archive
  for key in "${keys[@]}"; do
    for archive in "${key%.truth.json}.zip" "${key%.truth.json}.json"; do [ ! -f "$archive" ] || break; done
    [ -f "$archive" ] || { echo "$key has no archive beside it" >&2; return 1; }
    echo "importing $archive"
    import_archive "$(basename "$(dirname "$key")")" "$key" "$archive" || return
  done
  echo "importing the traps"
  python3 -B test/eval/traps.py >"$folder/traps.json" && import_archive traps '' "$folder/traps.json"
}

run_passes() {
  local user
  at_once -c "SELECT user_id FROM who ORDER BY place" | while read -r user; do
    echo "pass $((++done_passes)) of $((${#keys[@]} + 1))"
    at_once -c "CALL soulprint_run_full_pass('$user')" </dev/null || exit 1
  done
}

rows="
SELECT json_build_object('set', w.data_set, 'key', w.key, 'user_md', p.user_md,
    'conversations', (SELECT json_object_agg(conversation_id, messages) FROM raw_conversations r WHERE r.user_id = w.user_id),
    'facts', (SELECT coalesce(json_agg(json_build_object('fact', fact, 'quote', quote, 'sources', sources) ORDER BY id), '[]')
              FROM soulprint.facts f WHERE f.user_id = w.user_id))
FROM who w JOIN user_profiles p USING (user_id) ORDER BY w.place"

install_extension
start_server "fsync = off"
at_once -c "CREATE EXTENSION soulprint" -c "SELECT FROM soulprint_setup()" -c "
  CREATE TABLE who (place int GENERATED ALWAYS AS IDENTITY, data_set text, key text, user_id uuid DEFAULT gen_random_uuid())" >/dev/null
done_passes=0
for step in import_all run_passes; do
  run_told "$folder/step.log" last_line "$step" || give_up "failed: $step" "$folder/step.log"
done
at_once -c "$rows" >"$folder/rows" || exit 1
run_told "$folder/report" last_line python3 -B test/eval/report.py "$folder/rows" || give_up "failed: report" "$folder/report"
cat "$folder/report"
test/deps.sh --what-stays
