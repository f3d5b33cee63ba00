"""Compares the report of joined shards with that of one run, and looks at the examples as far as that can be done without their services."""

import json
import pathlib
import re
import subprocess
import sys

# What no two runs have in common.
TIMES = {"elapsed_us", "started_ms", "at_us", "waited_us", "text", "words", "connections", "talk", "program"}


def timeless(value):
    if isinstance(value, dict):
        return {key: timeless(one) for key, one in value.items() if key not in TIMES}
    if isinstance(value, list):
        return [timeless(one) for one in value]
    return value


def same(whole, joined):
    one, two = (timeless(json.loads(pathlib.Path(path).read_text())) for path in (whole, joined))
    if one != two:
        for key in one:
            if one[key] != two.get(key):
                sys.exit(f"shards: the joined report differs in {key}:\n{one[key]}\n{two.get(key)}"[:2000])
        sys.exit("shards: the joined report has more than that of one run")
    if len(one["cases"]) < 20:
        sys.exit("shards: there is too little to compare")


def commands(text):
    """The command lines of backchat in an example."""
    return re.findall(r"backchat (run|report merge)([^'\n]*)", text)


def examples(folder):
    try:
        import yaml
    except ImportError:
        print("shards: there is no PyYAML; the examples were not looked at", file=sys.stderr)
        return

    folder = pathlib.Path(folder)
    jobs = list(yaml.safe_load_all((folder / "kubernetes.yaml").read_text()))
    first, second = (job["spec"] for job in jobs)
    assert [job["apiVersion"] for job in jobs] == ["batch/v1"] * 2 and [job["kind"] for job in jobs] == ["Job"] * 2
    assert first["completionMode"] == "Indexed" and first["completions"] == first["parallelism"] == 5
    assert "backoffLimit" not in first and first["backoffLimitPerIndex"] == 0 and first["maxFailedIndexes"] == 5
    names = {variable["name"] for variable in first["template"]["spec"]["containers"][0]["env"]}
    assert names == {"CI", "JOB_COMPLETION_INDEX", "BACKCHAT_RUN_ID"}, names
    args = first["template"]["spec"]["containers"][0]["args"]
    assert args[0] == "run" and "auto/5" in args
    merge = second["template"]["spec"]["containers"][0]["args"]
    assert merge[:2] == ["report", "merge"] and merge[merge.index("--expect-shards") + 1] == "5"
    for spec in (first, second):
        pod = spec["template"]["spec"]
        mounted = {mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["volumes"]} and pod["restartPolicy"] == "Never"

    github = yaml.safe_load((folder / "github.yml").read_text())
    shard, report = github["jobs"]["shard"], github["jobs"]["report"]
    assert shard["strategy"]["matrix"]["shard"] == [1, 2, 3, 4, 5] and report["needs"] == "shard"
    assert shard["strategy"]["fail-fast"] is False
    assert any("${{ matrix.shard }}/5" in step.get("with", {}).get("args", "") for step in shard["steps"])
    inputs = yaml.safe_load(pathlib.Path("action.yml").read_text())["inputs"]
    ours = [step for step in shard["steps"] + report["steps"] if "backchat" in step.get("uses", "")]
    assert len(ours) == 2, ours
    for step in ours:
        assert set(step["with"]) <= set(inputs), step

    gitlab = yaml.safe_load((folder / "gitlab.yml").read_text())
    assert gitlab["conversations"]["parallel"] == 5 and gitlab["report"]["stage"] in gitlab["stages"]

    jenkins = (folder / "Jenkinsfile").read_text()
    assert jenkins.count("{") == jenkins.count("}") and "'1', '2', '3', '4', '5'" in jenkins

    # What is not published is not promised.
    for path in [*sorted(folder.iterdir()), pathlib.Path("docs/ci.md")]:
        for line in re.findall(r"cargo install [^'`\n]*", path.read_text()):
            assert "--git https://github.com/OWNER/backchat" in line, f"{path}: {line}"

    # Every flag that they name is one.
    known = {}
    for verb in ("run", "report merge"):
        known[verb] = subprocess.run(["target/release/backchat", *verb.split(), "--help"], check=True, capture_output=True, text=True).stdout
    lines = [(("run", " ".join(map(str, args)))), ("report merge", " ".join(map(str, merge)))]
    for path in sorted(folder.iterdir()):
        lines += commands(path.read_text())
    lines += [(step["with"].get("command", "run"), step["with"]["args"]) for step in ours]
    for verb, words in lines:
        for flag in re.findall(r"(?<!\S)(--[a-z-]+)", re.sub(r"'[^']*'", "", words)):
            assert flag in known[verb], f"{flag} is no flag of {verb}"
    assert len(lines) >= 8, lines


if __name__ == "__main__":
    {"same": same, "examples": examples}[sys.argv[1]](*sys.argv[2:])
