#!/usr/bin/env bash
# The tests, as the README says to run them.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo test --locked "$@"
