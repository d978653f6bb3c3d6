#!/bin/sh
# Builds the tool of the go.mod in this folder into /out, with its release as the version that it prints. go.Dockerfile runs this.
# Usage: build.sh PROGRAM RELEASE
set -eu
program=$1 release=${2#v}
package=$(sed -n 's/^tool //p' go.mod)
module=${package%/cmd/*}
go mod download "$module"
version=$(go list -m -f '{{.Version}}' "$module")
# Jaeger's modules and releases have different numbers; its changelog lists both: "v1.76.0 / v2.13.0 (2025-12-03)".
released=$(sed -n "s#^$version / v\([0-9.]*\) .*#\1#p" "$(go list -m -f '{{.Dir}}' "$module")/CHANGELOG.md" 2>/dev/null || true)
released=${released:-${version#v}}
if [ "$released" != "$release" ]; then
  echo "go/$program/go.mod has release $released, but the image's pin is $release" >&2
  exit 1
fi
case $program in
  actionlint) variable=$module.version ;;
  grpcurl) variable=main.version ;;
  jaeger) variable=$module/internal/version.latestVersion ;;
  *) variable=main.version ;; # k6 has its version in its source
esac
CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags="-s -w -X $variable=v$released" -o /out/ "$package"
go version >/out/go-version
ln -s "$program" /out/program
