#!/usr/bin/env bash
# UTF-8 against the standard library: every sequence of three bytes, and of four bytes every one that begins a character, with a
# fourth byte from both sides of the borders of continuations; each in every cut. With --all every sequence of four bytes, which takes minutes.
#
#   ci/utf8.sh [--all]
#
# Optimised, or it would take an hour; with assertions all the same. Dependencies are those of the other tests, which are
# optimised anyway; `cli-dependencies` as in ci/test.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

which=(--skip all_four_bytes)
case "${1:-}" in
'') ;;
--all) which=() ;;
*)
    echo "usage: ci/utf8.sh [--all]" >&2
    exit 2
    ;;
esac

CARGO_PROFILE_DEV_OPT_LEVEL=3 cargo test --no-default-features --features codec,cli-dependencies --lib --locked \
    wire::tests::every_sequence -- --ignored "${which[@]}"
