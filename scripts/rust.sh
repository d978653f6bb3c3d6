#!/usr/bin/env bash
# Runs a shell command on the sources in the Rust image, with the caches of the image builds: rust.sh COMMAND...
# TOOLS=peers adds the programs that `make bench` compares with.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
exec scripts/build.sh "lookout/rust:$LAB_NAME" --target cargo --build-arg "COMMAND=$*" --build-arg "RUN=$(date +%s%N)" \
  --build-arg "TOOLS=${TOOLS:-tools}" --build-arg "DEBIAN_IMAGE=$DEBIAN_IMAGE" --build-arg "RUST_IMAGE=$RUST_IMAGE" .
