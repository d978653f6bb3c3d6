# Builds the lab's own programs. Targets: `program` is the image of one program (argument PROGRAM), `console` is that of
# the console with its pages, `check-pages` tests the pages, `cargo` runs a cargo command for tests and benchmarks.
ARG DEBIAN_IMAGE=debian:trixie-slim
ARG RUST_IMAGE=rust:1.96-slim-trixie
ARG NODE_IMAGE=node:24-trixie-slim
# The stage that `cargo` runs in: `tools`, `peers` for the benchmarks, `oracles` or `fuzz`.
ARG TOOLS=tools
# The images that `oracles` copies programs from.
ARG ENVOY_IMAGE=envoyproxy/envoy:v1.40.0
ARG PROMETHEUS_IMAGE=prom/prometheus:v3.5.3
ARG INFLUXDB_IMAGE=influxdb:1.8.10
ARG JAEGER_IMAGE=jaegertracing/jaeger:2.13.0
ARG ALERTMANAGER_IMAGE=prom/alertmanager:v0.33.1

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

FROM ${ENVOY_IMAGE} AS envoy
FROM ${PROMETHEUS_IMAGE} AS prometheus
FROM ${INFLUXDB_IMAGE} AS influxdb
FROM ${JAEGER_IMAGE} AS jaeger
FROM ${ALERTMANAGER_IMAGE} AS alertmanager

# Real programs that tests compare with: see the tests named `real`.
FROM tools AS oracles
ARG DEBIAN_MIRROR=http://deb.debian.org/debian
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    echo "deb $DEBIAN_MIRROR trixie-backports main" >/etc/apt/sources.list.d/backports.list \
 && apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends -t trixie-backports golang-go \
 && rm -rf /var/lib/apt/lists/*
COPY --from=envoy /usr/local/bin/envoy /usr/local/bin/
COPY --from=prometheus /bin/prometheus /bin/promtool /usr/local/bin/
COPY --from=influxdb /usr/bin/influxd /usr/local/bin/
# The program has one path in upstream's image and another one in that of offline/go.Dockerfile.
RUN --mount=type=bind,from=jaeger,target=/jaeger \
    for program in /jaeger/cmd/jaeger/jaeger-linux /jaeger/usr/local/bin/program; do \
      if [ -f "$program" ]; then cp "$program" /usr/local/bin/jaeger; fi; \
    done && test -x /usr/local/bin/jaeger
# Debian's build has its default templates in a folder.
RUN --mount=type=bind,from=alertmanager,target=/alertmanager \
    cp /alertmanager/bin/alertmanager /alertmanager/bin/amtool /usr/local/bin/ \
 && if [ -d /alertmanager/usr/share/prometheus ]; then cp -r /alertmanager/usr/share/prometheus /usr/share/; fi
ENV ENVOY=/usr/local/bin/envoy PROMETHEUS=/usr/local/bin/prometheus PROMTOOL=/usr/local/bin/promtool \
    INFLUXD=/usr/local/bin/influxd JAEGER=/usr/local/bin/jaeger GO=/usr/bin/go \
    ALERTMANAGER=/usr/local/bin/alertmanager

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
    --mount=type=cache,id=lookout-go,target=/root/go/pkg/mod \
    --mount=type=cache,id=lookout-go-build,target=/root/.cache/go-build \
    --mount=type=secret,id=cargo-config,target=/usr/local/cargo/config.toml \
    --mount=type=secret,id=ca-bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=client-env,target=/run/client-env \
    if [ -s /run/client-env ]; then . /run/client-env; fi \
 && sh /src/scripts/sync-sources.sh /src /build && eval "$COMMAND"

FROM ${DEBIAN_IMAGE} AS program
ARG PROGRAM
COPY --from=build /out/${PROGRAM} /usr/local/bin/
# The folders that volumes are mounted on: an empty volume takes over their owner.
RUN ln -s "$PROGRAM" /usr/local/bin/program \
 && install -d -o 65532 -g 65532 /var/lib/orders /var/lib/metrics-sink \
 && install -d -m 0777 /var/lib/lab
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/program"]

FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS packages
WORKDIR /web
COPY lab/console/web/package.json lab/console/web/package-lock.json lab/console/web/.npmrc ./
RUN --mount=type=secret,id=npm-config,target=/root/.npmrc \
    --mount=type=secret,id=ca-bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=client-env,target=/run/client-env \
    if [ -s /run/client-env ]; then . /run/client-env; fi \
 && NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt npm ci --no-audit --no-fund
COPY lab/console/web ./

FROM packages AS check-pages
# A value that differs on each run so that the engine does not reuse the result of the last one.
ARG RUN
RUN npm run check

FROM packages AS pages
RUN npm run build

FROM program AS console
COPY --from=pages /web/dist /srv/console
