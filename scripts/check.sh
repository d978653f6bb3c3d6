#!/usr/bin/env bash
# make check: the claims that the `lab` container proves, then those that only the host can check: every address in the
# README and every command in the documents.
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

request() {
  local address=$1 url answer tutorial=lab
  url=$(published <<<"$address")
  case $url in
    *:"$GRAFANA_PORT" | *:"$GRAFANA_PORT"/*)
      [ -n "$(compose ps --quiet grafana 2>/dev/null)" ] || { claim – "$address answers" "Grafana is unavailable"; return; }
      ;;
    *:"$METRICS_SINK_PORT"/*) tutorial=sink ;;
    *:"$EDGE_PORT"/orders | *:"$ORDER_METRICS_PORT"/*) tutorial=order ;;
    *:"$BALANCER_PORT" | *:"$BALANCER_PORT"/* | *:"$BALANCER_REST_PORT"/*) tutorial=balancer ;;
    *:"$INFLUXDB_PORT"/*) tutorial=influx ;;
  esac
  has_tutorial "$tutorial" || { claim – "$address answers" "left out by TUTORIAL=$TUTORIAL"; return; }
  if answer=$(curl --silent --show-error --location --output /dev/null --max-time 5 \
    --write-out '%{http_code}, %{content_type}, %{time_total} s' "$url" 2>&1) && [[ $answer = 2* ]]; then
    claim ✓ "$address answers" "$answer"
  else
    claim ✗ "$address answers" "$url: $answer"
  fi
}

printf '\nAddresses of the README, requested from this host\n'
# Lines with commands are left to scripts/check-docs.sh.
addresses() {
  grep -v '^\$ ' README.md | grep -oE "http://127\.0\.0\.1:[0-9]+[^][ )>\"'\`|]*" | sed 's/[.,;:]$//' | sort -u
}
while read -r address; do request "$address"; done < <(addresses)

printf '\nFrom this host: %d claims proven, %d failed, %d not provable here\n' "$proven" "$failed" "$not_provable"
[ "$failed" = 0 ] || status=1

printf '\nCommands of the documents, and what they print\n'
documents=(README.md docs/console.md)
for tutorial in "${tutorials[@]:1}"; do documents+=("docs/$tutorial.md"); done
scripts/check-docs.sh "${documents[@]}" || status=1
exit "$status"
