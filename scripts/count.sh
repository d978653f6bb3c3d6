# shellcheck shell=bash
# Counting of a test run's steps: passed, failed, skipped; each with its time, and why a skipped one was.

passed=0 failed=0 skipped=0 failures=()

# try NAME COMMAND...: one step; a failure is counted and the run goes on.
try() {
  if step "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    failures+=("$1")
  fi
}

# skip NAME REASON: a step that cannot be done here; says what is not proven.
skip() {
  skipped=$((skipped + 1))
  printf -- '– %s: not proven here, %s\n' "$1" "$2"
}

# total: the last line; fails if a step failed.
total() {
  local failure
  for failure in "${failures[@]}"; do printf 'failed: %s\n' "$failure"; done
  if [ "$skipped" = 0 ]; then
    printf '%d passed, %d failed\n' "$passed" "$failed"
  else
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  fi
  [ "$failed" = 0 ]
}
