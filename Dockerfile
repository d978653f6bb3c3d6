# Builds the lab's own programs. Targets: `program` is the image of one program (argument PROGRAM), `console` is that of
# the console with its pages, `cargo` runs a cargo command for tests and benchmarks. scripts/build.sh passes the pinned
# images and this host's package configuration.
ARG DEBIAN_IMAGE=debian:trixie-slim
ARG RUST_IMAGE=rust:1.96-slim-trixie
# The console's pages, built from lab/console/web.
ARG PAGES_IMAGE=lookout/pages:lookout
# The stage that `cargo` runs in: `tools`, `peers` for the benchmarks or `fuzz`.
ARG TOOLS=tools

FROM ${RUST_IMAGE} AS build
ENV CARGO_TARGET_DIR=/target CARGO_TERM_COLOR=never
WORKDIR /build
# `lab` compiles fast enough to try a change; `release` is optimised like a published image.
ARG PROFILE=lab
# Cargo decides by modification times what to compile. sync-sources.sh keeps those of unchanged files in a cached tree,
# so that only changed crates are compiled.
RUN --mount=type=bind,target=/src \
    --mount=type=cache,id=lookout-sources,sharing=locked,target=/build \
    --mount=type=cache,id=lookout-cargo,sharing=locked,target=/usr/local/cargo/registry \
    --mount=type=cache,id=lookout-target,target=/target \
    --mount=type=secret,id=cargo-config,target=/usr/local/cargo/config.toml \
    --mount=type=secret,id=ca-bundle,target=/etc/ssl/certs/ca-certificates.crt \
    sh /src/scripts/sync-sources.sh /src /build \
 && cargo build --profile "$PROFILE" --locked --bins \
 && mkdir /out \
 && find "/target/$PROFILE" -maxdepth 1 -type f -perm /111 -exec cp {} /out/ \;

FROM ${RUST_IMAGE} AS tools
# Tests use `kill`, which Debian's minimal set lacks.
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    apt-get update -qq && apt-get install -y -qq --no-install-recommends procps && rm -rf /var/lib/apt/lists/*
RUN --mount=type=cache,id=lookout-cargo,sharing=locked,target=/usr/local/cargo/registry \
    --mount=type=secret,id=cargo-config,target=/usr/local/cargo/config.toml \
    --mount=type=secret,id=ca-bundle,target=/etc/ssl/certs/ca-certificates.crt \
    if ! { cargo clippy --version && cargo fmt --version; }; then rustup component add clippy rustfmt; fi

FROM tools AS peers
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    apt-get update -qq && apt-get install -y -qq --no-install-recommends haproxy nginx-light libnginx-mod-stream \
 && rm -rf /var/lib/apt/lists/*

FROM tools AS fuzz
# libFuzzer is C++.
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    apt-get update -qq && apt-get install -y -qq --no-install-recommends g++ && rm -rf /var/lib/apt/lists/*

FROM ${TOOLS} AS cargo
# Incremental compilation would double the size of the cache.
ENV CARGO_TARGET_DIR=/target CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0
WORKDIR /build
# A shell command, and a value that differs on each run so that the engine does not reuse the result of the last one.
ARG COMMAND
ARG RUN
RUN --mount=type=bind,target=/src \
    --mount=type=cache,id=lookout-sources,sharing=locked,target=/build \
    --mount=type=cache,id=lookout-cargo,sharing=locked,target=/usr/local/cargo/registry \
    --mount=type=cache,id=lookout-target,target=/target \
    --mount=type=secret,id=cargo-config,target=/usr/local/cargo/config.toml \
    --mount=type=secret,id=ca-bundle,target=/etc/ssl/certs/ca-certificates.crt \
    sh /src/scripts/sync-sources.sh /src /build && eval "$COMMAND"

FROM ${DEBIAN_IMAGE} AS program
ARG PROGRAM
COPY --from=build /out/${PROGRAM} /usr/local/bin/
# The folders that volumes are mounted on: an empty volume takes over their owner.
RUN ln -s "$PROGRAM" /usr/local/bin/program \
 && install -d -o 65532 -g 65532 /var/lib/orders /var/lib/lab
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/program"]

FROM ${PAGES_IMAGE} AS pages

FROM program AS console
COPY --from=pages / /srv/console
