#!/usr/bin/env bash
# Five shards, really played as five processes as the examples do, and joined: the same as one run. And the examples are what their readers take.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --quiet --locked
backchat="$PWD/target/release/backchat"
place="$(mktemp -d)"
trap 'rm -rf "$place"' EXIT

unset CI_NODE_INDEX CI_NODE_TOTAL JOB_COMPLETION_INDEX GITHUB_ACTIONS
run=("$backchat" run --no-fail-fast --seed 7 scenarios/reference)
"${run[@]}" --report "json=$place/whole.json" --out "$place/whole" 2>"$place/whole.txt"

shards() { # name, and what the environment of shard N says
    local name="$1" pids=() n
    for n in 1 2 3 4 5; do
        case "$name" in
        matrix) "${run[@]}" --shard "$n/5" --out "$place/$name/$n" 2>"$place/$name-$n.txt" & ;;
        gitlab) CI_NODE_INDEX="$n" CI_NODE_TOTAL=5 "${run[@]}" --shard auto --out "$place/$name/$n" 2>"$place/$name-$n.txt" & ;;
        kubernetes) JOB_COMPLETION_INDEX=$((n - 1)) "${run[@]}" --shard auto/5 --out "$place/$name/$n" 2>"$place/$name-$n.txt" & ;;
        esac
        pids+=($!)
    done
    for n in "${pids[@]}"; do
        wait "$n" || { cat "$place/$name"-*.txt && exit 1; }
    done
    "$backchat" report merge "$place/$name" --expect-shards 5 --out "$place/$name-all" \
        --report "json=$place/$name.json" --report "tap=$place/$name.tap" --report "junit=$place/$name.xml"
    python3 ci/shards.py same "$place/whole.json" "$place/$name.json"
    rm -rf "$place/$name/3"
    if "$backchat" report merge "$place/$name" --out "$place/none" 2>/dev/null; then
        echo "shards: a missing shard was not noticed" >&2
        exit 1
    elif [ $? -ne 7 ]; then
        echo "shards: a missing shard has another exit code than 7" >&2
        exit 1
    fi
}

shards matrix
shards gitlab
shards kubernetes

# A real consumer of TAP. Those before Perl 5.42 or so know version 13 and refuse the number of a later one, though not what is in it.
sed -i '1s/TAP version 14/TAP version 13/' "$place/matrix.tap"
printf '#!/bin/sh\ncat "%s"\n' "$place/matrix.tap" >"$place/tap.sh"
prove --exec sh "$place/tap.sh" >"$place/prove.txt" || { cat "$place/prove.txt" && exit 1; }

# The form of JUnit that Jenkins reads.
bash ci/junit.sh "$place/matrix.xml"

python3 ci/shards.py examples ci/examples

# What the action of GitHub does with its arguments.
python3 ci/action.py

# The schemas of GitHub, GitLab and Kubernetes, by what knows them, from PyPI: in a folder of its own, so that nothing is installed.
schemas="$place/schemas"
if python3 -m venv "$schemas" >/dev/null 2>&1 &&
    timeout --foreground 180 "$schemas/bin/pip" install --quiet --disable-pip-version-check check-jsonschema kubernetes-validate; then
    "$schemas/bin/check-jsonschema" --builtin-schema vendor.github-workflows ci/examples/github.yml
    "$schemas/bin/check-jsonschema" --builtin-schema vendor.gitlab-ci ci/examples/gitlab.yml
    "$schemas/bin/check-jsonschema" --builtin-schema vendor.github-actions action.yml
    "$schemas/bin/kubernetes-validate" --strict ci/examples/kubernetes.yaml | tee "$place/kubernetes.txt"
    # What it has no schema for it lets pass, with a warning.
    [ "$(grep -c 'passed for resource job/' "$place/kubernetes.txt")" = 2 ]
else
    echo "SKIPPED: the schemas of GitHub, GitLab and Kubernetes: python3 has no venv, or PyPI cannot be reached" >&2
fi
