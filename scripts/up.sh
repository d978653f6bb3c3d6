#!/usr/bin/env bash
# make up: looks at the machine, gets or builds the images, renders the configuration, starts the lab, waits until it
# is healthy and says where to look.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
begun=$SECONDS
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

# What ran before needs but a word: the folders are mounted. And a fault that a killed `make alert` left is taken back.
reload() { docker compose kill --signal HUP "$1"; }
for part in prometheus alertmanager; do
  if grep -qx "$part" <<<"$changed" && grep -qx "$part" <<<"$running"; then step "reload $part" reload "$part"; fi
done
restart() { compose restart "$1" && start; }
# Grafana reads its alerting at its start, or when its administrator asks.
if grep -qx grafana <<<"$changed" && grep -qx grafana <<<"$running"; then step "restart grafana" restart grafana; fi
# Envoy's totals are the sink's only from Envoy's start on.
if has_tutorial sink && grep -qx envoy <<<"$running" && ! grep -qx metrics-sink <<<"$running"; then
  step "restart envoy" restart envoy
fi
# A tutorial that was left out this time does not go on running; Prometheus no longer misses it.
mapfile -t gone < <(comm -23 <(docker compose --profile '*' ps --services --all | sort) \
  <({ compose config --services && printf '%s\n' lab load; } | sort))
[ "${#gone[@]}" = 0 ] || docker compose --progress quiet --profile '*' rm --stop --force "${gone[@]}"
[ -z "$running" ] || step "faults taken back" scripts/lab.sh restore
say "Up in $((SECONDS - begun)) s."
scripts/addresses.sh
