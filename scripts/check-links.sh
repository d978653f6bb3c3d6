#!/bin/sh
# Requests every link that the console's pages, the mails and the documents show, from this host. Prints one claim per source
# with the number of links. Links to other machines are counted, not requested.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

console=http://127.0.0.1:$(setting CONSOLE_PORT)
now_ms=$(now)000
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0

# links: prints the URLs in the input. In JSON, a quotation mark ends a URL and may be escaped.
links() {
  sed -e 's/\\u0026/\&/g' -e 's/&amp;/\&/g' -e 's/&#43;/+/g' -e 's/\\n/ /g' | grep -oE "https?://[^][ <>()\"'\`\\\\|]+" | sed 's/[.,;:]*$//'
}

# filled: replaces the variables of a dashboard's link by values that exist.
filled() {
  sed -e "s/\${__from}000/${now_ms}000/g" -e "s/\${__to}000/${now_ms}000/g" -e 's/\${__[a-z.]*[jJ]ob}/web-client/g'
}

# prose: prints the lines that are neither commands nor settings nor in a block of code.
prose() { awk '/^```/ { inside = !inside; next } !inside && !/^    / && !/curl / && !/[A-Z]=http/'; }

# claim SOURCE: requests the links of the input.
claim() {
  sort -u >"$scratch/links"
  total=$(wc -l <"$scratch/links") external=0 wrong=''
  while read -r url; do
    case $url in
      http://127.0.0.1:*) ;;
      *)
        external=$((external + 1))
        continue
        ;;
    esac
    if ! answer=$(curl --silent --show-error --location --globoff --output /dev/null --max-time 5 --write-out '%{http_code}' "$url" 2>&1) ||
      [ "${answer#2}" = "$answer" ]; then
      wrong="$wrong $url ($answer)"
    fi
  done <"$scratch/links"
  evidence="$((total - external)) links"
  [ "$external" = 0 ] || evidence="$evidence, $external to other machines not requested"
  if [ -n "$wrong" ]; then
    status=1
    printf '✗ %-44s  %s\n' "the links $1 lead to pages" "$evidence; no page:$wrong"
  elif [ "$total" = 0 ]; then
    printf '– %-44s  %s\n' "the links $1 lead to pages" "no links now"
  else
    printf '✓ %-44s  %s\n' "the links $1 lead to pages" "$evidence"
  fi
}

get() { curl --silent --show-error --max-time 5 "$1"; }

# left_out: removes the links to services that this lab does not have. Documents describe all of them.
left_out() {
  for port in $(ports); do
    case ${port%=*} in
      GRAFANA_PORT) service=grafana ;;
      METRICS_SINK_PORT) service=metrics-sink ;;
      ORDER_METRICS_PORT) service=order-service ;;
      BALANCER_PORT | BALANCER_REST_PORT) service=tcp-balancer ;;
      INFLUXDB_PORT) service=influxdb ;;
      *) continue ;;
    esac
    has_service "$service" || printf '^http://127\\.0\\.0\\.1:%s(/|$)\n' "${port#*=}"
  done >"$scratch/left-out"
  has_service order-service || echo '/orders' >>"$scratch/left-out"
  if [ -s "$scratch/left-out" ]; then grep -vE -f "$scratch/left-out"; else cat; fi || true
}

get "$console/api/lab" | links | claim "of the console's menu"
# The topology is sent as an event.
{ curl --silent --no-buffer --max-time 3 "$console/api/events" || true; } | sed -n '/^event: *map/{n;p;q;}' |
  links | claim "of the topology"
for number in 1 2 3 4 5; do
  # The documents are those of all tutorials. Links to the console's own pages are paths.
  get "$console/api/tutorials/$number" | sed "s#href=\\\\\"/#href=\\\\\"$console/#g" | grep -oE 'href=\\"[^"\\]*' | links || true
done | left_out | claim "of the tutorials"
for file in grafana/dashboards/*/*.json; do
  case $file in grafana/dashboards/own/*) continue ;; esac
  tr -d '\n' <"$file" | grep -oE '"url": *"[^"]+"' || true
done | published | filled | links | left_out | claim "of the dashboards"
# Without commands that change something, and without queries that continue on the next line.
grep -hvE 'curl .*(-X|-d|--data)|TRACE_ID' docs/runbooks/*.md | published | links | grep -vE '/query(\?db=metric)?$' | left_out |
  claim "of the runbooks"
cat README.md docs/*.md | prose | published | links | grep -v -e ':9464' -e '/d/tea-shop' | left_out | claim "of the documents"
if has_service maildev; then
  # One mail a line. Those about alerts without a runbook are the user's.
  alerts=$(for file in docs/runbooks/*.md; do printf '%s\n' "$file"; done | sed -e 's#.*/##' -e 's/\.md$//' | tr '\n' '|')
  get "http://127.0.0.1:$(setting MAILDEV_PORT)/email" | sed -e 's/},{"html":/}\
{"html":/g' | grep -E "\"subject\":\"\[(FIRING|RESOLVED)\] (${alerts%|})[^A-Za-z]" | links | grep '^http://127' |
    claim "of the mails"
fi
exit "$status"
