#!/bin/sh
# Builds an image. Usage: build.sh TAG ARGUMENT..., with arguments of docker build; or build.sh programs, for all of the lab's
# own. The host's package configuration (CA bundle, mirrors, proxies) is passed as build secrets, which stay out of the images.
set -eu
cd "$(dirname "$0")/.."
. scripts/client-config.sh

# Only the engine's own builder can use images that are tagged here and in no registry.
builder=$(docker context show)
if [ "$1" = programs ]; then
  set --
  while read -r id file; do set -- "$@" --set "*.secrets+=id=$id,src=$file"; done <<EOF
$(client_secrets)
EOF
  for name in $(client_proxies); do eval "set -- \"\$@\" --set \"*.args.$name=\$$name\""; done
  # The first image compiles all programs: an older engine would compile once for each image if all started together.
  for target in lab program; do
    docker buildx bake --file docker-bake.hcl --builder "$builder" --load --progress plain "$@" --set "*.labels.dev.lookout.image=1" "$target"
  done
else
  tag=$1
  shift
  while read -r id file; do set -- --secret "id=$id,src=$file" "$@"; done <<EOF
$(client_secrets)
EOF
  for name in $(client_proxies); do set -- --build-arg "$name" "$@"; done
  docker buildx build --builder "$builder" --load --progress plain --label dev.lookout.image=1 --tag "$tag" "$@"
fi
# Remove the images that lost their tag.
docker image prune --force --filter label=dev.lookout.image >/dev/null
