#!/usr/bin/env bash
# Installs the packages that building and testing need and this machine lacks, and those that are
# named as arguments.  Silent and quick when nothing is missing.
set -u

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

packages=(make g++ nlohmann-json3-dev libarchive-dev libcurl4-openssl-dev libgtest-dev libipc-run-perl perl python3 "$@")
missing=()
for package in "${packages[@]}"; do installed "$package" || missing+=("$package"); done
version=$(postgres_version)
if [ -z "$version" ] || ! installed "postgresql-server-dev-$version" ||
  ! installed "postgresql-$version"; then
  missing+=(postgresql)
fi
[ ${#missing[@]} = 0 ] && exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || {
    echo "deps: missing ${missing[*]}; install them as root, or install sudo" >&2
    exit 1
  }
  as_root=(sudo)
fi

echo "deps: installing ${missing[*]}" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly() { "$@" >"$log" 2>&1 || { tail -n 30 "$log" >&2; echo "deps: failed: $*" >&2; exit 1; }; }

quietly "${as_root[@]}" apt-get update
# Server and headers are named together, so that they get the same minor version.
version=$(postgres_version)
for i in "${!missing[@]}"; do
  [ "${missing[$i]}" = postgresql ] &&
    missing[$i]="postgresql-$version" && missing+=("postgresql-server-dev-$version")
done
quietly "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y --no-install-recommends "${missing[@]}"
