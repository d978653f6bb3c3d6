#!/usr/bin/env bash
# make test: format, lints and tests of the code, checks of the configuration, then the lab itself, under a name and
# on ports of its own, so that a running lab is not disturbed. The last line counts the steps.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/count.sh
scripts/engine.sh

export LAB_NAME=lookout-test
# Every published port 15000 higher, below the range from which connections take theirs.
while IFS='=' read -r name port; do export "$name=$((port + 15000))"; done < <(grep -E '^[A-Z_]+_PORT=' .env | grep -v '^SMTP_')
. scripts/settings.sh

down() {
  docker compose --profile '*' down --volumes --remove-orphans
  remove_own_images
  rm -rf ".lookout/$LAB_NAME"
}
# However it ends, nothing is left running.
trap 'down >/dev/null 2>&1' EXIT

# Before minutes of compiling.
has_image "$RUST_IMAGE" || export DISK_MIN=16
QUIET=1 scripts/preflight.sh
unset DISK_MIN

say "Code"
step "images to build with" scripts/images.sh debian rust node || exit 1
try "format" scripts/cargo.sh fmt --all --check
try "lints" scripts/cargo.sh clippy --all-targets --locked -- -D warnings
# On its own: the peers that it measures turn on features of dependencies that the lab does without.
try "lints of the bench" scripts/cargo.sh clippy --package bench --all-targets --locked -- -D warnings
try "unit and integration tests" scripts/cargo.sh test --locked --no-fail-fast
pages() {
  scripts/build.sh "lookout/pages-checked:$LAB_NAME" --target check --build-arg "NODE_IMAGE=$NODE_IMAGE" \
    --build-arg "RUN=$(date +%s%N)" lab/console/web
}
try "types and tests of the console's pages" pages

say "Configuration"
tools() { scripts/build.sh "lookout/tools:$LAB_NAME" --file offline/tools.Dockerfile --build-arg "DEBIAN_IMAGE=$DEBIAN_IMAGE" offline; }
step "tools to check with" tools || exit 1
step "images to check with" scripts/images.sh prometheus alertmanager envoy || exit 1
for what in shell yaml json compose_file refused prometheus rules alertmanager envoy; do
  try "${what//_/ }" scripts/test-config.sh "$what"
done

say "The lab"
if ! step "up" scripts/up.sh; then
  failed=$((failed + 1)) failures+=(up)
  total
  exit 1
fi
passed=$((passed + 1))
try "up again" scripts/up.sh
try "port in use is named" scripts/test-lab.sh port_in_use
try "gRPC from a Go client" scripts/test-lab.sh go_client
try "load" env RATE=20 DURATION=15s scripts/load.sh
try "check" scripts/check.sh
try "the console in a browser" scripts/test-browser.sh
for fault in errors slow down silent order-slow order-failures hello-slow backend-down backends-down balancer-full; do
  try "alert $fault" scripts/lab.sh alert "$fault"
done
try "InfluxDB away for 30 s loses nothing" scripts/lab.sh outage
try "documents, with what make prints" env MAKE_COMMANDS=run scripts/check-docs.sh README.md docs/*.md
try "check after all faults" scripts/check.sh
for tutorial in echo sink order balancer influx; do try "TUTORIAL=$tutorial alone" scripts/test-lab.sh alone "$tutorial"; done
[ ! -d .lookout/browser ] || say "What the browser saw is in .lookout/browser."
has_image "$GRAFANA_IMAGE" || skip "Grafana: import of dashboards, panels on its page, the mail of its own alerts" "its image cannot be had"
for name in node prometheus alertmanager envoy maildev jaeger influxdb k6 grpcurl; do
  ! is_stand_in "$(pin "$name")" || skip "the upstream image $(pin "$name")" "a stand-in took its place"
done
trap - EXIT
try "down" down
total
