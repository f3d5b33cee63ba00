#!/usr/bin/env bash
# Runs rustc as cargo calls it, with $FUZZ_COVERAGE added where it compiles the project's own crate.
#
# Each counter that an execution moves costs libFuzzer time to look at. What a hash table or a search for bytes does inside says
# little of the code under test.
set -euo pipefail

rustc=$1
shift
coverage=()
if [[ " $* " == *' --crate-name backchat '* ]]; then
    read -ra coverage <<<"${FUZZ_COVERAGE:-}"
fi
exec "$rustc" "$@" "${coverage[@]}"
