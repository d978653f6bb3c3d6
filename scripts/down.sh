#!/bin/sh
# make down: removes containers and networks, and keeps images and data. `down.sh everything` (make clean) removes those too.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

docker version >/dev/null 2>&1 || fail "the Docker engine does not respond, so no lab is running."
# Alertmanager stops first: otherwise it would send mail about the services that stop.
docker compose --progress quiet stop alertmanager
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
rm -rf .lookout/offline.env .lookout/offline.compose.yaml .lookout/clients
say "Removed the lab, its data and its images. The compiler's cache remains: \`docker builder prune\` removes it."
