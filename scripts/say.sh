# shellcheck shell=bash
# How the scripts speak: steps with their seconds, notes, and a last sentence before they give up.

# say TEXT...: one line of progress.
say() { printf '%s\n' "$*"; }

# fail TEXT...: one sentence on what is wrong and what mends it, then the end.
fail() {
  printf 'lookout: %s\n' "$*" >&2
  exit 1
}

# step NAME COMMAND...: runs the command and prints the name with the seconds it took. Its output goes to a
# file, shown only if it fails; with VERBOSE=1 it is shown as it comes.
step() {
  local name=$1 start=$SECONDS log status=0
  shift
  if [ "${VERBOSE:-}" = 1 ]; then
    say "· $name"
    "$@" || status=$?
  else
    log=$(mktemp)
    [ ! -t 1 ] || printf '… %s' "$name"
    "$@" >"$log" 2>&1 || status=$?
    [ ! -t 1 ] || printf '\r\033[K'
    [ "$status" = 0 ] || tail -n 60 "$log"
    rm -f "$log"
  fi
  if [ "$status" = 0 ]; then
    printf '✓ %-46s %4d s\n' "$name" "$((SECONDS - start))"
  else
    printf '✗ %-46s %4d s\n' "$name" "$((SECONDS - start))"
  fi
  return "$status"
}
