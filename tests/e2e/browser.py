"""A real browser without a window, over the pipe of its DevTools protocol: one page, all it says.

Its profile is new and empty, and it is told to fetch nothing of its own.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe",
)  # fmt: skip
# The browser reads from 3 and writes to 4, whatever the pipes are called here.
_HAND_OVER = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for end, number in zip(ends, (3, 4)):
    os.dup2(end, number)
os.execv(sys.argv[3], sys.argv[3:])
"""
_PATIENCE = 60.0  # seconds for one answer
Json = dict[str, Any]  # what a JSON object holds


def find_browser() -> str | None:
    """Where a browser is."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@dataclass
class Page:
    """One page; `events` are all that the browser told of it."""

    reader: int
    writer: int
    events: list[Json] = field(default_factory=list)
    session: str = ""
    _rest: bytes = b""
    _last: int = 0

    def call(self, method: str, **params: object) -> Json:
        """Ask, and wait for the answer; what is told meanwhile is kept."""
        self._last += 1
        message: Json = {"id": self._last, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        while True:
            told = self._read()
            if told.get("id") == self._last:
                assert "error" not in told, told
                result: Json = told["result"]
                return result
            self.events.append(told)

    def wait_for(self, method: str) -> None:
        """Wait until the browser has told of something."""
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._read())

    def evaluate(self, script: str) -> Any:  # whatever the script gives
        """The value of an expression in the page."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def take(self, path: Path, *, media: str = "screen", scheme: str = "light") -> None:
        """A picture of the page as it is read or printed."""
        self.show(media=media, scheme=scheme)
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=False)
        path.write_bytes(base64.b64decode(shot["data"]))

    def show(self, *, media: str = "screen", scheme: str = "light") -> None:
        """Show it in another medium, or to eyes that want it dark."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def of(self, *methods: str) -> list[Json]:
        """What the browser told of these."""
        return [event["params"] for event in self.events if event.get("method") in methods]

    def _read(self) -> Json:
        until = time.monotonic() + _PATIENCE
        while b"\0" not in self._rest:
            left = until - time.monotonic()
            assert left > 0, "the browser does not answer"
            assert select.select([self.reader], [], [], left)[0], "the browser does not answer"
            data = os.read(self.reader, 1 << 20)
            assert data, "the browser has gone"
            self._rest += data
        message, _, self._rest = self._rest.partition(b"\0")
        answer: Json = json.loads(message)
        return answer


@contextmanager
def open_page(file: Path, profile: Path, size: tuple[int, int] = (1100, 1400)) -> Iterator[Page]:
    """A page with the file in it, loaded to the end."""
    browser = find_browser()
    assert browser
    their_reader, writer = os.pipe()
    reader, their_writer = os.pipe()
    command = [browser, *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(
        [sys.executable, "-c", _HAND_OVER, str(their_reader), str(their_writer), *command],
        pass_fds=(their_reader, their_writer),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "HOME": str(profile)},
    )
    os.close(their_reader)
    os.close(their_writer)
    try:
        page = Page(reader, writer)
        _load(page, file, size)
        yield page
    finally:
        process.kill()
        process.wait()
        os.close(reader)
        os.close(writer)


def _load(page: Page, file: Path, size: tuple[int, int]) -> None:
    targets = page.call("Target.getTargets")["targetInfos"]
    target = next(target["targetId"] for target in targets if target["type"] == "page")
    page.session = page.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Network", "Log", "Runtime"):
        page.call(f"{domain}.enable")
    width, height = size
    page.call(
        "Emulation.setDeviceMetricsOverride",
        width=width, height=height, deviceScaleFactor=1, mobile=False,
    )  # fmt: skip
    page.events.clear()
    page.call("Page.navigate", url=file.as_uri())
    page.wait_for("Page.loadEventFired")
