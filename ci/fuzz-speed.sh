#!/usr/bin/env bash
# Measures how many executions each fuzz target makes in a second of processor time, on short inputs, beside a target that does
# nothing, in the same run and with the same flags.
#
#   ci/fuzz-speed.sh [TARGET…]     SPEED_SECONDS=6   SPEED_LEN=64 (bytes of an input)
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

seconds=${SPEED_SECONDS:-6}
len=${SPEED_LEN:-64}
targets=("$@")
if ((${#targets[@]} == 0)); then
    mapfile -t targets < <(bash ../ci/fuzz-limits.sh)
fi
binaries=$(bash ../ci/fuzz-build.sh)

# In memory where there is a place for that: files come and go by the thousand.
scratch=$(mktemp -d -p "$([ -d /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
trap 'rm -rf "$scratch"' EXIT
TIMEFORMAT='%U %S'

# Executions in a second of processor time.
rate() {
    local target=$1 flags=() inputs=()
    [ "$target" = empty ] || mapfile -t flags < <(bash ../ci/fuzz-limits.sh "$target" flags)
    rm -rf "$scratch/corpus"
    mkdir -p "$scratch/corpus"
    [ "$target" = empty ] || inputs+=("seeds/$target")
    {
        time "$binaries/$target" "${flags[@]}" -max_len="$len" -seed=1 -max_total_time="$seconds" -print_final_stats=1 \
            -artifact_prefix="$scratch/" "$scratch/corpus" "${inputs[@]}" >"$scratch/log" 2>&1
    } 2>"$scratch/times"
    awk 'FNR == NR { if (/number_of_executed_units/) n = $2; next } NF == 2 { time = $1 + $2 } END { print int(n / time) }' \
        "$scratch/log" "$scratch/times"
}

empty=$(rate empty)
printf '| target | executions/s | of `empty` |\n| --- | --: | --: |\n| `empty` | %s | 1 |\n' "$empty"
for target in "${targets[@]}"; do
    now=$(rate "$target")
    printf '| `%s` | %s | %s |\n' "$target" "$now" "$(awk -v a="$now" -v b="$empty" 'BEGIN { printf "%.2f", a / b }')"
done
