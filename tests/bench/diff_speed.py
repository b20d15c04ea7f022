"""Prints what the diff pane costs, by the number of changed lines. A script, not a test.

    python tests/bench/diff_speed.py [CHANGED_LINES ...]

`build`, `view` and `warm` run in a worker in the real program; `show` is from the call to the end
of drawing in Textual's own loop, with strips prepared or cold; `bytes` is turning one frame of
strips into terminal output; `fold` is the call behind the key that opens one. Medians, with the
95th percentile of page scrolls, and a fold of the longest diff against one of the shortest.
"""

import asyncio
import gc
import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip

from workbench.diff.document import DiffDocument, build_document
from workbench.tui.net import ControlCharacterFilter
from workbench.tui.widgets.diff_view import DiffView

SIZE = (160, 48)
ROUNDS = 15


def python_files(changed: int, seed: int = 1) -> tuple[bytes, bytes, bytes]:
    """(diff, old file, new file) with so many lines removed and added, in hunks of git's shape."""
    rng = random.Random(seed)
    old: list[bytes] = []
    new: list[bytes] = []
    diff = [b"diff --git a/src/app.py b/src/app.py\nindex 1111111..2222222 100644\n"]
    diff += [b"--- a/src/app.py\n+++ b/src/app.py\n"]
    while changed > 0:
        count = min(max(changed // 2, 1), rng.randint(1, 5))
        changed -= 2 * count
        gap = [b"    # line %d of no interest\n" % rng.randint(0, 99) for _ in range(14)]
        above = [b"def context_%d(self, value):\n" % rng.randint(0, 999) for _ in range(3)]
        out = [
            b"    result_%d = compute(value, %d, mode='fast')\n" % (i, rng.randint(0, 99))
            for i in range(count)
        ]
        put = [line.replace(b"compute(", b"compute_all(") for line in out]
        below = [b"    return value\n"] * 3
        old += gap
        new += gap
        head = (len(old) + 1, 6 + count, len(new) + 1, 6 + count)
        diff.append(b"@@ -%d,%d +%d,%d @@ class Foo:\n" % head)
        diff += [b" " + line for line in above]
        diff += [b"-" + line for line in out] + [b"+" + line for line in put]
        diff += [b" " + line for line in below]
        old += above + out + below
        new += above + put + below
    return b"".join(diff), b"".join(old), b"".join(new)


class TimedView(DiffView):
    """Tells when drawing ended."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn = asyncio.Event()
        self.drawn_at = 0.0

    def render_lines(self, crop: Region) -> list[Strip]:
        strips = super().render_lines(crop)
        self.drawn_at = time.perf_counter()
        self.drawn.set()
        return strips


class Bench(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.net = ControlCharacterFilter()

    def get_line_filters(self) -> list[object]:  # type: ignore[override]
        return [*super().get_line_filters(), self.net]

    def compose(self) -> ComposeResult:
        yield TimedView()


async def drawn(view: TimedView, act: Callable[[], object]) -> float:
    """Milliseconds from an action to the end of drawing."""
    await asyncio.sleep(0.05)  # Textual's update timer rests, as between a person's keys
    view.drawn.clear()
    started = time.perf_counter()
    act()
    await asyncio.wait_for(view.drawn.wait(), 10)
    return (view.drawn_at - started) * 1e3


def timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1e3


def render(strips: list[Strip], app: App[None]) -> None:
    for strip in strips:
        strip.render(app.console)


def p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


def build(diff: bytes, old: bytes, new: bytes) -> DiffDocument:
    document = build_document(diff, key=str(time.perf_counter()))
    if len(old) < 1 << 20:
        document.attach_blobs("src/app.py", old, new)
    return document


async def measure(changed: int) -> float:
    """Prints its line; milliseconds that a fold takes."""
    diff, old, new = python_files(changed)
    app = Bench()
    async with app.run_test(size=SIZE):
        view = app.query_one(TimedView)
        rounds = 3 if changed > 20_000 else ROUNDS
        cost: dict[str, list[float]] = {}

        def note(name: str, value: float) -> None:
            cost.setdefault(name, []).append(value)

        for _ in range(rounds):
            gc.collect()
            note("build", timed(partial(build_document, diff, key="k")))
            document = build(diff, old, new)
            note("view", timed(partial(document.view, "split")))
            note("warm", timed(partial(document.warm, *SIZE, "split")))
            note("prepare", timed(partial(view.prepare, document)))
            note("show", await drawn(view, partial(view.show, document)))
            for step in (1, 1, -1, -1):
                note("page", await drawn(view, partial(view.move_page, step)))
                note("line", await drawn(view, partial(view.move_line, -step)))
            fresh = build(diff, old, new)
            note("cold", await drawn(view, partial(view.show, fresh)))
            note("bytes", timed(partial(render, view.render_lines(view.size.region), app)))
            fresh.attach_blobs("src/app.py", old, new)
            view.update_blobs()
            for _ in range(5):
                view.move_hunk(1)
                started = time.perf_counter()
                if view.expand_fold():
                    note("fold", (time.perf_counter() - started) * 1e3)
        line = "  ".join(f"{name} {statistics.median(cost[name]):7.2f}" for name in cost)
        sys.stdout.write(f"{changed:>7}  {line}  page p95 {p95(cost['page']):6.2f}  ms\n")
        return statistics.median(cost["fold"])


def main() -> None:
    sizes = [int(arg) for arg in sys.argv[1:]] or [100, 1_000, 10_000, 100_000]
    folds = [asyncio.run(measure(changed)) for changed in sizes]
    sys.stdout.write(
        f"fold, {sizes[-1]:,} lines against {sizes[0]:,}: {folds[-1] / folds[0]:.2f}\n"
    )


if __name__ == "__main__":
    main()
