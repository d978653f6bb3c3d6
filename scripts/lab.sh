#!/bin/sh
# Runs the `lab` command in a container on the lab's network. Usage: lab.sh check, lab.sh alert FAULT, lab.sh mail, ...
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
# A test mail needs no lab, except for its own mailbox.
[ "${1:-}" = mail ] || require_lab
# On a terminal, Ctrl-C reaches the command, which clears its fault before it ends.
if [ -t 0 ] && [ -t 1 ]; then exec docker compose --progress quiet run --no-deps --rm lab "$@"; fi

# Without a terminal, Compose does not forward signals: it would end, and the command would continue with its fault.
container=$(docker compose --progress quiet run --no-deps --no-TTY --detach lab "$@")
trap 'docker rm --force "$container" >/dev/null 2>&1 || true' EXIT
trap 'docker kill --signal INT "$container" >/dev/null' INT TERM HUP
docker logs --follow "$container" &
log=$!
# A signal ends `wait` early, while the command still clears its fault.
while kill -0 "$log" 2>/dev/null; do wait "$log" || true; done
code=$(docker wait "$container" 2>/dev/null) || fail "the container was removed: did \`make down\` run?"
exit "$code"
