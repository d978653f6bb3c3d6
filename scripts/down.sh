#!/usr/bin/env bash
# make down: removes containers and networks, and keeps images and data. `down.sh everything` (make clean) removes those too.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

docker version >/dev/null 2>&1 || fail "the Docker engine does not respond, so no lab is running."
# Alertmanager stops first: otherwise it would send mail about the services that stop.
docker compose --progress quiet stop alertmanager
down=(docker compose --profile '*' down --remove-orphans)
if [ "${1:-}" != everything ]; then
  "${down[@]}"
  exit
fi
"${down[@]}" --volumes
remove_own_images
# Docker keeps an image that another container uses, and prints that.
sed -n 's/^\([A-Z0-9]*\)_IMAGE=.*/\1/p' .env | while read -r name; do
  image=$(pin "$name")
  ! has_image "$image" || docker rmi "$image" >/dev/null || true
done
rm -rf ".lookout/$LAB_NAME"
say "Removed the lab, its data and its images. The compiler's cache remains: \`docker builder prune\` removes it."
