#!/usr/bin/env bash
# Builds images. Usage: build.sh TAG ARGUMENT..., with arguments of docker build; or build.sh programs, for all of the
# lab's own. The host's package configuration (CA bundle, mirrors, proxies) is passed as build secrets, which stay out of
# the images.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/client-config.sh

secrets=()
for id in ca-bundle cargo-config pip-config npm-config; do
  file=$(client_file "$id")
  [ -z "$file" ] || secrets+=("id=$id,src=$file")
done
LOOKOUT_CLIENT_ENV=$(client_env)
LOOKOUT_APT_CONFIG=$(apt_config)
export LOOKOUT_CLIENT_ENV LOOKOUT_APT_CONFIG
[ -z "$LOOKOUT_CLIENT_ENV" ] || secrets+=("id=client-env,env=LOOKOUT_CLIENT_ENV")
[ -z "$LOOKOUT_APT_CONFIG" ] || secrets+=("id=apt-config,env=LOOKOUT_APT_CONFIG")

# Docker predefines these build arguments and keeps them out of the image.
proxies=()
for name in HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy; do
  [ -z "${!name:-}" ] || proxies+=("$name")
done

# Only the engine's own builder can use images that are tagged here and in no registry.
options=(--builder "$(docker context show)" --load --progress plain)
label=dev.lookout.image
if [ "$1" = programs ]; then
  for secret in "${secrets[@]}"; do options+=(--set "*.secrets+=$secret"); done
  for name in "${proxies[@]}"; do options+=(--set "*.args.$name=${!name}"); done
  # The first image compiles all programs: an older engine would compile once for each image if all started together.
  for target in lab program; do
    docker buildx bake --file docker-bake.hcl "${options[@]}" --set "*.labels.$label=1" "$target"
  done
else
  for secret in "${secrets[@]}"; do options+=(--secret "$secret"); done
  for name in "${proxies[@]}"; do options+=(--build-arg "$name"); done
  docker buildx build "${options[@]}" --label "$label=1" --tag "$@"
fi
# Remove the images that lost their tag.
docker image prune --force --filter "label=$label" >/dev/null
