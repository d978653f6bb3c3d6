#!/usr/bin/env bash
# make test: lints and tests of the code, checks of the configuration, then the lab itself, under its own name and on its
# own ports, so that a running lab is not disturbed. The last line counts the steps.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/count.sh
scripts/engine.sh

export LAB_NAME=lookout-test
# Every published port is 15000 higher: below the range of ephemeral ports.
while IFS='=' read -r name port; do export "$name=$((port + 15000))"; done < <(grep -E '^[A-Z_]+_PORT=' .env | grep -v '^SMTP_')
. scripts/settings.sh

down() {
  docker compose --profile '*' down --volumes --remove-orphans
  remove_own_images
  rm -rf ".lookout/$LAB_NAME"
}
# Nothing is left running, however the tests end.
trap 'down >/dev/null 2>&1' EXIT

# Checked before the minutes of compiling.
has_image "$RUST_IMAGE" || export DISK_MIN=16
QUIET=1 scripts/preflight.sh
unset DISK_MIN

section Code
step "images to build with" scripts/images.sh debian rust node || exit 1
try "format" scripts/rust.sh cargo fmt --all --check
try "lints and documentation" scripts/test-versions.sh lints
try "unit and integration tests" scripts/rust.sh cargo test --locked --no-fail-fast
# Loom explores the interleavings of the sequence lock.
# shellcheck disable=SC2016 # RUSTFLAGS is expanded in the image
try "model check of the sequence lock" scripts/rust.sh 'RUSTFLAGS="$RUSTFLAGS --cfg loom" CARGO_TARGET_DIR=/target/loom cargo test --locked --release --package sharded-metrics --lib loom'
pages() {
  scripts/build.sh "lookout/pages-checked:$LAB_NAME" --target check --build-arg "NODE_IMAGE=$NODE_IMAGE" \
    --build-arg "RUN=$(date +%s%N)" lab/console/web
}
try "lints, types and tests of the console's pages" pages

section Configuration
tools() { scripts/build.sh "lookout/tools:$LAB_NAME" --file offline/tools.Dockerfile --build-arg "DEBIAN_IMAGE=$DEBIAN_IMAGE" offline; }
step "tools to check with" tools || exit 1
step "images to check with" scripts/images.sh prometheus alertmanager envoy || exit 1
for what in words shell dockerfiles yaml json compose_file refused prometheus rules alertmanager envoy; do
  try "${what//_/ }" scripts/test-config.sh "$what"
done

section "The lab"
failed_before=$failed
try "up" scripts/up.sh
[ "$failed" = "$failed_before" ] || { total; exit 1; }
try "up again" scripts/up.sh
try "the preflight names a port in use" scripts/test-lab.sh port_in_use
try "gRPC from a Go client" scripts/test-lab.sh go_client
# The browser tests need traffic in the last minutes.
try "load" env RATE=20 DURATION=15s scripts/load.sh
try "the console in a browser" scripts/test-browser.sh
# `make alert FAULT=errors` is one of the documents' commands.
for fault in slow down silent order-slow order-failures hello-slow backend-down backends-down balancer-full; do
  try "alert $fault" scripts/lab.sh alert "$fault"
done
try "InfluxDB unavailable for 30 s: no point is lost" scripts/lab.sh outage
try "the documents' commands, make load, alert and check included" env MAKE_COMMANDS=run scripts/check-docs.sh README.md docs/*.md
for tutorial in echo sink order balancer influx; do try "TUTORIAL=$tutorial alone" scripts/test-lab.sh alone "$tutorial"; done

section Summary
[ ! -d .lookout/browser ] || say "The browser's screenshots and traces are in .lookout/browser."
scripts/test-versions.sh differences
has_image "$GRAFANA_IMAGE" || skip "Grafana: import of dashboards, panels on its page, the mail of its own alerts" "its image cannot be pulled"
for name in node prometheus alertmanager envoy maildev jaeger influxdb k6 grpcurl; do
  ! is_stand_in "$(pin "$name")" || skip "the upstream image $(pin "$name")" "a stand-in replaces it"
done
trap - EXIT
try "down" down
total
