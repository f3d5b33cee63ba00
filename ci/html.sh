#!/usr/bin/env bash
# The HTML report in a browser: headless Chromium opens it from disk, filters, opens a failure; nothing may be logged, and
# nothing be loaded. Then the others: TAP through prove, JUnit through xmllint.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --locked
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# The log of the golden files, whose peer is hostile, and one of very many failures.
target/release/backchat report show src/report/tests/run.jsonl \
    --report "html=$out/hostile.html" --report "tap=$out/report.tap" --report "junit=$out/junit.xml"
target/release/backchat run tests/it/corpus/fail --no-fail-fast -q --out "$out/run" \
    --report html --report tap --report junit 2>/dev/null && exit 1

bash ci/junit.sh "$out/junit.xml" "$out/run/junit.xml" src/report/tests/golden/report.junit
if command -v prove >/dev/null; then
    # It is to say that tests failed, and to find no fault with the form. It reads version 13, of which what is used of 14 is a part.
    sed '1s/^TAP version 14$/TAP version 13/' "$out/run/report.tap" >"$out/13.tap"
    prove --exec cat "$out/13.tap" >"$out/prove" 2>&1 && exit 1
    if grep -A9 -i "parse error" "$out/prove"; then exit 1; fi
    grep -q "^Result: FAIL" "$out/prove"
else
    echo "SKIPPED: TAP read by another program: prove is not installed (apt-get install perl)"
fi
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -n "$chromium" ] && command -v python3 >/dev/null; then
    python3 ci/html.py "$chromium" "$out/hostile.html" "$out/run/report.html"
else
    echo "SKIPPED: the HTML report in a browser: chromium or python3 is not installed (apt-get install chromium)"
fi
