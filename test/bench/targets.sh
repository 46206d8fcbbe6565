# shellcheck shell=bash
# What both benches measure with and judge by.
#
#   measure stage facts "$user" psql …     test/bench/measure.py
#   target "merge, ms" "$merge" 50         what, value, limit: judged at the end
#   judge_targets                          prints them all; exits 1 if one is missed

targets=()

measure() { python3 test/bench/measure.py "$@" || give_up "failed: $1" "$folder/server.log"; }

target() { targets+=("$@"); }

judge_targets() {
  local i verdict missed=0
  echo
  for ((i = 0; i < ${#targets[@]}; i += 3)); do
    verdict=met
    awk "BEGIN { exit !(${targets[i + 1]} < ${targets[i + 2]}) }" || { verdict=MISSED; missed=1; }
    printf '%-66s %9s %s\n' "${targets[i]} (under ${targets[i + 2]})" "${targets[i + 1]}" "$verdict"
  done
  exit "$missed"
}
