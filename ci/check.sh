#!/usr/bin/env bash
# Everything the project checks, in order, each under its own header; at the end what failed and what was skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

checks=(lint test utf8 scenarios html shards fresh peers servers network fuzz-smoke fuzz-floor fuzz-canary msrv)

log=$(mktemp)
trap 'rm -f "$log"' EXIT

failed=()
for check in "${checks[@]}"; do
    printf '\n──── ci/%s.sh ────\n' "$check"
    if ! bash "ci/$check.sh" </dev/null 2>&1 | tee -a "$log"; then
        failed+=("$check")
    fi
done

printf '\n──── summary ────\n'
grep '^SKIPPED' "$log" || echo "nothing skipped"
if ((${#failed[@]} > 0)); then
    echo "FAILED: ${failed[*]}"
    exit 1
fi
echo "passed: ${checks[*]}"
