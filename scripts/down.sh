#!/usr/bin/env bash
# make down: removes containers and networks; images and data stay. `down.sh everything` (make clean) removes those too.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

docker version >/dev/null 2>&1 || fail "the Docker engine does not answer: nothing of the lab can be running."
# Alertmanager first: the rest going away is no reason for mail.
docker compose --progress quiet stop alertmanager
down=(docker compose --profile '*' down --remove-orphans)
if [ "${1:-}" != everything ]; then
  "${down[@]}"
  exit
fi
"${down[@]}" --volumes
remove_own_images
# An image that something else runs on stays; Docker says so.
sed -n 's/^\([A-Z0-9]*\)_IMAGE=.*/\1/p' .env | while read -r name; do
  image=$(pin "$name")
  ! has_image "$image" || docker rmi "$image" >/dev/null || true
done
rm -rf ".lookout/$LAB_NAME"
say "The lab, its data and its images are gone. The compiler's cache stays: \`docker builder prune\` removes it."
