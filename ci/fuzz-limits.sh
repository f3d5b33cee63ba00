#!/usr/bin/env bash
# Reads fuzz/limits, the one list of fuzz targets.
#
#   ci/fuzz-limits.sh                      all targets
#   ci/fuzz-limits.sh TARGET speed         executions that it makes while `empty` makes 100,000
#   ci/fuzz-limits.sh TARGET flags         the flags that it is run with in fuzz/, one a line
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

awk -v target="${1:-}" -v what="${2:-}" '
    /^#/ || NF == 0 || (target != "" && $1 != target) { next }
    { found = 1 }
    what == "speed" { print $3; next }
    what == "flags" {
        more = $4
        gsub(/,/, "\n", more)
        printf "-max_len=%s\n-timeout=20\n-dict=dictionaries/%s.dict\n", $2, $1
        if (more != "") print more
        next
    }
    { print $1 }
    END { exit !found }
' limits
