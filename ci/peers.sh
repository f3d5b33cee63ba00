#!/usr/bin/env bash
# Real peers: backchat against a plain Python server, and a plain Python client against backchat's server.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v python3 >/dev/null; then
    echo "SKIPPED: plain Python peers: python3 is not installed"
    exit 0
fi

cargo build --release --locked
backchat=target/release/backchat

dir=$(mktemp -d)
pids=()
cleanup() {
    for pid in "${pids[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$dir"
}
trap cleanup EXIT

# Waits until the process $1 has written something that matches $3 into the file $2, and prints the match.
await_output() {
    local pid=$1 file=$2 pattern=$3 tries
    for ((tries = 0; tries < 200; tries++)); do
        if grep -Eo -m 1 "$pattern" "$file"; then
            return 0
        fi
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.05
    done
    echo "error: nothing like $pattern was said by process $pid:" >&2
    cat "$file" >&2
    return 1
}

echo "== backchat plays the tutorial's conversations against a plain Python server, which it starts"
for how in "" --fresh; do
    "$backchat" run -q --spawn 'python3 tests/peers/peer_server.py {port}' $how --tag tutorial-server scenarios/reference
done

echo "== a plain Python client talks to backchat serve"
"$backchat" serve --listen 127.0.0.1:0 >"$dir/serve" 2>&1 &
serve=$!
pids+=("$serve")
address=$(await_output "$serve" "$dir/serve" '127\.0\.0\.1:[0-9]+')
python3 tests/peers/peer_client.py "${address%:*}" "${address##*:}"

echo "== backchat serve stops cleanly on SIGTERM"
kill -TERM "$serve"
wait "$serve"
