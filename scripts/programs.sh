#!/bin/sh
# Builds the images of the lab's own programs. The first one compiles all programs: an older engine would compile once for each
# image if all started together.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
docker compose --progress plain build lab
docker compose --progress plain build
