#!/usr/bin/env bash
# make bench: measures the crates beside their peers, with the host's cargo if it is new enough, else in the build image.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/versions.sh
. scripts/settings.sh

want=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
have=$(cargo --version 2>/dev/null | cut -d ' ' -f 2 || true)
if at_least "$have" "$want"; then
  for bench in grpc sink; do cargo run --quiet --release --locked --package bench --bin "$bench"; done
  exit
fi
say "cargo $want or newer is not here: measuring in the build image."
scripts/engine.sh
scripts/images.sh debian rust
for bench in grpc sink; do scripts/cargo.sh run --quiet --release --locked --package bench --bin "$bench"; done
