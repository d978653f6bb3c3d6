#!/bin/sh
# Debian's base image: debootstrap's minimal set, with this host's CA certificates. Usage: debian.sh TAG LABELS
set -eu
tag=$1 labels=$2
. scripts/say.sh
. scripts/settings.sh
. scripts/client-config.sh
if ! command -v debootstrap >/dev/null; then
  { command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; } ||
    fail "without an image registry, images are built on Debian's, which needs debootstrap and root: install debootstrap."
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap
fi
suite=$(tested_tag debian)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase "${suite%-slim}" "$root" "$(sh scripts/debian-mirror.sh)"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root/usr/share/doc" "$root/usr/share/man" "$root/usr/share/locale"
# Like upstream's image: dpkg does not sync each file, and apt keeps no package and no index of packages.
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/docker-apt-speedup"
cat >"$root/etc/apt/apt.conf.d/docker-clean" <<'EOF'
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
EOF
bundle=$(client_secrets | sed -n 's/^ca-bundle //p')
if [ -n "$bundle" ]; then
  mkdir -p "$root/etc/ssl/certs"
  cp "$bundle" "$root/etc/ssl/certs/ca-certificates.crt"
  chmod 0644 "$root/etc/ssl/certs/ca-certificates.crt"
fi
tar -C "$root" -c . | docker import --change 'CMD ["bash"]' --change "LABEL $labels" - "$tag"
