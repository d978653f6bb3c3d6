# shellcheck shell=bash
# The lab's settings: those of .env, which the environment overrides as in Compose, and those derived from them. Source it
# from the repository's root.

while IFS='=' read -r key value; do
  case $key in
    '' | \#*) ;;
    *[!A-Z0-9_]*) fail ".env: \"$key\" is not a setting: a line is NAME=value." ;;
    *) [ -n "${!key+set}" ] || export "$key=$value" ;;
  esac
done <.env

# The tutorials that each choice runs: they select services, scrape jobs, rules, dashboards and claims.
# shellcheck disable=SC2153 # TUTORIAL comes from .env, TUTORIALS from it
case $TUTORIAL in
  all) tutorials=(lab echo sink order balancer influx) ;;
  echo) tutorials=(lab echo) ;;
  sink | order | balancer) tutorials=(lab echo "$TUTORIAL") ;;
  influx) tutorials=(lab echo balancer influx) ;;
  *) fail "TUTORIAL=$TUTORIAL: expected all, echo, sink, order, balancer or influx." ;;
esac
export tutorials TUTORIALS="${tutorials[*]}"

has_tutorial() { [[ " $TUTORIALS " == *" $1 "* ]]; }
# Settings of services that also run without these tutorials.
if has_tutorial order; then export ORDERS=true; else export ORDERS=false; fi
if has_tutorial influx; then export INFLUX_URL=http://influxdb:8086; else export INFLUX_URL=; fi
# A left-out tutorial gets no links: SINK_LINK= and so on.
for name in sink order balancer influx; do has_tutorial "$name" || export "${name^^}_LINK="; done

case $LAB_NAME in
  '' | [!a-z0-9]* | *[!a-z0-9_-]*) fail "LAB_NAME=$LAB_NAME: expected lower-case letters, digits, - and _, starting with a letter or digit." ;;
esac

# pin NAME: prints the pinned image of .env, for example `pin grafana`.
pin() {
  local name="${1^^}_IMAGE"
  echo "${!name}"
}

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

is_stand_in() { [ -n "$(docker image inspect --format '{{index .Config.Labels "dev.lookout.stand-in"}}' "$1" 2>/dev/null)" ]; }

# Removes the images that were built for this lab only.
remove_own_images() {
  docker images --format '{{.Repository}}:{{.Tag}}' --filter "reference=lookout/*:$LAB_NAME" | xargs -r docker rmi >/dev/null
}

# compose ARGUMENT...: runs Docker Compose on this lab with the selected profiles, and Grafana's if its image exists.
compose() {
  local IFS=,
  local profiles=("${tutorials[@]:2}")
  if has_image "$GRAFANA_IMAGE"; then
    profiles+=(grafana)
  else
    # Links to Grafana's dashboards lead to the console's, which have the same paths.
    export GRAFANA_LINK='' DASHBOARDS_URL="http://127.0.0.1:$CONSOLE_PORT"
  fi
  COMPOSE_PROFILES="${profiles[*]}" docker compose "$@"
}

# Grafana's setting for SMTP_TLS.
if [ "$SMTP_TLS" = yes ]; then export SMTP_STARTTLS=MandatoryStartTLS; else export SMTP_STARTTLS=NoStartTLS; fi

# The group that may use Docker's socket, for the lab container.
DOCKER_SOCKET=${DOCKER_SOCKET:-/var/run/docker.sock}
DOCKER_GID=$(stat -Lc %g "$DOCKER_SOCKET" 2>/dev/null || echo 0)
export DOCKER_SOCKET DOCKER_GID

# A filter that replaces the documents' addresses (the ports of .env) by those that this lab publishes.
published() {
  local name port script=
  while IFS='=' read -r name port; do
    script+="s#127\\.0\\.0\\.1:$port\\b#127.0.0.1:@${!name}#g;"
  done < <(grep -E '^[A-Z_]+_PORT=[0-9]+$' .env | grep -v '^SMTP_')
  # The @ keeps a replaced port from being replaced again, so that two ports can be swapped.
  sed -e "$script" -e 's#127\.0\.0\.1:@#127.0.0.1:#g'
}
