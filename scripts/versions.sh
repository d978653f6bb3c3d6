# shellcheck shell=sh
# What the lab needs (scripts/requirements), and what this machine has.

# required NAME: prints the oldest version, or the size in GiB.
required() { awk -v name="$1" '$1 == name { print $2 }' scripts/requirements; }

# at_least HAVE WANT: compares versions number by number; an empty one is the oldest.
at_least() {
  awk -v have="$1" -v want="$2" 'BEGIN {
    if (have == "") exit 1
    split(have, h, "."); n = split(want, w, ".")
    for (i = 1; i <= n; i++) if (h[i] + 0 != w[i] + 0) exit h[i] + 0 < w[i] + 0
  }'
}

engine_version() { docker version --format '{{.Server.Version}}' 2>/dev/null || true; }

compose_version() { docker compose version --short 2>/dev/null | sed 's/^v//' || true; }

buildx_version() { docker buildx version 2>/dev/null | sed -n 's/.* v\{0,1\}\([0-9][0-9.]*\).*/\1/p' || true; }

# endpoint: prints the address of the engine that DOCKER_HOST or Docker's context selects.
endpoint() {
  if [ -n "${DOCKER_HOST:-}" ]; then
    echo "$DOCKER_HOST"
  else
    docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null || true
  fi
}

# selected_engine: prints what selects an engine other than the machine's own: DOCKER_HOST or a context, with the address.
selected_engine() (
  address=$(endpoint)
  case $address in
    '' | unix:///var/run/docker.sock | unix:///run/docker.sock) ;;
    *) if [ -n "${DOCKER_HOST:-}" ]; then echo "DOCKER_HOST=$address"; else echo "Docker's context $(docker context show) ($address)"; fi ;;
  esac
)

# other_machine: prints the address of the engine if it is another machine's.
other_machine() {
  endpoint | grep -Ev '^((unix|npipe):|tcp://(127\.|localhost|\[::1\])|$)' || true
}
