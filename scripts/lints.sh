#!/bin/sh
# Runs clippy and rustdoc on the whole workspace. Their warnings are errors where the compiler is the pinned one: a newer
# one has new lints, whose warnings are only printed. Usage: lints.sh PINNED_VERSION
set -eu
pinned=$1
have=$(rustc --version | cut -d ' ' -f 2)
case $have in
  "$pinned" | "$pinned".*) deny='-D warnings' ;;
  *)
    deny=''
    echo "rustc is $have, not the pinned $pinned: warnings are printed only"
    ;;
esac
# shellcheck disable=SC2086 # nothing, or two words
cargo clippy --workspace --all-targets --locked -- $deny
RUSTDOCFLAGS=$deny cargo doc --no-deps --document-private-items --locked
