#!/usr/bin/env bash
# Gets the programs of Debian's packages prometheus and prometheus-postgres-exporter into build/prometheus, without
# installing them: that would start services on every address of this machine.  They need glibc alone.
#
#   test/prometheus.sh FOLDER     copies prometheus, promtool and prometheus-postgres-exporter there, too
set -u

cd "$(dirname "$0")/.." || exit 1

unpacked=$PWD/build/prometheus
log=$unpacked.log

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# From Debian 13 on promtool is a package.
download() {
  local promtool
  promtool=$(apt-cache search --names-only '^promtool$' | cut -d' ' -f1)
  apt-get download prometheus prometheus-postgres-exporter ${promtool:+"$promtool"}
}

unpack() {
  local package
  for package in ./*.deb; do dpkg -x "$package" . || return; done
  rm ./*.deb
}

# Lists that are missing or old name no package, or one that is gone.
get() {
  rm -rf "$unpacked.new"
  mkdir -p "$unpacked.new"
  (
    cd "$unpacked.new" || exit
    download || { as_root apt-get update && download; } || exit
    unpack
  ) >"$log" 2>&1 && mv "$unpacked.new" "$unpacked"
}

if [ ! -d "$unpacked" ]; then
  echo "prometheus: downloading prometheus and prometheus-postgres-exporter into build/prometheus, some 30 MB"
  get || {
    tail -n 5 "$log" >&2
    echo "prometheus: apt-get cannot download them; if it knows no package, run apt-get update as root" >&2
    exit 1
  }
fi
mkdir -p "$1"
cp "$unpacked"/usr/bin/{prometheus,promtool,prometheus-postgres-exporter} "$1"
