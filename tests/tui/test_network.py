"""A study on a network file system: said once, and labelled only where locks hold (D10)."""

import errno
import fcntl
import os
from pathlib import Path

import pytest

from workbench.store import disk

from .kit import Seat, play, read_labels, read_log


@pytest.fixture
def on_network(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The study, in a table of mounts that has it on NFS."""
    table = tmp_path / "mountinfo"
    table.write_text(f"1 0 0:1 / {folder.resolve()} rw - nfs4 server:/studies rw\n", "utf-8")
    monkeypatch.setattr(disk, "MOUNTS", table)
    return folder


def test_d10_the_app_says_once_that_a_study_is_on_a_network(on_network: Path) -> None:
    """It stands in the bar until something else is to be said there, and labels are saved."""

    async def scene(seat: Seat) -> None:
        await seat.until(lambda: "is on a network (nfs4)" in seat.bar)
        await seat.press("m")
        await seat.on("ask")
        assert "saved: merged" in seat.bar
        await seat.press("J")
        assert "network" not in seat.bar

    play(on_network, scene)
    assert read_labels(on_network) == {"clean": "merged"}


def test_d10_where_locks_do_not_hold_the_app_takes_no_label(
    on_network: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two programs would write into each other; reading goes on."""
    plain = fcntl.fcntl

    def have_none(descriptor: int, command: int, argument: bytes | int = 0) -> bytes | int:
        if command == fcntl.F_OFD_SETLK:
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))
        return plain(descriptor, command, argument)

    monkeypatch.setattr(fcntl, "fcntl", have_none)

    async def scene(seat: Seat) -> None:
        await seat.until(lambda: "on a network (nfs4) where locks do not hold" in seat.bar)
        await seat.press("m")
        assert "labels are off" in seat.bar
        assert seat.ticket == "clean"
        await seat.press("J")
        await seat.on("ask")

    play(on_network, scene)
    assert read_log(on_network) == []
