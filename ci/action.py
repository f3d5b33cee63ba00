"""Runs the last step of action.yml for real, with arguments that are hard to split, and compares what arrives with what Python's shell makes of them."""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Stands for the program: writes down what it was given.
STUB = """#!/usr/bin/env python3
import json, os, sys
open(os.environ["GIVEN"], "w").write(json.dumps(sys.argv[1:]))
sys.exit(int(os.environ.get("ENDS_WITH", "0")))
"""

GOOD = [
    "",
    "   \n\t ",
    "-t tcp://127.0.0.1:7000 scenarios",
    '-q --var "a=say \\"hi\\" now" --no-fail-fast -t tcp://127.0.0.1:7000',
    "--spawn './server --port {port}' --shard 2/5",
    '--var a=\\"x\\" --var b=\\\\',
    "--var 'a=two\nlines' -q",
    '--var "b=two\nlines" scenarios\n  --no-fail-fast\n',
    "--report junit \\\n  --report html scenarios",
    "\r\n-q\r\nscenarios\r\n",
    "--var a= --var '' \"\" x''y",
    "--var a='it'\\''s' b\\ c",
    "--var \"a=$HOME `id` $(id) $x \\n \\\\\" * ~ 'b=$HOME' # x",
    "--var \"a=ü€\U0001f600\" -- -x",
    "'; touch /tmp/no; '",
    "-n -e -E",
]
BAD = ['-q --var "a=b', "--var 'a=b", "scenarios \\"]


def step():
    """The script of the last step, and its variables."""
    text = (ROOT / "action.yml").read_text()
    last = text[text.rindex("    - name:") :]
    script = re.search(r"^      run: (.*)$", last, re.MULTILINE).group(1)
    names = re.findall(r"^        ([A-Z]+): \$\{\{ (\S+) \}\}$", last, re.MULTILINE)
    assert script != "|" and dict(names)["ARGS"] == "inputs.args", last
    return script, names


def main():
    script, names = step()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        stub, given = folder / "backchat", folder / "given"
        stub.write_text(STUB)
        stub.chmod(0o755)

        def run(args, command="run", ends_with=0):
            given.unlink(missing_ok=True)
            values = {"github.action_path": str(ROOT), "inputs.args": args, "inputs.command": command}
            env = {name: values[value] for name, value in names}
            env |= {"PATH": f"{folder}:{os.environ['PATH']}", "GIVEN": str(given), "ENDS_WITH": str(ends_with)}
            # As GitHub starts `shell: bash`.
            words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
            ran = subprocess.run(words, env=env, cwd=folder, capture_output=True, text=True, timeout=60)
            return ran, json.loads(given.read_text()) if given.exists() else None

        for args in GOOD:
            ran, words = run(args)
            expected = ["run", *shlex.split(args.replace("\r", " ").replace("\\\n", ""))]
            if (ran.returncode, words) != (0, expected):
                sys.exit(f"action: {args!r}\n  gives {words}\n  not   {expected}\n{ran.stderr}")
        # What Python leaves as it is, and a shell does not.
        ran, words = run('--var "a=\\$x\\`"')
        assert words == ["run", "--var", "a=$x`"], words
        for args in BAD:
            ran, words = run(args)
            if ran.returncode != 2 or words is not None or "::error" not in ran.stderr:
                sys.exit(f"action: {args!r} was not refused: {ran.returncode}, {words}, {ran.stderr}")
        ran, words = run("logs --expect-shards 5", "report merge")
        assert words == ["report", "merge", "logs", "--expect-shards", "5"], (words, ran.stderr)
        ran, words = run("x", "run; id")
        assert ran.returncode == 2 and words is None, ran
        ran, _ = run("scenarios", ends_with=7)
        assert ran.returncode == 7, "what the program ends with is what the step ends with"
    print(f"action: {len(GOOD)} lines of arguments arrive as they are meant, {len(BAD)} are refused")


if __name__ == "__main__":
    main()
