# shellcheck shell=sh
# Counts the steps of a test run: passed, failed, skipped with a reason; and the minutes of each section.

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
    failures=$failures"failed: $1$newline"
  fi
}

# skip NAME REASON: a step that cannot run here; prints what is not proven.
skip() {
  skipped=$((skipped + 1))
  say "– $1: not proven here, $2"
}

# total: prints the minutes, the failed steps and, as the last line, the counts. Returns 1 if a step failed.
total() {
  printf '%s' "$minutes$failures"
  if [ "$skipped" = 0 ]; then
    say "$passed passed, $failed failed"
  else
    say "$passed passed, $failed failed, $skipped skipped"
  fi
  [ "$failed" = 0 ]
}
