#!/usr/bin/env bash
# Changes the code of one folder in small ways, one at a time, and requires the tests to notice: cargo-mutants. A change that no
# test notices is listed at the end, and in mutants.out/missed.txt. docs/testing.md says what was found, and what is left and why.
#
#   ci/mutants.sh wire|session|player [ARGUMENT…]      arguments are cargo-mutants' own: --shard 0/8, -f src/wire/utf8.rs, --list
#
# Each change is a build and a test run, so a folder takes an hour or more; not part of the checks of each build. Only the
# tests that are about the folder are run: unit tests, and the properties that are driven through it.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:-}
if (($# > 0)); then
    shift
fi
case $folder in
# By itself: the wire layer builds in seconds without the program. The two longest tests show little that the others do not.
wire)
    features=(--no-default-features --features codec)
    tests=(-- --skip all_sequences_of_three_bytes --skip every_split_of_every_short)
    ;;
session) features=() tests=(-- session::tests props::tests::a_session) ;;
player) features=() tests=(-- player:: simulation:: props::tests::a_conversation props::matching) ;;
*)
    echo "usage: ci/mutants.sh wire|session|player [ARGUMENT…]" >&2
    exit 2
    ;;
esac

if ! cargo mutants --version >/dev/null 2>&1; then
    echo "SKIPPED: mutants: cargo-mutants is not installed (cargo install cargo-mutants)"
    exit 0
fi

only=(--file "src/$folder/**")
for argument in "$@"; do
    case $argument in
    -f | --file | --file=*) only=() ;;
    esac
done
# Each change is a fault in every case that comes by it: a few cases are enough to see most, and the time is for more changes.
export PROPTEST_CASES=${PROPTEST_CASES:-64}
exec nice -n "${MUTANTS_NICE:-19}" cargo mutants -j1 --no-shuffle "${features[@]}" "${only[@]}" "$@" -- --locked --lib "${tests[@]}"
