#!/bin/sh
# Makes the folder TO equal to the folder FROM and leaves every file whose content is the same untouched, so that its
# modification time stays. It runs in the Rust image. Usage: sync-sources.sh FROM TO
set -eu
export LC_ALL=C
from=$1 to=$2
lists=$(mktemp -d)
trap 'rm -rf "$lists"' EXIT

# list FOLDER: a line per file, sorted: its checksum and path.
list() { (cd "$1" && find . -type f -exec sha256sum {} +) | sort; }

list "$from" >"$lists/from"
list "$to" >"$lists/to"
comm -13 "$lists/from" "$lists/to" | cut -c 67- | while read -r file; do rm "$to/$file"; done
comm -23 "$lists/from" "$lists/to" | cut -c 67- | while read -r file; do
  mkdir -p "$to/${file%/*}"
  cp "$from/$file" "$to/$file"
done
find "$to" -mindepth 1 -type d -empty -delete
