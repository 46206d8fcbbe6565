# PostgreSQL 17 with soulprint.  compose.yaml builds and runs it.

FROM postgres:17-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
    g++ libcurl4-openssl-dev libsimdjson-dev libutf8proc-dev make nlohmann-json3-dev \
    postgresql-server-dev-17 zlib1g-dev
COPY . /soulprint
# Debug symbols are ten times the library.
RUN make -C /soulprint -s -j"$(nproc)" && \
    make -C /soulprint -s install DESTDIR=/installed && \
    find /installed -name '*.so' -exec strip --strip-unneeded {} +

FROM postgres:17-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends \
    ca-certificates libcurl4 libsimdjson14 libutf8proc2 zlib1g && \
    rm -rf /var/lib/apt/lists/*
COPY --from=build /installed /
COPY docker/10-soulprint.sql /docker-entrypoint-initdb.d/
CMD ["postgres", "-c", "shared_preload_libraries=soulprint"]
