#!/usr/bin/env bash
# make bench: measures crates and programs beside their peers, with the host's cargo if it is new enough, else in the
# Rust image. The balancer's peers are the host's HAProxy and nginx, or the image's if one is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/versions.sh
. scripts/settings.sh

run() { "$@"; }

# use_image REASON: runs what follows in the Rust image.
use_image() {
  say "$1: measuring in the Rust image."
  scripts/engine.sh
  scripts/images.sh debian rust
  run() { scripts/rust.sh "$*"; }
}

measure() { run cargo run --quiet --release --locked --package bench --bin "$1"; }

want=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
have=$(cargo --version 2>/dev/null | cut -d ' ' -f 2 || true)
at_least "$have" "$want" || use_image "cargo $want or newer is missing"
for bench in grpc sink timers; do measure "$bench"; done

export TOOLS=peers PATH=$PATH:/usr/sbin
for peer in haproxy nginx; do
  command -v "$peer" >/dev/null || { use_image "$peer is missing"; break; }
done
run cargo build --quiet --release --locked --package tcp-balancer
measure balancer
