#!/usr/bin/env bash
# Plants one bug after another and requires the fuzz target that is about it to find it, beginning with the committed
# seeds: a fuzzer that is dead must not look like one that finds nothing.
#
#   ci/fuzz-canary.sh [--shallow | BUG…]       CANARY_SECONDS=60 (for each bug, instead of what fuzz/canaries says)
#
# Seconds are those of the processor: a machine that has other things to do must not look like a fuzzer that is blind.
#
# --shallow: the first bug of each target only. Red when a bug is not found in time; also when the seeds alone show it, which
# then says nothing of the fuzzer. The bugs are in src/canary.rs, and fuzz/canaries says where each is looked for.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

shallow=''
if [ "${1:-}" = --shallow ]; then
    shallow=1
    shift
fi

if ! command -v "${CXX:-c++}" >/dev/null; then
    echo "SKIPPED: fuzzing: libFuzzer needs a C++ compiler, and there is none (apt-get install g++)"
    [ "${CI:-}" != true ] || exit 1
    exit 0
fi
binaries=$(bash ../ci/fuzz-build.sh)

# In memory where there is a place for that: files come and go by the thousand.
scratch=$(mktemp -d -p "$([ -d /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
trap 'rm -rf "$scratch"' EXIT

# Runs a target on its seeds and a corpus that is empty at first, with so many seconds of the processor.
fuzz() {
    local target=$1 seconds=$2 flags
    shift 2
    mapfile -t flags < <(bash ../ci/fuzz-limits.sh "$target" flags)
    rm -rf "$scratch/corpus"
    mkdir -p "$scratch/corpus"
    {
        # shellcheck disable=SC2016 # the other shell's
        time bash -c 'ulimit -c 0 && ulimit -S -t "$1" && shift && exec "$@"' limited "$seconds" \
            "$binaries/$target" "${flags[@]}" -artifact_prefix="$scratch/" -seed=1 -print_final_stats=1 "$@" \
            "$scratch/corpus" "seeds/$target" >"$scratch/log" 2>&1
    } 2>"$scratch/times"
}
# What `time` says: seconds of the processor.
TIMEFORMAT='%U %S'
# What a process ends with that has used up its seconds: SIGXCPU.
used_up=152
# How much longer than that it may take: nobody waits for a machine that does hardly anything.
slower=20

failed=()
looked_for=0
before=''
printf '| %-15s | %-18s | %7s | %8s | %10s | %6s |\n' target bug depth seconds executions within
printf '| --- | --- | --- | --: | --: | --: |\n'
while read -r target bug depth seconds; do
    first=$([ "$target" = "$before" ] || echo 1)
    before=$target
    if [ -n "$shallow" ] && [ -z "$first" ]; then
        continue
    fi
    if (($# > 0)) && [[ " $* " != *" $bug "* ]]; then
        continue
    fi
    looked_for=$((looked_for + 1))
    seconds=${CANARY_SECONDS:-$seconds}
    export BACKCHAT_CANARY=$bug
    if ! fuzz "$target" "$seconds" -runs=0; then
        failed+=("$bug: the seeds of $target show it")
        tail -n 20 "$scratch/log"
        continue
    fi
    status=0
    fuzz "$target" "$seconds" -max_total_time=$((seconds * slower)) || status=$?
    if ((status == 0 || status == used_up)); then
        failed+=("$bug: $target did not find it in $seconds s")
        continue
    fi
    took=$(awk 'NF == 2 { printf "%.1f", $1 + $2 }' "$scratch/times")
    if ! grep -q 'panicked at' "$scratch/log"; then
        failed+=("$bug: $target ended otherwise")
        tail -n 20 "$scratch/log"
        continue
    fi
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$scratch/log")
    printf '| `%s` | `%s` | %s | %s | %s | %s s |\n' "$target" "$bug" "$depth" "$took" "$executions" "$seconds"
done < <(grep -v '^#' canaries)

if ((looked_for == 0)); then
    failed+=("no planted bug was looked for")
fi
if ((${#failed[@]} > 0)); then
    printf 'FAILED: %s\n' "${failed[@]}"
    exit 1
fi
