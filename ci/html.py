"""Opens pages in headless Chromium, over its debugging pipe, and uses them as a person would. Standard library only.

    python3 ci/html.py chromium report.html …                     # uses them
    python3 ci/html.py --screenshots FOLDER chromium report.html …  # and draws them, light and dark, to be looked at
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile


class Browser:
    """Speaks the DevTools protocol: JSON messages, each ended by a NUL, on descriptors 3 and 4 of the browser."""

    def __init__(self, program, profile):
        to_read, self.to = os.pipe()
        self.back, to_write = os.pipe()
        command = (
            f'exec "$0" --headless --no-sandbox --disable-gpu --remote-debugging-pipe'
            f' --user-data-dir="$1" about:blank 3<&{to_read} 4>&{to_write}'
        )
        self.process = subprocess.Popen(
            ["bash", "-c", command, program, profile],
            pass_fds=(to_read, to_write),
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self.rest, self.number, self.events, self.session = b"", 0, [], None

    def read(self):
        while b"\0" not in self.rest:
            more = os.read(self.back, 65536)
            if not more:
                raise SystemExit("the browser went away")
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.read())

    def js(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise SystemExit(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")


def draw(browser, picture, scheme):
    """The page from its top, at most 4,000 pixels of it."""
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    height = min(4000, browser.js("document.documentElement.scrollHeight"))
    browser.call("Emulation.setDeviceMetricsOverride", width=1280, height=height, deviceScaleFactor=1, mobile=False)
    picture.write_bytes(base64.b64decode(browser.call("Page.captureScreenshot")["data"]))


def narrow(browser, path):
    """On a telephone the words of a message are seen without scrolling, and all of them can be read."""
    browser.call("Emulation.setDeviceMetricsOverride", width=400, height=900, deviceScaleFactor=1, mobile=False)
    browser.call("Runtime.evaluate", awaitPromise=True, expression="new Promise((d) => requestAnimationFrame(() => requestAnimationFrame(d)))")
    hidden = browser.js(
        "[...document.querySelectorAll('#list .diagram')].filter((box) => box.querySelector('svg .words')).filter((box) =>"
        " [...box.querySelectorAll('svg .words')].some((one) => one.getBoundingClientRect().left > box.getBoundingClientRect().right - 24)).length"
    )
    if hidden:
        raise SystemExit(f"{path}: {hidden} diagrams have words that a narrow screen does not show")
    cut = browser.js(
        "[...document.querySelectorAll('#list .diagram')].filter((box) => !box.nextElementSibling.matches('details.full')"
        " || box.nextElementSibling.querySelectorAll('li').length === 0).length"
    )
    if cut:
        raise SystemExit(f"{path}: {cut} diagrams have no list of their events in full")
    browser.call("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)


def use(browser, path, pictures=None):
    """Opens the page, filters, opens a failure; then looks at what was logged and loaded."""
    url = pathlib.Path(path).resolve().as_uri()
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    browser.session, browser.events = session, []
    for domain in ("Page", "Runtime", "Log", "Network"):
        browser.call(f"{domain}.enable")
    browser.call("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)
    browser.call("Page.navigate", url=url)
    browser.wait("Page.loadEventFired")

    def check(expression, what):
        if not browser.js(expression):
            raise SystemExit(f"{path}: {what}")

    check("document.querySelector('button[data-state=failed]').ariaPressed === 'true'", "failures do not come first")
    check("document.querySelectorAll('#list > li.failed').length > 0", "no failure is shown")
    check("document.querySelector('#list details').open", "the first failure is not open")
    check("document.querySelectorAll('#list svg .arrow').length > 0", "there is no diagram")
    browser.js("document.querySelector('button[data-state=all]').click()")
    all_ids = browser.js("document.querySelectorAll('#list > li').length")
    browser.js(
        "(() => { const f = document.getElementById('filter');"
        " f.value = document.querySelector('#list .mono').textContent;"
        " f.dispatchEvent(new Event('input')); })()"
    )
    some = browser.js("document.querySelectorAll('#list > li').length")
    if not 1 <= some < all_ids:
        raise SystemExit(f"{path}: the filter leaves {some} of {all_ids}")
    # By the name and by the file of a case, too, of which each page has some.
    for what in ("name", "file"):
        found = browser.js(
            "(() => { const one = JSON.parse(document.getElementById('run').textContent).cases.find((c) => c.%s);"
            " if (!one) return true;"
            " const f = document.getElementById('filter'); f.value = one.%s.toUpperCase(); f.dispatchEvent(new Event('input'));"
            " return [...document.querySelectorAll('#list .mono')].some((id) => id.textContent === one.id); })()" % (what, what)
        )
        if not found:
            raise SystemExit(f"{path}: the filter does not find a case by its {what}")
    browser.js("{ const f = document.getElementById('filter'); f.value = ''; f.dispatchEvent(new Event('input')); }")
    # Each of them can be opened, from the keyboard too: a summary takes the focus.
    browser.js("for (const one of document.querySelectorAll('#list details')) one.open = true")
    check("[...document.querySelectorAll('#list details')].every((one) => one.tagName === 'DETAILS')", "unreachable")
    browser.js("document.querySelector('#list summary').focus()")
    check("document.activeElement.tagName === 'SUMMARY'", "a summary does not take the focus")
    # Two frames: what opening brings about has come about by then.
    browser.call("Runtime.evaluate", awaitPromise=True, expression="new Promise((d) => requestAnimationFrame(() => requestAnimationFrame(d)))")
    check("[...document.querySelectorAll('#list > li > details')].every((one) => one.children.length > 1)", "a case stays empty")
    check("document.querySelectorAll('#list mark').length > 0", "no byte is marked")
    check("[...document.querySelectorAll('#list svg text')].some((one) => /^[0-9]+–[0-9]+$/.test(one.textContent))", "no segment says where it stands")
    check(
        "[...document.querySelectorAll('#list > li.failed')].every((one) => !one.querySelector('svg') || one.querySelector('svg .row'))",
        "a diagram does not say where it failed",
    )
    check("[...document.querySelectorAll('.sides')].every((one) => one.clientHeight < 1200)", "a long reply fills the page")
    check(
        "[...document.querySelectorAll('.sides')].every((one) => new Set([...one.querySelectorAll('.dump')].map((dump) => dump.offsetTop)).size <= 1)",
        "the rows of both sides do not stand side by side",
    )
    # What is left out comes when it is asked for: then the rows of each side follow each other without a gap.
    browser.js("for (const one of document.querySelectorAll('.fold')) one.click()")
    check("!document.querySelector('.fold')", "what is left out does not come")
    check(
        "[...document.querySelectorAll('.dump')].every((one) => [...one.children].every((row, n, all) =>"
        " parseInt(row.textContent, 16) === parseInt(all[0].textContent, 16) + 8 * n))",
        "rows are missing",
    )
    check("!document.querySelector('#list script, #list img, #list iframe')", "a peer's bytes became an element")

    narrow(browser, path)

    if pictures:
        for scheme in ("light", "dark"):
            draw(browser, pathlib.Path(pictures) / f"{pathlib.Path(path).stem}-{scheme}.png", scheme)

    for event in browser.events:
        method, params = event.get("method"), event.get("params", {})
        if method in ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled", "Page.javascriptDialogOpening"):
            raise SystemExit(f"{path}: {method}: {params}")
        if method == "Network.requestWillBeSent" and params["request"]["url"] != url:
            raise SystemExit(f"{path}: it asks for {params['request']['url']}")
    browser.session = None
    browser.call("Target.closeTarget", targetId=target)
    print(f"{os.path.basename(path)}: {all_ids} cases, as they should be")


def main():
    words, pictures = sys.argv[1:], None
    if words[0] == "--screenshots":
        _, pictures, *words = words
    program, *pages = words
    # Processes that the browser has started may write to it for a moment longer than the browser runs.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        try:
            for page in pages:
                use(browser, page, pictures)
            browser.call("Browser.close")
        finally:
            browser.process.terminate()
            browser.process.wait()


if __name__ == "__main__":
    main()
