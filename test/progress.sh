# shellcheck shell=bash
# How the scripts that take long run what takes long: they say how far it is, can be interrupted, and
# clean up however they end.
#
#   at_end clean_up               runs it when this script has ended, by kill -9 too
#   run_told LOG how_far make …   runs a command into a file; every 3 s how_far LOG says how
#                                 far it is.  A terminal sees one line that changes.
#   compile LOG goal…             make, saying "compiling 12/83"
#   clock SECONDS                 1:05

if [ -t 1 ]; then period=1; else period=3; fi
running=
stop_signal=TERM

# After a kill -9 it is run by a watcher, which learns of the end when nobody holds this pipe open any
# more: children that outlive the script must not.
at_end() {
  exec {script}> >(
    trap '' INT TERM HUP PIPE
    while read -r; do :; done
    "$@" >/dev/null 2>&1
  )
  # shellcheck disable=SC2064
  trap "$(printf '%q ' "$@")" EXIT
  trap 'stop; exit 130' INT TERM HUP PIPE
}

stop() {
  [ -n "$running" ] || return 0
  kill -s "$stop_signal" "$running" 2>/dev/null
  wait "$running"
}

clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

tell() {
  local line start=$SECONDS
  while read -r -t "$period"; [ $? -gt 128 ]; do
    line="  $("$@") ($(clock $((SECONDS - start))))"
    if [ -t 1 ]; then printf '\r\033[K%.78s' "$line"; else printf '%s\n' "$line"; fi
  done
  [ ! -t 1 ] || printf '\r\033[K'
}

run_told() {
  local log=$1 how_far=$2 told teller status
  shift 2
  : >"$log"
  exec {told}> >(tell "$how_far" "$log" {script}>&-)
  teller=$!
  "$@" >>"$log" 2>&1 {told}>&- {script}>&- &
  running=$!
  wait "$running"
  status=$?
  running=
  exec {told}>&-
  wait "$teller"
  return "$status"
}

last_line() { tail -c 400 "$1" | tr '\r' '\n' | grep . | tail -n 1 | cut -c 1-60; }

compiled=' -c -o [^ ]*\.o '

how_much_is_compiled() {
  if [ "$to_compile" = 0 ]; then last_line "$1"; else echo "compiling $(grep -cE -- "$compiled" "$1")/$to_compile"; fi
}

# The commands are counted, so make -s test is not silent below.
compile() {
  local log=$1 make=${MAKE:-make} flags=${MAKEFLAGS:-} letters
  shift
  letters=${flags%% *}
  case $letters in -*) ;; *) export MAKEFLAGS=${letters//s/}${flags#"$letters"} ;; esac
  to_compile=$("$make" -n "$@" 2>/dev/null | grep -cE -- "$compiled")
  [ "$to_compile" -lt 10 ] ||
    echo "  $to_compile files to compile: about $((to_compile * 5 / $(nproc))) s on idle cores"
  run_told "$log" how_much_is_compiled "$make" -j"$(nproc)" "$@"
}
