#!/usr/bin/env bash
# Runs all tests but the fuzz targets on several versions of PostgreSQL, each in a root of its own with
# the Debian suite that has it.  The last line sums them up.  A version whose root cannot be made is
# skipped.
#
#   test/versions.sh              15, 17 and 18
#   test/versions.sh 17           one of them
#   ONE=tap CHECKER=asan test/versions.sh 17   what these mean for test/run.sh
#
# The roots stay in build/roots; remove one to have it made anew.
set -u

cd "$(dirname "$0")/.." || exit 1
. test/count.sh
. test/progress.sh

roots=$PWD/build/roots
folder=$(mktemp -d /tmp/soulprint.XXXXXX) || exit 1
log=$folder/log
at_end rm -rf "$folder"

suite() {
  case $1 in
    15) echo bookworm ;;
    17) echo trixie ;;
    18) echo sid ;;
    *) return 1 ;;
  esac
}

why_no_roots() {
  [ "$(id -u)" = 0 ] || { echo "only root can make a root"; return; }
  unshare --mount --pid --fork true 2>/dev/null || { echo "unshare is not permitted"; return; }
  test/deps.sh mmdebstrap >"$log" 2>&1 || { echo "mmdebstrap cannot be installed"; return; }
}

# Under its name only when it is whole.
make_root() {
  local root=$roots/$1 packages
  [ ! -d "$root" ] || return 0
  read -ra packages <<<"$(test/deps.sh --list "$1")"
  rm -rf "$root.new"
  mkdir -p "$roots"
  # sid of some day ago is as good.
  run_told "$log" last_line mmdebstrap --variant=apt --include="$(IFS=,; echo "${packages[*]}")" \
    --aptopt='Acquire::Check-Valid-Until "false"' "$(suite "$1")" "$root.new" &&
    mv "$root.new" "$root"
}

# What git knows or would add, in the place of an earlier copy; what that one compiled is kept.
copy_checkout() {
  local copy=$1
  mkdir -p "$copy"
  find "$copy" -mindepth 1 -maxdepth 1 ! -name build ! -name soulprint.so -exec rm -rf {} +
  git ls-files -z --cached --others --exclude-standard | while IFS= read -rd '' file; do
    [ ! -e "$file" ] || printf '%s\0' "$file"
  done | tar -cf - --null -T - | tar -xf - -C "$copy" --no-same-owner
}

# Mounts and processes are gone when it ends.  It takes the place of a subshell.
in_root() {
  # shellcheck disable=SC2016
  exec unshare --mount --pid --fork --kill-child sh -ec '
    root=$1
    shift
    mount --make-rprivate /
    mount -t proc proc "$root/proc"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
    exec chroot "$root" env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
  ' sh "$@"
}

declare -A results

# The step at which make test is, and what it said last.
where_it_is() { echo "$version: $(grep '^# ' "$1" | tail -n 1) $(last_line "$1")"; }

# Adds the result of make test, which a line near its end has.
test_version() {
  local version=$1 status line counts copy=/soulprint${CHECKER:+-$CHECKER}
  echo "# PostgreSQL $version: ${ONE:-all tests} in a root of Debian $(suite "$version")"
  make_root "$version" || {
    skipped=$((skipped + 1))
    results[$version]="skipped: no root ($(grep -m 1 '^E: ' "$log" || last_line "$log"))"
    return
  }
  copy_checkout "$roots/$version$copy"
  stop_signal=KILL # unshare ignores the others
  run_told "$log" where_it_is in_root "$roots/$version" make -C "$copy" --no-print-directory test FUZZ_PACKAGES= \
    ONE="${ONE:-}" CHECKER="${CHECKER:-}"
  status=$?
  stop_signal=TERM
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
  read -ra counts <<<"$(tr -cs '0-9\n' ' ' <<<"$line")"
  add "$status" "${counts[@]}" || grep -v '^  ' "$log"
  results[$version]=${line:-failed: ended without a result}
}

versions=("$@")
[ $# != 0 ] || versions=(15 17 18)
for version in "${versions[@]}"; do
  suite "$version" >/dev/null || { echo "no Debian suite with PostgreSQL $version is known here"; exit 1; }
done

problem=$(why_no_roots)
for version in "${versions[@]}"; do
  if [ -n "$problem" ]; then
    skipped=$((skipped + 1))
    results[$version]="skipped: $problem"
  else
    test_version "$version"
  fi
done
echo
for version in "${versions[@]}"; do echo "# PostgreSQL $version: ${results[$version]}"; done
summary
[ "$failed" = 0 ]
