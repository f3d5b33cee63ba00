#!/usr/bin/env bash
# Says how long the inputs of a fuzz target may be: long enough to pass every limit of its property, no longer, as short
# inputs run faster.
set -euo pipefail

case $1 in
scenario_json) echo 1024 ;;
*) echo 256 ;;
esac
