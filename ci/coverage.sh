#!/usr/bin/env bash
# How much of wire, session and player the committed seeds of the fuzz targets reach, by themselves: a table of regions and
# lines, then each line with a region that is not reached, from there on. docs/testing.md says which are left, and why.
#
#   ci/coverage.sh [FOLDER…]       such as src/wire; default: the three. COVERAGE_FLOOR=0 (least percentage of regions, else red)
#
# Not part of the checks of each build. Needs the LLVM tools of the toolchain (rustup component add llvm-tools) and Python.
set -euo pipefail
cd "$(dirname "$0")/.."

folders=("$@")
if ((${#folders[@]} == 0)); then
    folders=(src/wire src/session src/player)
fi

# Those of a distribution read another format, unless their LLVM is as new as rustc's.
tools=$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin
if ! [ -x "$tools/llvm-cov" ] || ! [ -x "$tools/llvm-profdata" ]; then
    echo "SKIPPED: coverage: the toolchain has no llvm-cov (rustup component add llvm-tools)"
    exit 0
fi
if ! command -v python3 >/dev/null; then
    echo "SKIPPED: coverage: no python3, which makes the table"
    exit 0
fi

# Only the project's own code is instrumented; dependencies stay as they are built. Its place never changes: Cargo builds anew when it does.
out=${CARGO_TARGET_DIR:-$PWD/target}/coverage
mkdir -p "$out"
printf '#!/bin/sh\nexec "$@" -Cinstrument-coverage\n' >"$out/rustc"
chmod +x "$out/rustc"
rm -f "$out"/*.profraw

export RUSTC_WORKSPACE_WRAPPER=$out/rustc LLVM_PROFILE_FILE=$out/build-%p.profraw
binary=$(cargo test --locked --test it --no-run --message-format json | python3 -c '
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message.get("executable") and message["target"]["name"] == "it":
        print(message["executable"])')
LLVM_PROFILE_FILE=$out/seeds-%p.profraw "$binary" --quiet corpus_replay::every_seed >&2

"$tools/llvm-profdata" merge -sparse "$out"/seeds-*.profraw -o "$out/seeds.profdata"
"$tools/llvm-cov" export -instr-profile "$out/seeds.profdata" "$binary" >"$out/seeds.json"
FLOOR=${COVERAGE_FLOOR:-0} python3 - "$out/seeds.json" "${folders[@]}" <<'PYTHON'
import json, os, sys

path, *folders = sys.argv[1:]
here = os.getcwd() + "/"
files = {}
for file in json.load(open(path))["data"][0]["files"]:
    name = file["filename"].removeprefix(here)
    if "/tests/" not in name:
        files[name] = file

print(f"{'':24} {'regions':>8} {'reached':>8} {'%':>6} {'lines':>8} {'reached':>8} {'%':>6}")
low, missed = False, []
for folder in folders:
    sums = {"regions": [0, 0], "lines": [0, 0]}
    for name in sorted(files):
        if not name.startswith(folder.rstrip("/") + "/"):
            continue
        for kind, sum in sums.items():
            sum[0] += files[name]["summary"][kind]["count"]
            sum[1] += files[name]["summary"][kind]["covered"]
        text = open(name).read().splitlines()
        shown = 0
        # [line, column, count, has a count, begins a region, is a gap]
        for line, column, count, counted, begins, gap in files[name]["segments"]:
            if counted and begins and not gap and count == 0 and line > shown:
                missed.append(f"{name}:{line}:{column}: {text[line - 1][column - 1:].strip()}")
                shown = line
    cells = ""
    for all, reached in sums.values():
        share = 100 * reached / all if all else 0
        cells += f" {all:8} {reached:8} {share:6.2f}"
    print(f"{folder:24}{cells}")
    all, reached = sums["regions"]
    low |= all == 0 or 100 * reached < float(os.environ["FLOOR"]) * all

print("\nnot reached:" if missed else "\nall is reached")
print("\n".join(missed))
sys.exit(low)
PYTHON
