# shellcheck shell=sh
# The lab's settings, as Compose resolves them: source this file from the repository's root after say.sh. Compose reads the
# environment, then .env, then .lookout/offline.env, which selects the images that were built without a registry.
. scripts/pins.sh

COMPOSE_ENV_FILES=$(for file in .lookout/offline.env .env; do [ ! -f "$file" ] || printf '%s,' "$file"; done)
COMPOSE_ENV_FILES=${COMPOSE_ENV_FILES%,}
if [ -n "$COMPOSE_ENV_FILES" ]; then export COMPOSE_ENV_FILES; else unset COMPOSE_ENV_FILES; fi

# configuration: prints the services `config`, which has every setting in its environment, and `load`. It is read once.
configuration() {
  [ -n "${resolved:-}" ] || resolved=$(docker compose --profile load config config load) || exit 1
  printf '%s\n' "$resolved"
}

# settings: prints the settings as lines NAME=VALUE.
settings() {
  configuration | awk '
    /^  [a-z]/ { config = $1 == "config:" }
    /^    [a-z]/ { inside = config && $1 == "environment:" }
    inside && /^      [A-Z]/ {
      name = $1; sub(/:$/, "", name)
      value = substr($0, length(name) + 9)
      gsub(/^"|"$/, "", value)
      print name "=" value
    }'
}

# setting NAME: prints the value of a setting.
setting() { settings | sed -n "s/^$1=//p"; }

# ports: prints the published ports as lines NAME=PORT.
ports() { settings | grep '_PORT=' | grep -v '^SMTP_'; }

# default_ports: prints the ports of compose.yaml as lines NAME=PORT, whatever the settings are.
default_ports() { sed -n 's/^  \([A-Z_]*_PORT\): \${[A-Z_]*_PORT:-\([0-9]*\)}$/\1=\2/p' compose.yaml | grep -v '^SMTP_'; }

# has_service NAME: whether the selected tutorials and images include the service. Compose is called once.
services=''
has_service() {
  [ -n "$services" ] || services=$(docker compose config --services)
  printf '%s\n' "$services" | grep -qx "$1"
}

# A filter that replaces the documents' addresses (the default ports) by those that this lab publishes. The @ keeps a replaced
# port from being replaced again, so that two ports can be swapped.
published() {
  script=$({ default_ports && echo && ports; } | awk -F= '
    NF == 0 { resolved = 1; next }
    !resolved { from[$1] = $2; next }
    {
      printf "s#127\\.0\\.0\\.1:%s\\([^0-9]\\)#127.0.0.1:@%s\\1#g;", from[$1], $2
      printf "s#127\\.0\\.0\\.1:%s$#127.0.0.1:@%s#;", from[$1], $2
    }')
  sed -e "$script" -e 's#127\.0\.0\.1:@#127.0.0.1:#g'
}
