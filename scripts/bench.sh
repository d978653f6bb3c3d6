#!/usr/bin/env bash
# make bench: measures crates and programs beside their peers, with the host's cargo if it is new enough, else in the
# build image; the balancer's peers are this host's HAProxy and nginx if it has them, else the image's.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/versions.sh
. scripts/settings.sh

cargo=(cargo)

# use_image REASON: from here on in the build image.
use_image() {
  [ "${cargo[*]}" = cargo ] || return 0
  say "$1: measuring in the build image."
  scripts/engine.sh
  scripts/images.sh debian rust
  cargo=(scripts/cargo.sh)
}

measure() { "${cargo[@]}" run --quiet --release --locked --package bench --bin "$1"; }

want=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
have=$(cargo --version 2>/dev/null | cut -d ' ' -f 2 || true)
at_least "$have" "$want" || use_image "cargo $want or newer is not here"
for bench in grpc sink timers; do measure "$bench"; done

for peer in haproxy nginx; do
  PATH=$PATH:/usr/sbin command -v "$peer" >/dev/null || use_image "$peer is not here"
done
# Debian's packages; in the image alone.
export TOOLS=peers
"${cargo[@]}" build --quiet --release --locked --package tcp-balancer
measure balancer
