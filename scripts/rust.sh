#!/bin/sh
# Runs a shell command on the sources in the Rust image, with the caches of the image builds: rust.sh COMMAND...
# TOOLS=peers adds the programs that `make bench` compares with, TOOLS=oracles those that the tests named `real` run.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
command=$* tools=${TOOLS:-tools}
set --
if [ "$tools" = oracles ]; then
  set -- --build-arg "ENVOY_IMAGE=$(pin envoy)" --build-arg "PROMETHEUS_IMAGE=$(pin prometheus)" \
    --build-arg "INFLUXDB_IMAGE=$(pin influxdb)" --build-arg "JAEGER_IMAGE=$(pin jaeger)" \
    --build-arg "ALERTMANAGER_IMAGE=$(pin alertmanager)" \
    --build-arg "DEBIAN_MIRROR=$(sh scripts/debian-mirror.sh)"
fi
exec sh scripts/build.sh "localhost/lookout/rust:${LOOKOUT_TAG:-dev}" --target cargo --build-arg "COMMAND=$command" \
  --build-arg "RUN=$(now)-$$" --build-arg "TOOLS=$tools" --build-arg "DEBIAN_IMAGE=$(pin debian)" \
  --build-arg "RUST_IMAGE=$(pin rust)" "$@" .
