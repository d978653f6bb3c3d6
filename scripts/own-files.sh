# shellcheck shell=sh
# For a script that puts files of one's own into the running lab and removes them before it ends. Source this file after
# settings.sh.
require_lab

# The files to remove, without spaces in their names, and a folder for the script's own.
written='' scratch=$(mktemp -d)

# apply: has the lab read the files, and prints Compose's messages.
apply() { docker compose --progress quiet up --detach 2>&1; }

# undo: what else the script reverts.
undo() { :; }

clean() {
  # shellcheck disable=SC2086 # a list of paths
  [ -z "$written" ] || { rm -f $written && apply >/dev/null; } || true
  undo
  rm -rf "$scratch"
}
trap clean EXIT
trap 'exit 130' INT TERM HUP
