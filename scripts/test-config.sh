#!/usr/bin/env bash
# Checks configuration with the programs that read it. Usage: test-config.sh NAME, one of the functions below.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

# in_image IMAGE PROGRAM ARGUMENT...: runs it offline on the repository, read-only.
in_image() {
  local image=$1 program=$2
  shift 2
  docker run --rm --network none --user 65534:65534 --volume "$PWD:/src:ro" --workdir /src --entrypoint "$program" "$image" "$@"
}

tools() { in_image "lookout/tools:$LAB_NAME" "$@"; }

# files PATTERN...: prints git's files, new ones included, without build output.
files() { git ls-files --cached --others --exclude-standard -- "$@"; }

shell() {
  local found
  mapfile -t found < <(files '*.sh' .ci/run)
  tools shellcheck --external-sources "${found[@]}"
}

dockerfiles() {
  local found
  mapfile -t found < <(files '*Dockerfile')
  tools hadolint --config .hadolint.yaml "${found[@]}"
}

# Words of the house's list that must not come back: see scripts/words.txt.
words() {
  local found
  mapfile -t found < <(files '*.rs' '*.ts' '*.css' '*.html' '*.js' '*.sh' '*.md' '*.yaml' '*.yml' '*.toml' '*.json' '*Dockerfile' Makefile .env |
    grep -v -e '/gen/' -e '/generated/' -e 'package-lock.json' -e 'fixtures/')
  ! grep -v '^#' scripts/words.txt | grep --line-number --ignore-case --extended-regexp --file - "${found[@]}" ||
    fail "the lines above use words of scripts/words.txt."
}

yaml() {
  local found
  mapfile -t found < <(files '*.yaml' '*.yml')
  tools yamllint --strict "${found[@]}"
}

json() {
  local found
  mapfile -t found < <(files '*.json')
  tools jq empty "${found[@]}"
}

compose_file() { docker compose --profile '*' config --quiet; }

# The rendered configuration of each choice of tutorials.
prometheus() {
  local tutorial
  for tutorial in echo sink order balancer influx all; do
    TUTORIAL=$tutorial LAB_NAME=$LAB_NAME-config scripts/render.sh >/dev/null
    in_image "$PROMETHEUS_IMAGE" /bin/promtool check config --lint-fatal ".lookout/$LAB_NAME-config/prometheus/prometheus.yaml"
  done
}

rules() {
  local found
  mapfile -t found < <(files 'prometheus/*/rules.yaml')
  in_image "$PROMETHEUS_IMAGE" /bin/promtool check rules --lint-fatal "${found[@]}"
  mapfile -t found < <(files 'prometheus/*.test.yaml')
  in_image "$PROMETHEUS_IMAGE" /bin/promtool test rules "${found[@]}"
}

# accepted SETTING...: amtool accepts what these SMTP settings render to.
accepted() {
  env LAB_NAME="$LAB_NAME-config" "$@" scripts/render.sh >/dev/null
  docker run --rm --network none --volume "$PWD/.lookout/$LAB_NAME-config/alertmanager:/etc/alertmanager:ro" \
    --entrypoint /bin/amtool "$ALERTMANAGER_IMAGE" check-config /etc/alertmanager/alertmanager.yaml
}

# The mailbox; an account over STARTTLS, and one over TLS from the first byte, with characters that YAML and sed treat specially.
alertmanager() {
  local password=$scratch/password
  echo "p'w: #1" >"$password"
  accepted SMTP_TLS=no
  accepted SMTP_TLS=yes SMTP_PORT=587 "SMTP_USERNAME=o'neil&\\" "SMTP_PASSWORD_FILE=$password"
  accepted SMTP_TLS=yes SMTP_PORT=465 "SMTP_USERNAME=a|b: #c" "SMTP_PASSWORD_FILE=$password"
}

envoy() { in_image "$ENVOY_IMAGE" /usr/local/bin/envoy --mode validate --config-path envoy/envoy.yaml; }

# Invalid settings are rejected, and the message names the setting.
refused() {
  local settings
  for settings in TUTORIAL=none LAB_NAME=Lab! SMTP_TLS=maybe SMTP_PORT=465 SMTP_PORT=x SMTP_USERNAME=me; do
    if env "$settings" LAB_NAME="${LAB_NAME}-config" "$settings" scripts/render.sh >/dev/null 2>"$message"; then
      fail "$settings was accepted"
    fi
    grep -q "${settings%%=*}\|port 465" "$message" || fail "$settings: the message does not name it: $(cat "$message")"
  done
}

scratch=$(mktemp -d)
message=$scratch/message
trap 'rm -rf "$scratch" ".lookout/$LAB_NAME-config"' EXIT
"$1"
