#!/bin/sh
# Builds the images of the lab's own programs. The first one compiles all programs: an older engine would compile once for each
# image if all started together.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
docker compose --progress plain build lab
# These share an image with another service. Compose labels an image with the service that it is built for: whichever was built
# last would decide what the tag names, and the next `up` would recreate the other.
shared='config hello-influx-2'
# shellcheck disable=SC2046 # a list of names
docker compose --progress plain build $(docker compose config --services | grep -vxE "$(echo "$shared" | tr ' ' '|')")
