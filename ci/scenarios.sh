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
"$backchat" run --no-fail-fast --transports tcp4,tcp6,tls,unix,unix-seqpacket,unix-datagram,udp4,udp6
