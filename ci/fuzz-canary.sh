#!/usr/bin/env bash
# Plants one bug after another and requires the fuzz target that is about it to find it, beginning with the committed
# seeds: a fuzzer that is dead must not look like one that finds nothing.
#
#   ci/fuzz-canary.sh [BUG…]       CANARY_SECONDS=60 (for each bug)
#
# Red when a bug is not found in time; also when the seeds alone show it, which then says nothing of the fuzzer.
# The bugs are in src/canary.rs.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

# Target and bug. The second one of a target takes several steps; scenario_json has one only, as its fuzzer changes
# bytes, not steps.
canaries=(
    'conversation shared_suffix'
    'conversation shared_needle'
    'frame_decoder short_field'
    'frame_decoder long_drop'
    'frame_roundtrip tight_limit'
    'frame_roundtrip long_varint'
    'matcher last_alternative'
    'matcher shared_suffix'
    'scenario_json lost_note'
    'session empty_echo'
    'session forgotten_messages'
    'utf8 lost_byte'
    'utf8 shared_character'
)
seconds=${CANARY_SECONDS:-60}

if ! command -v "${CXX:-c++}" >/dev/null; then
    echo "SKIPPED: fuzzing: libFuzzer needs a C++ compiler, and there is none (apt-get install g++)"
    exit 0
fi
binaries=$(bash ../ci/fuzz-build.sh)

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Runs a target on its seeds and a corpus that is empty at first.
fuzz() {
    local target=$1
    shift
    rm -rf "$scratch/corpus"
    mkdir -p "$scratch/corpus"
    "$binaries/$target" -max_len="$(bash ../ci/fuzz-max-len.sh "$target")" -timeout=20 \
        -dict="dictionaries/$target.dict" -artifact_prefix="$scratch/" -seed=1 \
        -print_final_stats=1 "$@" "$scratch/corpus" "seeds/$target" >"$scratch/log" 2>&1
}

failed=()
printf '| %-15s | %-18s | %8s | %10s |\n' target bug seconds executions
printf '| --- | --- | --: | --: |\n'
for canary in "${canaries[@]}"; do
    read -r target bug <<<"$canary"
    if (($# > 0)) && [[ " $* " != *" $bug "* ]]; then
        continue
    fi
    export BACKCHAT_CANARY=$bug
    if ! fuzz "$target" -runs=0; then
        failed+=("$bug: the seeds of $target show it")
        tail -n 20 "$scratch/log"
        continue
    fi
    begun=$(date +%s.%N)
    if fuzz "$target" -max_total_time="$seconds"; then
        failed+=("$bug: $target did not find it in $seconds s")
        continue
    fi
    took=$(awk -v begun="$begun" -v now="$(date +%s.%N)" 'BEGIN { printf "%.1f", now - begun }')
    if ! grep -q 'panicked at' "$scratch/log"; then
        failed+=("$bug: $target ended otherwise")
        tail -n 20 "$scratch/log"
        continue
    fi
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$scratch/log")
    printf '| %-15s | %-18s | %8s | %10s |\n' "$target" "$bug" "$took" "$executions"
done

if ((${#failed[@]} > 0)); then
    printf 'FAILED: %s\n' "${failed[@]}"
    exit 1
fi
