#!/usr/bin/env bash
# The scenarios against the built-in server: as they are, then with every send cut into other pieces.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --locked
backchat=target/release/backchat

"$backchat" check --deny-warnings scenarios
"$backchat" fmt --check scenarios
"$backchat" run
"$backchat" run --segment byte
"$backchat" run --segment random

# Over each transport, and so many of the scenarios at least: what is skipped there cannot be played there, and must not become more unseen.
declare -A floor=([tcp4]=135 [tcp6]=135 [tls]=132 [unix]=132 [unix-seqpacket]=86 [unix-datagram]=41 [udp4]=41 [udp6]=41)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"$backchat" run --no-fail-fast --report "text=$out/totals" --transports "$(IFS=, && echo "${!floor[*]}")"
short=0
for transport in "${!floor[@]}"; do
    passed=$(sed -En "s/^ +Suite $transport: .* selected: ([0-9]+) passed,.*/\1/p" "$out/totals")
    if ((${passed:-0} < ${floor[$transport]})); then
        echo "error: over $transport ${passed:-no} cases were played and passed, and ${floor[$transport]} at least can be" >&2
        short=1
    fi
done
exit "$short"
