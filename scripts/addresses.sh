#!/usr/bin/env bash
# Prints the lab's addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

at() { printf '  %-28s http://127.0.0.1:%s\n' "$1" "$2$3"; }
runs() { [ -n "$(compose ps --quiet "$1" 2>/dev/null)" ]; }

say ""
say "  Open http://127.0.0.1:$CONSOLE_PORT: the console, with the lab's topology, tutorials and dashboards."
say ""
say "  The services:"
at "Send an echo" "$EDGE_PORT" /
! runs order-service || at "Place an order" "$EDGE_PORT" /orders
! runs tcp-balancer || at "Hello, through the balancer" "$BALANCER_PORT" /
! runs grafana || at "Dashboards (Grafana)" "$GRAFANA_PORT" /
at "Prometheus" "$PROMETHEUS_PORT" /
at "Alertmanager" "$ALERTMANAGER_PORT" /
at "Alert mail (MailDev)" "$MAILDEV_PORT" /
at "Traces (Jaeger)" "$JAEGER_PORT" /
at "Envoy's admin page" "$ENVOY_ADMIN_PORT" /
! runs metrics-sink || at "Envoy's metrics, by the sink" "$METRICS_SINK_PORT" /envoy/metrics
! runs tcp-balancer || at "The balancer's backends" "$BALANCER_REST_PORT" /servers
! runs influxdb || at "InfluxDB" "$INFLUXDB_PORT" "/query?db=metric&q=SHOW+MEASUREMENTS"
say ""
runs grafana || say "  Grafana is unavailable: its image cannot be pulled. The console draws its dashboards."
! is_stand_in "$PROMETHEUS_IMAGE" || say "  Prometheus is Debian's build, without web pages. Its API works, e.g. http://127.0.0.1:$PROMETHEUS_PORT/api/v1/alerts"
! is_stand_in "$ALERTMANAGER_IMAGE" || say "  Alertmanager likewise, e.g. http://127.0.0.1:$ALERTMANAGER_PORT/api/v2/alerts"
! is_stand_in "$JAEGER_IMAGE" || say "  Jaeger is a stand-in: it keeps the latest spans and serves Jaeger's query API."
say "  Next: make load, make alert, make check. Stop with make down."
