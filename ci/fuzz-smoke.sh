#!/usr/bin/env bash
# Fuzzes each target for FUZZ_SECONDS (default 10), beginning with its committed seeds, what
# `backchat corpus` makes of the scenarios, and its dictionary.
#
#   ci/fuzz-smoke.sh [TARGET…]     FUZZ_SECONDS=60   FUZZ_ASAN=1
#
# Needs stable Rust and a C++ compiler (see fuzz-build.sh). FUZZ_ASAN=1 builds with AddressSanitizer too, through cargo-fuzz on nightly, where both are installed.
#
# Red when a target fails, and when it ran hardly at all, without coverage, or without its seeds: a pipeline that is dead must not look
# like one that finds nothing. Whether it has become slow, ci/fuzz-floor.sh says.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

seconds=${FUZZ_SECONDS:-10}
# So many executions a second of anybody's time, however busy the machine is.
least=50
# The same one each time, so that a red check stays red until it is mended; 0 lets libFuzzer choose.
seed=${FUZZ_SEED:-1}
targets=("$@")
if ((${#targets[@]} == 0)); then
    mapfile -t targets < <(bash ../ci/fuzz-limits.sh)
fi

if ! command -v "${CXX:-c++}" >/dev/null; then
    echo "SKIPPED: fuzzing: libFuzzer needs a C++ compiler, and there is none (apt-get install g++)"
    [ "${CI:-}" != true ] || exit 1
    exit 0
fi

has_asan() {
    cargo fuzz --version >/dev/null 2>&1 && rustup run nightly rustc --version >/dev/null 2>&1
}

if [ "${FUZZ_ASAN:-0}" = 1 ] && has_asan; then
    # Not in a condition, where a build that fails would be passed over.
    for target in "${targets[@]}"; do
        (cd .. && rustup run nightly cargo fuzz build --target-dir fuzz/target "$target")
    done
    binaries=target/$(rustc -vV | sed -n 's/^host: //p')/release
else
    if [ "${FUZZ_ASAN:-0}" = 1 ]; then
        echo "SKIPPED: AddressSanitizer: it needs a nightly toolchain and cargo-fuzz (cargo install cargo-fuzz)"
    fi
    binaries=$(bash ../ci/fuzz-build.sh)
fi

log=$(mktemp)
times=$(mktemp)
# What the scenarios of the project make, as they are now, beside what is committed.
made=$(mktemp -d)
trap 'rm -rf "$log" "$times" "$made"' EXIT
(cd .. && cargo run --release --quiet --locked -- corpus scenarios -o "$made")
# What `time` says: seconds of the processor.
TIMEFORMAT='%U %S'

# The number after a word of libFuzzer's log, 0 where there is none.
logged() {
    local number
    number=$(sed -n "s/.*$1 *\([0-9]\{1,\}\).*/\1/p" "$log" | tail -n 1)
    echo "${number:-0}"
}

failed=()
for target in "${targets[@]}"; do
    mkdir -p "corpus/$target" "artifacts/$target"
    more=()
    [ ! -d "$made/$target" ] || more=("$made/$target")
    mapfile -t flags < <(bash ../ci/fuzz-limits.sh "$target" flags)
    status=0
    {
        time "$binaries/$target" \
            "${flags[@]}" -seed="$seed" -max_total_time="$seconds" -rss_limit_mb=1024 -artifact_prefix="artifacts/$target/" \
            -print_final_stats=1 "corpus/$target" "seeds/$target" "${more[@]}" >"$log" 2>&1
    } 2>"$times" || status=$?

    done=$(logged 'stat::number_of_executed_units:')
    counters=$(logged 'Loaded 1 modules *(')
    read_seeds=$(logged 'INFO: seed corpus: files:')
    seeds=$(find "seeds/$target" -type f -size +0 | wc -l)
    rate=$(awk -v done="$done" 'NF == 2 { time = $1 + $2 } END { print int(done / (time < 0.1 ? 0.1 : time)) }' "$times")

    why=''
    if ((status != 0)); then
        why="it failed with status $status"
    elif ((counters == 0)); then
        why="nothing is instrumented for coverage"
    elif ((read_seeds < seeds)); then
        why="$read_seeds of $seeds seeds were read"
    elif ((done < least * seconds)); then
        why="$done executions, at least $((least * seconds)) were due"
    fi

    if [ -z "$why" ]; then
        printf '%-16s %10d executions, %7d a second of processor time, %d counters, %s\n' "$target" "$done" "$rate" "$counters" \
            "$(grep -o 'cov: [0-9]*' "$log" | tail -n 1)"
    else
        failed+=("$target")
        printf '%-16s FAILED: %s\n' "$target" "$why"
        tail -n 40 "$log"
        echo "to reproduce: docs/fuzzing.md; the input is in fuzz/artifacts/$target/"
    fi
done

if ((${#failed[@]} > 0)); then
    echo "FAILED: ${failed[*]}"
    exit 1
fi
