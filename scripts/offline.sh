#!/bin/sh
# An image built from package registries: localhost/lookout/offline-NAME:VERSION, VERSION being what was installed.
# Usage: offline.sh build NAME; offline.sh find NAME, which prints the image if the current recipe built it.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
command=$1 name=$2
repository=localhost/lookout/offline-$name

# files: prints the files that the image is built from, without Debian's.
files() {
  case $name in
    debian) ;;
    prometheus | alertmanager) echo offline/prometheus.Dockerfile ;;
    envoy) echo offline/envoy.Dockerfile offline/envoy.requirements.txt ;;
    maildev) echo offline/maildev.Dockerfile offline/maildev/package-lock.json offline/maildev/package.json ;;
    actionlint | grpcurl | jaeger | k6) echo offline/go.Dockerfile offline/go/build.sh "offline/go/$name/go.mod" "offline/go/$name/go.sum" ;;
    *) echo "offline/$name.Dockerfile" ;;
  esac
}

# recipe: prints a checksum of what decides the image's content.
recipe() (
  # shellcheck disable=SC2046 # a list of names without spaces
  { tested_image "$name" && cat offline/debian.sh $(files); } | cksum | tr ' ' -
)

find_image() {
  docker images --filter "label=dev.lookout.offline=$name" --filter "label=dev.lookout.recipe=$(recipe)" \
    --format '{{.Repository}}:{{.Tag}}' "$repository" | grep -v ':building$' | head -n 1
}

# from DOCKERFILE ARGUMENT...: builds the image with a Dockerfile of the folder offline/.
from() (
  file=$1
  shift
  sh scripts/build.sh "$repository:building" --label "dev.lookout.offline=$name" --label "dev.lookout.recipe=$(recipe)" \
    --file "offline/$file.Dockerfile" --build-arg "DEBIAN_IMAGE=$(pin debian)" \
    --build-arg "DEBIAN_MIRROR=$(sh scripts/debian-mirror.sh)" --build-arg "VERSION=$(tested_tag "$name")" "$@" offline
)

build() {
  case $name in
    debian) sh offline/debian.sh "$repository:building" "dev.lookout.offline=$name dev.lookout.recipe=$(recipe)" ;;
    prometheus | alertmanager) from prometheus --target "$name" ;;
    jaeger) from go --target jaeger --build-arg PROGRAM=jaeger ;;
    actionlint | grpcurl | k6) from go --target program --build-arg "PROGRAM=$name" ;;
    *) from "$name" ;;
  esac
}

# version: prints the version that the built image's program reports.
version() {
  case $name in
    debian) output_of "$repository:building" cat /etc/debian_version ;;
    rust) output_of "$repository:building" rustc --version ;;
    node) output_of "$repository:building" node --version ;;
    prometheus | alertmanager) output_of "$repository:building" "/bin/$name" --version ;;
    envoy) output_of "$repository:building" /usr/local/bin/envoy --version ;;
    influxdb) output_of "$repository:building" influxd version ;;
    maildev) output_of "$repository:building" /maildev/node_modules/.bin/maildev --version ;;
    jaeger | k6) output_of "$repository:building" /usr/local/bin/program version ;;
    grpcurl | actionlint) output_of "$repository:building" /usr/local/bin/program -version ;;
  esac | first_version
}

case $command in
  find) find_image ;;
  build)
    build
    version=$(version)
    [ -n "$version" ] || fail "$repository: the program does not report its version."
    docker tag "$repository:building" "$repository:$version"
    docker rmi "$repository:building" >/dev/null
    ;;
esac
