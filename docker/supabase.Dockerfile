# The Postgres of a self-hosted Supabase with soulprint: doc/supabase.md.

ARG TAG=17.6.1.084
ARG MAJOR=17

# Debian 12's glibc is older than the one of their image; a newer one would not do.
FROM postgres:${MAJOR}-bookworm AS build
ARG MAJOR
COPY . /soulprint
RUN apt-get update && apt-get install -y --no-install-recommends \
    ca-certificates cmake dpkg-dev g++ libcurl4-openssl-dev libsimdjson-dev libssl-dev libutf8proc-dev make \
    nlohmann-json3-dev postgresql-server-dev-${MAJOR} zlib1g-dev && \
    make -C /soulprint -s -j"$(nproc)" STATIC=1 all && \
    make -C /soulprint -s STATIC=1 install DESTDIR=/installed && \
    mkdir /soulprint.d && find /installed -type f -exec cp {} /soulprint.d \; && \
    strip --strip-unneeded /soulprint.d/soulprint.so

FROM supabase/postgres:${TAG}
USER root
COPY --from=build /soulprint.d /tmp/soulprint.d
# Their server looks for libraries where its wrapper says, not where pg_config does.
RUN libraries=$(sed -n "s/^export NIX_PGLIBDIR='\(.*\)'.*/\1/p" /usr/bin/postgres) && \
    install -m 755 /tmp/soulprint.d/soulprint.so "$libraries/" && \
    install -m 644 /tmp/soulprint.d/soulprint.control /tmp/soulprint.d/*.sql "$(pg_config --sharedir)/extension/" && \
    rm -r /tmp/soulprint.d
