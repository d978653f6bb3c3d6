#!/bin/sh
# Builds an image. Usage: build.sh TAG ARGUMENT..., with arguments of docker build. The host's package configuration (CA bundle,
# mirrors, proxies) is passed as build secrets, which stay out of the images.
set -eu
cd "$(dirname "$0")/.."
. scripts/client-config.sh

tag=$1
shift
while read -r id file; do set -- --secret "id=$id,src=$file" "$@"; done <<EOF
$(client_secrets)
EOF
for name in $(client_proxies); do set -- --build-arg "$name" "$@"; done
# Only the engine's own builder can use images that are tagged here and in no registry.
docker buildx build --builder "$(docker context show)" --load --progress plain --label dev.lookout.image=1 --tag "$tag" "$@"
# Remove the images that lost their tag.
docker image prune --force --filter label=dev.lookout.image >/dev/null
