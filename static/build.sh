#!/usr/bin/env bash
# Builds what make STATIC=1 links in and Debian has no fitting .a of: libcurl with OpenSSL, zlib and HTTP alone, and
# simdjson.  The sources are Debian's own, from the archive that apt is set up for.
#
#   static/build.sh    makes build/static/libcurl.a and libsimdjson.a, in a minute of CPU time, with no rights:
#                      apt's lists and sources lie in that folder, too
set -eu

rm -rf build/static
mkdir -p build/static/lists/partial
cd build/static
apt-get indextargets 'Created-By: Packages' 'Origin: Debian' --format \
  'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(REPO_URI) $(RELEASE) $(COMPONENT)' |
  sort -u >sources.list
cat >apt.conf <<CONF
Dir::Etc::SourceList "$PWD/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$PWD/lists";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
APT::Sandbox::User "$(id -un)";
CONF
export APT_CONFIG=$PWD/apt.conf
apt-get update
apt-get source curl simdjson

# OpenSSL's configuration could load modules that were made for another copy of it: it is not read.
cmake -S curl-*/ -B curl -DCMAKE_BUILD_TYPE=Release -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
  -DBUILD_SHARED_LIBS=OFF -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF -DENABLE_MANUAL=OFF -DHTTP_ONLY=ON \
  -DCURL_USE_OPENSSL=ON -DCURL_DISABLE_OPENSSL_AUTO_LOAD_CONFIG=ON -DCURL_ZLIB=ON -DCURL_BROTLI=OFF -DCURL_ZSTD=OFF \
  -DUSE_NGHTTP2=OFF -DUSE_LIBIDN2=OFF -DCURL_USE_LIBPSL=OFF -DCURL_USE_LIBSSH2=OFF \
  -DCURL_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt -DCURL_CA_PATH=none
cmake --build curl --parallel "$(nproc)"
find curl -name libcurl.a -exec cp {} . \;

g++ -std=c++20 -O2 -fPIC -I"$(echo simdjson-*/include)" -I"$(echo simdjson-*/src)" -c -o simdjson.o simdjson-*/src/simdjson.cpp
ar rcs libsimdjson.a simdjson.o
