#!/usr/bin/env bash
# Changes the code in small ways, one at a time, and requires the tests to notice: cargo-mutants. A change that no test notices is
# listed at the end, and in mutants.out/LAYER/mutants.out/missed.txt. docs/testing.md says what was found, and what is left and why.
#
#   ci/mutants.sh [PATH…] [-- ARGUMENT…]     MUTANTS_TIMEOUT=60 (seconds of the processor for a test run)
#
# PATH is src/wire, src/session or src/player, or a file in one of them; without any, all three. Arguments are cargo-mutants' own:
# --shard 0/8, --list. Each change is a build and a test run, half a minute or so, so a file is what one runs; a folder takes hours.
#
# Only what is about the layer is run: its unit tests, and the properties that are driven through it. What is not changed, and why,
# stands in .cargo/mutants.toml.
set -euo pipefail
cd "$(dirname "$0")/.."

paths=()
while (($# > 0)) && [ "$1" != -- ]; do
    paths+=("${1%/}")
    shift
done
(($# == 0)) || shift
((${#paths[@]} > 0)) || paths=(src/wire src/session src/player)

for path in "${paths[@]}"; do
    case $path in
    src/wire | src/session | src/player | src/wire/*.rs | src/session/*.rs | src/player/*.rs) ;;
    *)
        echo "usage: ci/mutants.sh [PATH…] [-- ARGUMENT…], a PATH is src/wire, src/session or src/player, or a file in one: not $path" >&2
        exit 2
        ;;
    esac
    [ -e "$path" ] || {
        echo "$path is not there" >&2
        exit 2
    }
done

if ! cargo mutants --version >/dev/null 2>&1; then
    echo "SKIPPED: mutants: cargo-mutants is not installed (cargo install cargo-mutants)"
    exit 0
fi

# Each change is a fault in every case that comes by it: a few cases are enough to see most, and the time is for more changes.
export PROPTEST_CASES=${PROPTEST_CASES:-64}

# A change that never ends is noticed; a machine that has other things to do must not look like one. So what is limited is the
# processor's time, where there is a program for that, and by the clock a run may take much longer.
limit=${MUTANTS_TIMEOUT:-60}
longest=$limit
if command -v prlimit >/dev/null; then
    host=$(rustc -vV | sed -n 's/^host: //p')
    runner=CARGO_TARGET_$(tr a-z- A-Z_ <<<"$host")_RUNNER
    export "$runner=prlimit --cpu=$limit --"
    longest=$((limit * 20))
fi

# Changes the paths of one layer: its name, then cargo-mutants' arguments, `--`, and the tests.
changed() {
    local layer=$1 files=() path
    shift
    for path in "${paths[@]}"; do
        case $path in
        "src/$layer") files+=(--file "src/$layer/**") ;;
        "src/$layer"/*) files+=(--file "$path") ;;
        esac
    done
    ((${#files[@]} > 0)) || return 0
    mkdir -p "mutants.out/$layer"
    # The tests are known to pass, by CI: no run without a change first, and so a limit that is told.
    nice -n "${MUTANTS_NICE:-19}" cargo mutants -j1 --no-shuffle --baseline=skip --timeout "$longest" \
        --output "mutants.out/$layer" "${files[@]}" "$@"
}

status=0
# By itself: the wire layer builds in seconds without the program. The longest test shows little that the others do not.
changed wire --no-default-features --features codec "$@" \
    -- --locked --lib -- --skip every_split_of_every_short || status=$?
changed session "$@" -- --locked --lib -- session::tests props::tests::a_session || status=$?
changed player "$@" -- --locked --lib -- player:: simulation:: props::tests props::matching || status=$?
exit "$status"
