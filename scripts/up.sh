#!/usr/bin/env bash
# make up: checks the machine, pulls or builds the images, renders the configuration, starts the lab, waits until it is
# healthy and prints its addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
start_seconds=$SECONDS
scripts/engine.sh
. scripts/settings.sh
QUIET=1 scripts/preflight.sh

scripts/images.sh debian rust node
step "programs" scripts/programs.sh
scripts/images.sh jaeger prometheus alertmanager envoy maildev grafana
! has_tutorial influx || scripts/images.sh influxdb

running=$(docker compose ps --services --status running)
changed=$(scripts/render.sh)
amtool() {
  docker run --rm --network none -v "$PWD/.lookout/$LAB_NAME/alertmanager:/etc/alertmanager:ro" --entrypoint /bin/amtool \
    "$ALERTMANAGER_IMAGE" check-config /etc/alertmanager/alertmanager.yaml
}
! grep -qx alertmanager <<<"$changed" || step "Alertmanager's configuration" amtool || exit 1

start() {
  compose up --detach --wait --wait-timeout 120 --no-build && return
  compose ps --all --format 'table {{.Service}}\t{{.Status}}'
  compose logs --no-color --tail 5
  return 1
}
step "healthy" start || fail "the lab did not become healthy; \`make logs\` has more, \`make down\` stops it."

# Services that ran before reload their configuration: its folders are mounted.
reload() { docker compose kill --signal HUP "$1"; }
for service in prometheus alertmanager; do
  if grep -qx "$service" <<<"$changed" && grep -qx "$service" <<<"$running"; then step "reload $service" reload "$service"; fi
done
restart() { compose restart "$1" && start; }
# Grafana reads its alerting configuration when it starts.
if grep -qx grafana <<<"$changed" && grep -qx grafana <<<"$running"; then step "restart grafana" restart grafana; fi
# The sink's totals equal Envoy's only if the sink has received every flush since Envoy's start.
if has_tutorial sink && grep -qx envoy <<<"$running" && ! grep -qx metrics-sink <<<"$running"; then
  step "restart envoy" restart envoy
fi
# Stop the services of tutorials that are left out now; Prometheus no longer scrapes them.
mapfile -t gone < <(comm -23 <(docker compose --profile '*' ps --services --all | sort) \
  <({ compose config --services && printf '%s\n' lab load; } | sort))
[ "${#gone[@]}" = 0 ] || docker compose --progress quiet --profile '*' rm --stop --force "${gone[@]}"
# A killed `make alert` may have left a fault behind.
[ -z "$running" ] || step "faults cleared" scripts/lab.sh restore
say "Up in $((SECONDS - start_seconds)) s."
scripts/addresses.sh
