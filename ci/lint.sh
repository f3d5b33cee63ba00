#!/usr/bin/env bash
# Formatting, lints, documentation, licences: everything that can be judged without running the program.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --check
cargo clippy --all-targets --locked -- -D warnings
RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items --locked

if cargo deny --version >/dev/null 2>&1; then
    cargo deny --locked check
else
    echo "SKIPPED: licences and advisories of dependencies: cargo-deny is not installed (cargo install cargo-deny)"
fi
