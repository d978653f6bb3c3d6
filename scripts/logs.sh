#!/bin/sh
# make logs: follows the logs of all services, or of the named ones.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
exec docker compose --profile '*' logs --follow --tail 50 "$@"
