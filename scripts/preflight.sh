#!/usr/bin/env bash
# Checks the machine before anything starts: prints a sentence for each problem, with its fix. `make doctor` runs it alone
# and also prints what is fine.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/versions.sh
. scripts/settings.sh

# GiB. The first start builds the images; later ones only run containers. `make test` sets a higher minimum.
disk_min=${DISK_MIN:-8} memory_min=2
! has_image "lookout/lab:$LAB_NAME" || disk_min=1 memory_min=1
problems=0

ok() { [ "${1:-}" = "" ] || [ "${QUIET:-}" = 1 ] || say "✓ $1"; }
problem() {
  say "✗ $1"
  problems=$((problems + 1))
}

architecture() {
  case $(uname -m) in
    x86_64 | amd64 | aarch64 | arm64) ok "architecture $(uname -m)" ;;
    *) problem "the images are for x86_64 and arm64, this machine is $(uname -m); use another one." ;;
  esac
}

engine() {
  local version
  version=$(engine_version)
  if [ -z "$version" ]; then
    problem "no Docker engine responds; \`make up\` installs and starts one on Debian and Ubuntu as root, else see docs.docker.com/engine/install."
  elif at_least "$version" "$ENGINE_MIN"; then
    ok "Docker $version"
  else
    problem "Docker $version is too old, $ENGINE_MIN is needed: see docs.docker.com/engine/install."
  fi
  plugin Compose "$(compose_version)" "$COMPOSE_MIN" compose
  plugin Buildx "$(buildx_version)" "$BUILDX_MIN" buildx
}

plugin() {
  local name=$1 version=$2 want=$3 package=$4
  if at_least "$version" "$want"; then
    ok "Docker $name $version"
  else
    problem "Docker $name is ${version:-missing}, $want is needed: install the package docker-$package-plugin, or docker-$package from your distribution."
  fi
}

disk() {
  local place free
  place=$(docker info --format '{{.DockerRootDir}}' 2>/dev/null || true)
  [ -d "$place" ] || place=.
  free=$(($(df -Pk "$place" | awk 'NR == 2 { print $4 }') / 1048576))
  if [ "$free" -ge "$disk_min" ]; then
    ok "disk: $free GiB free"
  else
    problem "$free GiB are free for Docker, $disk_min GiB are needed: \`docker system prune\` frees space."
  fi
}

memory() {
  local free
  [ -r /proc/meminfo ] || return 0
  free=$(($(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo) / 1048576))
  if [ "$free" -ge "$memory_min" ] || lab_runs; then
    ok "memory: $free GiB available"
  else
    problem "$free GiB of memory are available, $memory_min GiB are needed: close programs, or give Docker's virtual machine more."
  fi
}

lab_runs() { [ -n "$(docker ps --quiet --filter "label=com.docker.compose.project=$LAB_NAME" 2>/dev/null)" ]; }

# The published ports of this lab's own containers.
own_ports() {
  docker ps --quiet --filter "label=com.docker.compose.project=$LAB_NAME" 2>/dev/null |
    xargs -r docker inspect --format '{{range .HostConfig.PortBindings}}{{range .}}{{println .HostPort}}{{end}}{{end}}' || true
}

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

ports() {
  local own name port clear=1
  declare -A seen=()
  own=$(own_ports)
  while read -r name; do
    port=${!name}
    if ! [[ $port =~ ^[0-9]{1,5}$ ]] || [ "$port" -lt 1 ] || [ "$port" -gt 65535 ]; then
      problem "$name=$port is not a port: set a number from 1 to 65535 in .env."
    elif [ -n "${seen[$port]:-}" ]; then
      problem "$name and ${seen[$port]} are both $port: change one of them in .env."
    elif grep -qx "$port" <<<"$own"; then
      seen[$port]=$name
      continue
    elif port_taken "$port"; then
      problem "port $port is in use by another program: stop it ($(holder "$port")), or run \`make up $name=$((port + 1))\`."
    else
      seen[$port]=$name
      continue
    fi
    clear=0
  done < <(sed -n 's/^\([A-Z_]*_PORT\)=.*/\1/p' .env | grep -vx SMTP_PORT)
  [ "$clear" = 0 ] || ok "ports: ${#seen[@]} are free or used by this lab"
}

# holder PORT: prints the command that names the program which uses the port.
holder() {
  if command -v ss >/dev/null; then echo "\`ss -ltnp 'sport = :$1'\` names it"; else echo "\`lsof -i :$1\` names it"; fi
}

architecture
engine
disk
memory
ports
[ "$problems" = 0 ] || fail "$problems problem(s) found; nothing was started."
