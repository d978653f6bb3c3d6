#!/bin/sh
# make bench: measures crates and programs beside their peers, with the host's cargo if it is new enough, else in the
# Rust image. The balancer's peers are the host's HAProxy and nginx, or the image's if one is missing.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/versions.sh

image=no

# use_image REASON: runs what follows in the Rust image.
use_image() {
  [ "$image" = no ] || return 0
  say "$1: measuring in the Rust image."
  sh scripts/engine.sh
  sh scripts/images.sh debian rust
  image=yes
}

run() { if [ "$image" = yes ]; then sh scripts/rust.sh "$*"; else "$@"; fi; }

measure() { run cargo run --quiet --release --locked --package bench --bin "$1"; }

want=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
have=$(cargo --version 2>/dev/null | cut -d ' ' -f 2 || true)
at_least "$have" "$want" || use_image "cargo $want or newer is missing"
for bench in grpc sink timers; do measure "$bench"; done

export TOOLS=peers PATH="$PATH:/usr/sbin"
for peer in haproxy nginx; do command -v "$peer" >/dev/null || use_image "$peer is missing"; done
run cargo build --quiet --release --locked --package tcp-balancer
measure balancer
