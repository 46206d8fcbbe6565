#!/usr/bin/env bash
# Builds, installs and runs the tests: unit tests, fuzz targets, pg_regress, TAP.  The last line sums
# them up.
#
#   test/run.sh                   everything
#   test/run.sh 010_wall.pl       one TAP file of test/t
#   test/run.sh tap               all of them
#   test/run.sh servers           pg_regress and TAP: all that runs a server
#   test/run.sh chunks            one pg_regress file of sql/ (after "install", which it builds on)
#   test/run.sh 'Facts.*'         the unit tests whose names match
#   test/run.sh model_server      the tests of the local model server
#   test/run.sh eval              the tests of the yardstick of make eval
#   test/run.sh build             what the Makefile builds, installs and removes
#   test/run.sh static            that the library of STATIC=1 needs glibc alone, and the tests of the network with it
#   test/run.sh fuzz              a short run of each fuzz target
#
# CHECKER=valgrind or asan: the servers are watched (test/checked_server.sh).
#
# Postgres refuses to run as root, so root runs the server tests as user postgres.  They work on a
# copy in a folder of their own, which is removed at the end; KEEP=1 keeps it.
set -u

cd "$(dirname "$0")/.." || exit 1
. test/count.sh
. test/progress.sh
. test/checked_server.sh

one=${1:-}
one=${one##*/}

# Suite.Name of each unit test.
unit_tests() {
  sed -nE 's/^TEST(_F|_P)?\((\w+), *(\w+)\).*/\2.\3/p' test/unit/*/*.cpp
}

# A GoogleTest filter for a name, or for what is a filter already.
unit_filter() { case $1 in *[*.:]*) echo "$1" ;; *) echo "*$1*" ;; esac; }

# Whether a filter takes any unit test; what it leaves out again does not matter.
some_unit_test() {
  local name pattern taken
  IFS=: read -ra taken <<<"${1%%-*}"
  while read -r name; do
    for pattern in "${taken[@]:-*}"; do
      # A test with parameters is called Where/Suite.Name/0.
      pattern=${pattern#*/}
      # shellcheck disable=SC2053
      [[ $name == ${pattern%/*} ]] && return
    done
  done < <(unit_tests)
  return 1
}

kind_of_test() {
  case $1 in
    '') echo all ;;
    model_server | eval | fuzz | build | static | servers) echo "$1" ;;
    tap) echo all_tap ;;
    *)
      if [ -f "test/t/${1%.pl}.pl" ]; then
        echo tap
      elif [ -f "sql/${1%.sql}.sql" ]; then
        echo regress
      elif some_unit_test "$(unit_filter "$1")"; then
        echo unit
      else
        return 1
      fi
      ;;
  esac
}

# Before anything is installed or compiled.
kind=$(kind_of_test "$one") || {
  echo "no test is called \"$1\": name a file of test/t or sql, or a unit test"
  failed=1
  summary
  exit 1
}
packages=()
case $kind in
  all | fuzz) read -ra packages <<<"${FUZZ_PACKAGES:-}" ;;
  static)
    read -ra packages <<<"${STATIC_PACKAGES:-}"
    export STATIC=1
    ;;
esac
test/deps.sh "${packages[@]}" || exit 1

pg_config=${PG_CONFIG:-pg_config}
pgxs_src=$(dirname "$("$pg_config" --pgxs)")/..
bindir=$("$pg_config" --bindir)
make=${MAKE:-make}

out=$(mktemp -d /tmp/soulprint.XXXXXX) || exit 1
as_owner=()
if [ "$(id -u)" = 0 ]; then as_owner=(runuser -u postgres --); fi
# Whatever a test leaves, it leaves here.
mkdir -m 1777 "$out/tmp"
export TMPDIR=$out/tmp

clean_up() {
  local pid_file
  # What an interrupted test left running: only servers of this folder.
  find "$out" -name postmaster.pid 2>/dev/null | while read -r pid_file; do
    "${as_owner[@]}" "$bindir/pg_ctl" stop -m immediate -s -D "$(dirname "$pid_file")"
  done
  if [ "${KEEP:-}" = 1 ]; then echo "kept: $out"; else rm -rf "$out"; fi
}
at_end clean_up

finish() {
  test/deps.sh --what-stays
  summary
  [ "$failed" = 0 ]
  exit
}

# A step without which there is nothing to test.
need() {
  "$@" >"$out/step.log" 2>&1 && return
  show "$out/step.log" "$*"
  failed=$((failed + 1))
  finish
}

build() {
  echo "# make $*"
  compile "$out/step.log" "$@" && return
  show_errors "$out/step.log" "make $*"
  failed=$((failed + 1))
  finish
}

install_extension() {
  build all
  local sudo=()
  [ -w "$("$pg_config" --pkglibdir)" ] || sudo=(sudo)
  need "${sudo[@]}" "$make" -s ${STATIC:+STATIC=1} install
}

# What the server tests read, in a folder that belongs to whoever runs the server.
copy_tests() {
  [ -d "$out/src" ] && return
  mkdir -p "$out/src/test" "$out/tmp_check"
  cp -r README.md doc examples sql expected "$out/src/"
  find test -mindepth 1 -maxdepth 1 ! -name unit ! -name fuzz -exec cp -r {} "$out/src/test/" \;
  [ -f build/wall.so ] && cp build/wall.so "$out/wall.so"
  [ "$(id -u)" != 0 ] || chown -R postgres: "$out"
  chmod 755 "$out"
  [ -z "${CHECKER:-}" ] || check_servers
}

# What is said of a run that goes on.
passed_so_far() { echo "$(grep -cE '^(\[ +OK|ok |test .* ok)' "$1") passed"; }

run_unit() {
  build unit
  echo "# unit"
  run_told "$out/unit.log" passed_so_far build/unit_tests --gtest_filter="$1"
  count_gtest $? "$out/unit.log"
}

run_python() {
  echo "# $1"
  run_told "$out/$1.log" last_line python3 -B -m unittest discover -s "test/$1"
  count_unittest $? "$out/$1.log" "$1"
}

# name, command: what prints TAP.
run_script() {
  echo "# $1"
  run_told "$out/$1.log" passed_so_far "$2"
  count_tap $? "$out/$1.log" "$out" "$1"
}

run_static() {
  build wall
  install_extension
  run_script static test/build/static.sh
  run_taps test/t/09*_wire*.pl test/t/100_storage.pl
}

run_fuzz() {
  local target
  build fuzzers
  for target in test/fuzz/*_fuzz.cpp; do
    target=$(basename "$target" _fuzz.cpp)
    echo "# fuzz $target"
    run_told "$out/fuzz.log" last_line test/fuzz/run.sh "$target"
    count_fuzz $? "$out/fuzz.log" "$target"
  done
}

run_regress() {
  copy_tests
  echo "# pg_regress"
  # No LC_ALL: the server's encoding follows LANG.
  run_told "$out/regress.log" passed_so_far env -C "$out/src" -u LC_ALL LANG=C.UTF-8 \
    "${as_owner[@]}" "$pgxs_src/test/regress/pg_regress" --bindir="$bindir" --inputdir=. \
    --outputdir="$out" --temp-instance="$out/instance" --temp-config=test/soulprint.conf \
    --encoding=UTF8 --dbname=contrib_regression "$@"
  count_regress $? "$out/regress.log"
}

# What the test of the dashboard runs; not Debian: it is skipped.
get_prometheus() {
  export SOULPRINT_PROMETHEUS=
  command -v apt-get >/dev/null || return 0
  SOULPRINT_PROMETHEUS=$out/prometheus
  test/prometheus.sh "$SOULPRINT_PROMETHEUS"
}

# In the place of a subshell.
tap() {
  exec env -C "$out/src" -u LC_ALL LANG=C.UTF-8 PATH="$bindir:$PATH" \
    PERL5LIB="$pgxs_src/test/perl:test/t" PG_REGRESS="$pgxs_src/test/regress/pg_regress" \
    TESTDIR="$out" TESTDATADIR="$out/tmp_check" TESTLOGDIR="$out/tmp_check/log" \
    SOULPRINT_WALL="$out/wall.so" "${as_owner[@]}" perl "$1"
}

tap_with_status() {
  local name
  name=$(basename "$1" .pl)
  tap "$1" >"$out/$name.log" 2>&1 &
  # shellcheck disable=SC2064
  trap "kill $!" TERM
  wait $!
  echo $? >"$out/$name.status"
}

# As many files as given first at once.
taps() {
  local at_once=$1 file
  shift
  # shellcheck disable=SC2046
  trap 'kill $(jobs -p); wait; exit 1' TERM
  for file; do
    while [ "$(jobs -rp | wc -l)" -ge "$at_once" ]; do wait -n; done
    tap_with_status "$file" &
  done
  wait
}

# Those that have no status yet.
running_taps() {
  local log status line=''
  for log in "$out"/[0-9]*.log; do
    status=${log%.log}.status
    [ ! -e "$log" ] || [ -e "$status" ] || line+=", $(basename "$log" .log) $(passed_so_far "$log")"
  done
  echo "${line#, }"
}

# Files of test/t, side by side, for a test waits most of its time; then each that says so by itself.
run_taps() {
  local file name alone failed_before=$failed at_once=$(($(nproc) * 2))
  copy_tests
  # Its servers compute all the time.
  [ "${CHECKER:-}" != valgrind ] || at_once=$(nproc)
  [[ " $* " != */127_watched.pl* ]] || get_prometheus
  echo "# TAP"
  alone=$(grep -l '^# Runs alone' "$@")
  # shellcheck disable=SC2046
  run_told "$out/taps.log" running_taps taps "$at_once" $(grep -L '^# Runs alone' "$@")
  # shellcheck disable=SC2086
  [ -z "$alone" ] || run_told "$out/taps.log" running_taps taps 1 $alone
  for file; do
    name=$(basename "$file" .pl)
    count_tap "$(cat "$out/$name.status")" "$out/$name.log" "$out/tmp_check/log" "$name"
    sed -n "s/^# figures:/# $name:/p" "$out/$name.log"
  done
  if [ "${CHECKER:-}" = valgrind ]; then
    # Shown above.  Some wait for what so slow a server does later, or not at all.
    skipped=$((skipped + failed - failed_before))
    failed=$failed_before
  fi
}

regress_list() { sed -n 's/^test: *//p' test/schedule; }

run_servers() {
  # shellcheck disable=SC2046
  run_regress $(regress_list)
  run_taps test/t/*.pl
}

run_all() {
  local file
  echo "# all tests: about 20 minutes on two idle cores, a third of it for compiling"
  run_unit '*'
  [ -z "${FUZZ_PACKAGES:-}" ] || run_fuzz
  run_python model_server
  run_python eval
  build wall
  install_extension
  run_script build test/build/run.sh
  run_servers
}

case $kind in
  all) run_all ;;
  model_server | eval) run_python "$kind" ;;
  fuzz) run_fuzz ;;
  build)
    install_extension
    run_script build test/build/run.sh
    ;;
  static) run_static ;;
  servers | all_tap)
    build wall
    install_extension
    if [ "$kind" = servers ]; then run_servers; else run_taps test/t/*.pl; fi
    ;;
  tap)
    build wall
    install_extension
    run_taps "test/t/${one%.pl}.pl"
    ;;
  regress)
    install_extension
    one=${one%.sql}
    if [ "$one" = install ]; then run_regress install; else run_regress install "$one"; fi
    ;;
  unit) run_unit "$(unit_filter "$one")" ;;
esac
[ ! -d "$out/bin" ] || count_faults
finish
