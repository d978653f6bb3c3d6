#!/bin/sh
# make fuzz: runs the fuzz targets, each for 60 s or a million inputs, in the Rust image. Usage: fuzz.sh [TARGET...]
# An input that fails is printed in base64: add it to fuzz/corpus/TARGET/.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/count.sh
sh scripts/engine.sh
sh scripts/images.sh debian rust

targets=$*
[ -n "$targets" ] || targets=$(find fuzz/fuzz_targets -name '*.rs' | sed 's#.*/##; s#\.rs$##' | sort)

# cargo-fuzz asks rustc for the coverage instrumentation, which only a nightly compiler offers, unless RUSTC_BOOTSTRAP is set.
export TOOLS=fuzz
fuzz() {
  sh scripts/rust.sh "cargo install --quiet --locked cargo-fuzz@0.13.2 --root /target/tools \
    && export RUSTC_BOOTSTRAP=1 PATH=\$PATH:/target/tools/bin \
    && cargo fuzz run --sanitizer none --features libfuzzer $1 -- -max_total_time=60 -runs=1000000 -print_final_stats=1"
}
for target in $targets; do try "fuzz $target" fuzz "$target"; done
total
