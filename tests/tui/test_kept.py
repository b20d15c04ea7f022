"""What could not be saved lies in a file of its own until it is: saved, or given up by key."""

import json
import shutil
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.bootstrap import open_workbench, utc_now
from workbench.domain.errors import NotSaved
from workbench.domain.label import Act, Effort, Judgement, Label
from workbench.domain.saved import Saved
from workbench.domain.unsaved import parse_unsaved, render_unsaved
from workbench.services.desk import Desk, OpenDesk
from workbench.services.reviews import Reviews
from workbench.study import find_study

from .kit import REVIEWER, Scene, Seat, locked, play, read_labels, read_log


def leave_unsaved(folder: Path, *keys: str, ticket: str = "clean") -> Scene:
    """A session in which another program holds the lock, ended with the label still unsaved."""

    async def scene(seat: Seat) -> None:
        while seat.ticket != ticket:
            await seat.press("J")
        await seat.on(ticket)
        with locked(folder):
            await seat.press(*keys)
            assert "NOT SAVED" in seat.bar
            await seat.press("q", "q")
            assert seat.app._exit
            assert seat.app.return_code == 1

    return scene


def files_of(kept_labels: Path) -> list[Path]:
    return sorted(kept_labels.glob("*")) if kept_labels.exists() else []


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_d5_a_label_that_is_not_saved_is_kept_in_a_private_file(
    folder: Path, kept_labels: Path
) -> None:
    """0600 in a folder of 0700; said on the screen; gone as soon as the label is saved."""

    async def scene(seat: Seat) -> None:
        with locked(folder):
            await seat.press("e", "2")
            (path,) = files_of(kept_labels)
            assert [mode_of(path), mode_of(kept_labels)] == [0o600, 0o700]
            assert f"kept in {kept_labels}" in seat.bar
            kept = parse_unsaved(path.read_text("utf-8"))
            assert (kept.reviewer, kept.act) == (REVIEWER, Act.LABEL)
            assert kept.judgement.label is Label.EDITED
            await seat.press("enter")
            assert files_of(kept_labels) == [path]
        await seat.press("enter")
        await seat.on("ask")
        assert files_of(kept_labels) == []

    play(folder, scene)
    assert read_labels(folder) == {"clean": "edited"}


def test_d5_a_label_that_is_given_up_is_not_kept(folder: Path, kept_labels: Path) -> None:
    """Escape drops the file with the label."""

    async def scene(seat: Seat) -> None:
        with locked(folder):
            await seat.press("m")
            assert len(files_of(kept_labels)) == 1
            await seat.press("escape")
            assert files_of(kept_labels) == []

    play(folder, scene)
    assert read_log(folder) == []


def test_d5_the_next_start_offers_what_was_kept_and_saves_it_by_key(
    folder: Path, kept_labels: Path
) -> None:
    """Its output comes in front with NOT SAVED; nothing is saved before enter."""
    play(folder, leave_unsaved(folder, "e", "2", ticket="says"))

    async def scene(seat: Seat) -> None:
        await seat.on("says")
        assert "NOT SAVED: edited (major) of 20" in seat.bar
        assert "enter retry  esc give up" in seat.bar
        await seat.press("m", "J", "u")
        assert seat.ticket == "says"
        assert seat.log() == []
        await seat.press("enter")
        assert " saved. Did it say so itself?" in seat.bar

    play(folder, scene)
    assert read_labels(folder) == {"says": "edited"}
    assert files_of(kept_labels) == []


def test_d5_what_was_kept_can_be_given_up_at_the_next_start(
    folder: Path, kept_labels: Path
) -> None:
    """Escape; the file is gone, and nothing was recorded."""
    play(folder, leave_unsaved(folder, "m"))

    async def scene(seat: Seat) -> None:
        await seat.until(lambda: "NOT SAVED: merged of 20" in seat.bar)
        await seat.press("escape")
        assert "given up: nothing was saved" in seat.bar
        await seat.press("m")
        await seat.on("ask")

    play(folder, scene)
    assert [event.act for event in read_log(folder)] == ["label"]
    assert files_of(kept_labels) == []


def test_d5_what_was_kept_is_still_kept_while_the_disk_takes_nothing(
    folder: Path, kept_labels: Path
) -> None:
    """The lock is still held: enter says so, q asks, and the start after that saves it."""
    play(folder, leave_unsaved(folder, "m"))

    async def second(seat: Seat) -> None:
        await seat.until(lambda: "NOT SAVED: merged of 20" in seat.bar)
        with locked(folder):
            await seat.press("enter")
            assert "NOT SAVED: another program is writing" in seat.bar
            await seat.press("q")
            assert "again to quit: it is kept" in seat.bar
            await seat.press("q")

    async def third(seat: Seat) -> None:
        await seat.until(lambda: "NOT SAVED: merged of 20" in seat.bar)
        await seat.press("enter")
        await seat.on("ask")

    play(folder, second)
    assert len(files_of(kept_labels)) == 1
    play(folder, third)
    assert read_labels(folder) == {"clean": "merged"}
    assert files_of(kept_labels) == []


@pytest.mark.parametrize("is_undone", [False, True])
def test_d5_what_was_kept_never_goes_over_something_newer(
    folder: Path, kept_labels: Path, *, is_undone: bool
) -> None:
    """A label of later stands, one that was undone again included; only escape drops the file."""
    play(folder, leave_unsaved(folder, "m"))
    (path,) = files_of(kept_labels)
    output_id = parse_unsaved(path.read_text("utf-8")).output_id
    with open_workbench(find_study(folder)) as bench:
        reviews = bench.reviews(REVIEWER)
        judgement = Judgement(label=Label.ESCAPED)
        reviews.record(output_id, Act.LABEL, judgement, Effort(utc_now()), Judgement())
        if is_undone:
            reviews.undo(Effort(utc_now()))
    before = read_log(folder)

    async def scene(seat: Seat) -> None:
        await seat.until(lambda: "NOT SAVED: merged of 20" in seat.bar)
        for _ in range(2):
            await seat.press("enter")
            assert "NOT SAVED: " in seat.bar
            assert ("something newer" if is_undone else "changed in another program") in seat.bar
            assert files_of(kept_labels) == [path]
        await seat.press("escape")
        assert files_of(kept_labels) == []

    play(folder, scene)
    assert read_log(folder) == before


def test_d5_several_kept_labels_are_offered_one_after_the_other(
    folder: Path, kept_labels: Path
) -> None:
    """Oldest first; one is saved, one given up."""
    play(folder, leave_unsaved(folder, "m", ticket="says"))
    (first,) = files_of(kept_labels)
    held = first.read_bytes()
    first.unlink()
    shutil.rmtree(folder / ".workbench" / "reading")  # the next session begins at the beginning
    play(folder, leave_unsaved(folder, "m"))
    first.write_bytes(held)

    async def scene(seat: Seat) -> None:
        await seat.on("says")
        await seat.press("enter")
        await seat.on("clean")
        assert "NOT SAVED: merged of 20" in seat.bar
        await seat.press("escape")
        assert "NOT SAVED" not in seat.bar
        await seat.press("m")
        await seat.on("ask")

    play(folder, scene)
    assert [event.ticket for event in read_log(folder)] == ["says", "clean"]
    assert files_of(kept_labels) == []


def _spoil_digest(text: str) -> str:
    return text.replace("merged", "edited")


def _spoil_version(text: str) -> str:
    return render_unsaved(parse_unsaved(text)).replace('"version": 1', '"version": 2')


@pytest.mark.parametrize("spoil", [_spoil_digest, _spoil_version, lambda text: text[:40]])
def test_d5_a_kept_label_that_was_changed_is_named_and_left_alone(
    folder: Path, kept_labels: Path, spoil: Callable[[str], str]
) -> None:
    """It is not offered, it is not deleted, and labelling goes on."""
    play(folder, leave_unsaved(folder, "m"))
    (path,) = files_of(kept_labels)
    path.write_text(spoil(path.read_text("utf-8")), "utf-8")

    async def scene(seat: Seat) -> None:
        await seat.until(lambda: f"{path} is left alone" in seat.bar)
        await seat.press("m")
        await seat.on("ask")

    play(folder, scene)
    assert files_of(kept_labels) == [path]


def test_d5_a_kept_label_of_another_reviewer_or_study_is_not_offered(
    folder: Path, kept_labels: Path
) -> None:
    """Their files stay as they are."""
    play(folder, leave_unsaved(folder, "m"))
    (path,) = files_of(kept_labels)
    theirs = replace(parse_unsaved(path.read_text("utf-8")), reviewer="bob")
    path.write_text(render_unsaved(theirs), "utf-8")
    other = kept_labels / f"000000000000{path.name[12:]}"
    other.write_text(render_unsaved(replace(theirs, reviewer=REVIEWER, study_id="x")), "utf-8")

    async def scene(seat: Seat) -> None:
        assert "NOT SAVED" not in seat.bar
        await seat.press("m")
        await seat.on("ask")

    play(folder, scene)
    assert files_of(kept_labels) == sorted([path, other])


def test_d5_a_kept_label_of_an_output_that_is_gone_stays_in_its_file(
    folder: Path, kept_labels: Path
) -> None:
    """The bar says so, and nothing else is disturbed."""
    play(folder, leave_unsaved(folder, "m"))
    (path,) = files_of(kept_labels)
    gone = replace(parse_unsaved(path.read_text("utf-8")), output_id="0" * 12)
    path.write_text(render_unsaved(gone), "utf-8")

    async def scene(seat: Seat) -> None:
        await seat.until(lambda: "no output 000000000000" in seat.bar)
        await seat.press("m")
        await seat.on("ask")

    play(folder, scene)
    assert files_of(kept_labels) == [path]


def test_d5_a_label_that_can_be_kept_nowhere_says_so(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in the home nor in memory: it is on the screen alone, and quitting says so."""
    (tmp_path / "file").touch()
    for name in ("XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "file"))

    async def scene(seat: Seat) -> None:
        with locked(folder) as other:
            await seat.press("m")
            assert "kept nowhere but on this screen" in seat.bar
            await seat.press("q")
            assert "again to quit: it is lost then" in seat.bar
            other.execute("ROLLBACK")
        await seat.press("enter")
        await seat.on("ask")

    play(folder, scene)
    assert read_labels(folder) == {"clean": "merged"}


def test_d5_where_the_home_takes_nothing_it_is_kept_in_memory(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The usual case of a full disk: home and study on the same one."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    play(folder, leave_unsaved(folder, "m"))
    (place,) = tmp_path.glob("workbench-unsaved-*")
    assert len(files_of(place)) == 1

    async def scene(seat: Seat) -> None:
        await seat.until(lambda: "NOT SAVED: merged of 20" in seat.bar)
        await seat.press("enter")
        await seat.on("ask")

    play(folder, scene)
    assert files_of(place) == []


@pytest.mark.parametrize("key", ["escape", "u"])
def test_d5_an_answer_that_is_not_saved_is_kept_and_dropped_with_its_question(
    folder: Path, kept_labels: Path, key: str
) -> None:
    """The label is saved, the answer waits; leaving the question open drops it."""

    async def scene(seat: Seat) -> None:
        await seat.press("J", "J")
        await seat.on("says")
        await seat.press("e", "1")
        with locked(folder):
            await seat.press("y")
            (path,) = files_of(kept_labels)
            assert parse_unsaved(path.read_text("utf-8")).act is Act.SELF_FLAG
            await seat.press("q")
            assert "again to quit" in seat.bar
        await seat.press(key)
        assert files_of(kept_labels) == []

    play(folder, scene)


def test_d5_an_answer_that_was_not_saved_is_offered_at_the_next_start(
    folder: Path, kept_labels: Path
) -> None:
    """As what it is: the label beside it was saved."""

    async def first(seat: Seat) -> None:
        await seat.press("J", "J")
        await seat.on("says")
        await seat.press("e", "1")
        with locked(folder):
            await seat.press("y", "q", "q")
            assert seat.app._exit

    async def second(seat: Seat) -> None:
        await seat.until(lambda: "NOT SAVED: an answer of 20" in seat.bar)
        assert seat.ticket == "says"
        await seat.press("enter")
        assert "saved: edited (minor) · says" in seat.bar

    play(folder, first)
    play(folder, second)
    label, answer = read_log(folder)
    assert (label.act, answer.act) == ("label", "self_flag")
    assert answer.judgement.said_so_itself is True
    assert files_of(kept_labels) == []


class Complaining(Reviews):
    """The disk takes the label and reports an error: what a failed sync after COMMIT looks like."""

    n_complaints = 1

    def record(
        self, output_id: str, act: Act, judgement: Judgement, effort: Effort, held: Judgement
    ) -> Saved:
        """Record, then fail as often as wanted."""
        saved = super().record(output_id, act, judgement, effort, held)
        if self.n_complaints:
            self.n_complaints -= 1
            raise NotSaved("the disk reported an error")
        return saved


def complaining(open_desk: OpenDesk) -> Desk:
    desk = open_desk()
    reviews = desk.reviews
    return replace(desk, reviews=Complaining(reviews._store, REVIEWER, utc_now, reviews._unsaved))


@pytest.mark.parametrize("key", ["enter", "escape"])
def test_field_t6_a_label_that_was_taken_after_all_is_shown_as_saved_once(
    folder: Path, key: str
) -> None:
    """The retry adds no second event; giving up does not deny what stands in the log."""

    async def scene(seat: Seat) -> None:
        await seat.press("m")
        assert "NOT SAVED: the disk reported an error" in seat.bar
        assert seat.ticket == "clean"
        await seat.press(key)
        assert "saved: merged · clean" in seat.bar
        await seat.on("ask")
        assert "6 left" in seat.header
        await seat.press("u")
        await seat.on("clean")
        assert "7 left" in seat.header

    play(folder, scene, wrap=complaining)
    assert [event.act for event in read_log(folder)] == ["label", "undo"]
    assert read_labels(folder) == {}


def test_d5_a_kept_file_holds_no_more_than_the_act(folder: Path, kept_labels: Path) -> None:
    """Ids, the judgement and times: neither patch nor message nor a candidate's name."""
    play(folder, leave_unsaved(folder, "m", ticket="says"))
    (path,) = files_of(kept_labels)
    line = path.read_text("utf-8").split("\n")[0]
    assert set(json.loads(line)) == {
        *("version", "study", "reviewer", "output", "act", "judgement", "held"),
        *("started_at", "effort", "at"),
    }
    assert "m1" not in line
