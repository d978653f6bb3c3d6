#!/usr/bin/env bash
# Stand-in for debian:trixie-slim: debootstrap's minimal set, with this host's CA certificates.
# Usage: debian.sh TAG LABEL
set -euo pipefail
tag=$1 label=$2
. scripts/client-config.sh
command -v debootstrap >/dev/null || {
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap
}
mirror=$(scripts/debian-mirror.sh)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase trixie "$root" "$mirror"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/archives/*.deb "$root"/usr/share/{doc,man,locale}/*
bundle=$(client_file ca-bundle)
[ -z "$bundle" ] || install -D -m 0644 "$bundle" "$root/etc/ssl/certs/ca-certificates.crt"
tar -C "$root" -c . | docker import --change 'CMD ["bash"]' --change "LABEL $label" - "$tag"
