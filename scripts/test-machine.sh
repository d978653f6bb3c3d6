#!/bin/sh
# Tests the scripts that start and stop the lab, with a fake engine and fake ports: what they print and in which order they call
# Docker. Compose itself resolves the settings.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
for name in $(setting_names) DOCKER_HOST DOCKER_CONTEXT COMPOSE_ENV_FILES; do unset "$name"; done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/lab" "$scratch/bin" "$scratch/state"
cp -R scripts offline compose.yaml tutorials alertmanager load README.md docs "$scratch/lab"
DOCKER=$(command -v docker) STATE=$scratch/state
# The disk of the machine does not count.
export DOCKER STATE DISK_MIN=0

# $STATE/engine exists if the engine responds. $STATE/commands and $STATE/services hold ids of containers that run.
cat >"$scratch/bin/docker" <<'END'
#!/bin/sh
set -eu
echo "$*" >>"$STATE/calls"
engine() { [ -e "$STATE/engine" ] || { echo "Cannot connect to the Docker daemon" >&2; exit 1; }; }
case "$*" in
  *' config' | *' config '*) exec "$DOCKER" "$@" ;;
  'compose version'*) echo 2.40.3 ;;
  'buildx version'*) echo "github.com/docker/buildx v0.29.1 abc" ;;
  'context inspect'*) echo unix:///var/run/docker.sock ;;
  'context show') echo default ;;
  'version'*) engine && echo 27.0.1 ;;
  'ps '*oneoff*) engine && cat "$STATE/commands" ;;
  'ps '*project*) engine && cat "$STATE/commands" "$STATE/services" ;;
  'wait '*) echo 0 ;;
  'inspect '*) [ ! -s "$STATE/services" ] || echo 10000 ;;
  *) engine ;;
esac
END
# A program listens on each port of $STATE/taken.
cat >"$scratch/bin/curl" <<'END'
#!/bin/sh
for url in "$@"; do :; done
grep -qx "${url##*:}" "$STATE/taken" || exit 7
END
cat >"$scratch/bin/dockerd" <<'END'
#!/bin/sh
echo dockerd >>"$STATE/calls"
END
chmod +x "$scratch/bin/"*
PATH=$scratch/bin:$PATH
export PATH
cd "$scratch/lab"

# state ENGINE SERVICES COMMANDS PORT...: what exists. ENGINE is yes or no.
state() {
  rm -f "$STATE"/* .env
  [ "$1" = no ] || : >"$STATE/engine"
  [ -z "$2" ] || echo "$2" >"$STATE/services"
  [ -z "$3" ] || echo "$3" >"$STATE/commands"
  touch "$STATE/services" "$STATE/commands" "$STATE/calls"
  shift 3
  printf '%s\n' "$@" >"$STATE/taken"
}

# fails COMMAND...: runs a command that fails, and keeps what it prints.
fails() { ! "$@" >"$scratch/output" 2>&1 || fail "$* does not fail: $(cat "$scratch/output")"; }

# prints LINE...: each is the beginning of a line that the command printed.
prints() {
  for line in "$@"; do
    awk -v line="$line" 'index($0, line) == 1 { found = 1 } END { exit !found }' "$scratch/output" ||
      fail "expected the line \"$line\" in: $(cat "$scratch/output")"
  done
}

# prints_only LINE: the command printed this line.
prints_only() { [ "$(cat "$scratch/output")" = "$1" ] || fail "expected \"$1\", found \"$(cat "$scratch/output")\""; }

# ordered CALL...: Docker was called with these beginnings, in this order.
ordered() {
  printf '%s\n' "$@" >"$scratch/want"
  awk 'NR == FNR { want[++count] = $0; next } at < count && index($0, want[at + 1]) == 1 { at++ } END { exit at < count }' \
    "$scratch/want" "$STATE/calls" || fail "expected the calls $(cat "$scratch/want") in: $(cat "$STATE/calls")"
}

all_wrong_settings_are_named_at_once() {
  state yes '' ''
  cat >.env <<'END'
LAB_NAME=My Lab
TUTORIAL=nope
EDGE_PORT=99999
GRAFANA_PORT=0
JAEGER_PORT=-1
OTLP_PORT=587 # fine
OTLP_HTTP_PORT='587 # x'
MAILDEV_PORT=080
CONSOLE_PORT=8000-8010
PROMETHEUS_PORT=http
SMTP_TO=$MY_ADDRESS
GRAFANA_ADMIN_PASSWORD=pa$word
ALERTMANAGER_PORT=8888
SMTP_PASSWORD_FILE=/path/to/a/file
SMTP_CA_FILE=/
JAEGER_IMAGE=Jaeger:latest
LOOKOUT_REGISTRY=registry.example/
END
  fails sh scripts/preflight.sh
  prints '✗ LAB_NAME=My Lab is not a name' '✗ TUTORIAL=nope is unknown: set one of all balancer' '✗ EDGE_PORT=99999 is not a port' \
    '✗ GRAFANA_PORT=0 is not a port' '✗ JAEGER_PORT=-1 is not a port' '✗ OTLP_HTTP_PORT=587 # x is not a port' \
    '✗ MAILDEV_PORT=080 is not a port' '✗ CONSOLE_PORT=8000-8010 is not a port' '✗ PROMETHEUS_PORT=http is not a port' \
    "✗ SMTP_TO refers to \$MY_ADDRESS, which is not set" "✗ GRAFANA_ADMIN_PASSWORD refers to \$word, which is not set" \
    '✗ ALERTMANAGER_PORT and BALANCER_REST_PORT are both 8888' '✗ SMTP_PASSWORD_FILE=/path/to/a/file is not a file' '✗ SMTP_CA_FILE=/ is not a file' '✗ JAEGER_IMAGE=Jaeger:latest is not the name' \
    '✗ LOOKOUT_REGISTRY=registry.example/ is not the name' 'lookout: 16 problem(s) found'
  state yes '' ''
  fails env COMPOSE_PROJECT_NAME=other sh scripts/preflight.sh
  prints '✗ COMPOSE_PROJECT_NAME=other is not LAB_NAME=lookout'
}

proposed_ports_are_free_and_differ() {
  state yes '' '' 10000 10002 8080 8082
  fails sh scripts/preflight.sh
  # 10001, 8081, 8084 and 8085 are other settings.
  prints '✗ port 10000 is in use by another program' '✗ port 8080 is in use' 'lookout: 2 problem(s)'
  grep -q 'make up EDGE_PORT=10003`' "$scratch/output" || fail "$(cat "$scratch/output")"
  grep -q 'make up ECHO_SERVER_PORT=8083`' "$scratch/output" || fail "$(cat "$scratch/output")"
  state yes '' ''
  fails env EDGE_PORT=9090 CONSOLE_PORT=9090 sh scripts/preflight.sh
  grep -q 'EDGE_PORT=9091`' "$scratch/output" || fail "$(cat "$scratch/output")"
  grep -q 'PROMETHEUS_PORT=9092`' "$scratch/output" || fail "$(cat "$scratch/output")"
}

only_ports_that_will_be_published_are_checked() {
  state yes '' '' 3100 8086 9102 3000
  (. scripts/offline-env.sh && select_image grafana '' && write_offline_env)
  # The balancer does not start, so its port may be another service's.
  TUTORIAL=echo BALANCER_PORT=9090 sh scripts/preflight.sh >"$scratch/output" 2>&1 || fail "$(cat "$scratch/output")"
  prints '✓ ports: 12 are free or used by this lab'
  state yes '' '' 3000
  sh scripts/preflight.sh >"$scratch/output" 2>&1 || fail "$(cat "$scratch/output")"
  prints '✓ ports: 19 are free or used by this lab'
  rm -r .lookout
  state yes envoy '' 10000
  sh scripts/preflight.sh >"$scratch/output" 2>&1 || fail "a port of this lab is refused: $(cat "$scratch/output")"
}

another_engine_is_named_and_none_is_started() {
  for host in tcp://10.0.0.1:2375 ssh://me@example.com unix:///nowhere.sock; do
    state no '' ''
    fails env "DOCKER_HOST=$host" sh scripts/up.sh
    prints_only "lookout: the engine that DOCKER_HOST=$host selects does not respond: start it, or select another one."
    fails env "DOCKER_HOST=$host" sh scripts/preflight.sh
    grep -q "^✗ .*DOCKER_HOST=$host" "$scratch/output" || fail "$(cat "$scratch/output")"
    ! grep -q dockerd "$STATE/calls" || fail "an engine was started beside DOCKER_HOST=$host"
  done
  state yes '' ''
  fails env DOCKER_HOST=tcp://10.0.0.1:2375 sh scripts/up.sh
  prints '✗ DOCKER_HOST=tcp://10.0.0.1:2375 selects an engine on another machine'
}

commands_without_a_lab_print_one_sentence() {
  state yes '' ''
  fails env SCRIPT=nope sh scripts/load.sh
  prints_only "lookout: SCRIPT=nope is unknown: set one of echo hello mix orders."
  for command in check.sh load.sh logs.sh check-edits.sh check-own.sh test-browser.sh 'lab.sh alert errors'; do
    state yes '' ''
    # shellcheck disable=SC2086 # a script and its arguments
    fails sh scripts/$command
    prints_only "lookout: the lab is not running: run \`make up\` first."
    state no '' ''
    # shellcheck disable=SC2086
    fails sh scripts/$command
    prints_only "lookout: the Docker engine does not respond, so no lab is running."
  done
  fails sh scripts/down.sh
  prints_only "lookout: the Docker engine does not respond, so no lab is running."
}

down_ends_commands_before_the_services() {
  state yes envoy 'alert load'
  sh scripts/down.sh >"$scratch/output" 2>&1 || fail "$(cat "$scratch/output")"
  ordered 'stop --time 60 alert load' 'rm --force alert load' 'compose --progress quiet stop console alertmanager' 'compose --profile * down'
  state yes envoy ''
  sh scripts/down.sh
  ! grep -q -e '^stop' -e '^rm' "$STATE/calls" || fail "containers were removed: $(cat "$STATE/calls")"
}

up_removes_what_killed_commands_left() {
  state yes envoy '' 10000
  sh scripts/up.sh >"$scratch/output" 2>&1 || fail "$(cat "$scratch/output")"
  ordered 'container prune --force --filter label=com.docker.compose.project=lookout --filter label=com.docker.compose.oneoff=True' \
    'compose up --detach --wait' 'compose --progress quiet run --no-deps --no-TTY --detach lab restore'
}

all_wrong_settings_are_named_at_once
proposed_ports_are_free_and_differ
only_ports_that_will_be_published_are_checked
another_engine_is_named_and_none_is_started
commands_without_a_lab_print_one_sentence
down_ends_commands_before_the_services
up_removes_what_killed_commands_left
