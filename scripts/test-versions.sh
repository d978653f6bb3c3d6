#!/bin/sh
# Compares the tools that run with the pinned ones. Usage: test-versions.sh NAME, one of the functions below.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
. offline/pins.sh

# plain_version TAG: prints the version in an image's tag: v1.40.0 → 1.40.0, 1.96-slim-trixie → 1.96.
plain_version() { printf '%s\n' "$1" | sed 's/^v//; s/-.*//'; }

# Clippy and rustdoc. A compiler newer than the pinned one has new lints: its warnings are printed and do not fail.
lints() (
  mkdir -p .lookout
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  status=0
  sh scripts/rust.sh sh scripts/lints.sh "$(plain_version "$(tested_tag rust)")" >"$log" 2>&1 || status=$?
  cat "$log"
  sed -n -e 's/^#[0-9]* [0-9.]* \(warning: .*\)/\1/p' -e 's/^#[0-9]* [0-9.]* \(rustc is .*\)/\1/p' "$log" | sort | uniq -c >.lookout/lint-warnings
  return "$status"
)

# difference NAME PINNED HAVE: prints a line if the versions differ; a pin may leave out the last numbers.
difference() {
  case $3. in
    "$2".*) ;;
    .) say "– $1: pinned $2, not run here" ;;
    *) say "– $1: pinned $2, here $3" ;;
  esac
}

# image_difference NAME IMAGE: compares an image's tag with the pinned one. The tag of an offline image is its program's version.
image_difference() { difference "$1" "$(plain_version "$(tested_tag "$2")")" "$(plain_version "$(tag_of "$(pin "$2")")")"; }

# program_version IMAGE COMMAND...: prints the version that a program of an image reports; nothing without the image.
program_version() { ! has_image "$1" || output_of "$@" | first_version; }

differences() {
  image_difference Rust rust
  image_difference Node node
  difference Go "$GO_VERSION" "$(program_version "$(pin jaeger)" cat /usr/local/bin/go-version)"
  image_difference Prometheus prometheus
  image_difference Alertmanager alertmanager
  image_difference Envoy envoy
  image_difference Jaeger jaeger
  image_difference InfluxDB influxdb
  difference Chromium "$CHROMIUM_VERSION" "$(program_version "localhost/lookout/browser:${LOOKOUT_TAG:-dev}" chromium --version)"
  [ ! -s .lookout/lint-warnings ] || { say "warnings of a compiler that is not the pinned one:"; cat .lookout/lint-warnings; }
}

"$@"
