# shellcheck shell=bash
# Counts the steps of a test run: passed, failed, skipped with a reason; and the minutes of each section.

passed=0 failed=0 skipped=0 failures=() section='' section_start=$SECONDS minutes=()

# section NAME: ends the last section and starts the next one.
section() {
  [ -z "$section" ] || minutes+=("$section $(((SECONDS - section_start + 30) / 60)) min")
  section=$1 section_start=$SECONDS
  say "$1"
}

# try NAME COMMAND...: one step. A failure is counted, and the run goes on.
try() {
  if step "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    failures+=("$1")
  fi
}

# skip NAME REASON: a step that cannot run here; prints what is not proven.
skip() {
  skipped=$((skipped + 1))
  printf -- '– %s: not proven here, %s\n' "$1" "$2"
}

# total: prints the minutes, the failed steps and, as the last line, the counts. Returns 1 if a step failed.
total() {
  local failure
  [ "${#minutes[@]}" = 0 ] || printf 'time: %s\n' "${minutes[@]}"
  for failure in "${failures[@]}"; do printf 'failed: %s\n' "$failure"; done
  if [ "$skipped" = 0 ]; then
    printf '%d passed, %d failed\n' "$passed" "$failed"
  else
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  fi
  [ "$failed" = 0 ]
}
