#!/bin/sh
# make logs: follows the logs of all services, or of the named ones.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
# Containers that have ended have logs as well.
[ -n "$(docker compose --profile '*' ps --all --quiet 2>/dev/null)" ] || require_lab
exec docker compose --profile '*' logs --follow --tail 50 "$@"
