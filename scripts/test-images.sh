#!/bin/sh
# Tests images.sh with a fake engine, registry and debootstrap: which image it selects for each state of the registry.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
DOCKER=$(command -v docker)
export DOCKER
mkdir -p "$scratch/lab" "$scratch/bin"
cp -R scripts offline compose.yaml "$scratch/lab"
export STATE="$scratch/state"
mkdir "$STATE"
: >"$STATE/images"

# The registry responds if $STATE/registry exists. $STATE/images has a line "IMAGE LABEL..." for each image.
cat >"$scratch/bin/docker" <<'END'
#!/bin/sh
set -eu
labels() { # ARGUMENT...: prints the values of --label and of --change "LABEL ..."
  while [ "$#" -gt 0 ]; do
    case $1 in --label | --change) printf '%s ' "$2" | sed 's/^LABEL //' ;; esac
    shift
  done
}
find_image() { grep "^$1 " "$STATE/images"; }
echo "$*" >>"$STATE/calls"
# Compose itself resolves the settings.
case "$*" in 'compose --file - '*) exec "$DOCKER" "$@" ;; esac
case "$1 ${2:-}" in
  'image inspect')
    for image in "$@"; do :; done
    found=$(find_image "$image") || exit 1
    case $3 in --format) printf '%s\n' "$found" | sed -n 's/.*dev.lookout.stand-in=\([a-z]*\).*/\1/p' ;; esac
    ;;
  pull*)
    for image in "$@"; do :; done
    [ -e "$STATE/registry" ] || { echo "no such host" >&2; exit 1; }
    echo "tag: Pulling from $image"
    find_image "$image" >/dev/null || echo "$image " >>"$STATE/images"
    ;;
  images*) grep "^$8:" "$STATE/images" | grep -F "${3#label=} " | grep -F "${5#label=} " | sed 's/ .*//' || true ;;
  'buildx build')
    while [ "$1" != --tag ]; do set -- "$@" "$1"; shift; done
    echo "$2 $(labels "$@")" >>"$STATE/images"
    ;;
  import*)
    cat >/dev/null
    for image in "$@"; do :; done
    echo "$image $(labels "$@")" >>"$STATE/images"
    ;;
  tag*) sed -n "s#^$2 #$3 #p" "$STATE/images" >"$STATE/tagged" && cat "$STATE/tagged" >>"$STATE/images" ;;
  rmi*)
    for image in "$@"; do :; done
    grep -v "^$image " "$STATE/images" >"$STATE/kept" || true
    mv "$STATE/kept" "$STATE/images"
    ;;
  run*) echo "program version 4.5.6 (build 7)" ;;
  context*) echo default ;;
  compose*) printf 'services:\n  console:\n    build:\n  envoy:\n    image: x\n' ;;
esac
END
cat >"$scratch/bin/debootstrap" <<'END'
#!/bin/sh
mkdir -p "$3/etc/apt/apt.conf.d" "$3/etc/dpkg/dpkg.cfg.d"
END
chmod +x "$scratch/bin/docker" "$scratch/bin/debootstrap"
PATH=$scratch/bin:$PATH
export PATH
cd "$scratch/lab"
env_file=.lookout/offline.env

images() { sh scripts/images.sh "$@" >"$scratch/output" 2>&1 || fail "images.sh $*: $(cat "$scratch/output")"; }
calls() { grep -c "^$1" "$STATE/calls" || true; }
line() { sed -n "s/^$1=//p" "$env_file"; }
expect() { [ "$2" = "$3" ] || fail "$1: expected \"$2\", found \"$3\""; }

without_a_registry() {
  images jaeger grafana
  expect "Jaeger's image" localhost/lookout/offline-jaeger:4.5.6 "$(line JAEGER_IMAGE)"
  expect "the base image" localhost/lookout/offline-debian:4.5.6 "$(line DEBIAN_IMAGE)"
  expect "Grafana's address" "" "$(line GRAFANA_URL)"
  expect "Compose files" compose.yaml:.lookout/offline.compose.yaml:.lookout/offline.gate.yaml "$(line COMPOSE_FILE)"
  grep -q '^  grafana: { profiles: \[grafana\] }' .lookout/offline.compose.yaml || fail "Grafana is not left out"
  grep -q '^  console:' .lookout/offline.compose.yaml || fail "the console is built without the host's configuration"
  ! grep -q '^  envoy:' .lookout/offline.compose.yaml || fail "an image that is not built has build secrets"
  expect "attempts to pull" 1 "$(calls pull)"
  ! sed 's/ .*//' "$STATE/images" | grep -v '^localhost/lookout/offline-' || fail "an image has a name of upstream"
  images jaeger grafana
  expect "builds of Jaeger" 1 "$(calls 'buildx build')"
  expect "attempts to pull" 2 "$(calls pull)"
}

changed_recipe() {
  echo '# changed' >>offline/go/jaeger/go.mod
  images jaeger
  expect "builds of Jaeger" 2 "$(calls 'buildx build')"
}

selected_by_the_user() {
  echo 'JAEGER_IMAGE="mine:1" # why' >.env
  images jaeger
  expect "Jaeger's image" "" "$(line JAEGER_IMAGE)"
  rm .env
  JAEGER_IMAGE=mine:1 images jaeger
  expect "Jaeger's image" "" "$(line JAEGER_IMAGE)"
  images jaeger
  expect "builds of Jaeger" 2 "$(calls 'buildx build')"
}

with_a_registry_again() {
  touch "$STATE/registry"
  images jaeger
  grep -q "reachable again" "$scratch/output" || fail "$(cat "$scratch/output")"
  expect "Jaeger's image" "" "$(line JAEGER_IMAGE)"
  images debian grafana
  [ ! -e "$env_file" ] || fail "$env_file remains: $(cat "$env_file")"
  rm "$STATE/registry"
  images debian jaeger grafana
  [ ! -e "$env_file" ] || fail "pulled images are replaced: $(cat "$env_file")"
}

# Older releases of the lab built images under upstream's names.
images_of_older_releases() {
  name=$(. scripts/settings.sh && tested_image influxdb)
  echo "$name dev.lookout.stand-in=influxdb " >>"$STATE/images"
  images influxdb
  expect "InfluxDB's image" localhost/lookout/offline-influxdb:4.5.6 "$(line INFLUXDB_IMAGE)"
  ! grep -q "^$name " "$STATE/images" || fail "$name still has upstream's name"
}

without_a_registry
changed_recipe
selected_by_the_user
with_a_registry_again
images_of_older_releases
