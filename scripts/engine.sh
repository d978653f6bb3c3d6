#!/usr/bin/env bash
# Makes sure that a Docker engine runs, with Compose and Buildx. On Debian or Ubuntu, as root, it installs what is missing
# from the distribution's packages and prints that first; elsewhere it prints what to do and fails.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/versions.sh

plugins=${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins

responds() { docker version >/dev/null 2>&1; }

can_install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && grep -qE '^(ID|ID_LIKE)=.*debian' /etc/os-release
}

apt_install() {
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

install_engine() {
  can_install || fail "Docker is not installed; install it (docs.docker.com/engine/install) and run this again."
  local packages=(docker.io iptables ca-certificates)
  # Newer releases have the client in its own package.
  ! offered docker-cli 1 || packages+=(docker-cli)
  say "Docker is missing: installing this distribution's packages ${packages[*]}."
  step "Docker engine" apt_install "${packages[@]}"
}

# offered PACKAGE VERSION: whether the distribution has the package in this version or a newer one.
offered() {
  local package=$1 want=$2 version
  version=$(apt-cache policy "$package" 2>/dev/null | sed -n 's/^ *Candidate: //p')
  [ -n "$version" ] && [ "$version" != "(none)" ] && at_least "$version" "$want"
}

# Debian's next release has newer plugins, which depend only on libc. A separate apt state leaves the host's unchanged.
install_plugin_from_sid() {
  local package=$1 binary=$2 state mirror
  state=$(mktemp -d)
  mirror=$(scripts/debian-mirror.sh)
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/out"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$state/sources.list"
  local apt=(-o "Dir::Etc::SourceList=$state/sources.list" -o "Dir::Etc::SourceParts=/dev/null" -o "Dir::State::Lists=$state/lists"
    -o "Dir::Cache=$state/cache" -o "APT::Sandbox::User=root")
  apt-get "${apt[@]}" update -qq
  (cd "$state" && apt-get "${apt[@]}" download -qq "$package")
  dpkg-deb -x "$state/$package"_*.deb "$state/out"
  mkdir -p "$plugins"
  install -m 0755 "$(find "$state/out" -path "*/cli-plugins/$binary" -type f | head -n 1)" "$plugins/$binary"
  rm -rf "$state"
}

install_plugin() {
  local binary=$1 want=$2 package
  can_install || fail "Docker's plugin $binary $want or newer is missing; install it (docs.docker.com/compose/install) and run this again."
  for package in "$binary-v2" "$binary-plugin" "$binary"; do
    if offered "$package" "$want"; then
      say "$binary $want or newer is missing: installing the package $package of this distribution."
      step "$binary" apt_install "$package"
      return
    fi
  done
  say "$binary $want or newer is missing: unpacking Debian sid's package $binary into $plugins."
  step "$binary" install_plugin_from_sid "$binary" "$binary"
}

start_engine() {
  can_install || fail "the Docker engine does not respond; start it (sudo systemctl start docker) and make sure that you may use it."
  say "The Docker engine is not running: starting it."
  mkdir -p /var/log
  if [ -d /run/systemd/system ]; then
    systemctl start docker
  else
    # By default the build cache may use a tenth of the disk, and a full cache drops the newest entries first. The lab needs
    # about 14 GB. An engine that is already configured keeps its configuration.
    local config=()
    [ -e /etc/docker/daemon.json ] || config=(--config-file "$PWD/scripts/dockerd.json")
    # A session of its own lets it outlive this script and keeps Ctrl-C from it.
    setsid -f dockerd "${config[@]}" >>/var/log/dockerd.log 2>&1 </dev/null
  fi
  local tries
  for tries in $(seq 60); do
    ! responds || return 0
    sleep 0.5
  done
  fail "the Docker engine did not start within $((tries / 2)) s; /var/log/dockerd.log (or journalctl -u docker) has the reason."
}

if ! responds; then
  # A client without an engine is not enough.
  if ! command -v docker >/dev/null || ! command -v dockerd >/dev/null; then install_engine; fi
  start_engine
fi
at_least "$(compose_version)" "$COMPOSE_MIN" || install_plugin docker-compose "$COMPOSE_MIN"
at_least "$(buildx_version)" "$BUILDX_MIN" || install_plugin docker-buildx "$BUILDX_MIN"
