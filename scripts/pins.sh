# shellcheck shell=sh
# The images: those that the lab is tested with, and those that run instead. Sourced by settings.sh.

# image_variable NAME: prints the variable that selects an image: grafana → GRAFANA_IMAGE.
image_variable() { printf '%s_IMAGE\n' "$1" | tr '[:lower:]' '[:upper:]'; }

# tested_image NAME: prints the image that the lab is tested with: the line of pins.env, or the default in compose.yaml.
tested_image() {
  sed -n -e "s/^$(image_variable "$1")=//p" -e "s/.*\${$(image_variable "$1"):-\([^}]*\)}.*/\1/p" scripts/pins.env compose.yaml |
    head -n 1
}

# tag_of IMAGE: prints its tag, without a digest.
tag_of() { printf '%s\n' "$1" | sed 's/@.*//; s/.*://'; }

# tested_tag NAME: prints the tag of the image that the lab is tested with.
tested_tag() { tag_of "$(tested_image "$1")"; }

# pin NAME: prints the image that runs: the user's, or one that was built from package registries, or the tested one.
pin() { setting "$(image_variable "$1")"; }

# own_image NAME: prints the image that the user selects; nothing if there is none.
own_image() (
  image=$(pin "$1")
  [ "$image" = "$(tested_image "$1")" ] || is_offline "$image" || printf '%s\n' "$image"
)

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

# is_offline IMAGE: whether its name is that of an image built from package registries.
is_offline() { case $1 in localhost/lookout/offline-*) ;; *) return 1 ;; esac; }

# output_of IMAGE COMMAND...: prints what a program of the image prints, without the image's entry point.
output_of() (
  image=$1 program=$2
  shift 2
  docker run --rm --network none --entrypoint "$program" "$image" "$@" 2>&1
)

# first_version: prints the first version number in the input.
first_version() {
  awk '!found && match($0, /[0-9]+\.[0-9]+(\.[0-9]+)?/) { print substr($0, RSTART, RLENGTH); found = 1 }'
}
