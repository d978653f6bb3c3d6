# shellcheck shell=bash
# The oldest versions that the lab supports, and the installed ones.

ENGINE_MIN=20.10
COMPOSE_MIN=2.24 # depends_on with required: false, and env files that may be missing
BUILDX_MIN=0.12 # bake with a matrix
export ENGINE_MIN COMPOSE_MIN BUILDX_MIN

# at_least HAVE WANT: compares versions; an empty one is the oldest.
at_least() { [ -n "$1" ] && [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

engine_version() { docker version --format '{{.Server.Version}}' 2>/dev/null || true; }

compose_version() { docker compose version --short 2>/dev/null | sed 's/^v//' || true; }

buildx_version() { docker buildx version 2>/dev/null | sed -n 's/.* v\{0,1\}\([0-9][0-9.]*\).*/\1/p' || true; }
