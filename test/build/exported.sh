#!/usr/bin/env bash
# Prints what soulprint.so exports beside what Postgres looks up (src/exports.map), or that it exports not even that.
set -u

cd "$(dirname "$0")/../.." || exit 1
exported=$(nm -D --defined-only soulprint.so | awk '{ print $3 }')
grep -q '^_PG_init$' <<<"$exported" || echo "no _PG_init"
grep -vE '^(pg_finfo_)?soulprint_|^Pg_magic_func$|^_PG_init$' <<<"$exported"
