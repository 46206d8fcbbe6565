#!/usr/bin/env bash
# Tests what the Makefile builds, installs and removes, in copies of the checkout.  The output is TAP.
# A stand-in for the compiler writes down what it was given, so nothing is compiled; the extension is
# built and installed already.
set -u

cd "$(dirname "$0")/../.." || exit 1
. test/throw_away.sh

number=0
check() {
  local name=$1
  shift
  number=$((number + 1))
  if "$@"; then echo "ok $number - $name"; else echo "not ok $number - $name"; fi
}

same() { diff -u "$1" "$2"; }

# An object is the list of its sources, a library the list of those of its objects.
cat >"$folder/compiler" <<'SH'
#!/usr/bin/env bash
while [ $# != 0 ]; do
  case $1 in
    -o) output=$2; shift ;;
    -) list=$(sed -n 's/^#include "\(.*\.cpp\)"$/\1/p') ;;
    *.cpp) list=${1#*src/} ;;
    *.o) list+=${list:+$'\n'}$(cat "$1") || exit 1 ;;
  esac
  shift
done
sort <<<"$list" >"$output"
SH
chmod 755 "$folder/compiler"

checkout="$folder/a copy"
mkdir "$checkout"
cp -r --parents Makefile soulprint.control sql expected src test/schedule "$checkout"
files() { (cd "$1" && find . -type f | sort); }
files "$checkout" >"$folder/before"

# Options of make test are not this make's.
quiet_make() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL "${MAKE:-make}" -s CXX="$folder/compiler" "$@" 2>&1; }
make_in() { (cd "$1" && shift && quiet_make "$@"); }

printf 'Unpacking a (1) ...\r\n' >"$folder/dpkg.log"
check "the last line of a step is told" test "$(last_line "$folder/dpkg.log")" = "Unpacking a (1) ..."
check "the library exports what Postgres looks up and nothing else" test -z "$(test/build/exported.sh)"

# What each build makes a library of.
(cd src && find . -name '*.cpp' | cut -c 3- | sort) >"$folder/sources"
check "make -j8 DEBUG=1" make_in "$checkout" -j8 DEBUG=1 all
check "links each source" same "$folder/sources" "$checkout/soulprint.so"
check "each is compiled for itself" test -f "$checkout/build/store/lease.o"
check "make clean" make_in "$checkout" clean
check "make -j8 in a path with spaces" make_in "$checkout" -j8 all
check "links each source" same "$folder/sources" "$checkout/soulprint.so"
check "each room is compiled as one file" test ! -f "$checkout/build/store/lease.o" -a -f "$checkout/build/store.o"

# What a header's users are is said by the compiler, which was asked when the checkout was built.
(cd build && find . -name '*.d' -exec cp --parents {} "$checkout/build" \;)
to_compile() { make_in "$checkout" -n all | grep -oE -- ' -c -o [^ ]+' | cut -d' ' -f4 | sort -u; }
to_compile >"$folder/none"
check "a second make compiles nothing" same /dev/null "$folder/none"
header=worker/turn.hpp
touch "$checkout/src/$header"
grep -rlE "#include \"$header\"" src --include='*.cpp' |
  sed '/turn.cpp/!s|/[^/]*$|.o|; s|^src/|build/|; s|cpp$|o|' | sort -u >"$folder/users"
to_compile >"$folder/touched"
check "after a header changed, its users are compiled" \
  test -s "$folder/users" -a -z "$(comm -23 "$folder/users" "$folder/touched")"
check "and not the others" test "$(wc -l <"$folder/touched")" -lt "$(($(find "$checkout/build" -name '*.o' | wc -l) / 2))"
check "make after that" make_in "$checkout" all
to_compile >"$folder/none"
check "and then nothing is left" same /dev/null "$folder/none"

# Out of the checkout, which the path to it must not have spaces for.
ln -s "$checkout" "$folder/checkout"
mkdir "$folder/apart"
check "make in another folder" make_in "$folder/apart" -j8 -f ../checkout/Makefile VPATH=../checkout all
check "links each source" same "$folder/sources" "$folder/apart/soulprint.so"
spaces=$(make_in "$folder/apart" -f "$checkout/Makefile" all)
check "the path of the Makefile must not have spaces" \
  grep -qx '.*: \*\*\* .*/a copy/Makefile: .*space.*' <<<"$spaces"

# DESTDIR and what stands in it, without the folders of this server.
installed() { (cd "$1" && find . -type f -printf '%f %m\n' | sort); }
{
  echo "soulprint.control 644"
  echo "soulprint.so 755"
  (cd sql && printf '%s 644\n' soulprint--*.sql*) | sed 's/\.in / /'
} | sort >"$folder/expected"
for built in "$checkout" "$folder/apart"; do
  destination="$folder/root of $(basename "$built")"
  makefile=Makefile
  [ -f "$built/Makefile" ] || makefile=../checkout/Makefile
  check "make install DESTDIR= in $(basename "$built")" \
    make_in "$built" -f "$makefile" install DESTDIR="$destination"
  installed "$destination" >"$folder/installed"
  check "installs the library, the control file and the scripts" same "$folder/expected" "$folder/installed"
  check "make uninstall" make_in "$built" -f "$makefile" uninstall DESTDIR="$destination"
  check "leaves nothing" test -z "$(find "$destination" -type f)"
  check "make clean" make_in "$built" -f "$makefile" clean
done
files "$checkout" >"$folder/after"
check "leaves the checkout as it was" same "$folder/before" "$folder/after"
check "and nothing in the other folder" test -z "$(ls -A "$folder/apart")"

start_server "timezone = 'UTC'"
# A superuser soulprint finds schema soulprint without naming it.
sql -c "CREATE ROLE postgres SUPERUSER LOGIN"
with_server() { PGHOST=$folder PGUSER=postgres "$@"; }
check "make installcheck on a server that preloads the library" \
  with_server make_in "$folder/apart" -f ../checkout/Makefile installcheck REGRESS=install
[ ! -s "$folder/apart/regression.diffs" ] || cat "$folder/apart/regression.diffs"
echo "1..$number"
