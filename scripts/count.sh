# shellcheck shell=sh
# Counts the steps of a test run: passed, failed, skipped with a reason; and the minutes of each section.

failed_log=$(mktemp)
passed=0 failed=0 skipped=0 section='' minutes='' failures=''
newline='
'

# section NAME: ends the last section and starts the next one.
section() {
  [ -z "$section" ] || minutes=$minutes"time: $section $((($(now) - section_start + 30) / 60)) min$newline"
  section=$1 section_start=$(now)
  say "$1"
}

# try NAME COMMAND...: one step. A failure is counted, and the run goes on.
try() {
  if step "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    failures=$failures"failed: $1$newline$(reasons)$newline"
  fi
}

# reasons: prints the lines of a failed step's output that say what failed, or its last lines.
reasons() {
  [ -s "$failed_log" ] || return 0
  { grep -E -A 2 '^ *✗|^lookout: |panicked at|FAILED$|^error' "$failed_log" || tail -n 5 "$failed_log"; } |
    grep -v '^--$' | cut -c 1-300 | sed 's/^/    /' | tail -n 15
  : >"$failed_log"
}

# skip NAME REASON: a step that cannot run here; prints what is not proven.
skip() {
  skipped=$((skipped + 1))
  say "– $1: not proven here, $2"
}

# total: prints the minutes, the failed steps with their reasons and, as the last line, the counts. Returns 1 if a step failed.
total() {
  rm -f "$failed_log"
  printf '%s' "$minutes$failures"
  if [ "$skipped" = 0 ]; then
    say "$passed passed, $failed failed"
  else
    say "$passed passed, $failed failed, $skipped skipped"
  fi
  [ "$failed" = 0 ]
}
