#!/usr/bin/env bash
# Runs the commands of the documents against the running lab and compares what they print.
#
# A ```console block holds `$ command` lines, each followed by what it prints; `…` stands for any text.
# A command is tried again for ten seconds, since a figure may need a scrape or two to arrive.
# `make`, `git` and `cd` commands are left to `make test`, which runs them as its own steps.
#
# usage: scripts/check-docs.sh [FILE...]      default: README.md and docs/*.md
set -uo pipefail
cd "$(dirname "$0")/.."

readonly PATIENCE_SECONDS=10
# "PUBLISHED=DEFAULT" for each port variable of .env: documents name the defaults, the lab may run elsewhere.
ports=$(sed -nE 's/^([A-Z_]+_PORT)=([0-9]+).*/\1 \2/p' .env)
proven=0 failed=0 elsewhere=0

# Replaces the documented ports by those that this lab publishes.
at_published_ports() {
  local text=$1 name default
  while read -r name default; do
    [[ -n $name ]] || continue
    text=${text//127.0.0.1:$default/127.0.0.1:${!name:-$default}}
  done <<<"$ports"
  printf '%s' "$text"
}

# Turns expected text into a glob: everything literal but `…`.
glob_of() {
  local text=$1 special
  for special in '\' '*' '?' '[' ']'; do text=${text//"$special"/"\\$special"}; done
  printf '%s' "${text//…/*}"
}

prove() { # FILE LINE COMMAND EXPECTED
  local place="$1:$2" command=$3 expected=$4 output glob deadline
  if [[ $command =~ ^(make|git|cd)\  ]]; then
    elsewhere=$((elsewhere + 1))
    return
  fi
  command=$(at_published_ports "$command")
  glob=$(glob_of "$(at_published_ports "$expected")")
  deadline=$((SECONDS + PATIENCE_SECONDS))
  while :; do
    output=$(timeout 60 bash -c "$command" 2>&1)
    # shellcheck disable=SC2053 # the right side is a glob on purpose
    if [[ $output == $glob ]]; then
      proven=$((proven + 1))
      printf '  ✓ %s  %s\n' "$place" "${command:0:90}"
      return
    fi
    ((SECONDS < deadline)) || break
    sleep 0.5
  done
  failed=$((failed + 1))
  printf '  ✗ %s  %s\n    expected: %s\n    printed:  %s\n' "$place" "$command" "$expected" "$output"
}

check_file() {
  local file=$1 number=0 inside="" command="" expected="" at=0 line
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    if [[ -z $inside ]]; then
      [[ $line == '```console' ]] && inside=yes
    elif [[ $line == '```' ]]; then
      [[ -n $command ]] && prove "$file" "$at" "$command" "$expected"
      inside="" command="" expected=""
    elif [[ $line == '$ '* ]]; then
      [[ -n $command ]] && prove "$file" "$at" "$command" "$expected"
      command=${line#'$ '} expected="" at=$number
    elif [[ $command == *\\ && -z $expected ]]; then
      command=${command%\\}${line#"${line%%[![:space:]]*}"}
    else
      expected=${expected:+$expected$'\n'}$line
    fi
  done <"$file"
}

files=("$@")
((${#files[@]})) || files=(README.md docs/*.md)
for file in "${files[@]}"; do check_file "$file"; done
printf '%d commands of the documents proven, %d failed (%d make and git commands are steps of make test)\n' \
  "$proven" "$failed" "$elsewhere"
((failed == 0))
