#!/usr/bin/env bash
# Tests the library that make STATIC=1 makes: it runs where nothing but glibc is.  The output is TAP.
set -u

cd "$(dirname "$0")/../.." || exit 1
postgres=$("${PG_CONFIG:-pg_config}" --bindir)/postgres

number=0
nothing() {
  number=$((number + 1))
  if [ -z "$2" ]; then echo "ok $number - $1"; else printf 'not ok %s - %s\n%s\n' "$number" "$1" "$2"; fi
}

nothing "it needs glibc alone" \
  "$(readelf -d soulprint.so | grep NEEDED | grep -vE '\[(libc\.so\.6|libm\.so\.6|ld-linux[^]]*)\]')"
# glibc's symbols have a version, the server's have none; weak ones may be missing.
nothing "what it leaves open is in glibc or in the server" \
  "$(comm -23 <(nm -D --undefined-only soulprint.so | awk '$1 == "U" { print $2 }' | grep -v '@GLIBC_' | sort) \
    <(nm -D --defined-only --without-symbol-versions "$postgres" | awk '{ print $3 }' | sort))"
nothing "nothing of what is linked in is exported" "$(test/build/exported.sh)"
nothing "libcurl knows where Debian has the certificates" \
  "$(grep -qF /etc/ssl/certs/ca-certificates.crt soulprint.so || echo 'no such path in it')"
echo "# it needs $(nm -D --undefined-only soulprint.so | grep -oE 'GLIBC_[0-9.]+' | sort -Vu | tail -n 1) or newer"
echo "1..$number"
