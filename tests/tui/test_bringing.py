"""An output that is long and not prepared: a worker reads it, the screen stands on it at once."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from workbench.blinding import open_blind_desk, seal_study
from workbench.domain.blind import UNLIMITED, ReviewItem
from workbench.domain.errors import WorkbenchError
from workbench.services.desk import Desk, OpenDesk
from workbench.services.queues import AT_ONCE
from workbench.study import find_study
from workbench.tui.screens import bringing
from workbench.tui.shelf import Shelf
from workbench.tui.widgets.queue_list import QueueList

from .kit import OPEN, REVIEWER, Seat, play, read_labels, run_workbench

N_LINES = 3_000


class Watched:
    """The queues of a desk; whoever opens an output whole passes `gate` first."""

    def __init__(self, queues: object, gate: Callable[[str], None]) -> None:
        """All else goes on to the real ones."""
        self._queues, self._gate = queues, gate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queues, name)

    def open(self, output_id: str, limit: int = UNLIMITED) -> ReviewItem:
        """The same output."""
        if limit == UNLIMITED:
            self._gate(output_id)
        found: ReviewItem = self._queues.open(output_id, limit)  # type: ignore[attr-defined]
        return found


def watching(gate: Callable[[str], None]) -> Callable[[OpenDesk], Desk]:
    """Between the app and its desk."""

    def wrap(desk: OpenDesk) -> Desk:
        made = desk()
        return replace(made, queues=Watched(made.queues, gate))  # type: ignore[arg-type]

    return wrap


@pytest.fixture
def long(folder: Path, tmp_path: Path) -> Path:
    """One more output, of thousands of lines, at the end of the queue."""
    body = "".join(f"+line {n}\n" for n in range(N_LINES))
    patch = (
        "diff --git a/long.txt b/long.txt\nnew file mode 100644\n--- /dev/null\n+++ b/long.txt\n"
        f"@@ -0,0 +1,{N_LINES} @@\n{body}"
    )
    row = {"instance_id": "clean", "model_name_or_path": "m2", "model_patch": patch}
    (tmp_path / "long.jsonl").write_text(json.dumps(row), encoding="utf-8")
    run_workbench("outputs", "import", tmp_path / "long.jsonl", "--study", folder)
    return folder


def find_long(seat: Seat) -> str:
    """Its id."""
    rows = seat.screen.walk.rows
    (found,) = [row for row in rows if row.added == N_LINES]
    assert found.output_id not in seat.screen.shelf
    return found.output_id


def click(seat: Seat, output_id: str) -> None:
    """On its line in the queue."""
    seat.screen.query_one(QueueList).post_message(QueueList.Chosen(output_id))


def test_a_long_output_is_read_by_a_worker_and_labelled_once_it_is_painted(long: Path) -> None:
    """The screen stands on it and says so; what stood there before takes no label meanwhile."""
    gate, opened = Event(), []

    def wait(output_id: str) -> None:
        opened.append(output_id)
        if output_id == wanted[0]:
            gate.wait(30)

    wanted = [""]

    async def scene(seat: Seat) -> None:
        await seat.on("clean")
        wanted[0] = find_long(seat)
        click(seat, wanted[0])
        await seat.until(lambda: "reading" in seat.diff_text() and "not run" in seat.header)
        assert "kB" in seat.diff_text()
        await seat.press("m", "j", "v", "n", "f", "W")
        assert "reading the output: one moment" in seat.bar
        await seat.press("m")
        assert "nothing was labelled" in seat.bar
        assert seat.log() == []
        gate.set()
        await seat.until(seat.screen.is_painted, "it is read")
        assert "line 0" in seat.diff_text()
        await seat.press("m", "m")
        await seat.until(lambda: seat.labels() == {"clean": "merged"})

    play(long, scene, wrap=watching(wait))
    assert opened.count(wanted[0]) == 1


def test_who_goes_on_meanwhile_is_not_called_back(long: Path) -> None:
    """What comes late is kept for the next time."""
    gate = Event()
    wanted = [""]

    def wait(output_id: str) -> None:
        if output_id == wanted[0]:
            gate.wait(30)

    async def scene(seat: Seat) -> None:
        await seat.on("clean")
        wanted[0] = find_long(seat)
        click(seat, wanted[0])
        await seat.until(lambda: "reading" in seat.diff_text())
        await seat.press("K")
        await seat.on("last")
        gate.set()
        await seat.until(lambda: wanted[0] in seat.screen.shelf, "it is kept")
        assert seat.ticket == "last"
        await seat.press("m")
        await seat.until(lambda: seat.labels() == {"last": "merged"})

    play(long, scene, wrap=watching(wait))


def test_what_cannot_be_read_says_why_and_the_walk_goes_on(long: Path) -> None:
    """Nor can it be labelled."""
    wanted = [""]

    def refuse(output_id: str) -> None:
        if output_id == wanted[0]:
            raise WorkbenchError("another program is writing")

    async def scene(seat: Seat) -> None:
        await seat.on("clean")
        wanted[0] = find_long(seat)
        click(seat, wanted[0])
        await seat.until(lambda: "cannot be read" in seat.diff_text())
        assert "another program is writing" in seat.bar
        await seat.press("m", "K")
        await seat.on("last")

    play(long, scene, wrap=watching(refuse))
    assert read_labels(long) == {}


def test_an_output_that_comes_again_is_new_also_where_it_is_read_by_a_worker(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is prepared and everything counts as long: it shows no label of the first time."""
    monkeypatch.setattr(bringing, "AT_ONCE", -1)

    async def scene(seat: Seat) -> None:
        for name in OPEN[:6]:
            await seat.on(name)
            if name == OPEN[5]:
                seat.screen.shelf = Shelf()
            await seat.press("a" if name == "ask" else "m")
            await seat.until(lambda name=name: name in seat.labels())  # type: ignore[misc]
        await seat.on(OPEN[0])
        assert seat.screen.item.judgement.label is None  # type: ignore[union-attr]
        await seat.press("e", "1")
        await seat.on(OPEN[6])

    play(folder, scene, (160, 40), repeat_percent=100)
    assert read_labels(folder)[OPEN[0]] == "merged"


def test_behind_a_veil_a_long_output_has_no_text_until_it_was_looked_through(long: Path) -> None:
    """Names are taken out of it whole, in the worker; after that a look at it is short."""
    study = find_study(long)
    seal_study(study)
    desk = open_blind_desk(study, REVIEWER).desk
    try:
        rows = desk.queues.window(0)
        (wanted,) = [row.output_id for row in rows if row.added == N_LINES]
        first = desk.queues.open(wanted, AT_ONCE)
        assert (first.is_read, first.diff, first.patch) == (False, b"", b"")
        assert first.size > AT_ONCE
        whole = desk.queues.open(wanted)
        assert (whole.is_read, whole.diff.count(b"\n+line")) == (True, N_LINES)
        assert desk.queues.open(wanted, 0) == whole
    finally:
        desk.close()
