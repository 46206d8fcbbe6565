# shellcheck shell=bash
# Servers whose processes are watched for faults of memory, for test/run.sh if CHECKER is set.
#
#   CHECKER=valgrind   under valgrind, with the suppressions of test/valgrind.supp; what is never freed is
#                      no fault, for Postgres frees little before it exits
#   CHECKER=asan       with the library built by make CHECKER=asan; not on Debian 12, whose libgnutls
#                      hangs when it starts

# What test/warm_server.cpp needs.
prepare_warm_server() {
  local warm=$out/warm
  mkdir "$warm"
  need g++ -std=c++20 -O1 -Wall -Wextra -Werror -fPIC -shared -o "$warm/warm_server.so" test/warm_server.cpp
  cp test/warm_server.sql "$warm"
  [ "$(id -u)" != 0 ] || chown postgres: "$warm"
  need "${as_owner[@]}" "$bindir/initdb" -D "$warm/data" --encoding=UTF8 --locale=C.UTF-8
  echo "shared_preload_libraries = 'soulprint'" >>"$warm/data/postgresql.conf"
  need "${as_owner[@]}" "$bindir/postgres" --single -D "$warm/data" postgres \
    <<<'CREATE EXTENSION soulprint; SELECT soulprint_setup()'
}

# Programs as of $bindir in a folder of their own, where `postgres` starts a checked server.  They are
# copies: each looks for the others where it lies itself.  initdb starts `postgres` without -D first, and
# works without the library.
check_servers() {
  [ "$CHECKER" != valgrind ] || prepare_warm_server
  local real=$bindir/postgres
  cp -rL "$bindir" "$out/bin"
  bindir=$out/bin
  rm "$bindir/postgres"
  {
    echo '#!/bin/sh'
    echo "[ \"\$1\" = -D ] || exec '$real' \"\$@\""
    # The data of 010_wall's server "wall" is in t_010_wall_wall_data/pgdata.
    echo 'server=${2%_data/pgdata} server=${server##*/} server=${server#t_}'
    case $CHECKER in
      valgrind)
        echo "export WARM_SERVER='$out/warm' WARM_MODULES='$("$pg_config" --pkglibdir)' LD_PRELOAD='$out/warm/warm_server.so'"
        echo "exec valgrind -q --leak-check=no --vex-guest-chase=no --error-limit=no --num-callers=30 \\"
        echo "  --suppressions='$out/src/test/valgrind.supp' --log-file='$out/faults.'\$server.%p '$real' \"\$@\""
        ;;
      asan)
        # Postgres frees little before it exits, and measures its stack by addresses.
        echo "export ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=1:log_path='$out/faults.'\$server"
        echo "export UBSAN_OPTIONS=print_stacktrace=1:log_path='$out/faults.'\$server"
        echo "export LD_PRELOAD='$(gcc -print-file-name=libasan.so)'"
        echo "exec '$real' \"\$@\""
        ;;
    esac
  } >"$bindir/postgres"
  # Left to itself, pg_ctl restart starts what postmaster.opts names: the program below the checker.
  rm "$bindir/pg_ctl"
  printf '%s\n' '#!/bin/sh' "exec '${real%/*}/pg_ctl' -p '$bindir/postgres' \"\$@\"" >"$bindir/pg_ctl"
  chmod 755 "$bindir/postgres" "$bindir/pg_ctl"
  # All that waits waits longer.
  export PG_TEST_TIMEOUT_DEFAULT=600 PGCTLTIMEOUT=600
}

# A test of its own: no process has reported a fault.
count_faults() {
  local log found=0
  if [ "$CHECKER" = asan ] && ! grep -q __asan_init "$("$pg_config" --pkglibdir)/soulprint.so"; then
    echo "--- soulprint.so is compiled without ASan"
    found=1
  fi
  for log in "$out"/faults.*; do
    [ -s "$log" ] || continue
    found=1
    echo "--- ${log#"$out/"}"
    head -n 80 "$log"
  done
  add 0 $((1 - found)) "$found"
}
