#!/usr/bin/env bash
# Runs the lab's own command in the lab's network: lab.sh check, lab.sh alert FAULT, ...
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
has_image "lookout/lab:$LAB_NAME" || fail "the lab is not built yet: run \`make up\` first."
[ -n "$(docker compose ps --quiet prometheus)" ] || fail "the lab is not running: run \`make up\` first."
terminal=()
[ -t 0 ] && [ -t 1 ] || terminal=(--no-TTY)
# In place of this shell: Ctrl-C must reach the command, which takes its fault back first.
exec docker compose --progress quiet run --rm --no-deps "${terminal[@]}" lab "$@"
