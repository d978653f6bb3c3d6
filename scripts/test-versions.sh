#!/usr/bin/env bash
# Compares the tools that run with the pinned ones. Usage: test-versions.sh NAME, one of the functions below.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

# The version in an image's tag: v1.40.0 → 1.40.0, 1.96-slim-trixie → 1.96.
pinned() { pin "$1" | sed 's/.*:v\{0,1\}//; s/-.*//'; }

# output_of IMAGE COMMAND...: what a program of the image prints, without the image's entry point.
output_of() {
  local image=$1
  shift
  docker run --rm --network none --entrypoint "$1" "$image" "${@:2}" 2>&1
}

first_version() { grep -oE '[0-9]+\.[0-9]+(\.[0-9]+)?' | head -n 1; }

# Clippy and rustdoc. A compiler newer than the pinned one has new lints: its warnings are printed and do not fail.
lints() {
  mkdir -p .lookout
  # Not local: the trap runs after the function has returned.
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  scripts/rust.sh sh scripts/lints.sh "$(pinned rust)" 2>&1 | tee "$log"
  sed -n 's/^#[0-9]* [0-9.]* \(warning: .*\|rustc is .*\)/\1/p' "$log" | sort | uniq -c >.lookout/lint-warnings
}

# difference NAME PINNED HAVE: prints a line if the versions differ; a pin may leave out the last numbers.
difference() {
  case $3. in
    "$2".*) ;;
    '.') say "– $1: pinned $2, not run here" ;;
    *) say "– $1: pinned $2, here $3" ;;
  esac
}

# version_of IMAGE COMMAND...: the first version that the command prints; nothing without the image.
version_of() { ! has_image "$1" || output_of "$@" | first_version || true; }

differences() {
  . offline/pins.sh
  difference Rust "$(pinned rust)" "$(version_of "$RUST_IMAGE" rustc --version)"
  difference Node "$(pinned node)" "$(version_of "$NODE_IMAGE" node --version)"
  difference Go "$GO_VERSION" "$(version_of "$K6_IMAGE" cat /usr/local/bin/go-version)"
  difference Prometheus "$(pinned prometheus)" "$(version_of "$PROMETHEUS_IMAGE" /bin/prometheus --version)"
  difference Alertmanager "$(pinned alertmanager)" "$(version_of "$ALERTMANAGER_IMAGE" /bin/alertmanager --version)"
  difference Envoy "$(pinned envoy)" "$(version_of "$ENVOY_IMAGE" /usr/local/bin/envoy --version)"
  difference InfluxDB "$(pinned influxdb)" "$(version_of "$INFLUXDB_IMAGE" influxd version)"
  difference Chromium "$CHROMIUM_VERSION" "$(version_of "lookout/browser:$LAB_NAME" chromium --version)"
  [ ! -s .lookout/lint-warnings ] || { say "warnings of a compiler that is not the pinned one:"; cat .lookout/lint-warnings; }
}

"$@"
