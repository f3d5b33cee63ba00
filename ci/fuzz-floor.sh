#!/usr/bin/env bash
# Requires each fuzz target to be about as fast as fuzz/limits says. Red when one has lost a third of its speed or more.
#
#   ci/fuzz-floor.sh [TARGET…]
#
# Machines differ, and a busy one is slower even by the time of the processor. So what counts is how many executions a target makes
# while `empty`, which does nothing, makes 100,000, both measured one right after the other, in processor time. A target always runs
# the same executions: so many from the committed seeds, with one seed of libFuzzer's. Then the figure comes out within a twentieth
# or so, however much else is going on.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

# The share of the expected speed that is due, in per cent. Of what is too slow, the better of two figures counts.
due=65
# How often `empty` runs, which takes half a second or less, and how long a target runs: as long as this many of `empty`.
empty_runs=2000000
target_runs=4000000

if ! command -v "${CXX:-c++}" >/dev/null; then
    echo "SKIPPED: fuzzing: libFuzzer needs a C++ compiler, and there is none (apt-get install g++)"
    [ "${CI:-}" != true ] || exit 1
    exit 0
fi

targets=("$@")
if ((${#targets[@]} == 0)); then
    mapfile -t targets < <(bash ../ci/fuzz-limits.sh)
fi
binaries=$(bash ../ci/fuzz-build.sh)

# In memory where there is a place for that: files come and go by the thousand.
scratch=$(mktemp -d -p "$([ -d /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
trap 'rm -rf "$scratch"' EXIT
TIMEFORMAT='%U %S'

# Executions in a second of processor time: a target, how many, and what else it is given.
rate() {
    local target=$1 runs=$2
    shift 2
    rm -rf "$scratch/corpus"
    mkdir -p "$scratch/corpus"
    {
        # The first folder is the one that is written to.
        time "$binaries/$target" "$scratch/corpus" "$@" -seed=1 -runs="$runs" -print_final_stats=1 \
            -artifact_prefix="$scratch/" >"$scratch/log" 2>&1
    } 2>"$scratch/times" || {
        tail -n 20 "$scratch/log" >&2
        echo "error: $target failed" >&2
        return 1
    }
    awk 'FNR == NR { if (/number_of_executed_units/) n = $2; next } NF == 2 { time = $1 + $2 } END { print int(n / time) }' \
        "$scratch/log" "$scratch/times"
}

# Executions while `empty` makes 100,000.
measure() {
    local target=$1 runs=$2 flags empty now
    mapfile -t flags < <(bash ../ci/fuzz-limits.sh "$target" flags)
    empty=$(rate empty "$empty_runs")
    now=$(rate "$target" "$runs" "${flags[@]}" "seeds/$target")
    echo $((now * 100000 / empty))
}

failed=()
for target in "${targets[@]}"; do
    expected=$(bash ../ci/fuzz-limits.sh "$target" speed)
    runs=$((expected * target_runs / 100000))
    now=$(measure "$target" "$runs")
    if ((now * 100 < expected * due)); then
        again=$(measure "$target" "$runs")
        now=$((again > now ? again : now))
    fi
    printf '%-16s %6d executions to 100000 of empty, of %d expected\n' "$target" "$now" "$expected"
    ((now * 100 >= expected * due)) || failed+=("$target")
done

if ((${#failed[@]} > 0)); then
    echo "FAILED: slower than $due % of what fuzz/limits says: ${failed[*]}"
    exit 1
fi
