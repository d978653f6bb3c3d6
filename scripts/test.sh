#!/bin/sh
# make test: lints and tests of the code, checks of the configuration, then the lab itself, under its own name and on its
# own ports, so that a running lab is not disturbed. The last line counts the steps.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/count.sh
. scripts/versions.sh
sh scripts/engine.sh
. scripts/settings.sh

# The settings are the defaults, whatever .env has, except for images. Every published port is 15000 higher: below the range
# of ephemeral ports.
export LAB_NAME=lookout-test LOOKOUT_TAG=test
defaults() (
  for name in $(setting_names); do unset "$name"; done
  COMPOSE_ENV_FILES=/dev/null
  export COMPOSE_ENV_FILES
  resolve | grep -Ev '^(LAB_NAME|LOOKOUT_.*|DOCKER_SOCKET|GRAFANA_URL|.*_IMAGE|name)='
)
while read -r line; do
  name=${line%%=*} value=${line#*=}
  case $name in SMTP_PORT) ;; *_PORT) value=$((value + 15000)) ;; esac
  export "$name=$value"
done <<END
$(defaults)
END
. scripts/settings.sh

# own_images: prints the images that were built for this lab.
own_images() { docker images --format '{{.Repository}}:{{.Tag}}' --filter "reference=localhost/lookout/*:$LOOKOUT_TAG"; }
down() {
  docker compose --profile '*' down --volumes --remove-orphans
  own_images | xargs docker rmi
}
# Nothing is left running, however the tests end.
trap 'down >/dev/null 2>&1' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# first_in_path FOLDER: the commands of a folder of .lookout take precedence, `sh` among them.
first_in_path() { PATH=$PWD/.lookout/$1:$PATH && export PATH; }

# The scripts run under dash, where `make` finds it as `sh`.
if command -v dash >/dev/null; then
  mkdir -p .lookout/dash
  ln -sf "$(command -v dash)" .lookout/dash/sh
  first_in_path dash
else
  say "– dash is missing: the scripts run under $(command -v sh)."
fi

# Checked before the minutes of compiling.
if has_image "$(pin rust)"; then QUIET=1 sh scripts/preflight.sh; else QUIET=1 DISK_MIN=$(required test-disk) sh scripts/preflight.sh; fi

section Code
step "images to build with" sh scripts/images.sh debian rust node || exit 1
# Images may have been selected that were built without a registry.
. scripts/settings.sh
try "format" sh scripts/rust.sh cargo fmt --all --check
try "lints and documentation" sh scripts/test-versions.sh lints
try "unit and integration tests" sh scripts/rust.sh cargo test --locked --no-fail-fast
# Loom explores the interleavings of the sequence lock.
# shellcheck disable=SC2016 # RUSTFLAGS is expanded in the image
try "model check of the sequence lock" sh scripts/rust.sh 'RUSTFLAGS="$RUSTFLAGS --cfg loom" CARGO_TARGET_DIR=/target/loom cargo test --locked --release --package sharded-metrics --lib loom'
step "images to check with" sh scripts/images.sh prometheus alertmanager envoy influxdb jaeger grafana maildev k6 grpcurl || exit 1
. scripts/settings.sh
# The packages that have tests against the real programs.
packages() {
  find . \( -name target -o -name node_modules -o -name .git \) -prune -o -path '*/tests/real/main.rs' -print |
    while read -r test; do sed -n 's/^name = "\(.*\)"/--package \1/p' "${test%/tests/real/main.rs}/Cargo.toml" | head -n 1; done
}
real() { TOOLS=oracles sh scripts/rust.sh "cargo test --locked --no-fail-fast --all-features --test real $(packages | xargs) -- --ignored"; }
try "tests against the real programs" real
pages() {
  sh scripts/build.sh "localhost/lookout/pages-checked:$LOOKOUT_TAG" --target check-pages \
    --build-arg "NODE_IMAGE=$(pin node)" --build-arg "RUN=$(now)-$$" .
}
try "lints, types and tests of the console's pages" pages
try "programs" sh scripts/programs.sh

section Configuration
tools() {
  sh scripts/build.sh "localhost/lookout/tools:$LOOKOUT_TAG" --file offline/tools.Dockerfile \
    --build-arg "DEBIAN_IMAGE=$(pin debian)" offline
}
step "tools to check with" tools || exit 1
try "settings reach a container as the scripts read them" sh scripts/test-settings.sh "localhost/lookout/tools:$LOOKOUT_TAG"
for what in words shell dockerfiles yaml json compose_file refused prometheus rules alertmanager envoy; do
  try "$(echo "$what" | tr _ ' ')" sh scripts/test-config.sh "$what"
done

try "scripts" sh scripts/test-scripts.sh

section "The lab"
# From here on, the scripts run under busybox, and with its commands.
busybox() {
  mkdir -p .lookout/busybox
  container=$(docker create "localhost/lookout/tools:$LOOKOUT_TAG")
  docker cp "$container:/usr/bin/busybox" .lookout/busybox/busybox
  docker rm "$container"
  .lookout/busybox/busybox --install -s "$PWD/.lookout/busybox"
}
if [ "$(uname -s)" = Linux ]; then
  step "busybox" busybox || exit 1
  first_in_path busybox
  try "scripts under busybox" sh scripts/test-scripts.sh
else
  skip "the scripts under busybox" "busybox is built for Linux"
fi
failed_before=$failed
try "docker compose up" docker compose up --detach --wait --wait-timeout 180
[ "$failed" = "$failed_before" ] || { total; exit 1; }
try "up, which changes nothing" sh scripts/test-lab.sh up_changes_nothing
try "doctor" sh scripts/preflight.sh
try "the preflight names a port in use" sh scripts/test-lab.sh port_in_use
try "logs" sh scripts/test-lab.sh logs
try "gRPC from a Go client" sh scripts/test-lab.sh go_client
# The browser tests need traffic in the last minutes.
try "load" env RATE=20 DURATION=15s sh scripts/load.sh
try "the console in a browser" sh scripts/test-browser.sh
# `make alert FAULT=errors` is one of the documents' commands. Each fault of Prometheus' alerts is one of several at a time: faults that
# share the path of an echo, the balancer, or only the mails.
for fault in slow,backends-down down,silent errors,backend-down,balancer-full order-slow order-failures hello-slow; do
  try "alert $fault" sh scripts/lab.sh alert "$fault"
done
try "InfluxDB unavailable for 30 s: no point is lost" sh scripts/lab.sh outage
# `make check`, one of these commands, performs the steps of docs/your-service.md.
documents() { printf '%s\n' README.md docs/*.md | grep -vx docs/your-service.md | MAKE_COMMANDS=run xargs sh scripts/check-docs.sh; }
try "the documents' commands, make load, alert and check included" documents
try "the lab opened to a team" sh scripts/test-lab.sh team
for tutorial in echo sink order balancer influx; do try "TUTORIAL=$tutorial alone" sh scripts/test-lab.sh alone "$tutorial"; done

section Summary
[ ! -d .lookout/browser ] || say "The browser's screenshots and traces are in .lookout/browser."
sh scripts/test-versions.sh differences
has_image "$(pin grafana)" || skip "Grafana: import of dashboards, panels on its page, the mail of its own alerts" "its image cannot be pulled"
for name in node prometheus alertmanager envoy maildev jaeger influxdb k6 grpcurl; do
  ! is_offline "$(pin "$name")" || skip "upstream's image of $name" "$(pin "$name") runs instead"
done
trap - EXIT
try "down" down
total
