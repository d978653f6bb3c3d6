#!/bin/sh
# Tests the running lab's console in a browser: test-browser.sh [ARGUMENT...], the arguments being Playwright's.
# It writes screenshots, and a trace of each failed test, to .lookout/browser/.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
require_lab

image=localhost/lookout/browser:${LOOKOUT_TAG:-dev}
out=$PWD/.lookout/browser
sh scripts/build.sh "$image" --file offline/browser.Dockerfile --build-arg "DEBIAN_IMAGE=$(pin debian)" lab/console/e2e >&2
rm -rf "$out"
mkdir -p "$out"
ports >"$out/ports.env"
# On the host's network, the tests use the same addresses as people.
docker run --rm --init --network host --user "$(id -u):$(id -g)" --cap-drop ALL --security-opt no-new-privileges \
  --shm-size 512m --env-file "$out/ports.env" --volume "$out:/out" "$image" "$@"
