#!/usr/bin/env bash
# Tests of a running lab that are more than one command. Usage: test-lab.sh NAME [ARGUMENT], one of the functions below.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

# The preflight of a second lab names the ports that this lab uses, and starts nothing.
port_in_use() {
  local output
  if output=$(LAB_NAME=$LAB_NAME-second scripts/preflight.sh 2>&1); then fail "the preflight of a second lab passed"; fi
  grep -q "port $EDGE_PORT is in use" <<<"$output" || fail "the port is not named: $output"
  [ -z "$(docker ps --all --quiet --filter "label=com.docker.compose.project=$LAB_NAME-second")" ] || fail "the second lab was started"
}

# grpcurl is a grpc-go client: reflection, a call through Envoy, health.
go_client() {
  scripts/images.sh debian grpcurl
  grpcurl() { docker run --rm --network "${LAB_NAME}_default" "$GRPCURL_IMAGE" -plaintext "$@"; }
  grpcurl echo-server:8080 list | grep -x proto.EchoService
  grpcurl -d '{"message": "hello"}' envoy:10001 proto.EchoService/EchoService | grep '"echo hello"'
  grpcurl echo-server:8080 grpc.health.v1.Health/Check | grep SERVING
}

# alone TUTORIAL: only this tutorial's services run, and its claims are proven.
alone() {
  export TUTORIAL=$1
  scripts/up.sh
  . scripts/settings.sh
  diff <(compose config --services | sort) <(docker compose --profile '*' ps --services | sort) || fail "other services run than those of TUTORIAL=$1"
  scripts/lab.sh check
}

"$@"
