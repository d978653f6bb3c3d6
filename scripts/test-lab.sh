#!/bin/sh
# Tests of a running lab that are more than one command. Usage: test-lab.sh NAME [ARGUMENT], one of the functions below.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
lab=$(setting LAB_NAME)

# containers LAB: prints a lab's services with their containers, without `config`, which runs at each start.
containers() {
  docker ps --all --filter "label=com.docker.compose.project=$1" --format '{{.Label "com.docker.compose.service"}} {{.ID}}' |
    grep -v '^config ' | sort
}

# The lab runs already, started by Compose: `make up` leaves its containers alone.
up_changes_nothing() {
  before=$(containers "$lab")
  sh scripts/up.sh
  after=$(containers "$lab")
  [ "$after" = "$before" ] || fail "containers before:
$before
after:
$after"
}

# The preflight of a second lab names the ports that this lab uses, and starts nothing.
port_in_use() {
  ! output=$(LAB_NAME=$lab-second sh scripts/preflight.sh 2>&1) || fail "the preflight of a second lab passed"
  printf '%s\n' "$output" | grep -q "port $(setting EDGE_PORT) is in use" || fail "the port is not named: $output"
  [ -z "$(containers "$lab-second")" ] || fail "the second lab was started"
}

# The logs of all services, until their first line.
logs() {
  log=$(mktemp)
  sh scripts/logs.sh >"$log" 2>&1 &
  logs=$!
  tries=60
  while ! grep -q ' | ' "$log" && [ "$tries" -gt 0 ]; do
    tries=$((tries - 1))
    sleep 1
  done
  kill "$logs"
  grep ' | ' "$log" | head -n 1 | grep .
  rm "$log"
}

# grpcurl is a grpc-go client: reflection, a call through Envoy, health.
go_client() {
  sh scripts/images.sh grpcurl
  . scripts/settings.sh
  image=$(pin grpcurl)
  grpcurl() { docker run --rm --network "${lab}_default" "$image" -plaintext "$@"; }
  grpcurl echo-server:8080 list | grep -x proto.EchoService
  grpcurl -d '{"message": "hello"}' envoy:10001 proto.EchoService/EchoService | grep '"echo hello"'
  grpcurl echo-server:8080 grpc.health.v1.Health/Check | grep SERVING
}

# with_team SECRETS COMMAND...: Compose with the team's port, in front of three of the services.
with_team() (
  files=$(sed -n 's/^COMPOSE_FILE=//p' .lookout/offline.env 2>/dev/null || true)
  export TEAM_SECRETS="$1" TEAM_PORT=24443 LAB_HOSTS=console.lab.example,prometheus.lab.example,mail.lab.example
  shift
  COMPOSE_FILE=${files:-compose.yaml}:team/compose.yaml docker compose --progress quiet "$@"
)

# team_status SECRETS NAME [CURL_ARGUMENT...]: prints the status of the page at this name.
team_status() (
  secrets=$1 name=$2.lab.example
  shift 2
  curl --silent --cacert "$secrets/certificate.pem" --resolve "$name:24443:127.0.0.1" --output /dev/null --max-time 5 \
    --write-out '%{http_code}' "$@" "https://$name:24443/"
)

# team_pages SECRETS: the port asks for a password, and each name leads to its service.
team_pages() {
  for name in console prometheus mail; do
    code=$(team_status "$1" "$name")
    [ "$code" = 401 ] || fail "$name responds with $code to a user without the password"
    code=$(team_status "$1" "$name" --user 'ann:her password')
    case $code in 200 | 302) ;; *) fail "$name responds with $code to a user with the password" ;; esac
  done
  code=$(team_status "$1" other --user 'ann:her password')
  [ "$code" = 404 ] || fail "a name that belongs to no service has the status $code"
}

# The steps of docs/security.md that open the lab to a team.
team() {
  secrets=$(mktemp -d)
  openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=lab.example -addext 'subjectAltName=DNS:*.lab.example' \
    -keyout "$secrets/key.pem" -out "$secrets/certificate.pem"
  printf 'ann:{SHA}%s\n' "$(printf %s 'her password' | openssl dgst -sha1 -binary | openssl base64)" >"$secrets/users"
  chmod -R a+rX "$secrets"
  with_team "$secrets" up --detach --wait
  outcome=0
  (team_pages "$secrets") || outcome=1
  with_team "$secrets" rm --stop --force team
  docker compose --progress quiet up --detach --wait
  rm -rf "$secrets"
  return "$outcome"
}

# alone TUTORIAL: only this tutorial's services run, and its claims are proven.
alone() {
  export TUTORIAL="$1"
  sh scripts/up.sh
  have=$(docker compose --profile '*' ps --services | sort)
  want=$(docker compose config --services | grep -vx config | sort)
  [ "$have" = "$want" ] || fail "TUTORIAL=$1 selects $(echo "$want" | xargs), and $(echo "$have" | xargs) run"
  sh scripts/lab.sh check
}

"$@"
