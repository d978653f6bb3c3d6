#!/bin/sh
# make check: the claims that the `lab` container proves, then those that only the host can check: every address in the
# README, every command in the documents, that edited configuration is applied, and that the gate refuses other sites' pages.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
require_lab

status=0
sh scripts/lab.sh check || status=1

proven=0 failed=0 not_provable=0
claim() { # claim MARK TEXT EVIDENCE
  case $1 in
    ✓) proven=$((proven + 1)) ;;
    ✗) failed=$((failed + 1)) ;;
    –) not_provable=$((not_provable + 1)) ;;
  esac
  printf '%s %-44s  %s\n' "$1" "$2" "$3"
}

claims=$(mktemp)
trap 'rm -f "$claims"' EXIT

# service_of ADDRESS: prints the service that an address needs, if it belongs to a tutorial or is optional.
service_of() {
  case $1 in
    *:3000 | *:3000/*) echo grafana ;;
    *:9102/* | *:9001*) echo metrics-sink ;;
    */orders* | *:8085/*) echo order-service ;;
    *:3100* | *:8888/*) echo tcp-balancer ;;
    *:8086/*) echo influxdb ;;
    *) echo envoy ;;
  esac
}

request() {
  service=$(service_of "$1")
  if ! has_service "$service"; then
    claim – "$1 answers" "$service is not in this lab"
    return
  fi
  url=$(printf '%s\n' "$1" | published)
  if answer=$(curl --silent --show-error --location --output /dev/null --max-time 5 \
    --write-out '%{http_code}, %{content_type}, %{time_total} s' "$url" 2>&1) && [ "${answer#2}" != "$answer" ]; then
    claim ✓ "$1 answers" "$answer"
  else
    claim ✗ "$1 answers" "$url: $answer"
  fi
}

printf '\nAddresses of the README, requested from this host\n'
# Lines with commands are left to scripts/check-docs.sh.
addresses=$(grep -v '^\$ ' README.md | grep -oE "http://127\.0\.0\.1:[0-9]+[^][ )>\"'\`|]*" | sed 's/[.,;:]$//' | sort -u)
for address in $addresses; do request "$address"; done

printf '\nEdited configuration, applied by docker compose up\n'
if sh scripts/check-edits.sh; then
  claim ✓ "an edit is applied, a faulty one refused" "rule, scrape job, dashboard"
else
  claim ✗ "an edit is applied, a faulty one refused" "see above"
fi

printf '\nYour own service: the steps of docs/your-service.md\n'
status_own=0
sh scripts/check-own.sh || status_own=$?
case $status_own in
  0) claim ✓ "a service outside the lab joins it" "scraped, traced, alerted on, on a dashboard" ;;
  2) claim – "a service outside the lab joins it" "see above" ;;
  *) claim ✗ "a service outside the lab joins it" "see above" ;;
esac

# claims_of SCRIPT: runs a script that prints its own claims, and counts them.
claims_of() {
  sh "$1" >"$claims" || [ -s "$claims" ] || failed=$((failed + 1))
  cat "$claims"
  proven=$((proven + $(grep -c '^✓' "$claims" || true)))
  failed=$((failed + $(grep -c '^✗' "$claims" || true)))
  not_provable=$((not_provable + $(grep -c '^–' "$claims" || true)))
}

printf '\nLinks of the pages, mails and documents, requested from this host\n'
claims_of scripts/check-links.sh

printf '\nRequests as a page of another site sends them\n'
claims_of scripts/check-gate.sh

printf '\nFrom this host: %d claims proven, %d failed, %d not provable here\n' "$proven" "$failed" "$not_provable"
[ "$failed" = 0 ] || status=1

printf '\nCommands of the documents, and what they print\n'
set -- README.md docs/console.md docs/security.md docs/echo.md
for document in docs/sink.md:metrics-sink docs/order.md:order-service docs/balancer.md:tcp-balancer docs/influx.md:influxdb; do
  ! has_service "${document#*:}" || set -- "$@" "${document%:*}"
done
sh scripts/check-docs.sh "$@" || status=1
exit "$status"
