#!/usr/bin/env bash
# A thousand cases, each with a fresh server: afterwards no process, no port and no file is left that was not there before, and meanwhile backchat has
# no more files open, no more threads and no more children towards the end than in the beginning.
# BACKCHAT=PATH plays with that program, else one is built. CASES=N plays that many.
set -euo pipefail
cd "$(dirname "$0")/.."

backchat=${BACKCHAT:-target/release/backchat}
[ -n "${BACKCHAT:-}" ] || cargo build --release --locked
backchat=$(realpath "$backchat")
cases=${CASES:-1000}

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# Folders of programs go here, so that what is left of them can be counted.
export TMPDIR="$dir/tmp"
mkdir "$TMPDIR"
{
    echo '{ "cases": ['
    for ((n = 1; n < cases; n++)); do echo "{ \"n\": $n },"; done
    echo "{ \"n\": $cases }],"
    echo '"steps": [{ "expect": "Welcome!" }, { "send": "{{ n }}" }, { "expect": "Hello, {{ n }}!" }, { "send": "exit" }, { "expect_close": "clean" }] }'
} >"$dir/greeting.json"

echo '{ "steps": [{ "expect": "Welcome!" }] }' >"$dir/one.json"

# The servers are known by a word in their environment.
export BACKCHAT_FRESH_MARK="$dir"
processes() {
    grep -lz "^BACKCHAT_FRESH_MARK=$dir$" /proc/[0-9]*/environ 2>/dev/null | while read -r file; do
        [[ $(tr '\0' ' ' 2>/dev/null < <(cat "${file%environ}cmdline" 2>/dev/null)) == *" serve "* ]] && echo "$file"
    done || true
}
locks() { grep -c '@backchat/port/' /proc/net/unix || true; }

# What process $1 has, a line each time it is looked at: open files, threads, children.
watched() {
    local files threads children
    while [ -d "/proc/$1/fd" ]; do
        files=("/proc/$1/fd/"*)
        threads=("/proc/$1/task/"*)
        read -ra children < <(cat "/proc/$1/task/"*/children 2>/dev/null | tr '\n' ' ') || true
        echo "${#files[@]} ${#threads[@]} ${#children[@]}"
        sleep 0.02
    done
}

# How many more there may be of anything in the second half of a run than in the first: so many come and go with 8 cases at a time.
slack=16

# Says what file $1, written by `watched`, has more of in its second half.
grown() {
    awk -v slack="$slack" '
        { for (i = 1; i <= 3; i++) seen[NR, i] = $i }
        END {
            split("open files,threads,children", what, ",")
            if (NR < 8) { print "looked only " NR " times"; exit }
            for (i = 1; i <= 3; i++) {
                early = late = 0
                for (n = 1; n <= NR; n++)
                    if (n <= NR / 2) { if (seen[n, i] > early) early = seen[n, i] }
                    else if (seen[n, i] > late) late = seen[n, i]
                printf "at most %d %s in the first half, %d in the second\n", early, what[i], late > "/dev/stderr"
                if (late > early + slack) print what[i] " grew from " early " to " late
            }
        }' "$1"
}

failed=()
for listen in '127.0.0.1:{port}' 'unix:{socket}'; do
    echo "== $cases cases, each with a fresh server on $listen"
    before=$(locks)
    began=$EPOCHREALTIME
    "$backchat" run -q --no-fail-fast "$dir/greeting.json" --fresh \
        --spawn "'$backchat' serve --framing line -l $listen" &
    pid=$!
    watched "$pid" >"$dir/watched" 2>/dev/null &
    wait "$pid" || failed+=("cases on $listen")
    ended=$EPOCHREALTIME
    wait
    more=$(grown "$dir/watched")
    [ -z "$more" ] || failed+=("$more")
    echo "each $(((${ended/./} - ${began/./}) / cases)) us, 8 at a time"
    left=$(processes)
    [ -z "$left" ] || failed+=("processes left behind: $left")
    [ -z "$(ls -A "$TMPDIR")" ] || failed+=("files left behind: $(ls "$TMPDIR" | wc -l)")
    (($(locks) <= before)) || failed+=("locks of ports left behind")
done

one() {
    "$backchat" run -q "$dir/one.json" "$@" >/dev/null 2>&1
}
echo "== a server, one case, the end: the time of the whole command, the best of 20"
for what in embedded spawned; do
    best=
    for ((n = 0; n < 20; n++)); do
        began=$EPOCHREALTIME
        if [ $what = embedded ]; then
            one || failed+=("$what")
        else
            one --spawn "'$backchat' serve --framing line -l 127.0.0.1:{port}" || failed+=("$what")
        fi
        ended=$EPOCHREALTIME
        took=$((${ended/./} - ${began/./}))
        if [ -z "$best" ] || ((took < best)); then best=$took; fi
    done
    echo "$what: $best us"
done

if ((${#failed[@]} > 0)); then
    echo "error: ${failed[*]}" >&2
    exit 1
fi
