#!/usr/bin/env bash
# Tests the running lab's console in a browser: test-browser.sh [ARGUMENT...], the arguments being Playwright's.
# It writes screenshots, and a trace of each failed test, to .lookout/browser/.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

image=lookout/browser:$LAB_NAME
out=$PWD/.lookout/browser
scripts/build.sh "$image" --file offline/browser.Dockerfile --build-arg "DEBIAN_IMAGE=$DEBIAN_IMAGE" lab/console/e2e >&2
rm -rf "$out"
mkdir -p "$out"
ports=()
while IFS='=' read -r name _; do ports+=(--env "$name"); done < <(grep -E '^[A-Z_]+_PORT=' .env)
# On the host's network, the tests use the same addresses as people.
docker run --rm --init --network host --user "$(id -u):$(id -g)" --cap-drop ALL --security-opt no-new-privileges \
  --shm-size 512m "${ports[@]}" --volume "$out:/out" "$image" "$@"
