#!/usr/bin/env bash
# Runs a fuzz target of build/fuzz over its corpus and what can be made of it.
#
#   test/fuzz/run.sh json         2,000 inputs, always the same ones
#   test/fuzz/run.sh json 600     for 600 seconds of CPU time
#
# The longer run keeps the inputs that reach new code in build/fuzz/corpus.  An input that breaks
# something stays as build/fuzz/json-crash-…; build/fuzz/json_fuzz FILE tries it again.
set -u

cd "$(dirname "$0")/../.." || exit 1

target=$1
seconds=${2:-0}

# Without llvm-symbolizer there is addr2line.
export ASAN_OPTIONS=allow_addr2line=1:print_legend=0
export UBSAN_OPTIONS=print_stacktrace=1

options=(-rss_limit_mb=2048 -timeout=20 -artifact_prefix="build/fuzz/$target-" -print_final_stats=1)
corpus=("test/fuzz/corpus/$target")
case $target in
  tree) options+=(-max_len=1024) ;;
  text) options+=(-max_len=4096 -dict=test/fuzz/words.dict) ;;
  answer) options+=(-max_len=16384 -dict=test/fuzz/words.dict) ;;
  *)
    options+=(-max_len=16384 -dict=test/fuzz/words.dict)
    corpus+=(test/data/formats)
    ;;
esac

if [ "$seconds" = 0 ]; then
  learned=$(mktemp -d) || exit 1
  trap 'rm -rf "$learned"' EXIT
  "build/fuzz/${target}_fuzz" "${options[@]}" -seed=1 -runs=2000 "$learned" "${corpus[@]}"
  exit
fi

learned=build/fuzz/corpus/$target
log=build/fuzz/$target.log
mkdir -p "$learned"
: >"$log"

# The fuzzer counts seconds by the clock; they pass faster than those of a process that must wait.
# A subshell would count none of them.
spent=0
while [ "$spent" -lt "$seconds" ]; do
  "build/fuzz/${target}_fuzz" "${options[@]}" -max_total_time=$((seconds - spent)) \
    "$learned" "${corpus[@]}" >>"$log" 2>&1 || {
    grep -vE '^#[0-9]' "$log" | tail -n 80
    exit 1
  }
  times >"$log.times"
  spent=$(awk -F '[ms ]+' 'NR == 2 { print int($1 * 60 + $2 + $3 * 60 + $4) }' "$log.times")
  rm "$log.times"
done
awk -v head="$target: $spent s of CPU time" \
  '/number_of_executed_units/ { inputs += $2 } END { print head ", " inputs " inputs" }' "$log"
