# All images of the lab's own programs. Stages: `build` makes every binary, `test` runs cargo for checks and
# measurements; one target per program. The pins come from .env; the two caches are shared by all.
ARG DEBIAN_IMAGE=debian:trixie-slim
ARG RUST_IMAGE=rust:1.96-slim-trixie
# The console's pages, built from lab/console/web.
ARG PAGES_IMAGE=lookout/pages:lookout
# What `test` stands on: `checker`, or `peers` where programs of others are measured, too.
ARG TOOLS=checker

FROM ${RUST_IMAGE} AS sources
WORKDIR /src
ENV CARGO_TARGET_DIR=/target CARGO_TERM_COLOR=never
COPY Cargo.toml Cargo.lock rustfmt.toml ./
COPY crates crates
COPY services services
COPY lab lab
COPY offline/jaeger offline/jaeger
COPY proto proto
COPY testkit testkit
COPY fuzz fuzz
COPY bench bench

# Cargo goes by file times, and the cache may hold a newer build of other sources: all are touched before each use.
# Its lock on the registry lies outside the cache: two builds take turns.

FROM sources AS build
# Link-time optimisation takes minutes for what a lab does not feel; `make bench` measures with it.
ENV CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
RUN --mount=type=cache,id=lookout-cargo,sharing=locked,target=/usr/local/cargo/registry \
    --mount=type=cache,id=lookout-target,target=/target \
    --mount=type=secret,id=cargo-config,target=/usr/local/cargo/config.toml \
    --mount=type=secret,id=ca-bundle,target=/etc/ssl/certs/ca-certificates.crt \
    find . -type f -exec touch {} + \
 && cargo build --release --locked --bins \
 && mkdir /out \
 && cd /target/release \
 && cp echo-server web-client metrics-sink order-service tcp-balancer hello-influx console lab jaeger-standin /out/

FROM ${RUST_IMAGE} AS checker
# `kill`, with which tests end programs, is not in Debian's smallest set.
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    apt-get update -qq && apt-get install -y -qq --no-install-recommends procps && rm -rf /var/lib/apt/lists/*
RUN --mount=type=cache,id=lookout-cargo,sharing=locked,target=/usr/local/cargo/registry \
    --mount=type=secret,id=cargo-config,target=/usr/local/cargo/config.toml \
    --mount=type=secret,id=ca-bundle,target=/etc/ssl/certs/ca-certificates.crt \
    cargo clippy --version && cargo fmt --version || rustup component add clippy rustfmt

FROM checker AS peers
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    apt-get update -qq && apt-get install -y -qq --no-install-recommends haproxy nginx-light libnginx-mod-stream \
 && rm -rf /var/lib/apt/lists/*

FROM ${TOOLS} AS test
WORKDIR /src
# Incremental state would double what the cache holds.
ENV CARGO_TARGET_DIR=/target CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0
# All of it: tests hold the configuration, the dashboards and the documents to each other, too.
COPY . .
# What tests read beside the code.
COPY .env ./
COPY grafana grafana
# One stage for all checks: CHECK is cargo's arguments; RUN, different each time, keeps an old result from standing in.
ARG CHECK
ARG RUN
RUN --mount=type=cache,id=lookout-cargo,sharing=locked,target=/usr/local/cargo/registry \
    --mount=type=cache,id=lookout-target,target=/target \
    --mount=type=secret,id=cargo-config,target=/usr/local/cargo/config.toml \
    --mount=type=secret,id=ca-bundle,target=/etc/ssl/certs/ca-certificates.crt \
    find . -type f -exec touch {} + \
 && cargo $CHECK

FROM ${DEBIAN_IMAGE} AS program
USER 65532:65532

FROM program AS echo-server
COPY --from=build /out/echo-server /usr/local/bin/
ENTRYPOINT ["/usr/local/bin/echo-server"]

FROM program AS web-client
COPY --from=build /out/web-client /usr/local/bin/
ENTRYPOINT ["/usr/local/bin/web-client"]

FROM program AS metrics-sink
COPY --from=build /out/metrics-sink /usr/local/bin/
ENTRYPOINT ["/usr/local/bin/metrics-sink"]

FROM program AS order-service
COPY --from=build /out/order-service /usr/local/bin/
# A volume takes its owner over from here.
USER root
RUN install -d -o 65532 -g 65532 /var/lib/orders
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/order-service"]

FROM program AS tcp-balancer
COPY --from=build /out/tcp-balancer /usr/local/bin/
ENTRYPOINT ["/usr/local/bin/tcp-balancer"]

FROM program AS hello-influx
COPY --from=build /out/hello-influx /usr/local/bin/
ENTRYPOINT ["/usr/local/bin/hello-influx"]

FROM ${PAGES_IMAGE} AS pages

FROM program AS console
COPY --from=build /out/console /usr/local/bin/
COPY --from=pages / /srv/console
# Shared with the lab's own command; a volume takes its owner over from the first that has it.
USER root
RUN install -d -o 65532 -g 65532 /var/lib/lab
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/console"]

FROM program AS lab
COPY --from=build /out/lab /usr/local/bin/
# Where runs of one lab keep out of each other's way; a volume takes its owner over.
USER root
RUN install -d -o 65532 -g 65532 /var/lib/lab
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/lab"]

FROM program AS jaeger-standin
COPY --from=build /out/jaeger-standin /usr/local/bin/
ENTRYPOINT ["/usr/local/bin/jaeger-standin"]
