"""What reports cost: 10,000 scenarios, run without any report and with all of them, in turns. Standard library only.

    python3 ci/reports-speed.py target/release/backchat [chromium] [--rounds 9]

The same process, the same files, the same built-in server: the ratio of neighbours is what counts, of time on the clock and of
processor time. Memory is the peak that the system counts for the process. The page is opened from disk in headless Chromium.
"""

import argparse
import json
import os
import pathlib
import statistics
import tempfile
import time

from html import Browser

CASES = 10_000
KINDS = {"junit": "xml", "tap": "tap", "json": "json", "github": "txt", "markdown": "md", "html": "html", "text": "txt"}


def generate(folder, failing):
    """A greeting, a name, its reply, the end; of those that fail, the reply is another."""
    for n in range(CASES):
        path = folder / f"{n // 100:03}" / f"{n:05}.json"
        path.parent.mkdir(exist_ok=True, parents=True)
        reply = "Go away" if failing and n % failing == 0 else "Hello"
        steps = [{"expect": "Welcome!"}, {"send": f"Rose {n}"}, {"expect": f"{reply}, Rose {n}!"}, {"send": "exit"}, {"expect_close": "clean"}]
        path.write_text(json.dumps({"framing": "line", "steps": steps}))


def run(program, folder, out, words):
    """Seconds on the clock, seconds of the processors, and MiB at most."""
    began = time.monotonic()
    nowhere = os.open(os.devnull, os.O_RDWR)
    # CI would have it keep a log that nobody asked for.
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "GITHUB_ACTIONS")}
    command = [program, "run", str(folder), "--no-fail-fast", "-j", "8", *words]
    actions = [(os.POSIX_SPAWN_DUP2, nowhere, n) for n in (0, 1, 2)]
    os.chdir(out)
    process = os.posix_spawn(program, command, environment, file_actions=actions)
    _, status, used = os.wait4(process, 0)
    os.close(nowhere)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"exit code {os.waitstatus_to_exitcode(status)}: {command}")
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def opened(chromium, page):
    """Seconds until the page is loaded and its list is there."""
    # Processes that the browser has started may write to it for a moment longer than the browser runs.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(chromium, profile)
        try:
            target = browser.call("Target.createTarget", url="about:blank")["targetId"]
            browser.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            browser.call("Page.enable")
            browser.events = []
            began = time.monotonic()
            browser.call("Page.navigate", url=page.as_uri())
            browser.wait("Page.loadEventFired")
            shown = browser.js("document.querySelectorAll('#list > li').length")
            took = time.monotonic() - began
            if not shown:
                raise SystemExit(f"{page}: nothing is shown")
            browser.session = None
            browser.call("Browser.close")
            return took
        finally:
            browser.process.terminate()
            browser.process.wait()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program")
    arguments.add_argument("chromium", nargs="?")
    arguments.add_argument("--rounds", type=int, default=9)
    given = arguments.parse_args()
    program = str(pathlib.Path(given.program).resolve())
    for name, failing, more in (("all pass", 0, ["-q"]), ("all pass, -v", 0, ["-v"]), ("1 in 100 fails", 100, ["-q"]), ("all fail", 1, ["-q"])):
        with tempfile.TemporaryDirectory() as place:
            place = pathlib.Path(place)
            folder, bare, full = place / "scenarios", place / "bare", place / "full"
            for one in (folder, bare, full):
                one.mkdir()
            generate(folder, failing)
            reports = [f"--report={kind}={full}/{kind}.{ending}" for kind, ending in KINDS.items()]
            clock, used, peaks, alone = [], [], [], []
            for n in range(given.rounds + 1):
                a = run(program, folder, bare, more)
                b = run(program, folder, full, more + reports)
                if n:
                    clock.append(b[0] / a[0])
                    used.append(b[1] / a[1])
                    alone.append(a[0])
                    peaks.append((a[2], b[2]))
            page = full / "html.html"
            sizes = ", ".join(f"{kind} {(full / f'{kind}.{ending}').stat().st_size / 1e6:.1f}" for kind, ending in KINDS.items())
            times = [opened(given.chromium, page) for _ in range(5)] if given.chromium else []
            print(
                f"{name}: with all reports {statistics.median(clock):.3f} of the time ({min(clock):.3f} to {max(clock):.3f}),"
                f" {statistics.median(used):.3f} of the processors'; {statistics.median(alone):.2f} s without;"
                f" peak {max(a for a, _ in peaks):.0f} MiB without, {max(b for _, b in peaks):.0f} MiB with;"
                f" the page opens in {statistics.median(times) if times else float('nan'):.2f} s; MB: {sizes}",
                flush=True,
            )


if __name__ == "__main__":
    main()
