"""A file in the reviewer's own program: what is handed over, and what the bar says."""

from pathlib import Path

import pytest

from workbench.diff.patch import FilePatch, Status
from workbench.domain.errors import WorkbenchError
from workbench.services.patches import FilePair, read_pair

from .kit import Seat, make_item, play

BASE, TREE = "c" * 40, "a" * 40


class Trees(dict[tuple[str, bytes], bytes | None]):
    """Files of two trees."""

    def read(self, repo: str, treeish: str, path: bytes) -> bytes | None:
        del repo
        return self[treeish, path]


def test_each_side_is_read_by_its_own_name() -> None:
    """A renamed file has two; one that came or went has an empty side."""
    trees = Trees({(BASE, b"a.py"): b"old", (TREE, b"b.py"): b"new"})
    item = make_item()
    for patch, pair in (
        (FilePatch(b"a.py", b"b.py", Status.RENAMED), FilePair(b"b.py", b"old", b"new")),
        (FilePatch(None, b"b.py", Status.ADDED), FilePair(b"b.py", b"", b"new")),
        (FilePatch(b"a.py", None, Status.DELETED), FilePair(b"a.py", b"old", b"")),
    ):
        assert read_pair(item, patch, trees) == pair


def test_a_file_that_nobody_can_read_is_said_to_be_one() -> None:
    """Its name is made safe."""
    name = b"\x1b[2J.py"
    trees = Trees({(BASE, name): None})
    with pytest.raises(WorkbenchError, match=r"^␛\[2J\.py: too large"):
        read_pair(make_item(), FilePatch(name, name), trees)


def test_where_nothing_can_be_shown_the_bar_says_why(folder: Path) -> None:
    """No difftool set; an output without a diff of files."""

    async def scene(seat: Seat) -> None:
        await seat.press("E")
        assert "no difftool is set" in seat.bar
        await seat.press("J")
        await seat.on("ask")
        await seat.press("E")
        assert "there is no diff of files here" in seat.bar

    play(folder, scene)
