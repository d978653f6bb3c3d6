#!/usr/bin/env bash
# Prints the Debian mirror that this host's apt uses, or debootstrap's default.
set -euo pipefail
apt_sources() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed -n 's/^deb \(\[[^]]*\] \)\{0,1\}//p'
  sed -n 's/^URIs: //p' /etc/apt/sources.list.d/*.sources 2>/dev/null
}
mirror=$(apt_sources | grep -oE '^https?://[^ ]+/debian/?( |$)' | head -n 1 | tr -d ' ' || true)
[ -n "$mirror" ] || mirror=$(sed -n 's/^DEF_MIRROR="\(.*\)"$/\1/p' "$(command -v debootstrap)")
echo "$mirror"
