#!/usr/bin/env bash
# make check: the lab's own table of claims, then what only the host can ask: every address that the README names.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

table=$(mktemp)
trap 'rm -f "$table"' EXIT
status=0
scripts/lab.sh check | tee "$table" || status=1

proven=0 failed=0 not_provable=0
claim() { # claim MARK TEXT EVIDENCE
  case $1 in
    ✓) proven=$((proven + 1)) ;;
    ✗) failed=$((failed + 1)) ;;
    –) not_provable=$((not_provable + 1)) ;;
  esac
  printf '%s %-44s  %s\n' "$1" "$2" "$3"
}

# default_port NAME: as .env has it, which is what the README says.
port_names=$(sed -n 's/^\([A-Z_]*_PORT\)=\([0-9]*\)$/\2 \1/p' .env)

ask() {
  local address=$1 default name url answer
  default=$(sed -n 's|^http://127\.0\.0\.1:\([0-9]*\).*|\1|p' <<<"$address")
  name=$(sed -n "s/^$default //p" <<<"$port_names")
  if [ -z "$name" ]; then
    claim ✗ "$address answers" "no port of .env is $default"
    return
  fi
  if [ "$name" = GRAFANA_PORT ] && [ -z "$(compose ps --quiet grafana 2>/dev/null)" ]; then
    claim – "$address answers" "Grafana is not here"
    return
  fi
  url=${address/:$default/:${!name}}
  if answer=$(curl --silent --show-error --location --output /dev/null --max-time 5 \
    --write-out '%{http_code}, %{content_type}, %{time_total} s' "$url" 2>&1) && [[ $answer = 2* ]]; then
    claim ✓ "$address answers" "$answer"
  else
    claim ✗ "$address answers" "$url: $answer"
  fi
}

printf '\nAddresses that the README names, asked from this host\n'
# What a command sends something to is scripts/check-docs.sh's to try.
addresses() {
  grep -vE 'curl .*(-X|--data|-d) ' README.md | grep -oE "http://127\.0\.0\.1:[0-9]+[^][ )>\"'\`|]*" | sed 's/[.,;:]$//' | sort -u
}
while read -r address; do ask "$address"; done < <(addresses)

printf '\nFrom this host: %d claims proven, %d failed, %d not provable here\n' "$proven" "$failed" "$not_provable"
[ "$failed" = 0 ] || status=1
exit "$status"
