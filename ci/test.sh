#!/usr/bin/env bash
# The tests: first those of the wire layer by itself, then all of them, as the README says to run them.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo test --no-default-features --features codec --lib --quiet --locked
cargo test --locked "$@"
