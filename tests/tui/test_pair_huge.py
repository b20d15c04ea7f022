"""A pair with a long side: read by a worker, then shown, labelled and answered like any other."""

from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from workbench.domain.errors import WorkbenchError
from workbench.domain.pair import Said
from workbench.services.desk import Desk
from workbench.services.pair_items import PairItem
from workbench.services.queues import AT_ONCE

from .kit import run_workbench
from .pair_kit import CANARIES, PairSeat, play_pairs, read_votes, write_rows

N = 100_000


def add_long(pairs: Path, n_lines: int) -> None:
    """A second output of the ticket that has one."""
    lines = "".join(f"+line_{n} = {n}\n" for n in range(n_lines))
    head = "diff --git a/huge.py b/huge.py\nnew file mode 100644\n--- /dev/null\n+++ b/huge.py\n"
    huge = f"{head}@@ -0,0 +1,{n_lines} @@\n{lines}"
    row = {"instance_id": "alone", "model_name_or_path": CANARIES[1], "model_patch": huge}
    write_rows(pairs.parent / "huge.jsonl", [row])
    run_workbench("outputs", "import", pairs.parent / "huge.jsonl", "--study", pairs)


class Late:
    """The pairs of a desk; whoever reads the long one whole waits for `gate` first."""

    def __init__(self, pairs: object, gate: Event, *, is_broken: bool = False) -> None:
        """All else goes on to the real ones."""
        self._pairs, self._gate, self._is_broken = pairs, gate, is_broken

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pairs, name)

    def prepare(self, pair_id: str) -> PairItem:
        """The same pair."""
        found: PairItem = self._pairs.prepare(pair_id)  # type: ignore[attr-defined]
        if max(found.left.size, found.right.size) > AT_ONCE:
            self._gate.wait(30)
            if self._is_broken:
                raise WorkbenchError("another program is writing")
        return found


async def go_to_long(seat: PairSeat) -> None:
    while seat.ticket != "alone":
        at = seat.ticket
        seat.screen.action_go_output(1)
        await seat.until(lambda at=at: seat.ticket != at)  # type: ignore[misc]


@pytest.mark.parametrize("is_broken", [False, True])
def test_keys_wait_for_no_side_and_label_none_that_is_not_there(
    pairs: Path, *, is_broken: bool
) -> None:
    """Both panes say that they are being read; nobody who goes on is called back."""
    add_long(pairs, 3_000)
    gate = Event()

    def wrap(desk: Desk) -> Desk:
        return replace(desk, pairs=Late(desk.pairs, gate, is_broken=is_broken))  # type: ignore[arg-type]

    async def scene(seat: PairSeat) -> None:
        await go_to_long(seat)
        await seat.until(lambda: "reading" in seat.diff_text("left"))
        assert "reading" in seat.diff_text("right")
        seat.screen.action_label("merged")
        assert "nothing was labelled" in seat.bar
        seat.screen.action_go_output(-1)
        await seat.until(seat.screen.is_painted, "the one before")
        before = seat.ticket
        await go_to_long(seat)
        gate.set()
        if is_broken:
            await seat.until(lambda: "cannot be read" in seat.diff_text("left"))
            assert "another program is writing" in seat.bar
            seat.screen.action_label("merged")
            seat.screen.action_go_output(-1)
            await seat.on(before)
        else:
            await seat.on("alone")
            assert "line_0 = 0" in seat.diff_text("left") + seat.diff_text("right")
            await seat.press("m", "m", "4")
            await seat.until(lambda: len(read_votes(pairs)) == 1)

    play_pairs(pairs, scene, wrap=wrap)
    assert len(read_votes(pairs)) == (0 if is_broken else 1)


@pytest.mark.slow
def test_a_side_of_a_hundred_thousand_lines_is_a_side(pairs: Path) -> None:
    """The other side and the keys wait for nothing; the end of it can be reached."""
    add_long(pairs, N)

    async def scene(seat: PairSeat) -> None:
        for _ in range(6):
            if seat.ticket == "alone":
                break
            at = seat.ticket
            await seat.press("J")
            await seat.until(lambda at=at: seat.ticket != at)  # type: ignore[misc]
        await seat.on("alone")
        sides = [seat.screen.pane(side).document for side in seat.screen.pair.sides]  # type: ignore[union-attr]
        assert sorted(document.added for document in sides if document) == [1, N]
        while seat.screen.diff.document.added != N:  # type: ignore[union-attr]
            await seat.press("tab")
        await seat.press("end")
        await seat.until(lambda: f"line_{N - 1}" in seat.diff_text(seat.screen.side))
        await seat.press("m", "m", "4")
        await seat.until(lambda: len(read_votes(pairs)) == 1)

    play_pairs(pairs, scene)
    assert read_votes(pairs)[0].said is Said.BOTH_BAD
