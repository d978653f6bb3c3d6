# shellcheck shell=sh
# The lab's settings, as Compose resolves them: source this file from the repository's root after say.sh. Compose reads the
# environment, then .env, then .lookout/offline.env, which selects the images that were built without a registry. Nothing else
# parses these files.
. scripts/pins.sh

COMPOSE_ENV_FILES=$(for file in .lookout/offline.env .env; do [ ! -f "$file" ] || printf '%s,' "$file"; done)
COMPOSE_ENV_FILES=${COMPOSE_ENV_FILES%,}
if [ -n "$COMPOSE_ENV_FILES" ]; then export COMPOSE_ENV_FILES; else unset COMPOSE_ENV_FILES; fi

# settings_file: prints a Compose file with the settings of compose.yaml, which Compose resolves even if one of them is wrong.
settings_file() {
  echo 'services: { settings: { image: settings } }'
  sed -n -e '/^name:/p' -e '/^x-settings:/,/^$/p' compose.yaml
  echo 'x-other: &other'
  { sed 's/^\([A-Z0-9]*_IMAGE\)=\(.*\)/${\1:-\2}/' scripts/pins.env && cat compose.yaml; } | grep -o '[$]{[A-Z0-9_]*:-[^}$]*}' |
    sed 's/^\${\([A-Z0-9_]*\)/  \1: &/' | awk '!seen[$1]++'
}

# resolve: prints the settings as lines NAME=VALUE, with the value as in a JSON string; NAME is "name" for Compose's project.
resolve() {
  json=$(settings_file | docker compose --file - config --format json) || return 1
  # Compose doubles each $.
  printf '%s\n' "$json" | sed -n -e 's/\$\$/$/g' -e 's/^  "\(name\)": "\(.*\)",$/\1=\2/p' \
    -e 's/^    "\([A-Z0-9_]*\)": "\(.*\)",\{0,1\}$/\1=\2/p' | sort -u
}

# setting NAME: prints the value of a setting.
setting() {
  printf '%s\n' "$settings" | sed -n "s/^$1=//p" | awk '{
    while ((at = index($0, "\\")) > 0) {
      escape = substr($0, at + 1, 1)
      printf "%s", substr($0, 1, at - 1)
      if (escape == "n") printf "\n"
      else if (escape == "r") printf "\r"
      else if (escape == "t") printf "\t"
      # The encoder escapes <, > and & as well.
      else if (escape == "u") {
        code = substr($0, at + 2, 4)
        at += 4
        printf "%s", code == "003c" ? "<" : code == "003e" ? ">" : code == "0026" ? "&" : "?"
      } else printf "%s", escape
      $0 = substr($0, at + 2)
    }
    print
  }'
}

# setting_names: prints the names of all settings.
setting_names() { printf '%s\n' "$settings" | sed -n 's/^\([A-Z][A-Z0-9_]*\)=.*/\1/p'; }

# ports: prints the published ports as lines NAME=PORT.
ports() { printf '%s\n' "$settings" | grep '_PORT=' | grep -v '^SMTP_'; }

# default_ports: prints the ports of compose.yaml as lines NAME=PORT, whatever the settings are.
default_ports() { sed -n 's/^  \([A-Z_]*_PORT\): \${[A-Z_]*_PORT:-\([0-9]*\)}$/\1=\2/p' compose.yaml | grep -v '^SMTP_'; }

# has_service NAME: whether the selected tutorials and images include the service. Compose is called once.
services=''
has_service() {
  [ -n "$services" ] || services=$(docker compose config --services)
  printf '%s\n' "$services" | grep -qx "$1"
}

# running: prints the containers of this lab that run.
running() { docker ps --quiet --filter "label=com.docker.compose.project=$(setting LAB_NAME)"; }

# require_lab: fails if the lab does not run.
require_lab() {
  containers=$(running 2>/dev/null) || fail "the Docker engine does not respond, so no lab is running."
  [ -n "$containers" ] || fail "the lab is not running: run \`make up\` first."
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

settings=$(resolve 2>/dev/null) || {
  command -v docker >/dev/null || fail "Docker is missing: \`make up\` installs it on Debian and Ubuntu as root, else see docs.docker.com/engine/install."
  fail "Compose cannot read the settings: $(resolve 2>&1 | sed -e 's/.*msg="\(.*\)"$/\1/' | tail -n 1)"
}
