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

# eventually TEXT FILE: waits until the file is the text.
eventually() {
  deadline=$(($(now) + 20))
  until [ "$(cat "$2" 2>/dev/null)" = "$1" ]; do
    [ "$(now)" -lt "$deadline" ] || fail "$2: expected \"$1\", found \"$(cat "$2")\""
    sleep 0.1
  done
}

# Grafana's container: a changed file restarts Grafana, a signal stops it, and its own end ends the container.
grafana() {
  folder=$scratch/grafana
  mkdir -p "$folder/bin" "$folder/data"
  cp grafana/run.sh "$folder"
  echo admin >"$folder/admin-password"
  echo first >"$folder/smtp-password"
  echo NoStartTLS >"$folder/smtp-starttls-policy"
  : >"$folder/smtp-ca.pem"
  cat >"$folder/server" <<END
#!/bin/sh
cat "$folder/smtp-password" >>"$folder/starts"
trap 'echo stopped >>"$folder/starts"; exit 0' TERM
[ ! -f "$folder/fails" ] || exit 3
while :; do sleep 0.1; done
END
  printf '#!/bin/sh\ncat >>"%s/resets"\n' "$folder" >"$folder/bin/grafana"
  chmod +x "$folder/server" "$folder/bin/grafana"
  PATH=$folder/bin:$PATH GF_PATHS_DATA=$folder/data sh "$folder/run.sh" "$folder/server" >/dev/null &
  runner=$!
  trap 'kill "$runner" 2>/dev/null || true; rm -rf "$scratch"' EXIT
  eventually first "$folder/starts"
  # Grafana's first start creates the database with the password.
  touch "$folder/data/grafana.db"
  echo second >"$folder/smtp-password"
  eventually "first
stopped
second" "$folder/starts"
  [ ! -f "$folder/resets" ] || fail "the password was set although it has not changed"
  sleep 1 # a file system may store times in seconds
  echo changed >"$folder/admin-password"
  eventually changed "$folder/resets"
  eventually "first
stopped
second
stopped
second" "$folder/starts"
  kill "$runner"
  wait "$runner" || fail "the container ends with $?"
  expect "the last event" stopped "$(tail -n 1 "$folder/starts")"
  touch "$folder/fails"
  status=0
  GF_PATHS_DATA=$folder/data sh "$folder/run.sh" "$folder/server" || status=$?
  expect "status of a Grafana that ends" 3 "$status"
}

versions
steps
documents
grafana
sh scripts/test-images.sh
sh scripts/test-settings.sh
sh scripts/test-machine.sh
