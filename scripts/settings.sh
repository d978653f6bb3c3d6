# shellcheck shell=bash
# The settings of the lab: .env, where the environment does not say otherwise (Compose's own rule), and what follows
# from them. Source it from the repository's root.

while IFS='=' read -r key value; do
  case $key in
    '' | \#*) ;;
    *[!A-Z0-9_]*) fail ".env: \"$key\" is not a setting; a line is NAME=value." ;;
    *) [ -n "${!key+set}" ] || export "$key=$value" ;;
  esac
done <.env

# What a tutorial needs to run: it decides services, scrape jobs, rules, dashboards and claims.
case $TUTORIAL in
  all | sink) tutorials=(lab echo sink) ;;
  echo) tutorials=(lab echo) ;;
  *) fail "TUTORIAL=$TUTORIAL: expected all, echo or sink." ;;
esac
export tutorials

case $LAB_NAME in
  '' | [!a-z0-9]* | *[!a-z0-9_-]*) fail "LAB_NAME=$LAB_NAME: expected small letters, digits, - and _, a letter or digit first." ;;
esac

# The pins of .env by name: `pin grafana` prints its image.
pin() {
  local name="${1^^}_IMAGE"
  echo "${!name}"
}

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

is_stand_in() { [ -n "$(docker image inspect --format '{{index .Config.Labels "dev.lookout.stand-in"}}' "$1" 2>/dev/null)" ]; }

# compose ARGUMENT...: Docker Compose on this lab, with the profiles that are chosen and can be had.
compose() {
  local IFS=,
  local profiles=("${tutorials[@]:1}")
  if has_image "$GRAFANA_IMAGE"; then profiles+=(grafana); else export GRAFANA_LINK=; fi
  COMPOSE_PROFILES="${profiles[*]}" docker compose "$@"
}

# The group that may use Docker's socket: the lab container joins it.
DOCKER_SOCKET=${DOCKER_SOCKET:-/var/run/docker.sock}
DOCKER_GID=$(stat -Lc %g "$DOCKER_SOCKET" 2>/dev/null || echo 0)
export DOCKER_SOCKET DOCKER_GID

# A filter: the addresses that the documents name (the ports of .env) become those that this lab publishes.
published() {
  local name port script=
  while IFS='=' read -r name port; do
    script+="s#127\\.0\\.0\\.1:$port\\b#127.0.0.1:@${!name}#g;"
  done < <(grep -E '^[A-Z_]+_PORT=[0-9]+$' .env | grep -v '^SMTP_')
  # By way of an @, so that two ports may change places.
  sed -e "$script" -e 's#127\.0\.0\.1:@#127.0.0.1:#g'
}
