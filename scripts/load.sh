#!/usr/bin/env bash
# make load: k6 sends echoes, orders and hellos, for the tutorials that run. It writes its own metrics to Prometheus.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
[ -n "$(docker compose ps --quiet envoy)" ] || fail "the lab is not running: run \`make up\` first."
scripts/images.sh debian k6
terminal=()
[ -t 0 ] && [ -t 1 ] || terminal=(--no-TTY)
exec docker compose --progress quiet run --rm --no-deps "${terminal[@]}" load
