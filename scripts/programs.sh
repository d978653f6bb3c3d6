#!/usr/bin/env bash
# Builds the images of the lab's own programs. The console's image copies its pages, which are built first.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
export PAGES_IMAGE=lookout/pages:$LAB_NAME
scripts/build.sh "$PAGES_IMAGE" --target pages --build-arg "NODE_IMAGE=$NODE_IMAGE" lab/console/web
exec scripts/build.sh programs
