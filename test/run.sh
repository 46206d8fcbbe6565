#!/usr/bin/env bash
# Builds, installs and runs the tests: unit tests, fuzz targets, pg_regress, TAP.  The last line sums
# them up.
#
#   test/run.sh                   everything
#   test/run.sh 010_wall.pl       one TAP file of test/t
#   test/run.sh chunks            one pg_regress file of sql/ (after "install", which it builds on)
#   test/run.sh 'Chunks.*'        the unit tests whose names match
#   test/run.sh model_server      the tests of the local model server
#   test/run.sh fuzz              a short run of each fuzz target
#
# Postgres refuses to run as root, so root runs the server tests as user postgres.  They work on a
# copy in a folder of their own, which is removed at the end; KEEP=1 keeps it.
set -u

cd "$(dirname "$0")/.." || exit 1
. test/count.sh

one=${1:-}
one=${one##*/}
pg_config=${PG_CONFIG:-pg_config}
pgxs_src=$(dirname "$("$pg_config" --pgxs)")/..
bindir=$("$pg_config" --bindir)
make=${MAKE:-make}

out=$(mktemp -d /tmp/soulprint.XXXXXX) || exit 1
as_owner=()
if [ "$(id -u)" = 0 ]; then as_owner=(runuser -u postgres --); fi

clean_up() {
  local pid_file
  # What an interrupted test left running: only servers of this folder.
  find "$out" -name postmaster.pid 2>/dev/null | while read -r pid_file; do
    "${as_owner[@]}" "$bindir/pg_ctl" stop -m immediate -s -D "$(dirname "$pid_file")"
  done
  if [ "${KEEP:-}" = 1 ]; then echo "kept: $out"; else rm -rf "$out"; fi
}
trap clean_up EXIT
trap 'exit 130' INT TERM

finish() {
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

build() { need "$make" -s -j"$(nproc)" "$@"; }

install_extension() {
  build all
  local sudo=()
  [ -w "$("$pg_config" --pkglibdir)" ] || sudo=(sudo)
  need "${sudo[@]}" "$make" -s install
}

# What the server tests read, in a folder that belongs to whoever runs the server.
copy_tests() {
  [ -d "$out/src" ] && return
  mkdir -p "$out/src/test" "$out/tmp_check"
  cp -r sql expected "$out/src/"
  find test -mindepth 1 -maxdepth 1 ! -name unit ! -name fuzz -exec cp -r {} "$out/src/test/" \;
  [ -f build/wall.so ] && cp build/wall.so "$out/wall.so"
  [ "$(id -u)" != 0 ] || chown -R postgres: "$out"
  chmod 755 "$out"
}

run_unit() {
  build unit
  echo "# unit"
  build/unit_tests --gtest_brief=1 --gtest_filter="$1" >"$out/unit.log" 2>&1
  count_gtest $? "$out/unit.log"
}

run_model_server() {
  echo "# model server"
  python3 -B -m unittest discover -s test/model_server >"$out/model_server.log" 2>&1
  count_unittest $? "$out/model_server.log"
}

run_fuzz() {
  local target
  build fuzzers
  for target in test/fuzz/*_fuzz.cpp; do
    target=$(basename "$target" _fuzz.cpp)
    echo "# fuzz $target"
    test/fuzz/run.sh "$target" >"$out/fuzz.log" 2>&1
    count_fuzz $? "$out/fuzz.log" "$target"
  done
}

run_regress() {
  copy_tests
  echo "# pg_regress"
  # No LC_ALL: the server's encoding follows LANG.
  (cd "$out/src" && env -u LC_ALL LANG=C.UTF-8 TMPDIR=/tmp "${as_owner[@]}" \
    "$pgxs_src/test/regress/pg_regress" --bindir="$bindir" --inputdir=. --outputdir="$out" \
    --temp-instance="$out/instance" --temp-config=test/soulprint.conf --encoding=UTF8 \
    --dbname=contrib_regression "$@") >"$out/regress.log" 2>&1
  count_regress $? "$out/regress.log"
}

run_tap() {
  local file=$1 name log
  name=$(basename "$file" .pl)
  copy_tests
  echo "# $name"
  log=$out/$name.log
  (cd "$out/src" && env -u LC_ALL LANG=C.UTF-8 TMPDIR=/tmp PATH="$bindir:$PATH" \
    PERL5LIB="$pgxs_src/test/perl:test/t" PG_REGRESS="$pgxs_src/test/regress/pg_regress" \
    TESTDIR="$out" TESTDATADIR="$out/tmp_check" TESTLOGDIR="$out/tmp_check/log" \
    SOULPRINT_WALL="$out/wall.so" "${as_owner[@]}" perl "$file") >"$log" 2>&1
  count_tap $? "$log" "$out/tmp_check/log" "$name"
}

regress_list() { sed -n 's/^test: *//p' test/schedule; }

if [ -z "$one" ]; then
  run_unit '*'
  run_fuzz
  run_model_server
  build wall
  install_extension
  # shellcheck disable=SC2046
  [ -z "$(regress_list)" ] || run_regress $(regress_list)
  for file in test/t/*.pl; do run_tap "$file"; done
elif [ "$one" = model_server ]; then
  run_model_server
elif [ "$one" = fuzz ]; then
  run_fuzz
elif [ -f "test/t/${one%.pl}.pl" ]; then
  build wall
  install_extension
  run_tap "test/t/${one%.pl}.pl"
elif [ -f "sql/${one%.sql}.sql" ]; then
  install_extension
  one=${one%.sql}
  if [ "$one" != install ] && [ -f sql/install.sql ]; then
    run_regress install "$one"
  else
    run_regress "$one"
  fi
else
  case $one in *[*.:]*) ;; *) one="*$one*" ;; esac
  run_unit "$one"
  if [ $((passed + failed)) = 0 ]; then
    echo "no test is called \"$1\": name a file of test/t or sql, or a unit test"
    failed=1
  fi
fi
finish
