"""The app keeps backups while it is open, and nobody has to wait for one."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.services import backups
from workbench.services.desk import Desk
from workbench.store import copying

from .kit import Seat, play


def copies(folder: Path) -> list[Path]:
    """The backups there are; unfinished ones have names that begin with a dot."""
    return sorted((folder / ".workbench" / "backups").glob("[!.]*"))


def test_d8_a_backup_at_the_start_unless_nothing_changed(folder: Path) -> None:
    """The first start makes one, the next none, the one after a label another."""
    counts = []

    async def look(seat: Seat) -> None:
        await seat.until(lambda: seat.screen.desk is not None, "open")
        await seat.until(lambda: not any(w.group == "desk" for w in seat.app.workers), "started")
        counts.append(len(copies(folder)))

    async def label(seat: Seat) -> None:
        await look(seat)
        await seat.press("m")
        await seat.on("ask")

    for scene in (look, look, label, look, look):
        play(folder, scene)
    assert counts == [1, 1, 1, 2, 2]


def test_d8_a_backup_whenever_the_log_has_grown(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Undo counts too: it is an event."""
    monkeypatch.setattr(backups, "EVERY", 2)

    async def scene(seat: Seat) -> None:
        await seat.until(lambda: len(copies(folder)) == 1, "a backup at the start")
        await seat.press("m")
        await seat.on("ask")
        await seat.press("u")
        await seat.on("clean")
        await seat.until(lambda: len(copies(folder)) == 2, "a backup of two events")
        await seat.press("m")
        await seat.on("ask")
        assert len(copies(folder)) == 2

    play(folder, scene)


def test_d8_a_backup_that_is_not_made_is_said_and_stops_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short disk: one line in the bar, labels go on."""
    monkeypatch.setattr(copying, "MARGIN", 1 << 60)

    async def scene(seat: Seat) -> None:
        await seat.until(lambda: "no backup was made in " in seat.bar, "said")
        await seat.press("m")
        await seat.on("ask")
        assert "saved: merged" in seat.bar

    play(folder, scene)
    assert copies(folder) == []


class Slow:
    """Holds every backup between two steps until it is told to go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        monkeypatch.setattr(copying, "STEP", 4)
        plain = os.fdatasync

        def wait(descriptor: int) -> None:
            self.reached.set()
            self.go_on.wait(30)
            plain(descriptor)

        monkeypatch.setattr(os, "fdatasync", wait)


def test_d8_labels_do_not_wait_for_a_backup(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of one a label is saved at once, and it is in the copy."""
    slow = Slow(monkeypatch)

    async def scene(seat: Seat) -> None:
        await seat.until(slow.reached.is_set, "a backup under way")
        await seat.press("m")
        await seat.on("ask")
        assert seat.labels() == {"clean": "merged"}
        assert copies(folder) == []
        slow.go_on.set()
        await seat.until(lambda: len(copies(folder)) == 1, "the backup is made")
        desk = seat.screen.desk
        assert desk is not None
        assert [made.labels for made in desk.backups.list()] == [1]

    play(folder, scene)


def test_d8_quitting_does_not_wait_for_a_backup(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is given up, and nothing of it is left."""
    slow = Slow(monkeypatch)

    def wrap(open_desk: Callable[[], Desk]) -> Desk:
        desk = open_desk()
        close = desk.close

        def end() -> None:
            slow.go_on.set()
            close()

        object.__setattr__(desk, "close", end)
        return desk

    async def scene(seat: Seat) -> None:
        await seat.until(slow.reached.is_set, "a backup under way")

    play(folder, scene, wrap=wrap)
    assert list((folder / ".workbench" / "backups").iterdir()) == []


def test_d7_d8_a_damaged_study_is_not_backed_up_and_the_way_back_is_named(folder: Path) -> None:
    """Labels are off, and the bar says from which backup to go on."""

    async def look(seat: Seat) -> None:
        await seat.until(lambda: len(copies(folder)) == 1, "a backup")

    async def scene(seat: Seat) -> None:
        await seat.until(lambda: "labels are off" in seat.screen.labels_off, "refused")
        assert f"workbench restore {copies(folder)[0]}" in seat.screen.labels_off

    play(folder, look)
    path = folder / ".workbench" / "study.db"
    with path.open("r+b") as file:
        file.seek(36)  # the number of free pages: only the check reads them all
        file.write(bytes([0, 0, 0, 5]))
    play(folder, scene)
    assert len(copies(folder)) == 1
