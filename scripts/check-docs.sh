#!/usr/bin/env bash
# Runs the commands of the documents against the running lab and compares what they print.
# Usage: check-docs.sh FILE...
#
# A ```console block holds `$ command` lines, each followed by what it prints; `…` stands for any text.
# A command is retried for ten seconds, because a figure may need a scrape or two to arrive.
# `make load`, `alert` and `check` run only with MAKE_COMMANDS=run, which `make test` sets. The other `make` commands, and
# `git`, would start or stop the running lab: they are steps of `make test` itself.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

retry_timeout=10
proven=0 failed=0 elsewhere=0

# Turns expected text into a glob: all characters are literal except `…`.
glob_of() {
  local text=$1 special
  for special in \\ '*' '?' '[' ']'; do text=${text//"$special"/"\\$special"}; done
  printf '%s' "${text//…/*}"
}

# prove PLACE COMMAND EXPECTED
prove() {
  local place=$1 command glob output deadline=$((SECONDS + retry_timeout))
  case ${MAKE_COMMANDS:-leave},$2 in
    *,) return ;;
    # Long commands run once.
    run,'make load'* | run,'make alert'* | run,'make check'*) deadline=$SECONDS ;;
    *,'make '* | *,'git '*)
      elsewhere=$((elsewhere + 1))
      return
      ;;
  esac
  command=$(published <<<"$2")
  glob=$(glob_of "$(published <<<"$3")")
  while :; do
    output=$(env -u MAKE_COMMANDS -u MAKELEVEL -u MAKEFLAGS timeout 300 bash -c "$command" 2>&1) || true
    # shellcheck disable=SC2053 # the right side is a glob on purpose
    if [[ $output == $glob ]]; then
      proven=$((proven + 1))
      say "✓ $place  ${command:0:80}"
      return
    fi
    [ "$SECONDS" -lt "$deadline" ] || break
    sleep 0.5
  done
  failed=$((failed + 1))
  say "✗ $place  $command"
  say "    expected: $3"
  say "    printed:  $output"
}

# A line that ends in \ continues on the next line.
check_file() {
  local file=$1 lines line number=0 at=0 inside=no command='' expected=''
  mapfile -t lines <"$file"
  for line in "${lines[@]}"; do
    number=$((number + 1))
    case $inside,$line in
      no,'```console') inside=yes ;;
      no,*) ;;
      yes,'```' | yes,'$ '*)
        prove "$file:$at" "$command" "$expected"
        command='' expected='' at=$number
        if [ "$line" = '```' ]; then inside=no; else command=${line#'$ '}; fi
        ;;
      *)
        if [[ $command == *\\ && -z $expected ]]; then
          command=${command%\\}${line#"${line%%[![:space:]]*}"}
        else
          expected=${expected:+$expected$'\n'}$line
        fi
        ;;
    esac
  done
}

for file in "$@"; do check_file "$file"; done
say "Documents: $proven commands proven, $failed failed; $elsewhere make and git commands left to make test"
[ "$failed" = 0 ]
