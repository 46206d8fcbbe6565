#!/usr/bin/env bash
# Installs the packages that building and testing need and this machine lacks, and those that are
# named as arguments.  Silent and quick when nothing is missing.
#
#   test/deps.sh clang            what is needed, and clang
#   test/deps.sh --list 17 clang  prints what a machine for PostgreSQL 17 needs
#   test/deps.sh --what-stays     says what was installed, and the commands that remove it
set -u

cd "$(dirname "$0")/.." || exit 1
. test/progress.sh

needed=(make g++ ca-certificates nlohmann-json3-dev libarchive-dev libcurl4-openssl-dev zlib1g-dev libsimdjson-dev libutf8proc-dev libgtest-dev libipc-run-perl
  perl python3 python3-psycopg)
list=build/installed-packages
cluster_conf=/etc/postgresql-common/createcluster.conf

as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)

what_stays() {
  local control
  control=$("${PG_CONFIG:-pg_config}" --sharedir 2>/dev/null)/extension/soulprint.control
  [ -f "$control" ] || [ -s "$list" ] || return 0
  echo "What stays is removed by:"
  [ ! -f "$control" ] || echo "  ${as_root[*]:+sudo }make uninstall"
  [ ! -s "$list" ] ||
    sort -u "$list" | paste -sd' ' | sed "s/^/  ${as_root[*]:+sudo }apt-get purge --autoremove /"
  echo "  make clean"
}

case ${1:-} in
  --list)
    echo "${needed[@]}" "postgresql-$2" "postgresql-server-dev-$2" "${@:3}"
    exit
    ;;
  --what-stays)
    what_stays
    exit
    ;;
esac

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# The version whose headers are here, else the newest of the distribution.
postgres_version() {
  local have
  have=$(pg_config --version 2>/dev/null | grep -oE '[0-9]+' | head -n 1)
  [ -n "$have" ] && { echo "$have"; return; }
  apt-cache search --names-only '^postgresql-server-dev-[0-9]+$' | grep -oE 'dev-[0-9]+' |
    cut -d- -f2 | sort -n | tail -n 1
}

command -v apt-get >/dev/null || {
  # Not Debian: whoever built Postgres here knows where the rest comes from.
  command -v pg_config >/dev/null && exit 0
  echo "deps: pg_config is missing; install PostgreSQL 15 or newer with its server headers" >&2
  exit 1
}

missing=()
for package in "${needed[@]}" "$@"; do installed "$package" || missing+=("$package"); done
version=$(postgres_version)
if [ -z "$version" ] || ! installed "postgresql-server-dev-$version" ||
  ! installed "postgresql-$version"; then
  missing+=(postgresql)
fi
[ ${#missing[@]} = 0 ] && exit 0

if [ ${#as_root[@]} != 0 ]; then
  command -v sudo >/dev/null || {
    echo "deps: missing ${missing[*]}; install them as root, or install sudo" >&2
    exit 1
  }
  sudo true || exit 1
fi

echo "deps: installing ${missing[*]}"
echo "  with what these need: some two minutes"
log=$(mktemp)
at_end rm -f "$log"

as_root() {
  run_told "$log" last_line "${as_root[@]}" "$@" && return
  tail -n 30 "$log" >&2
  echo "deps: failed: $*" >&2
  exit 1
}

# Only its programs are needed: a server that was not asked for would be started, on port 5432.
no_cluster() {
  [ ! -e "$cluster_conf" ] || return 0
  as_root mkdir -p "$(dirname "$cluster_conf")"
  as_root sh -c "echo 'create_main_cluster = false' >$cluster_conf"
  echo "deps: no database cluster is created: $cluster_conf says so from now on"
}

as_root apt-get update
# Server and headers are named together, so that they get the same minor version.
version=$(postgres_version)
for i in "${!missing[@]}"; do
  [ "${missing[$i]}" = postgresql ] || continue
  missing[i]=postgresql-$version
  missing+=("postgresql-server-dev-$version")
  no_cluster
done
mkdir -p build
printf '%s\n' "${missing[@]}" >>"$list"
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
