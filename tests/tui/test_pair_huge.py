"""A pair with a side of 100,000 lines: shown, labelled and answered like any other."""

from pathlib import Path

import pytest

from workbench.domain.pair import Said

from .kit import run_workbench
from .pair_kit import CANARIES, PairSeat, play_pairs, read_votes, write_rows

N = 100_000


@pytest.mark.slow
def test_a_side_of_a_hundred_thousand_lines_is_a_side(pairs: Path) -> None:
    """The other side and the keys wait for nothing; the end of it can be reached."""
    lines = "".join(f"+line_{n} = {n}\n" for n in range(N))
    head = "diff --git a/huge.py b/huge.py\nnew file mode 100644\n--- /dev/null\n+++ b/huge.py\n"
    huge = f"{head}@@ -0,0 +1,{N} @@\n{lines}"
    row = {"instance_id": "alone", "model_name_or_path": CANARIES[1], "model_patch": huge}
    write_rows(pairs.parent / "huge.jsonl", [row])
    run_workbench("outputs", "import", pairs.parent / "huge.jsonl", "--study", pairs)

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
