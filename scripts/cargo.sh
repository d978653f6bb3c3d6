#!/usr/bin/env bash
# Runs cargo on the sources in the build image, with the caches that the images are built with: cargo.sh ARGUMENT...
# TOOLS=peers: where the programs of others are, which `make bench` measures.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
exec scripts/build.sh "lookout/checked:$LAB_NAME" --target test --build-arg "CHECK=$*" --build-arg "RUN=$(date +%s%N)" \
  --build-arg "TOOLS=${TOOLS:-checker}" --build-arg "DEBIAN_IMAGE=$DEBIAN_IMAGE" --build-arg "RUST_IMAGE=$RUST_IMAGE" .
