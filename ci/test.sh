#!/usr/bin/env bash
# The tests: first those of the wire layer by itself, then all of them, as the README says to run them. `cli-dependencies` only lets both
# use the same builds of dependencies; that the layer does without them, ci/lint.sh shows.
#
#   ci/test.sh [--build | ARGUMENTS OF cargo test]     --build: only builds them
set -euo pipefail
cd "$(dirname "$0")/.."

build=()
if [ "${1:-}" = --build ]; then
    set -- --no-run
    build=(--no-run)
fi
cargo test --no-default-features --features codec,cli-dependencies --lib --quiet --locked "${build[@]}"
cargo test --locked "$@"
