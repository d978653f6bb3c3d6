#!/bin/sh
# Prints the Debian mirror that this host's apt uses, or Debian's own.
set -eu
mirror=$({
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed -n 's/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\).*/\2/p'
  sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources 2>/dev/null | tr ' ' '\n'
} | grep -E '^https?://.*/debian/?$' | head -n 1)
printf '%s\n' "${mirror:-http://deb.debian.org/debian}"
