#!/bin/sh
# Makes sure that a Docker engine runs, with Compose and Buildx. On Debian and Ubuntu, as root, it installs what is missing
# from the distribution's packages and prints that first. Elsewhere, and with INSTALL=no, it prints what is missing and fails.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/versions.sh

plugins=${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins

responds() { docker version >/dev/null 2>&1; }

lacks_compose() { ! at_least "$(compose_version)" "$(required compose)"; }
lacks_buildx() { ! at_least "$(buildx_version)" "$(required buildx)"; }

can_install() {
  [ "${INSTALL:-yes}" != no ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null &&
    grep -Eq '^(ID|ID_LIKE)=.*debian' /etc/os-release
}

# offered PACKAGE VERSION: whether the distribution has the package in this version or a newer one.
offered() {
  version=$(apt-cache policy "$1" 2>/dev/null | sed -n -e 's/^ *Candidate: //p' | sed -e 's/^[0-9]*://' -e '/^(none)$/d')
  at_least "$version" "$2"
}

# first_offered VERSION PACKAGE...: prints the first package that is offered in this version.
first_offered() {
  want=$1
  shift
  for package in "$@"; do
    if offered "$package" "$want"; then
      echo "$package"
      return
    fi
  done
}

# plan_plugin NAME VERSION: adds a plugin to what will be installed: the distribution's package, or Debian sid's.
plan_plugin() {
  package=$(first_offered "$2" "docker-$1-v2" "docker-$1-plugin" "docker-$1")
  if [ -n "$package" ]; then
    packages="$packages $package"
  elif [ -f "$keyring" ]; then
    from_sid="$from_sid docker-$1"
  else
    fail "docker-$1 $2 or newer is missing, and no package of this distribution has it: see docs.docker.com/$1/install."
  fi
}

apt_install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; }

# sid_plugin NAME: unpacks one plugin of Debian's next release, which depends only on libc. A separate apt state leaves the
# host's unchanged.
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
sid_plugin() (
  state=$(mktemp -d)
  trap 'rm -rf "$state"' EXIT
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$plugins"
  echo "deb [signed-by=$keyring] $(sh scripts/debian-mirror.sh) sid main" >"$state/sources.list"
  apt() {
    apt-get -qq -o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null \
      -o "Dir::State::Lists=$state/lists" -o "Dir::Cache=$state/cache" -o APT::Sandbox::User=root "$@"
  }
  apt update
  cd "$state"
  apt download "$1"
  dpkg-deb -x "$1"_*.deb out
  binary=$(find out -path "*/cli-plugins/$1" -type f)
  chmod 755 "$binary"
  mv "$binary" "$plugins/"
)

# missing: prints what the lab needs and this machine lacks, a line each.
missing() {
  if ! responds; then
    if [ -n "$needs_engine" ]; then echo "a Docker engine is not installed"; else echo "the Docker engine does not respond"; fi
  fi
  ! lacks_compose || echo "Docker Compose $(required compose) or newer is missing"
  ! lacks_buildx || echo "Docker Buildx $(required buildx) or newer is missing"
}

install() {
  can_install || fail "$(missing)
Install Docker (docs.docker.com/engine/install) or start it (sudo systemctl start docker), and make sure that you may use it."
  packages='' from_sid=''
  if [ -n "$needs_engine" ] || lacks_compose || lacks_buildx; then
    step "package lists: apt-get update" apt-get update -qq
    if [ -n "$needs_engine" ]; then
      # Newer releases have the client in its own package.
      packages="docker.io iptables ca-certificates $(first_offered 1 docker-cli)"
    fi
    ! lacks_compose || plan_plugin compose "$(required compose)"
    ! lacks_buildx || plan_plugin buildx "$(required buildx)"
  fi
  say "Docker is missing or incomplete. INSTALL=no forbids these changes:"
  [ -z "$packages" ] || say "  installs this distribution's packages $packages"
  [ -z "$from_sid" ] || say "  unpacks Debian sid's packages$from_sid into $plugins"
  responds || say "  starts the Docker engine"
  # shellcheck disable=SC2086 # a list of packages
  [ -z "$packages" ] || step "packages" apt_install $packages
  for plugin in $from_sid; do step "$plugin" sid_plugin "$plugin"; done
  responds || start_engine
  [ -z "$(missing)" ] || fail "$(missing)"
}

start_engine() {
  if [ -d /run/systemd/system ]; then
    systemctl start docker
  else
    # By default the build cache may use a tenth of the disk, and a full cache drops the newest entries first. The lab needs
    # about 14 GB. An engine that is already configured keeps its configuration.
    set --
    [ -e /etc/docker/daemon.json ] || set -- --config-file "$PWD/scripts/dockerd.json"
    # A session of its own lets it outlive this script and keeps Ctrl-C from it.
    setsid dockerd "$@" >>/var/log/dockerd.log 2>&1 </dev/null &
  fi
  deadline=$(($(now) + 30))
  until responds; do
    [ "$(now)" -lt "$deadline" ] || fail "the Docker engine did not start within 30 s; /var/log/dockerd.log (or journalctl -u docker) has the reason."
    sleep 1
  done
}

needs_engine=''
if ! responds; then
  selected=$(selected_engine)
  [ -z "$selected" ] || fail "the engine that $selected selects does not respond: start it, or select another one."
  # A client without an engine is not enough.
  if ! command -v docker >/dev/null || ! command -v dockerd >/dev/null; then needs_engine=yes; fi
fi
[ -z "$(missing)" ] || install
