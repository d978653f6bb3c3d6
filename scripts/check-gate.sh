#!/bin/sh
# Sends each published port what a page of another site would send, and prints one claim per port: the statuses of a request of
# the same site, of another site's reads and writes, with a foreign host, and to a route that the gate closes.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

status=0

# code CURL_ARGUMENT...: prints the status of the response.
code() { curl --silent --output /dev/null --max-time 5 --write-out '%{http_code}' "$@" || true; }

# refused CODES: whether a page of another site gets nothing through. With its own name, it gets 421, otherwise 403.
refused() { case $1 in '403 403 403 403 421 421'*) ;; *) return 1 ;; esac; }

# claim SERVICE SETTING PATH [CLOSED]: PATH responds with 2xx; CLOSED, if there is one, is closed for a POST of any origin.
claim() {
  base=http://127.0.0.1:$(setting "$2") path=$3 closed=${4:-}
  text="the gate of $1 refuses other sites"
  if ! has_service "$1"; then
    printf '– %-44s  %s\n' "$text" "$1 is not in this lab"
    return
  fi
  same=$(code --header "Origin: $base" --header 'Sec-Fetch-Site: same-origin' "$base$path")
  foreign=$(
    code --header 'Sec-Fetch-Site: cross-site' --header 'Sec-Fetch-Mode: no-cors' "$base$path"
    code --header 'Origin: http://other.example' "$base$path"
    code --header 'Origin: http://other.example' --request POST --data x "$base$path"
    code --header 'Origin: null' --header 'Sec-Fetch-Site: cross-site' --request POST --data x "$base$path"
    code --header 'Host: other.example' "$base$path"
    code --header 'Host: other.example' --request POST --data x "$base$path"
  )
  foreign=$(printf '%s' "$foreign" | sed 's/.../& /g; s/ $//')
  cors=$(curl --silent --max-time 5 --output /dev/null --dump-header - --header "Origin: $base" "$base$path" | grep -ci '^access-control-' || true)
  route=403
  [ -z "$closed" ] || route=$(code --request POST "$base$closed")
  evidence="same site $same; foreign read, write, host $foreign${closed:+; $closed $route}"
  if [ "${same#2}" != "$same" ] && refused "$foreign" && [ "$cors" = 0 ] && [ "$route" = 403 ]; then
    printf '✓ %-44s  %s\n' "$text" "$evidence"
  else
    status=1
    printf '✗ %-44s  %s\n' "$text" "$evidence; $cors CORS headers"
  fi
}

# own SERVICE SETTING: a port of the lab's own programs, which serve other sites' GET requests: these change nothing.
own() {
  base=http://127.0.0.1:$(setting "$2")
  text="port $2 of $1 refuses other sites"
  if ! has_service "$1"; then
    printf '– %-44s  %s\n' "$text" "$1 is not in this lab"
    return
  fi
  same=$(code "$base/")
  foreign=$(
    code --header 'Origin: http://other.example' --request POST --data x "$base/"
    code --header 'Sec-Fetch-Site: cross-site' --request POST --data x "$base/"
    code --header 'Host: other.example' "$base/"
    code --header 'Host: other.example' --request POST --data x "$base/"
  )
  evidence="same site $same; foreign write, host $(printf '%s' "$foreign" | sed 's/.../& /g; s/ $//')"
  case $same-$foreign in
    000-* | 403-* | 421-*) same='' ;;
    *-403403421421) ;;
    *) same='' ;;
  esac
  if [ -n "$same" ]; then
    printf '✓ %-44s  %s\n' "$text" "$evidence"
  else
    status=1
    printf '✗ %-44s  %s\n' "$text" "$evidence"
  fi
}

claim prometheus PROMETHEUS_PORT '/api/v1/query?query=1' /-/reload
claim alertmanager ALERTMANAGER_PORT /api/v2/status /-/reload
claim grafana GRAFANA_PORT /api/health
claim jaeger JAEGER_PORT /api/services
claim maildev MAILDEV_PORT /email
claim influxdb INFLUXDB_PORT /ping
claim envoy ENVOY_ADMIN_PORT /ready '/logging?level=warning'
own console CONSOLE_PORT
own envoy EDGE_PORT
own web-client WEB_CLIENT_PORT
own echo-server ECHO_SERVER_PORT
own order-service ORDER_METRICS_PORT
own tcp-balancer BALANCER_REST_PORT
own tcp-balancer BALANCER_PORT
own metrics-sink METRICS_SINK_PORT
exit "$status"
