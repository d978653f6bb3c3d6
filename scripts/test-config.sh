#!/bin/sh
# Checks configuration with the programs that read it. Usage: test-config.sh NAME, one of the functions below.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

# in_image IMAGE PROGRAM ARGUMENT...: runs it offline on the repository, read-only.
in_image() (
  image=$1 program=$2
  shift 2
  docker run --rm --interactive --network none --user 65534:65534 --volume "$PWD:/src:ro" --workdir /src --entrypoint "$program" \
    "$image" "$@"
)

tools() { in_image "localhost/lookout/tools:${LOOKOUT_TAG:-dev}" "$@"; }

# files PATTERN...: prints git's files, new ones included, without build output.
files() { git ls-files --cached --others --exclude-standard -- "$@"; }

scripts() { files '*.sh' .ci/run; }

# Every script is POSIX sh, for dash, busybox and macOS' bash 3.2.
shell() {
  scripts | while read -r script; do
    case $(head -n 1 "$script") in
      '#!/bin/sh' | '# shellcheck shell=sh'*) ;;
      *) fail "$script: the first line is neither #!/bin/sh nor, in a file to source, # shellcheck shell=sh." ;;
    esac
  done
  scripts | tools xargs shellcheck --shell sh --external-sources
  scripts | tools xargs -n 1 dash -n
  scripts | tools xargs -n 1 busybox sh -n
}

dockerfiles() { files '*Dockerfile' | tools xargs hadolint --config .hadolint.yaml; }

# Words of the house's list that must not come back: see scripts/words.txt.
words() {
  grep -v '^#' scripts/words.txt >"$scratch/words"
  files '*.rs' '*.ts' '*.css' '*.html' '*.js' '*.sh' '*.md' '*.yaml' '*.yml' '*.toml' '*.json' '*Dockerfile' Makefile .env.example |
    grep -v -e '/gen/' -e '/generated/' -e 'package-lock.json' -e 'fixtures/' >"$scratch/files"
  xargs grep -n -i -E -f "$scratch/words" <"$scratch/files" >"$scratch/found" || true
  [ ! -s "$scratch/found" ] || fail "these lines use words of scripts/words.txt:
$(cat "$scratch/found")"
}

yaml() { files '*.yaml' '*.yml' | tools xargs yamllint --strict; }

json() { files '*.json' | tools xargs jq empty; }

compose_file() {
  docker compose --profile '*' config --quiet
  LAB_HOSTS=lab.example TEAM_SECRETS=. docker compose --file compose.yaml --file team/compose.yaml config --quiet
}

# render SETTING...: renders the configuration with these settings, into volumes of a lab that is not started.
render() { env LAB_NAME="$LAB_NAME-config" "$@" docker compose --progress quiet run --rm --no-deps --no-TTY config; }

# in_volume READER IMAGE PROGRAM ARGUMENT...: runs a program on the rendered configuration of one reader.
in_volume() (
  volume=$LAB_NAME-config_$1-config image=$2 program=$3
  shift 3
  docker run --rm --network none --volume "$volume:/rendered:ro" --workdir /rendered --entrypoint "$program" "$image" "$@"
)

# The rendered configuration of each choice of tutorials.
prometheus() {
  for file in tutorials/*.yaml; do
    render "TUTORIAL=$(basename "$file" .yaml)"
    in_volume prometheus "$(pin prometheus)" /bin/promtool check config --lint-fatal prometheus.yaml
  done
}

rules() {
  files 'prometheus/*/rules.yaml' | in_image "$(pin prometheus)" xargs /bin/promtool check rules --lint-fatal
  files 'prometheus/*.test.yaml' | in_image "$(pin prometheus)" xargs /bin/promtool test rules
}

# accepted SETTING...: amtool accepts what these SMTP settings render to.
accepted() {
  render "$@"
  in_volume alertmanager "$(pin alertmanager)" /bin/amtool check-config alertmanager.yaml
}

# The mailbox; an account over STARTTLS, and one over TLS from the first byte, with characters that YAML treats specially.
alertmanager() {
  echo "p'w: #1" >"$scratch/password"
  accepted SMTP_TLS=no
  # These names have no address: the logins are not tried.
  accepted SMTP_HOST=smtp.example.com SMTP_TLS=yes SMTP_PORT=587 "SMTP_USERNAME=o'neil&\\" "SMTP_PASSWORD_FILE=$scratch/password"
  accepted SMTP_HOST=smtp.example.com SMTP_TLS=yes SMTP_PORT=465 "SMTP_USERNAME=a|b: #c" "SMTP_PASSWORD_FILE=$scratch/password"
}

# At the path where the container has it, because gate.yaml names gate.lua by its path.
envoy() {
  for file in envoy.yaml gate.yaml; do
    docker run --rm --network none --user 65534:65534 --volume "$PWD/envoy:/etc/envoy:ro" --entrypoint /usr/local/bin/envoy \
      "$(pin envoy)" --mode validate --config-path "/etc/envoy/$file"
  done
}

# refuses SETTING COMMAND...: the command fails, and its message names the setting.
refuses() (
  setting=$1
  shift
  ! "$@" >"$scratch/message" 2>&1 || fail "$setting was accepted"
  grep -q "${setting%%=*}" "$scratch/message" || fail "$setting: the message does not name it: $(cat "$scratch/message")"
)

refused() {
  for setting in TUTORIAL=none LAB_NAME=Lab! EDGE_PORT=x EDGE_PORT=0 EDGE_PORT=70000 "JAEGER_PORT=$(setting EDGE_PORT)"; do
    refuses "$setting" env QUIET=1 "$setting" sh scripts/preflight.sh
  done
  for setting in SMTP_TLS=maybe SMTP_PORT=465 SMTP_PORT=x SMTP_USERNAME=me SMTP_HOST= SMTP_TO= 'SMTP_TO=a@b.example;c@d.example' \
    GRAFANA_URL=grafana SINK_OUTPUTS=x 'LAB_HOSTS=a b'; do
    refuses "$setting" render "$setting"
  done
}

clean() {
  rm -rf "$scratch"
  LAB_NAME=$LAB_NAME-config docker compose --progress quiet down --volumes >/dev/null 2>&1 || true
}
LAB_NAME=${LAB_NAME:-$(setting LAB_NAME)}
scratch=$(mktemp -d)
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
"$1"
