# shellcheck shell=bash
# A server of its own for test/demo.sh and test/bench: in a folder under /tmp, reached by a socket
# there, gone when the script ends.  Postgres refuses to run as root, so root runs it as user postgres.
#
#   . test/throw_away.sh
#   install_extension [option…]      builds and installs what this checkout holds, with options of make
#   start_server "fsync = off"       lines of postgresql.conf
#   sql -c "SELECT 1"                psql
#   start_model_server               the local model server; model_settings has what points there
#   start_model_server tls           the same over TLS: its certificate is one of as many as a system's
#   model_server POST /_config '{}'  asks its control interface

. test/progress.sh

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
at_end clean_up

# Ends the script with what was said when something went wrong.
give_up() {
  echo "$1" >&2
  [ ! -s "${2:-}" ] || tail -n 40 "$2" >&2
  exit 1
}

quietly() { "$@" >"$folder/step.log" 2>&1 || give_up "failed: $*" "$folder/step.log"; }

install_extension() {
  local sudo=()
  compile "$folder/step.log" "$@" all || give_up "failed: make all" "$folder/step.log"
  [ -w "$("$pg_config" --pkglibdir)" ] || sudo=(sudo)
  quietly "${sudo[@]}" "${MAKE:-make}" -s "$@" install
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
  owned "$bindir/pg_ctl" start -s -w -D data -l "$folder/server.log" \
    >/dev/null 2>&1 {script}>&- ||
    give_up "the server does not start" "$folder/server.log"
}

# It ends when this script does: with its standard input.
start_model_server() {
  local port='' options=()
  rm -f "$folder/model.port"
  if [ "${1:-}" = tls ]; then
    quietly openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1 \
      -addext subjectAltName=IP:127.0.0.1 -keyout "$folder/tls.key" -out "$folder/tls.crt"
    cat "$folder/tls.crt" "$(curl-config --ca)" >"$folder/ca.crt" || give_up "no certificates of the system"
    options=(--tls-cert "$folder/tls.crt" --tls-key "$folder/tls.key")
  fi
  exec {model_input}> >(exec python3 -B test/model_server/serve.py "${options[@]}" --port-file "$folder/model.port" \
    >"$folder/model.log" 2>&1 {script}>&-)
  for ((i = 0; i < 600; i++)); do
    [ -s "$folder/model.port" ] && port=$(<"$folder/model.port") && break
    sleep 0.05
  done
  [ -n "$port" ] || give_up "the model server does not start" "$folder/model.log"
  model_url=http${1:+s}://127.0.0.1:$port
  (umask 077 && printf 'sk-ant-a-made-up-key\n' >"$folder/key")
  [ "$(id -u)" != 0 ] || chown postgres: "$folder/key"
  model_settings=("soulprint.provider = 'anthropic'" "soulprint.api_url = '$model_url'"
    "soulprint.api_key_file = '$folder/key'" "soulprint.ca_file = '${1:+$folder/ca.crt}'")
}

model_server() {
  python3 - "$model_url$2" "$1" "${3:-}" <<'PYTHON'
import ssl
import sys
import urllib.request

url, method, body = sys.argv[1:]
request = urllib.request.Request(url, body.encode() or None, method=method)
context = ssl._create_unverified_context()
print(urllib.request.urlopen(request, context=context).read().decode())
PYTHON
}

sql() { owned "$bindir/psql" -X -q -P pager=off -v ON_ERROR_STOP=1 -h "$folder" -U soulprint -d postgres "$@"; }
