# shellcheck shell=bash
# How the scripts speak: steps with their seconds, notes, and a last sentence before they give up.

# say TEXT...: one line of progress.
say() { printf '%s\n' "$*"; }

# fail TEXT...: one sentence on what is wrong and what mends it, then the end.
fail() {
  printf 'lookout: %s\n' "$*" >&2
  exit 1
}

# timed MARK NAME START: one finished step, with the seconds since START.
timed() { printf '%s %-58s %4d s\n' "$1" "$2" "$((SECONDS - $3))"; }

# watch_log NAME FILE: on a terminal, what a running step says at the moment, on one line.
watch_log() {
  local width
  width=$(tput cols 2>/dev/null || echo 80)
  while :; do
    printf '\r\033[K%.*s' "$((width - 1))" "… $1  $(tail -n 1 "$2" | tr -d '\r\t')"
    sleep 1
  done
}

# step NAME COMMAND...: runs the command and prints the name with the seconds it took. Its output goes to a
# file, shown only if it fails; with VERBOSE=1 it is shown as it comes.
step() {
  local name=$1 start=$SECONDS log watcher status=0
  shift
  if [ "${VERBOSE:-}" = 1 ]; then
    say "· $name"
    "$@" || status=$?
  else
    log=$(mktemp)
    if [ -t 1 ]; then
      watch_log "$name" "$log" &
      watcher=$!
    fi
    "$@" >"$log" 2>&1 || status=$?
    if [ -t 1 ]; then
      kill "$watcher"
      printf '\r\033[K'
    fi
    [ "$status" = 0 ] || tail -n 60 "$log"
    rm -f "$log"
  fi
  if [ "$status" = 0 ]; then timed ✓ "$name" "$start"; else timed ✗ "$name" "$start"; fi
  return "$status"
}
