#!/usr/bin/env bash
# Builds all fuzz targets with the coverage that guides libFuzzer, and says where they are.
#
# Needs stable Rust and a C++ compiler, no cargo-fuzz: libFuzzer comes with the crate libfuzzer-sys, coverage is a pass of
# rustc's own, and ci/fuzz-rustc.sh asks for it where the project's own crate is compiled. No trace-compares: with it a target
# runs half as fast, and dictionaries and seeds hold the words.
#
# With planted bugs, all asleep unless BACKCHAT_CANARY names one: so that one build serves both ci/fuzz-smoke.sh and
# ci/fuzz-canary.sh.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

host=$(rustc -vV | sed -n 's/^host: //p')
coverage=''
for part in level=3 inline-8bit-counters pc-table; do
    coverage+=" -Cllvm-args=-sanitizer-coverage-$part"
done
# With --target, the flags reach neither build scripts nor procedural macros. An own directory, for other flags than others'.
RUSTFLAGS='--cfg fuzzing --cfg canary' RUSTC_WRAPPER=$PWD/../ci/fuzz-rustc.sh FUZZ_COVERAGE="-Cpasses=sancov-module$coverage" \
    cargo build --release --locked --target "$host" --target-dir target/coverage >&2
echo "target/coverage/$host/release"
