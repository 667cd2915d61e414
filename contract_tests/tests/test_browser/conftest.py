"""A real Chromium, driven over its debugging pipe: nothing to install beside the browser, nothing on the network.

The pipe speaks the Chrome DevTools Protocol: JSON messages, each ended by NUL, written to the browser's file
descriptor 3 and read from its 4.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import sys
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VARIABLE = "KLINGKIT_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
PATIENCE = 40.0  # seconds that a browser on a busy machine may take for one answer
FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
KEYS = {
    "Enter": (13, "\r"),
    "Tab": (9, ""),
    "Escape": (27, ""),
    " ": (32, " "),
    "End": (35, ""),
    "Home": (36, ""),
    "ArrowLeft": (37, ""),
    "ArrowUp": (38, ""),
    "ArrowRight": (39, ""),
    "ArrowDown": (40, ""),
}
SHIFT, CONTROL = 8, 2


def chromium() -> str:
    """Return the browser to drive; without one the tests of this folder are skipped."""
    named = os.environ.get(VARIABLE, "")
    if named:
        found = shutil.which(named)
        assert found, f"{VARIABLE} names {named}, which is no program"
        return found
    if not hasattr(os, "posix_spawn") or sys.platform == "win32":
        pytest.skip("the debugging pipe of a browser needs POSIX")
    found = next(filter(None, map(shutil.which, (*NAMES, MAC))), None)
    if found is None:
        pytest.skip(f"no chromium and no chrome on this machine; {VARIABLE} may name one")
    return found


class Browser:
    """One headless browser with a profile of its own."""

    def __init__(self, program: str, profile: Path) -> None:
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        root = ("--no-sandbox",) if os.geteuid() == 0 else ()  # a sandbox is refused to the superuser
        self._pid = os.posix_spawn(
            program,
            [program, *FLAGS, *root, f"--user-data-dir={profile}", "about:blank"],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                # Out of the way first: either may be 3 or 4 already.
                (os.POSIX_SPAWN_DUP2, theirs_in, 90),
                (os.POSIX_SPAWN_DUP2, theirs_out, 91),
                (os.POSIX_SPAWN_DUP2, 90, 3),
                (os.POSIX_SPAWN_DUP2, 91, 4),
            ],
            setpgroup=0,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._in, self._out = ours_in, ours_out
        self._rest = b""
        self._number = 0
        self.events: deque[dict[str, Any]] = deque()

    def call(self, method: str, session: str = "", /, **parameters: Any) -> dict[str, Any]:
        """Ask the browser and return its answer; what it tells meanwhile goes to `events`."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        content = json.dumps({**message, "sessionId": session} if session else message).encode() + b"\0"
        while content:
            content = content[os.write(self._out, content) :]
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self._next(deadline, method)
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return dict(answer["result"])
            self.events.append(answer)

    def wait(self, session: str, method: str) -> None:
        """Wait for an event of a page that nobody has waited for yet."""
        deadline = time.monotonic() + PATIENCE
        while True:
            for event in self.events:
                if (event.get("sessionId"), event.get("method")) == (session, method):
                    self.events.remove(event)
                    return
            self.events.append(self._next(deadline, method))

    def _next(self, deadline: float, waited_for: str) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], max(deadline - time.monotonic(), 0))
            assert ready, f"the browser did not answer {waited_for} within {PATIENCE:g} seconds"
            more = os.read(self._in, 1 << 20)
            assert more, f"the browser ended at {waited_for}"
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(line))

    def close(self) -> None:
        """End the browser and all that it started."""
        os.close(self._out)  # it ends when its pipe does
        os.close(self._in)
        deadline = time.monotonic() + 5
        ended = 0
        while not ended and time.monotonic() < deadline:
            ended, _ = os.waitpid(self._pid, os.WNOHANG)
            time.sleep(0.02)
        with suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        if not ended:
            os.waitpid(self._pid, 0)


class Page:
    """One tab, with what its console said and what it asked of the network."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.call("Target.attachToTarget", targetId=self._target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "DOM", "Accessibility"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self._browser.call(method, self._session, **parameters)

    def look(self, *, width: int = 1280, height: int = 900, media: str = "", **features: str) -> None:
        """Show the page that wide, on `media`, with e.g. ``prefers_color_scheme="dark"``."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.call("Emulation.setEmulatedMedia", media=media, features=wanted)

    def open(self, address: str, *, scripts: bool = True) -> None:
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.call("Page.navigate", url="about:blank")
        self._browser.wait(self._session, "Page.loadEventFired")
        self.call("Page.navigate", url=address)
        self._browser.wait(self._session, "Page.loadEventFired")

    def reload(self) -> None:
        self.call("Page.reload")
        self._browser.wait(self._session, "Page.loadEventFired")

    def back(self) -> None:
        """Do what the browser's back button does."""
        history = self.call("Page.getNavigationHistory")
        entry = history["entries"][history["currentIndex"] - 1]
        self.call("Page.navigateToHistoryEntry", entryId=entry["id"])

    def run(self, script: str) -> Any:
        """Return the value of an expression, of a promise the value that it comes to."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, f"{script}: {answer['exceptionDetails']}"
        return answer["result"].get("value")

    def until(self, script: str) -> Any:
        """Wait until an expression is true, and return its value."""
        deadline = time.monotonic() + PATIENCE
        while not (value := self.run(script)):
            assert time.monotonic() < deadline, f"not true within {PATIENCE:g} seconds: {script}"
            time.sleep(0.01)
        return value

    def press(self, *keys: str, modifiers: int = 0, commands: tuple[str, ...] = ()) -> None:
        """Press and release keys as a person does; `commands` are an editor's, such as ``paste``."""
        for key in keys:
            code, text = KEYS.get(key, (ord(key[0].upper()), "" if modifiers else key))
            parameters = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
            down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
            self.call("Input.dispatchKeyEvent", **parameters, **down, commands=list(commands))
            self.call("Input.dispatchKeyEvent", **parameters, type="keyUp")

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def click(self, element: str) -> None:
        """Click into the middle of the element that an expression gives."""
        spot = self.run(
            f"(() => {{ const node = {element}; node.scrollIntoView({{ block: 'center', inline: 'center' }});"
            "const box = node.getBoundingClientRect();"
            "return { x: box.x + box.width / 2, y: box.y + box.height / 2 }; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **spot)

    def tree(self) -> list[dict[str, Any]]:
        """Return what a screen reader is told: role, name and properties of every element that is not hidden."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [
            {
                "role": node["role"]["value"],
                "name": node.get("name", {}).get("value", ""),
                **{each["name"]: each["value"].get("value") for each in node.get("properties", ())},
            }
            for node in nodes
            if not node["ignored"]
        ]

    def contrast(self) -> dict[str, Any]:
        """Return how many texts are ``seen``, and those that are too ``faint`` on their ground (WCAG AA, 4.5 to 1)."""
        return dict(self.run(Path(__file__).with_name("contrast.js").read_text("utf-8")))

    def told(self, *methods: str) -> list[dict[str, Any]]:
        """Return the parameters of all events of this page with these names so far."""
        self.run("0")
        mine = [event for event in self._browser.events if event.get("sessionId") == self._session]
        return [event["params"] for event in mine if event["method"] in methods]

    def complaints(self) -> list[dict[str, Any]]:
        """Return every error and warning of the console, of the page's own script and of the browser."""
        said = self.told("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Audits.issueAdded")
        return [each for each in said if each.get("type") not in {"log", "info", "debug"}]

    def requests(self) -> list[str]:
        """Return the addresses that were asked for."""
        return [each["request"]["url"] for each in self.told("Network.requestWillBeSent")]

    def close(self) -> None:
        self._browser.call("Target.closeTarget", targetId=self._target)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    started = Browser(chromium(), tmp_path_factory.mktemp("chromium"))
    try:
        yield started
    finally:
        started.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open an address in a tab of its own; it must ask nothing of anybody and leave the console quiet."""
    pages: list[Page] = []

    def opened(address: str, *, scripts: bool = True, **looks: Any) -> Page:
        page = Page(browser)
        pages.append(page)
        page.look(**looks)
        page.open(address, scripts=scripts)
        return page

    yield opened
    for page in pages:
        complaints, requests = page.complaints(), page.requests()
        page.close()
        assert complaints == []
        assert [address for address in requests if not address.startswith(("about:", "data:", "file:"))] == []
