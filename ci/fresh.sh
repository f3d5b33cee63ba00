#!/usr/bin/env bash
# A thousand cases, each with a fresh server: afterwards no process, no port and no file is left that was not there before.
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

failed=()
for listen in '127.0.0.1:{port}' 'unix:{socket}'; do
    echo "== $cases cases, each with a fresh server on $listen"
    before=$(locks)
    began=$EPOCHREALTIME
    "$backchat" run -q --no-fail-fast "$dir/greeting.json" --fresh \
        --spawn "'$backchat' serve --framing line -l $listen" || failed+=("cases on $listen")
    ended=$EPOCHREALTIME
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
