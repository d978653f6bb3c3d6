# Debian backports' Rust compiler, with clippy and rustfmt.
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE}
ARG DEBIAN_MIRROR
RUN --mount=type=secret,id=apt-config,target=/etc/apt/apt.conf.d/99host \
    echo "deb $DEBIAN_MIRROR trixie-backports main" >/etc/apt/sources.list.d/backports.list \
 && apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends -t trixie-backports cargo rustc rust-clippy rustfmt \
 && apt-get install -y -qq --no-install-recommends gcc libc6-dev lld \
 && rm -rf /var/lib/apt/lists/*
# CARGO_HOME is where the upstream image has it, so that the builds' cache mounts fit both. Upstream's compiler links with
# lld by default, Debian's with the much slower linker of binutils.
ENV CARGO_HOME=/usr/local/cargo RUSTFLAGS="-C link-arg=-fuse-ld=lld"
