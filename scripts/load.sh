#!/bin/sh
# make load: k6 sends echoes, orders and hellos, for the tutorials that run. It writes its own metrics to Prometheus.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
script=$(setting SCRIPT)
[ -f "load/$script.js" ] || fail "SCRIPT=$script is unknown: set one of $(printf '%s\n' load/*.js | sed 's#load/\(.*\)\.js#\1#' | xargs)."
require_lab
sh scripts/images.sh k6
# The image may be one that was built just now.
. scripts/settings.sh
if ! [ -t 0 ] || ! [ -t 1 ]; then set -- --no-TTY; fi
exec docker compose --progress quiet run --rm --no-deps "$@" load
