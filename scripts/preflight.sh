#!/bin/sh
# Checks the machine before anything starts: prints a sentence for each problem, with its fix. `make doctor` runs it alone
# and also prints what is fine. DISK_MIN is the GiB of disk that are needed, by default those of scripts/requirements.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/versions.sh

problems=0
newline='
'

ok() { [ "${QUIET:-}" = 1 ] || say "✓ $1"; }
problem() {
  say "✗ $1"
  problems=$((problems + 1))
}

architecture() {
  case $(uname -m) in
    x86_64 | amd64 | aarch64 | arm64) ok "architecture $(uname -m)" ;;
    *) problem "the images are for x86_64 and arm64, this machine is $(uname -m); use another one." ;;
  esac
}

# is_podman: whether `docker` is Podman's command, or Docker's client with Podman's service.
is_podman() {
  { docker --version && docker version --format '{{range .Server.Components}}{{.Name}} {{end}}'; } 2>/dev/null | grep -qi podman
}

engine() {
  version=$(engine_version)
  selected=$(selected_engine)
  if [ -n "$(other_machine)" ]; then
    problem "$selected selects an engine on another machine, which cannot mount this folder: unset DOCKER_HOST, or run \`docker context use default\`."
  elif [ -z "$version" ] && [ -n "$selected" ]; then
    problem "the engine that $selected selects does not respond: start it, or select another one."
  elif [ -z "$version" ]; then
    problem "no Docker engine responds; \`make up\` installs and starts one on Debian and Ubuntu as root, else see docs.docker.com/engine/install."
  elif is_podman; then
    problem "the engine is Podman, which lacks the BuildKit interface that builds the lab's images: use Docker's engine."
  elif at_least "$version" "$(required engine)"; then
    ok "Docker $version"
  else
    problem "Docker $version is too old, $(required engine) is needed: see docs.docker.com/engine/install."
  fi
  plugin Compose "$(compose_version)" compose
  plugin Buildx "$(buildx_version)" buildx
}

plugin() {
  if at_least "$2" "$(required "$3")"; then
    ok "Docker $1 $2"
  else
    problem "Docker $1 is ${2:-missing}, $(required "$3") is needed: install the package docker-$3-plugin, or docker-$3 from your distribution."
  fi
}

disk() {
  place=$(docker info --format '{{.DockerRootDir}}' 2>/dev/null || true)
  [ -d "$place" ] || place=.
  free=$(($(df -Pk "$place" | awk 'NR == 2 { print $4 }') / 1048576))
  if [ "$free" -ge "$1" ]; then
    ok "disk: $free GiB free"
  else
    problem "$free GiB are free for Docker, $1 GiB are needed: \`docker system prune\` frees space."
  fi
}

# On macOS, the memory is that of Docker's virtual machine.
memory() {
  if [ -r /proc/meminfo ]; then
    free=$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo)
  else
    free=$(docker info --format '{{.MemTotal}}' 2>/dev/null | awk '{ print int($1 / 1073741824 + 0.5) }')
  fi
  if [ "${free:-0}" -ge "$1" ] || [ -n "$(running 2>/dev/null)" ]; then
    ok "memory: ${free:-0} GiB available"
  else
    problem "${free:-0} GiB of memory are available, $1 GiB are needed: close programs, or give Docker's virtual machine more."
  fi
}

# resolve_project: sets `project` to what Compose makes of compose.yaml, and `warnings`. A wrong setting is a problem, and its
# default takes its place, so that the next ones are found as well. Each port is replaced by its line's number in `names`:
# it shows which ports are published, whatever their values are.
resolve_project() {
  lab=$(setting LAB_NAME) selection=$(setting TUTORIAL) names=$(ports | cut -d = -f 1)
  # shellcheck disable=SC2046 # words NAME=NUMBER
  set -- $(echo "$names" | awk '{ print $0 "=" NR }')
  # Compose drops other characters, and labels the containers with another name.
  case $lab in
    [!a-z0-9]* | *[!a-z0-9_-]*)
      problem "LAB_NAME=$lab is not a name: expected lower-case letters, digits, - and _, with a letter or digit first."
      set -- "$@" LAB_NAME=lookout
      ;;
    "$(setting name)") ;;
    *) problem "COMPOSE_PROJECT_NAME=$(setting name) is not LAB_NAME=$lab, by which the lab's commands find it: set only LAB_NAME." ;;
  esac
  if ! [ -f "tutorials/$selection.yaml" ]; then
    problem "TUTORIAL=$selection is unknown: set one of $(printf '%s\n' tutorials/*.yaml | sed 's#.*/##; s#.yaml##' | xargs)."
    set -- "$@" TUTORIAL=all
  fi
  log=$(mktemp)
  project=$(env "$@" docker compose config 2>"$log") || project=''
  warnings=$(sed -e 's/.*msg="\(.*\)"$/\1/' -e 's/\\"/"/g' "$log")
  rm -f "$log"
  [ -n "$project" ] || problem "Compose rejects the settings: $(printf '%s\n' "$warnings" | tail -n 1)"
}

# unset_variables: Compose replaces a variable that is not set by nothing. The setting that refers to it is the one whose value
# changes with it.
unset_variables() {
  before=$settings
  for name in $(printf '%s\n' "$warnings" | sed -n 's/^The "\([A-Za-z0-9_]*\)" variable is not set.*/\1/p' | sort -u); do
    users=$(export "$name=lookout-set" && resolve 2>/dev/null | grep -Fxv -- "$before" | sed 's/=.*//' | xargs)
    problem "${users:-a setting} refers to \$$name, which is not set: set it, or write a literal \$ in single quotes."
  done
}

# mail_files: whether Compose can mount the files; the engine's message would not name the setting.
mail_files() {
  for name in SMTP_PASSWORD_FILE SMTP_CA_FILE; do
    file=$(setting "$name")
    path=$file
    # Compose resolves the ~ as well.
    case $file in [~]/*) path=$HOME/${file#??} ;; esac
    [ -z "$file" ] || { [ -f "$path" ] && [ -r "$path" ]; } ||
      problem "$name=$file is not a file that can be read: create it, or correct the path."
  done
}

# image_names: whether the settings that select images are names of images.
image_names() {
  part='[a-z0-9]+([._-]+[a-z0-9]+)*' tag='[A-Za-z0-9_][A-Za-z0-9_.-]*'
  name="$part(:[0-9]+)?(/$part)*"
  wrong=$(printf '%s\n' "$settings" | grep -E '^([A-Z0-9]+_IMAGE|LOOKOUT_REGISTRY|LOOKOUT_TAG)=' | grep -Ev \
    -e "^[A-Z0-9]+_IMAGE=$name(:$tag)?(@sha256:[0-9a-f]{64})?\$" -e "^LOOKOUT_REGISTRY=$name\$" -e "^LOOKOUT_TAG=$tag\$" || true)
  while read -r line; do
    [ -z "$line" ] || problem "$line is not the name of an image or its part: see docs/images.md."
  done <<END
$wrong
END
}

# published_names: prints the names of the ports that the selected services publish.
published_names() {
  printf '%s\n' "$project" | sed -n 's/^ *published: "\([0-9]*\)"$/\1/p' | while read -r number; do
    echo "$names" | sed -n "${number}p"
  done
}

# built: whether all images of the lab exist.
built() { printf '%s\n' "$project" | sed -n 's/^    image: //p' | while read -r image; do has_image "$image" || exit 1; done; }

# is_port TEXT: whether it is a number from 1 to 65535, without leading zeros.
is_port() { case $1 in '' | 0* | *[!0-9]* | ??????*) false ;; *) [ "$1" -le 65535 ] ;; esac; }

# has LINE TEXT: whether one of the text's lines is LINE.
has() { printf '%s\n' "$2" | grep -Fqx -- "$1"; }

# listens PORT: whether a program accepts connections; curl fails with 7 if none does. It sends nothing: a program that expects
# another protocol would count a faulty request.
listens() {
  code=0
  curl --disable --silent --noproxy '*' --max-time 0.3 --output /dev/null "telnet://127.0.0.1:$1" </dev/null || code=$?
  [ "$code" != 7 ]
}

# find_free PORT: sets `free` to the next port that no program, no setting and no earlier proposal uses.
find_free() {
  free=$1
  while has "$free" "$numbers" || listens "$free"; do free=$((free < 65535 ? free + 1 : 1024)); done
  numbers=$numbers$newline$free
}

# holder PORT: prints the container that publishes the port, or the command that names the program.
holder() {
  container=$(docker ps --filter "publish=$1" --format '{{.Names}}' 2>/dev/null | head -n 1)
  if [ -n "$container" ]; then
    echo "the container $container"
  elif command -v ss >/dev/null; then
    echo "\`ss -ltnp 'sport = :$1'\` names it"
  else
    echo "\`lsof -i :$1\` names it"
  fi
}

# The ports of the services that will start: free, or already used by this lab.
published_ports() {
  before=$problems count=0
  all=$(ports)
  numbers=$(printf '%s\n' "$all" | cut -d = -f 2)
  starting=$(published_names)
  own=$(running 2>/dev/null |
    xargs docker inspect --format '{{range .HostConfig.PortBindings}}{{range .}}{{println .HostPort}}{{end}}{{end}}' 2>/dev/null || true)
  taken=''
  while read -r line; do
    name=${line%%=*} port=${line#*=}
    if ! is_port "$port"; then
      problem "$name=$port is not a port: set a number from 1 to 65535."
      continue
    fi
    has "$name" "$starting" || continue
    count=$((count + 1))
    first=$(printf '%s' "$taken" | sed -n "s/=$port\$//p")
    if [ -n "$first" ]; then
      find_free "$port"
      problem "$first and $name are both $port: run \`make up $name=$free\`, or change one of them in .env."
      continue
    fi
    taken=$taken$name=$port$newline
    if ! has "$port" "$own" && listens "$port"; then
      find_free "$port"
      problem "port $port is in use by another program: stop it ($(holder "$port")), or run \`make up $name=$free\`."
    fi
  done <<END
$all
END
  [ "$problems" != "$before" ] || ok "ports: $count are free or used by this lab"
}

architecture
engine
command -v curl >/dev/null || problem "curl is missing: install it."
if [ -z "$(other_machine)" ] && at_least "$(compose_version)" "$(required compose)"; then
  . scripts/settings.sh
  resolve_project
  unset_variables
  mail_files
  image_names
  # The first start builds the images; later ones only run containers.
  if built; then disk "${DISK_MIN:-1}" && memory 1; else disk "${DISK_MIN:-$(required disk)}" && memory "$(required memory)"; fi
  ! command -v curl >/dev/null || published_ports
fi
[ "$problems" = 0 ] || fail "$problems problem(s) found; nothing was started."
