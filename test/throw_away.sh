# shellcheck shell=bash
# A server of its own for test/demo.sh and test/bench/run: in a folder under /tmp, reached by a socket
# there, gone when the script ends.  Postgres refuses to run as root, so root runs it as user postgres.
#
#   . test/throw_away.sh
#   install_extension                builds and installs what this checkout holds
#   start_server "fsync = off"       lines of postgresql.conf
#   sql -c "SELECT 1"                psql

pg_config=${PG_CONFIG:-pg_config}
bindir=$("$pg_config" --bindir) || exit 1
folder=$(mktemp -d /tmp/soulprint.XXXXXX) || exit 1
chmod 755 "$folder"
as_owner=(env)
if [ "$(id -u)" = 0 ]; then
  as_owner=(runuser -u postgres -- env)
  chown postgres: "$folder"
fi

# From a folder that the owner may enter, untouched by what the caller's environment says of servers.
owned() { (cd "$folder" && "${as_owner[@]}" -u PGOPTIONS -u PGSERVICE -u PGDATABASE -u PGUSER "$@"); }

clean_up() {
  [ ! -f "$folder/data/postmaster.pid" ] || owned "$bindir/pg_ctl" stop -s -m immediate -D data
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# Ends the script with what was said when something went wrong.
give_up() {
  echo "$1" >&2
  [ ! -s "${2:-}" ] || tail -n 40 "$2" >&2
  exit 1
}

quietly() { "$@" >"$folder/step.log" 2>&1 || give_up "failed: $*" "$folder/step.log"; }

install_extension() {
  local sudo=()
  quietly "${MAKE:-make}" -s -j"$(nproc)" all
  [ -w "$("$pg_config" --pkglibdir)" ] || sudo=(sudo)
  quietly "${sudo[@]}" "${MAKE:-make}" -s install
}

start_server() {
  quietly owned "$bindir/initdb" -D data -U soulprint -A trust -E UTF8 --no-locale --no-sync
  {
    echo "listen_addresses = ''"
    echo "unix_socket_directories = '$folder'"
    echo "shared_preload_libraries = 'soulprint'"
    echo "soulprint.provider = 'offline'"
    printf '%s\n' "$@"
  } >"$folder/conf"
  quietly owned sh -c 'cat conf >>data/postgresql.conf'
  owned "$bindir/pg_ctl" start -s -w -D data -l "$folder/server.log" >/dev/null 2>&1 ||
    give_up "the server does not start" "$folder/server.log"
}

sql() { owned "$bindir/psql" -X -q -v ON_ERROR_STOP=1 -h "$folder" -U soulprint -d postgres "$@"; }
