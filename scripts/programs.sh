#!/usr/bin/env bash
# Builds the images of the lab's own programs.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
for program in echo-server web-client metrics-sink lab; do
  scripts/build.sh "lookout/$program:$LAB_NAME" --target "$program" \
    --build-arg "DEBIAN_IMAGE=$DEBIAN_IMAGE" --build-arg "RUST_IMAGE=$RUST_IMAGE" .
done
