#!/usr/bin/env bash
# make fuzz: runs the fuzz targets, each for 60 s or a million inputs, in the Rust image. Usage: fuzz.sh [TARGET...]
# An input that fails is printed in base64: add it to fuzz/corpus/TARGET/.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
scripts/engine.sh
scripts/images.sh debian rust

targets=("$@")
[ "$#" != 0 ] || mapfile -t targets < <(find fuzz/fuzz_targets -name '*.rs' -exec basename {} .rs \; | sort)

# cargo-fuzz asks rustc for the coverage instrumentation, which only a nightly compiler offers, unless RUSTC_BOOTSTRAP is set.
export TOOLS=fuzz
run() {
  scripts/rust.sh "cargo install --quiet --locked cargo-fuzz@0.13.2 --root /target/tools \
    && export RUSTC_BOOTSTRAP=1 PATH=\$PATH:/target/tools/bin \
    && cargo fuzz run --sanitizer none --features libfuzzer $1 -- -max_total_time=60 -runs=1000000 -print_final_stats=1"
}
failed=0
for target in "${targets[@]}"; do
  step "fuzz $target" run "$target" || failed=$((failed + 1))
done
printf '%d passed, %d failed\n' "$((${#targets[@]} - failed))" "$failed"
[ "$failed" = 0 ]
