#!/usr/bin/env bash
# Builds one image: build.sh TAG ARGUMENT..., the arguments being docker build's.
# The build may need what this host's package clients are told (a CA bundle, mirrors, proxies): they go along as
# build secrets, which stay out of the images.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/client-config.sh

tag=$1
shift
secrets=()
for id in ca-bundle cargo-config pip-config npm-config; do
  file=$(client_file "$id")
  [ -z "$file" ] || secrets+=(--secret "id=$id,src=$file")
done
LOOKOUT_CLIENT_ENV=$(client_env)
LOOKOUT_APT_CONFIG=$(apt_config)
export LOOKOUT_CLIENT_ENV LOOKOUT_APT_CONFIG
[ -z "$LOOKOUT_CLIENT_ENV" ] || secrets+=(--secret "id=client-env,env=LOOKOUT_CLIENT_ENV")
[ -z "$LOOKOUT_APT_CONFIG" ] || secrets+=(--secret "id=apt-config,env=LOOKOUT_APT_CONFIG")
# Proxies are build arguments that Docker knows by itself and keeps out of the image.
for name in HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy; do
  [ -z "${!name:-}" ] || secrets+=(--build-arg "$name")
done

# The engine's own builder: it alone sees images that are tagged here and in no registry.
docker buildx build --builder "$(docker context show)" --load --progress plain --label dev.lookout.image=1 --tag "$tag" "${secrets[@]}" "$@"
# What had this tag before is of no use any more.
docker image prune --force --filter label=dev.lookout.image=1 >/dev/null
