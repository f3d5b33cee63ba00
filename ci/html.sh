#!/usr/bin/env bash
# Reports read by other programs: the page by headless Chromium, which opens it from disk, filters, opens a failure, while nothing
# may be logged and nothing be loaded; TAP by prove, JUnit by xmllint. Of the log of the golden files, of very many failures, and of
# peers that are hostile. Installs what is missing with apt-get where that is possible, and with --install does no more.
set -euo pipefail
cd "$(dirname "$0")/.."
source ci/install.sh

missing=()
command -v xmllint >/dev/null || missing+=(libxml2-utils)
command -v prove >/dev/null || missing+=(perl)
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
((${#missing[@]} == 0)) || install "${missing[@]}" || true
[ "${1:-}" != --install ] || exit 0

cargo build --release --locked
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# The log of the golden files, whose peer is hostile, and one of very many failures.
target/release/backchat report show src/report/tests/run.jsonl \
    --report "html=$out/hostile.html" --report "tap=$out/report.tap" --report "junit=$out/junit.xml"
target/release/backchat run tests/it/corpus/fail --no-fail-fast -q --out "$out/run" \
    --report html --report tap --report junit 2>/dev/null && exit 1

# Peers that say what would end an element, a string, a line or a program, and one that says 10 MB of it.
mkdir "$out/peers"
python3 - "$out/peers" <<'SCENARIOS'
import json, pathlib, sys
markup = "]]></failure></testcase><![CDATA[</script><script>alert(1)</script><img src=x onerror=alert(1)><!--"
forms = "```\n::error::x\nok 2 - z\nnot ok 3\n  ...\nBail out!\n1..0\n"
for name, said in {
    "steers": {"hex": "1b5b324a1b5d303b6f776e656407009b33316de280ae0d"},
    "markup": markup,
    "forms": forms,
    "no-text": {"hex": "fffec328eda080f8"},
    "large": {"repeat": markup, "times": 10 * 2**20 // len(markup)},
}.items():
    wanted = {"contains": "never"} if name == "large" else "Welcome!"
    steps = [{"send": said}, {"expect_bytes": wanted, "within": "500ms"}]
    scenario = {"framing": "raw", "server": {"reply": "echo", "greeting": None}, "steps": steps}
    pathlib.Path(sys.argv[1], f"{name}.json").write_text(json.dumps(scenario))
SCENARIOS
target/release/backchat run "$out/peers" --no-fail-fast -q --out "$out/said" \
    --report html --report tap --report junit 2>/dev/null && exit 1
grep -q 'tests="5" failures="5"' "$out/said/junit.xml"

bash ci/junit.sh "$out/junit.xml" "$out/run/junit.xml" "$out/said/junit.xml" src/report/tests/golden/report.junit
if command -v prove >/dev/null; then
    # It is to say that tests failed, and to find no fault with the form. It reads version 13, of which what is used of 14 is a part.
    for one in run said; do
        sed '1s/^TAP version 14$/TAP version 13/' "$out/$one/report.tap" >"$out/13.tap"
        prove --exec cat "$out/13.tap" >"$out/prove" 2>&1 && exit 1
        if grep -A9 -i "parse error" "$out/prove"; then exit 1; fi
        grep -q "^Result: FAIL" "$out/prove"
    done
else
    echo "SKIPPED: TAP read by another program: prove is not installed (apt-get install perl)"
fi
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -n "$chromium" ] && command -v python3 >/dev/null; then
    python3 ci/html.py "$chromium" "$out/hostile.html" "$out/run/report.html" "$out/said/report.html"
else
    echo "SKIPPED: the HTML report in a browser: chromium or python3 is not installed (apt-get install chromium)"
fi
