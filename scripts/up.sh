#!/bin/sh
# make up: checks the machine, provides the images, starts the lab by plain Compose commands, waits until it is healthy and
# prints its addresses.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
begin=$(now)
sh scripts/engine.sh
QUIET=1 sh scripts/preflight.sh
. scripts/settings.sh
set -- prometheus alertmanager envoy maildev jaeger grafana
! has_service influxdb || set -- "$@" influxdb
sh scripts/images.sh debian rust node "$@"
# The images may be others than before.
. scripts/settings.sh

# Elsewhere than in their default place, the lab's images are pulled.
case $(setting LOOKOUT_REGISTRY) in
  localhost/*) step "programs" sh scripts/programs.sh ;;
esac

start() {
  docker compose up --detach --wait --wait-timeout 120 --remove-orphans && return
  docker compose ps --all --format 'table {{.Service}}\t{{.Status}}'
  docker compose logs --no-color --no-log-prefix --tail 20 config
  docker compose logs --no-color --tail 5
  return 1
}
# Containers of `lab` and `load` that a killed command left behind; Compose does not count them as orphans.
docker container prune --force --filter "label=com.docker.compose.project=$(setting LAB_NAME)" --filter label=com.docker.compose.oneoff=True >/dev/null
before=$(running)
# The services of tutorials that are left out now.
left_out=$(docker compose --profile '*' ps --all --services | while read -r service; do
  [ "$service" = lab ] || [ "$service" = load ] || has_service "$service" || echo "$service"
done)
# shellcheck disable=SC2086 # a list of services
[ -z "$left_out" ] || docker compose --progress quiet --profile '*' rm --stop --force $left_out
step "healthy" start || fail "the lab did not become healthy; \`make logs\` has more, \`make down\` stops it."
# A killed `make alert` may have left a fault behind.
[ -z "$before" ] || step "faults cleared" sh scripts/lab.sh restore
say "Up in $(($(now) - begin)) s."
sh scripts/lab.sh addresses
# Mail to another mailbox than the lab's own may fail. The lab works without it.
[ "$(setting SMTP_HOST)" = maildev ] || sh scripts/lab.sh mail --quick || true
