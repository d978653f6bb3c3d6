# shellcheck shell=sh
# Output of the scripts: steps with their duration, notes, and errors.

# say TEXT...: prints a line.
say() { printf '%s\n' "$*"; }

# fail TEXT...: prints what is wrong and how to fix it, and exits.
fail() {
  printf 'lookout: %s\n' "$*" >&2
  exit 1
}

# now: prints the time in seconds.
now() { date +%s; }

# timed MARK NAME START: prints a finished step with the seconds since START, a time of `now`.
timed() { printf '%s %-58s %4d s\n' "$1" "$2" "$(($(now) - $3))"; }

# last_line FILE: prints the last line of a log, without BuildKit's prefix. Progress bars end their lines with CR.
last_line() { tail -c 4096 "$1" | tr '\r\t' '\n ' | sed -e 's/^#[0-9]* [0-9.]* //' -e 's/^… //' -e '/^ *$/d' | tail -n 1; }

# watch_log NAME FILE START: shows how a step goes while this script runs. A terminal's line shows the log's last line; other
# outputs receive a line every 15 s. It runs in the background.
watch_log() {
  width=$(tput cols 2>/dev/null || echo 80)
  next=$(($3 + 15))
  while kill -0 "$$" 2>/dev/null; do
    if [ -t 1 ]; then
      printf '\r\033[K%.*s' "$((width - 1))" "… $1  $(last_line "$2")"
    elif [ "$(now)" -ge "$next" ]; then
      printf '… %s: %d s: %.120s\n' "$1" "$((next - $3))" "$(last_line "$2")"
      next=$((next + 15))
    fi
    # Whoever reads the output does not wait for a `sleep` that outlives this loop.
    sleep 1 >/dev/null 2>&1
  done
}

# step NAME COMMAND...: runs the command in a subshell and prints the name with its duration. The command's output is shown
# only if it fails; VERBOSE=1 shows it at once. The output of a failed command is copied to the file $failed_log, if set.
step() (
  name=$1 start=$(now) status=0
  shift
  if [ "${VERBOSE:-}" = 1 ]; then
    say "· $name"
    "$@" || status=$?
  else
    log=$(mktemp)
    watch_log "$name" "$log" "$start" &
    watcher=$!
    trap 'kill "$watcher" 2>/dev/null || true; rm -f "$log"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    "$@" >"$log" 2>&1 || status=$?
    kill "$watcher"
    [ ! -t 1 ] || printf '\r\033[K'
    [ "$status" = 0 ] || tail -n 60 "$log"
    [ "$status" = 0 ] || [ -z "${failed_log:-}" ] || cp "$log" "$failed_log"
  fi
  if [ "$status" = 0 ]; then timed ✓ "$name" "$start"; else timed ✗ "$name" "$start"; fi
  return "$status"
)
