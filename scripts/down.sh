#!/bin/sh
# make down: removes containers and networks, and keeps images and data. `down.sh everything` (make clean) removes those too.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

docker version >/dev/null 2>&1 || fail "the Docker engine does not respond, so no lab is running."
# Commands that run end first, and clear their faults while the services can still do so.
commands=$(docker ps --all --quiet --filter "label=com.docker.compose.project=$(setting LAB_NAME)" --filter label=com.docker.compose.oneoff=True)
# shellcheck disable=SC2086 # a list of containers, which may remove themselves
[ -z "$commands" ] || { docker stop --time 60 $commands && docker rm --force $commands; } >/dev/null 2>&1 || true
# The console clears its faults as well. Alertmanager would send mail about the services that stop.
docker compose --progress quiet stop console alertmanager
if [ "${1:-}" != everything ]; then
  docker compose --profile '*' down --remove-orphans
  exit
fi
docker compose --profile '*' down --volumes --remove-orphans
# Docker keeps an image that another container uses, and prints that.
for image in $(docker compose --profile '*' config --images | sort -u) \
  $(pin debian) $(pin rust) $(pin node) $(pin grpcurl) $(pin actionlint); do
  ! has_image "$image" || docker rmi "$image" >/dev/null || true
done
rm -rf .lookout/offline.* .lookout/clients
say "Removed the lab, its data and its images. The compiler's cache remains: \`docker builder prune\` removes it."
