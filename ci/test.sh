#!/usr/bin/env bash
# The tests: first those of the wire layer by itself, then all of them, as the README says to run them. `cli-dependencies` only lets both
# use the same builds of dependencies; that the layer does without them, ci/lint.sh shows.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo test --no-default-features --features codec,cli-dependencies --lib --quiet --locked
cargo test --locked "$@"
