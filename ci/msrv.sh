#!/usr/bin/env bash
# Builds with the oldest Rust that Cargo.toml promises, in a target directory of its own.
set -euo pipefail
cd "$(dirname "$0")/.."

msrv=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
if rustup run "$msrv" cargo --version >/dev/null 2>&1; then
    CARGO_TARGET_DIR=target/msrv rustup run "$msrv" cargo check --locked
else
    echo "SKIPPED: build with the oldest supported Rust: toolchain $msrv is not installed (rustup toolchain install $msrv)"
fi
