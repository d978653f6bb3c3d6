#!/bin/sh
# Tests of the scripts themselves, which need no lab. `make test` runs them under dash and under busybox.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/versions.sh

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# expect NAME WANT HAVE
expect() { [ "$2" = "$3" ] || fail "$1: expected $2, found $3"; }

versions() {
  while read -r have want newer; do
    if at_least "${have#none}" "$want"; then result=yes; else result=no; fi
    expect "$have is at least $want" "$newer" "$result"
  done <<END
2.24 2.24 yes
2.24.1 2.24 yes
2.9 2.24 no
2.40.3-3 2.24 yes
20.10.24+dfsg1 20.10 yes
3 2.24 yes
1.95.0-nightly 1.95.1 no
none 1 no
END
  for name in engine compose buildx memory disk test-disk; do [ -n "$(required "$name")" ] || fail "no requirement $name"; done
}

noisy() { echo "first" && echo "#7 1.5 last" && return 3; }

steps() {
  expect "output of a step that succeeds" "" "$(step "quiet" echo hidden | grep hidden)"
  status=0
  step "noisy" noisy >"$scratch/step" || status=$?
  expect "status of a step that fails" 3 "$status"
  grep -qx first "$scratch/step" || fail "the output of a step that fails is missing"
  expect "last line of a log" "last" "$(printf 'first\n#7 1.5 gone\rlast\r\n\n' >"$scratch/log" && last_line "$scratch/log")"
}

documents() {
  cat >"$scratch/true.md" <<'END'
$ echo "not in a console block"
```console
$ echo "1 → 2 ≥ 1"; printf '%s\n' 'a*b [c] \n?'
1 → 2 ≥ 1
a*b [c] \n?
$ echo one \
    two
one two
$ echo start middle; echo end
start…
end
$ make up
$ TUTORIAL=echo RATE=1 make up
$ docker compose up
$ git status
```
END
  cat >"$scratch/false.md" <<'END'
```console
$ echo ab
a?
$ echo a; echo b
a
```
END
  sh scripts/check-docs.sh "$scratch/true.md" >"$scratch/output" || fail "$(cat "$scratch/output")"
  expect "summary" "Documents: 3 commands proven, 0 failed; 4 that would change the lab left out" "$(tail -n 1 "$scratch/output")"
  ! sh scripts/check-docs.sh "$scratch/false.md" >"$scratch/output" || fail "$(cat "$scratch/output")"
  expect "summary" "Documents: 0 commands proven, 2 failed; 0 that would change the lab left out" "$(tail -n 1 "$scratch/output")"
}

versions
steps
documents
sh scripts/test-images.sh
sh scripts/test-settings.sh
sh scripts/test-machine.sh
