# shellcheck shell=sh
# .lookout/offline.env: the images that replace those that cannot be pulled, for `docker compose --env-file`. It also selects a
# Compose file that passes the host's package configuration to our own builds, and leaves out Grafana if its image is missing.
# Source this file from the repository's root, after settings.sh.

offline_env=.lookout/offline.env
offline_compose=.lookout/offline.compose.yaml
offline_gate=.lookout/offline.gate.yaml

# selection NAME: prints the variable whose line selects an offline image. Without Grafana, its address is empty.
selection() { if [ "$1" = grafana ]; then echo GRAFANA_URL; else image_variable "$1"; fi; }

# is_selected NAME: whether an offline image is selected, or for Grafana, whether it is left out.
is_selected() { [ -f "$offline_env" ] && grep -q "^$(selection "$1")=" "$offline_env"; }

# replace_line VARIABLE [LINE]: replaces or removes the variable's line.
replace_line() (
  mkdir -p .lookout
  {
    [ ! -f "$offline_env" ] || grep -v "^$1=" "$offline_env" || true
    [ -z "${2:-}" ] || printf '%s\n' "$2"
  } >"$offline_env.new"
  mv "$offline_env.new" "$offline_env"
)

select_image() { replace_line "$(selection "$1")" "$(selection "$1")=$2"; }

deselect() { ! is_selected "$1" || replace_line "$(selection "$1")"; }

# built_services: prints the services that are built here, each with a colon.
built_services() {
  project=$(docker compose --file compose.yaml --env-file /dev/null --profile '*' config) || return 1
  printf '%s\n' "$project" | awk '
    /^[a-z]/ { services = $1 == "services:" }
    services && /^  [^ ]/ { name = $1 }
    services && /^    build:/ { print name }'
}

# list: joins the lines of the input for a YAML list.
list() { tr '\n' ',' | sed 's/,$//'; }

# without_grafana: prints the services that change without Grafana: the gate does not publish its port.
without_grafana() {
  echo "  grafana: { profiles: [grafana] }"
  echo "  gate:"
  echo "    ports: !override"
  sed -n '/^  gate:/,/^$/s/^      - \(127.*\)/      - "\1"/p' compose.yaml | grep -v GRAFANA_PORT
}

# gate_override: prints a Compose file that adds the ports of the selected tutorials, which the other one has removed.
gate_override() {
  echo "services:"
  # shellcheck disable=SC2016 # Compose expands it
  echo '  gate: { extends: { file: "tutorials/${TUTORIAL:-all}.yaml", service: gate } }'
}

# compose_override: prints the Compose file.
compose_override() (
  . scripts/client-config.sh
  secrets=$(client_secrets)
  services=$(built_services)
  echo "# Written by scripts/images.sh, for a host that builds without an image registry."
  echo "services:"
  ! is_selected grafana || without_grafana
  printf '%s\n' "$services" | while read -r service; do
    echo "  $service"
    echo "    build:"
    echo "      args: [$(client_proxies | list)]"
    echo "      secrets: [$(printf '%s\n' "$secrets" | cut -d ' ' -f 1 | list)]"
  done
  echo "secrets:"
  printf '%s\n' "$secrets" | while read -r id file; do echo "  $id: { file: \"$file\" }"; done
)

# write_offline_env: completes both files, or removes them if upstream's images are used.
write_offline_env() {
  if [ ! -f "$offline_env" ] || ! grep -q -e '_IMAGE=' -e '^GRAFANA_URL=' "$offline_env"; then
    rm -f "$offline_env" "$offline_compose" "$offline_gate"
    return
  fi
  compose_override >"$offline_compose"
  files=compose.yaml
  [ ! -f compose.override.yaml ] || files=$files:compose.override.yaml
  files=$files:$offline_compose
  rm -f "$offline_gate"
  ! is_selected grafana || { gate_override >"$offline_gate" && files=$files:$offline_gate; }
  replace_line COMPOSE_FILE "COMPOSE_FILE=$files"
}
