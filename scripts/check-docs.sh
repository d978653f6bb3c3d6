#!/bin/sh
# Runs the commands of the documents against the running lab and compares what they print.
# Usage: check-docs.sh FILE...
#
# A ```console block holds `$ command` lines, each followed by what it prints; `…` stands for any text.
# A command is retried for ten seconds, because a figure may need a scrape or two to arrive.
# `make load`, `alert` and `check` run only with MAKE_COMMANDS=run, which `make test` sets. The other `make` commands, those of
# Compose that start, stop or build services, and `git` are left out: the running lab would change.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

retry_timeout=10 run_timeout=600
mode=${MAKE_COMMANDS:-leave}
unset MAKE_COMMANDS MAKELEVEL MAKEFLAGS
proven=0 failed=0 elsewhere=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# split NAME: writes each command of the document on the standard input to a file of $scratch, N.command, beside what it
# prints, N.expected, and where it is, N.place. A line that ends in \ continues on the next line.
split() {
  awk -v document="$1" -v folder="$scratch/" '
    function finish() {
      if (command == "") return
      name = folder sprintf("%04d", ++count)
      print command >(name ".command"); print expected >(name ".expected"); print document ":" at >(name ".place")
      close(name ".command"); close(name ".expected"); close(name ".place")
    }
    !inside { inside = $0 == "```console"; command = expected = ""; next }
    $0 == "```" || /^\$ / {
      finish()
      inside = $0 != "```"; command = inside ? substr($0, 3) : ""; expected = ""; at = NR
      next
    }
    command ~ /\\$/ && expected == "" { sub(/^[ \t]+/, ""); command = substr(command, 1, length(command) - 1) $0; next }
    { expected = (expected == "" ? "" : expected "\n") $0 }'
}

# run COMMAND: prints what the command prints. It is stopped after `run_timeout` seconds.
run() {
  {
    deadline=$(($(now) + run_timeout))
    while [ "$(now)" -lt "$deadline" ] && kill -0 "$$"; do sleep 1; done
    kill "$(cat "$scratch/pid")"
  } >/dev/null 2>&1 &
  watcher=$!
  # In the foreground, where Ctrl-C reaches it. What the command leaves running may hold its output open.
  sh -c 'echo "$$" >"$1"; exec sh -c "$2"' sh "$scratch/pid" "$1" >"$scratch/output" 2>&1 </dev/null || true
  kill "$watcher" 2>/dev/null || true
  cat "$scratch/output"
}

# matches TEXT PATTERN: whether the text is the pattern, in which `…` is any text.
matches() {
  glob=$(printf '%s\n' "$2" | sed -e 's/[][*?]/[&]/g' -e 's/\\/\\\\/g' -e 's/…/*/g')
  # shellcheck disable=SC2254 # a glob on purpose
  case $1 in $glob) ;; *) return 1 ;; esac
}

# prove PLACE COMMAND EXPECTED
prove() {
  deadline=$(($(now) + retry_timeout))
  # Without the settings before the command: TUTORIAL=echo make up.
  case $mode,$(printf '%s\n' "$2" | sed 's/^\([A-Z_]*=[^ ]* \)*//') in
    # Long commands run once.
    run,'make load'* | run,'make alert'* | run,'make check'*) deadline=0 ;;
    *,'make '* | *,'git '* | *,'docker compose '[bd]* | *,'docker compose up'* | *,'docker compose watch'*)
      elsewhere=$((elsewhere + 1))
      return
      ;;
  esac
  while :; do
    output=$(run "$2")
    if matches "$output" "$3"; then
      proven=$((proven + 1))
      printf '✓ %s  %.80s\n' "$1" "$2"
      return
    fi
    [ "$(now)" -lt "$deadline" ] || break
    sleep 1
  done
  failed=$((failed + 1))
  say "✗ $1  $2"
  say "    expected: $3"
  say "    printed:  $output"
}

for file in "$@"; do
  rm -f "$scratch"/*
  published <"$file" >"$scratch/document"
  split "$file" <"$scratch/document"
  for command in "$scratch"/*.command; do
    [ -f "$command" ] || continue
    prove "$(cat "${command%command}place")" "$(cat "$command")" "$(cat "${command%command}expected")"
  done
done
say "Documents: $proven commands proven, $failed failed; $elsewhere that would change the lab left out"
[ "$failed" = 0 ]
