# shellcheck shell=sh disable=SC2034
# Versions of tools that come from Debian, which moves them, and that no pinned image has. `make test` reports a difference.
GO_VERSION=1.27
CHROMIUM_VERSION=156
