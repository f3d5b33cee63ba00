#!/usr/bin/env bash
# What a bare Debian machine may lack beside Rust: a C compiler, a C++ compiler (libFuzzer), rustfmt, clippy.
# Does nothing where all of it is there. The servers of others are installed by servers.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
command -v cc >/dev/null || missing+=(gcc libc6-dev)
command -v c++ >/dev/null || missing+=(g++)
if ((${#missing[@]} > 0)); then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo -n)
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if ! command -v cargo >/dev/null; then
    echo "error: cargo is not installed: https://rustup.rs" >&2
    exit 1
fi
cargo --version
cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
