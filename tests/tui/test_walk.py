"""The way through the queue: next and previous, views, what needs no label, the end card."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

from workbench.domain.label import Label
from workbench.tui.walk import Walk

from .kit import OPEN, Seat, filter_by, label_all_but, make_row, play, read_labels, read_log

if TYPE_CHECKING:
    from workbench.services.queues import Queues


def test_the_next_and_the_previous_output_need_no_label(folder: Path) -> None:
    """J and K walk, and stop at both ends with a word."""

    async def scene(seat: Seat) -> None:
        await seat.press("K")
        assert "the first one" in seat.bar
        for name in OPEN[1:]:
            await seat.press("J")
            await seat.on(name)
        await seat.press("J")
        assert "the last one" in seat.bar

    play(folder, scene)
    assert read_log(folder) == []


def test_what_stands_prepared_is_not_read_again(folder: Path) -> None:
    """Diff and patch may be megabytes; of one that is prepared a key reads neither."""

    async def scene(seat: Seat) -> None:
        await seat.press("J")
        await seat.on("ask")
        [says] = [row.output_id for row in seat.screen.walk.rows if row.ticket_id == "says"]
        await seat.until(lambda: says in seat.screen.shelf, "the next one is prepared")
        await seat.press("J")
        await seat.on("says")
        item = seat.screen.item
        assert item is not None
        assert (item.diff, item.patch) == (b"", b"")
        assert "+     return 0" in seat.diff_text()

    play(folder, scene)


def test_rows_that_were_read_ahead_spare_the_key_a_look_at_the_queue() -> None:
    """A label given meanwhile stands in them; without a queue nothing can be read."""
    rows = tuple(make_row(n) for n in range(40))
    walk, nobody = Walk(rows[:20], coming=rows[20:]), cast("Queues", None)
    fresh = rows[30]._replace(label=Label.MERGED)
    assert walk.around(nobody, rows[10].output_id, 10) is walk
    assert walk.with_row(fresh).around(nobody, rows[29].output_id, 29).rows[10] == fresh


def test_a_worker_reads_the_rows_of_what_a_label_leads_to(folder: Path) -> None:
    """Of a small study all of them, as the list has them."""

    async def scene(seat: Seat) -> None:
        await seat.until(lambda: bool(seat.screen.walk.coming), "the rows were read")
        assert seat.screen.walk.coming == seat.screen.walk.rows

    play(folder, scene)


def test_a_filter_is_a_view_and_changes_no_rate(folder: Path) -> None:
    """What it holds, labelled in its order; escape brings the study's order back."""

    async def scene(seat: Seat) -> None:
        before = seat.pane("metrics")
        await filter_by(seat, "ed")
        await seat.on("untested")
        assert seat.pane("metrics") == before
        assert "filter: ed" in seat.pane("queue")
        await seat.press("J")
        await seat.on("failed")
        await seat.press("K", "m")
        await seat.on("failed")
        await seat.press("escape")
        assert "filter" not in seat.pane("queue")
        await seat.press("J")
        await seat.on("refused")

    play(folder, scene, (200, 50))
    assert read_labels(folder) == {"untested": "merged"}


def test_a_filter_that_holds_nothing_says_so(folder: Path) -> None:
    """The output in front stays."""

    async def scene(seat: Seat) -> None:
        await filter_by(seat, "zzz")
        assert "0 outputs" in seat.bar
        assert "nothing matches" in seat.pane("queue")
        assert seat.ticket == "clean"
        await seat.press("escape")

    play(folder, scene, (200, 50))


def test_what_needs_no_label_is_not_in_the_queue_and_the_queue_says_why(folder: Path) -> None:
    """A red test and an empty output; both can still be found by the filter."""

    async def scene(seat: Seat) -> None:
        queue = seat.pane("queue")
        assert "not in the queue:" in queue
        assert "1 with failed tests" in queue
        assert "1 nothing delivered" in queue
        assert "title of red" not in queue
        await filter_by(seat, "red")
        await seat.on("red")

    play(folder, scene, (200, 50))


def test_a_patch_that_failed_is_shown_raw_with_the_reason(folder: Path) -> None:
    """It is an answer; it can be labelled."""

    async def scene(seat: Seat) -> None:
        await filter_by(seat, "failed")
        await seat.on("failed")
        assert "failed" in seat.diff_text()
        assert "tital_3" in seat.diff_text()
        await seat.press("e", "3")

    play(folder, scene)
    assert read_labels(folder) == {"failed": "edited"}


def test_a_refused_patch_is_shown_raw_with_the_rule(folder: Path) -> None:
    """Bytes and rule, no tree; it can be labelled as well."""

    async def scene(seat: Seat) -> None:
        await filter_by(seat, "refused")
        await seat.on("refused")
        assert "refused" in seat.diff_text()
        assert "../outside" in seat.diff_text()
        await seat.press("e", "3")

    play(folder, scene)
    assert read_labels(folder) == {"refused": "edited"}


def test_the_end_of_the_queue_is_a_card_where_no_key_labels(folder: Path) -> None:
    """The numbers, what is unknown, the export; m there labels nothing; u and K go back."""

    async def scene(seat: Seat) -> None:
        await label_all_but(seat)
        await seat.until(lambda: seat.is_open("card"), "the end card")
        card = seat.pane("card")
        assert "7 of 7 labelled; 2 needed no label." in card
        assert "workbench export jsonl" in card
        assert "workbench outputs tests FILE" in card
        n_events = len(seat.log())
        await seat.press("m", "s", "c")
        assert seat.is_in_front
        assert len(seat.log()) == n_events
        await seat.press("K")
        await seat.on("last")
        assert not seat.is_open("card")
        await seat.press("m")
        await seat.until(lambda: seat.is_open("card"), "the end card again")
        await seat.press("u")
        await seat.on("last")

    play(folder, scene)


def test_a_study_that_is_done_opens_at_the_card(folder: Path) -> None:
    """And the last output is one key away."""

    async def first(seat: Seat) -> None:
        await label_all_but(seat)
        await seat.until(lambda: seat.is_open("card"), "the end card")

    async def second(seat: Seat) -> None:
        assert seat.is_open("card")
        await seat.press("m")
        assert len(seat.log()) == len(OPEN)
        await seat.press("K")
        await seat.until(lambda: not seat.is_open("card"), "an output")

    play(folder, first)
    play(folder, second)


def test_a_restart_goes_on_where_the_reviewer_was(folder: Path) -> None:
    """After the label on the first output, the second is in front."""

    async def first(seat: Seat) -> None:
        await seat.press("m")

    async def second(seat: Seat) -> None:
        await seat.on("ask")
        assert "6 left" in seat.header

    play(folder, first)
    play(folder, second)
