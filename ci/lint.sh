#!/usr/bin/env bash
# Formatting, lints, documentation, licences: everything that can be judged without running the program.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --check
cargo clippy --all-targets --locked -- -D warnings
# As it is built for others, without what only tests need.
cargo clippy --locked -- -D warnings
# The wire layer stands alone, without a runtime, arguments or JSON; and beside tokio-util.
cargo check --no-default-features --locked
cargo clippy --no-default-features --features codec --lib --tests --locked -- -D warnings
RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items --locked

if cargo deny --version >/dev/null 2>&1; then
    cargo deny --locked check
else
    echo "SKIPPED: licences and advisories of dependencies: cargo-deny is not installed (cargo install cargo-deny)"
fi
