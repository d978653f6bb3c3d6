#!/usr/bin/env bash
# Builds the images of the lab's own programs.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
exec scripts/build.sh programs
