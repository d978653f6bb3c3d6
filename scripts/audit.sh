#!/bin/sh
# make audit: licences, sources and unused dependencies of the code, the packages of the libraries, and the workflows.
# Its tools take minutes to compile, so `make test` leaves them out; the workflows run it. OFFLINE=yes leaves out the
# advisory database, which is fetched.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/count.sh
sh scripts/engine.sh
sh scripts/images.sh debian rust

with_tools() {
  sh scripts/rust.sh "cargo install --quiet --locked --root /target/tools cargo-deny@0.20.2 cargo-machete@0.9.2 \
    && export PATH=\$PATH:/target/tools/bin && $*"
}

if [ "${OFFLINE:-no}" = yes ]; then
  try "licences, bans and sources" with_tools cargo deny --workspace check licenses bans sources
  skip "advisories" "OFFLINE=yes"
else
  try "licences, bans, sources and advisories" with_tools cargo deny --workspace check
fi
try "unused dependencies" with_tools cargo machete
try "packages of the libraries" sh scripts/rust.sh cargo package --locked --allow-dirty \
  --package grpc-telemetry --package prometheus-text --package push-metrics --package sharded-metrics
workflows() {
  sh scripts/images.sh actionlint || return
  . scripts/settings.sh
  docker run --rm --network none --volume "$PWD:/src:ro" --workdir /src "$(pin actionlint)" -color
}
try "workflows" workflows
total
