# shellcheck shell=bash
# Output of the scripts: steps with their duration, notes, and errors.

# say TEXT...: prints a line.
say() { printf '%s\n' "$*"; }

# fail TEXT...: prints what is wrong and how to fix it, and exits.
fail() {
  printf 'lookout: %s\n' "$*" >&2
  exit 1
}

# timed MARK NAME START: prints a finished step with the seconds since START.
timed() { printf '%s %-58s %4d s\n' "$1" "$2" "$((SECONDS - $3))"; }

# watch_log NAME FILE: shows the last line of a running step's log, on one line of the terminal.
watch_log() {
  local width
  width=$(tput cols 2>/dev/null || echo 80)
  while :; do
    printf '\r\033[K%.*s' "$((width - 1))" "… $1  $(tail -n 1 "$2" | tr -d '\r\t')"
    sleep 1
  done
}

# step NAME COMMAND...: runs the command and prints the name with its duration. The command's output is shown only if it
# fails; VERBOSE=1 shows it at once.
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
