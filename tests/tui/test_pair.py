"""The pair screen: three presses a pair, nobody's name, both sides in step, all of it undone."""

from collections import Counter
from pathlib import Path

import pytest

from workbench.domain.label import Act, Label
from workbench.domain.pair import Preference, Said, Side, Vote
from workbench.tui.effort import break_hint

from .kit import read_labels, read_log, run_workbench
from .pair_kit import CANARIES, PairSeat, play_pairs, read_votes

SIZES = [(80, 24), (160, 40), (200, 50)]


def acts(folder: Path) -> list[str]:
    return [logged.act for logged in read_log(folder)]


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "160x40", "200x50"])
def test_the_usual_pair_is_three_presses(pairs: Path, size: tuple[int, int]) -> None:
    """m, m, 1: two labels and a preference, on disk, and the next pair is in front."""

    async def scene(seat: PairSeat) -> None:
        await seat.on("plain")
        left, right = seat.screen.pair.left, seat.screen.pair.right  # type: ignore[union-attr]
        await seat.press("m")
        assert seat.screen.side is Side.RIGHT
        await seat.press("m")
        assert "Which is better?" in seat.bar
        await seat.press("1")
        await seat.on("twins")
        assert seat.pressed == 3
        (vote,) = read_votes(pairs)
        assert (vote.preferred, vote.left, vote.right) == (
            left.output_id,
            left.output_id,
            right.output_id,
        )
        assert acts(pairs) == [Act.LABEL, Act.LABEL, Act.PREFER]
        by_side = {logged.judgement.position for logged in read_log(pairs)[:2]}
        assert by_side == {"left", "right"}
        assert all(
            logged.judgement.blind == seat.screen.settings.seal for logged in read_log(pairs)
        )

    play_pairs(pairs, scene, size)


def test_two_escapes_are_nine_presses_at_most(pairs: Path) -> None:
    """X 1, x 1, 4, and one key for each confession, which stays closed until then."""

    async def scene(seat: PairSeat) -> None:
        await go_to(seat, "says")
        seat.pressed = 0
        await seat.press("x", "1")
        assert SLOW not in seat.everything()
        await seat.press("x", "1")
        assert SLOW not in seat.everything()
        await seat.press("4")
        assert "Did it say so itself?" in seat.bar
        assert SLOW in seat.everything()
        await seat.press("y", "n")
        await seat.on("asks")
        assert seat.pressed <= 9
        held = [logged.judgement for logged in read_log(pairs) if logged.act == Act.SELF_FLAG]
        assert sorted(str(judgement.said_so_itself) for judgement in held) == ["False", "True"]
        assert read_votes(pairs)[0].said is Said.BOTH_BAD

    play_pairs(pairs, scene)


SLOW = "slow for long lists"


async def go_to(seat: PairSeat, ticket: str) -> None:
    """Walk to a pair without an answer."""
    while seat.ticket != ticket:
        before = seat.ticket
        await seat.press("J")
        await seat.until(lambda before=before: seat.ticket != before)  # type: ignore[misc]
    await seat.on(ticket)


@pytest.mark.parametrize(
    ("key", "preference"),
    [
        ("1", Preference.LEFT),
        ("2", Preference.RIGHT),
        ("3", Preference.BOTH_GOOD),
        ("4", Preference.BOTH_BAD),
        ("5", Preference.CANNOT_JUDGE),
    ],
)
def test_each_digit_is_an_answer_of_its_own(pairs: Path, key: str, preference: Preference) -> None:
    """All five are told apart in the store."""

    async def scene(seat: PairSeat) -> None:
        await seat.on("plain")
        await seat.press("m", "m", key)
        assert [vote.preference for vote in read_votes(pairs)] == [preference]

    play_pairs(pairs, scene)


def test_undo_and_redo_cover_all_of_it(pairs: Path) -> None:
    """Answer, right label, left label: taken back one by one with their pair in front, and back."""

    async def scene(seat: PairSeat) -> None:
        await seat.on("plain")
        await seat.press("m", "e", "2", "1")
        await seat.on("twins")
        await seat.press("u")
        await seat.on("plain")
        assert read_votes(pairs) == []
        assert "Which is better?" in seat.bar
        await seat.press("u")
        assert read_labels(pairs) == {"plain": "merged"}
        await seat.press("u")
        assert read_labels(pairs) == {}
        await seat.press("u")
        assert "nothing to undo" in seat.bar
        await seat.press("ctrl+r", "ctrl+r", "ctrl+r")
        assert [vote.preference for vote in read_votes(pairs)] == [Preference.LEFT]
        assert "LEFT ★" in seat.text("left-title")

    play_pairs(pairs, scene)
    assert acts(pairs)[:3] == ["label", "label", "prefer"]
    run_workbench("verify", "--study", pairs)


def test_what_is_identical_is_said_to_be_and_labelled_once(pairs: Path) -> None:
    """One key labels both, nothing is preferred, and one undo takes both back."""

    async def scene(seat: PairSeat) -> None:
        await go_to(seat, "twins")
        assert "identical: label once" in seat.everything()
        await seat.press("m")
        await seat.on("says")
        labels = [logged for logged in read_log(pairs) if logged.act == Act.LABEL]
        assert [logged.judgement.label for logged in labels] == [Label.MERGED] * 2
        await seat.press("u")
        await seat.on("twins")
        assert read_labels(pairs) == {}
        await seat.press("1")
        assert "nothing to prefer" in seat.bar
        assert read_votes(pairs) == []

    play_pairs(pairs, scene)


def test_a_side_that_asks_is_silent_or_did_not_apply(pairs: Path) -> None:
    """A question is judged, silence needs no label, and what does not apply is shown raw."""

    async def scene(seat: PairSeat) -> None:
        await go_to(seat, "asks")
        asking = next(s for s in Side if seat.screen.pair.side(s).delivery == "ask")  # type: ignore[union-attr]
        assert "Which currency" in seat.diff_text(asking)
        while seat.screen.side is not asking:
            await seat.press("tab")
        await seat.press("a")
        assert seat.screen.side is asking.other
        await seat.press("m", "3")
        await seat.on("silent")
        silent = next(s for s in Side if seat.screen.pair.side(s).delivery == "empty")  # type: ignore[union-attr]
        assert "needs no label" in seat.text(f"{silent}-title")
        assert seat.screen.side is silent.other
        await seat.press("m", "1")
        await seat.on("broken")
        shown = seat.diff_text(Side.LEFT) + seat.diff_text(Side.RIGHT)
        assert "refused" in shown
        assert "failed" in shown
        await seat.press("e", "3", "e", "3", "4")
        await seat.on("plain")

    play_pairs(pairs, scene)
    assert len(read_votes(pairs)) == 3


def test_skipped_pairs_come_back_after_all_others(pairs: Path) -> None:
    """It is no answer, in no number, and undo takes it back."""

    async def scene(seat: PairSeat) -> None:
        await seat.on("plain")
        await seat.press("s")
        await seat.on("twins")
        assert read_votes(pairs) == []
        progress = seat.screen.desk.pairs.progress  # type: ignore[union-attr]
        assert (progress.skipped, progress.done, progress.total) == (1, 0, 6)
        await seat.press("u")
        await seat.on("plain")
        await seat.press("1")
        assert "label both sides first" in seat.bar

    play_pairs(pairs, scene)


def test_after_the_last_pair_a_card_says_what_is_next(pairs: Path) -> None:
    """And K looks at it again."""

    async def scene(seat: PairSeat) -> None:
        for name, keys in {
            "plain": "mm1", "twins": "m", "says": "mm5", "asks": "", "silent": "", "broken": "",
        }.items():  # fmt: skip
            await seat.on(name)
            if not keys:
                await seat.press("s")
            else:
                await seat.press(*keys)
        for _ in range(3):
            await seat.until(seat.screen.is_painted)
            pair = seat.screen.pair
            for side in Side:
                item = pair.side(side)  # type: ignore[union-attr]
                if seat.screen.desk.pairs.needs_label(item):  # type: ignore[union-attr]
                    while seat.screen.side is not side:
                        await seat.press("tab")
                    await seat.press(*("a" if item.delivery == "ask" else "e3"))
            await seat.press("4")
        await seat.until(lambda: seat.screen.has_class("-finished"))
        assert "That was the last pair." in seat.text("card")
        assert "6 of 6 pairs" in seat.text("card")
        assert "workbench reveal" in seat.text("card")
        await seat.press("m")
        assert "K looks at it again" in seat.bar
        await seat.press("K")
        assert not seat.screen.has_class("-finished")

    play_pairs(pairs, scene)


def test_at_80_columns_tab_swaps_the_visible_side(pairs: Path) -> None:
    """One side has the screen; an answer waits until both were there."""

    async def scene(seat: PairSeat) -> None:
        await seat.on("plain")
        assert seat.screen.query_one("#right-box").size.area == 0
        await seat.press("tab")
        assert seat.screen.query_one("#left-box").size.area == 0
        assert "RIGHT" in seat.everything()
        await seat.press("m")
        assert seat.screen.side is Side.LEFT
        await seat.until(seat.screen.is_painted)
        await seat.press("m", "2")
        await seat.on("twins")

    play_pairs(pairs, scene, (80, 24))


def test_one_side_follows_the_other_by_line_of_the_base(pairs: Path) -> None:
    """Down one hunk on the left, and the right stands on the same line of the base."""

    async def scene(seat: PairSeat) -> None:
        await seat.on("plain")
        await seat.press("j", "j")
        places = [seat.screen.pane(side).base_place for side in Side]
        assert places[0] is not None
        assert places[0].path == "totals.py"
        assert [place.line for place in places if place] == [places[0].line] * 2

    play_pairs(pairs, scene)


def test_left_against_right_is_a_view_of_its_own(pairs: Path) -> None:
    """What one has and the other has not; the labels still go to the side with the mark."""

    async def scene(seat: PairSeat) -> None:
        await seat.on("plain")
        left = seat.screen.pair.left.output_id  # type: ignore[union-attr]
        await seat.press("B")
        await seat.until(lambda: seat.screen.is_versus and seat.screen.is_painted())
        text = seat.diff_text("versus")
        assert "sum(xs) + 1 - 1" in text
        assert "return sum(xs)" in text
        await seat.press("m")
        assert read_log(pairs)[-1].judgement.position == "left"
        assert seat.screen.pair.left.judgement.label is Label.MERGED  # type: ignore[union-attr]
        await seat.press("B")
        assert not seat.screen.is_versus
        assert seat.screen.pair.left.output_id == left  # type: ignore[union-attr]

    play_pairs(pairs, scene)


def test_one_list_of_files_says_what_only_one_touched(pairs: Path) -> None:
    """Both, or one alone; enter goes there on both sides."""

    async def scene(seat: PairSeat) -> None:
        await seat.on("plain")
        await seat.press("F")
        await seat.until(lambda: seat.app.screen is not seat.screen)
        text = seat.everything()
        assert "totals.py" in text
        assert "both" in text
        await seat.press("escape")

    play_pairs(pairs, scene)


def test_strength_and_reason_go_with_the_next_answer_alone(pairs: Path) -> None:
    """They are never asked for."""

    async def scene(seat: PairSeat) -> None:
        await seat.on("plain")
        await seat.press("m", "m", "S", "2", "3")
        await seat.until(lambda: seat.app.screen is seat.screen)
        assert "(clearly, simple)" in seat.bar
        await seat.press("2")
        await seat.on("twins")
        await seat.press("m")
        await seat.on("says")
        await seat.press("m", "m", "1")
        strengths = sorted((vote.strength, vote.why) for vote in read_votes(pairs))
        assert strengths == [(0, ""), (2, "simple")]

    play_pairs(pairs, scene)


def test_of_some_pairs_a_guess_is_asked_for_and_kept(
    pairs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One key, after the answer; escape leaves it open, undo takes it back."""
    monkeypatch.setattr("workbench.tui.screens.pair_recording.is_sampled", lambda _pair: True)

    async def scene(seat: PairSeat) -> None:
        await seat.on("plain")
        await seat.press("m", "m", "1")
        assert "Did you recognise one of them?" in seat.bar
        await seat.press("n")
        await seat.on("twins")
        await seat.press("m")
        await seat.on("says")
        await seat.press("m", "m", "2", "escape")
        await seat.on("asks")
        held = [logged.judgement.recognised for logged in read_log(pairs)]
        assert held.count(False) == 1
        assert held.count(True) == 0
        await seat.press("u", "u")
        assert acts(pairs)[-2:] == ["undo", "undo"]

    play_pairs(pairs, scene)


def test_after_an_hour_the_bar_speaks_of_a_break() -> None:
    """Once for each full hour of active time, and never for less."""
    minute = 60_000
    assert break_hint(0, 59 * minute) == ""
    assert "1 hour of reviewing" in break_hint(59 * minute, 61 * minute)
    assert break_hint(61 * minute, 119 * minute) == ""
    assert "2 hours" in break_hint(119 * minute, 120 * minute)


def test_digits_typed_into_a_field_answer_nothing(pairs: Path) -> None:
    """Neither do label keys."""

    async def scene(seat: PairSeat) -> None:
        await seat.on("plain")
        await seat.press("m", "m", "slash")
        for letter in "1mx":
            await seat.press(letter)
        await seat.press("escape")
        assert read_votes(pairs) == []
        assert acts(pairs) == ["label", "label"]

    play_pairs(pairs, scene)


def test_k3_no_name_no_alias_and_no_id_of_a_run_is_on_any_screen(pairs: Path) -> None:
    """Walked from end to end, at every pane; the numbers are pooled."""

    async def scene(seat: PairSeat) -> None:
        seen = ""
        for name in ("plain", "twins", "says", "asks", "silent", "broken"):
            await seat.on(name)
            for key in ("t", "r", "g", "question_mark", "escape", "tab", "J"):
                await seat.press(key)
                seen += seat.everything()
        assert "all outputs, pooled" in seen
        assert not [name for name in CANARIES if name in seen]
        assert not any(word in str(seat.app.title) for word in CANARIES)

    play_pairs(pairs, scene, (200, 50))


def test_an_answer_belongs_to_outputs_and_sides_differ_by_reviewer(pairs: Path) -> None:
    """Two reviewers prefer the same output, wherever it stood for each of them."""
    chosen: Counter[str] = Counter()

    async def scene(seat: PairSeat) -> None:
        await go_to(seat, "plain")
        pair = seat.screen.pair
        assert pair is not None
        wanted = min(pair.left.output_id, pair.right.output_id)
        await seat.press("m", "m", "1" if pair.left.output_id == wanted else "2")
        chosen[wanted] += 1

    votes: list[Vote] = []
    while len({vote.preference for vote in votes}) < 2 and len(votes) < 40:  # a coin for each
        play_pairs(pairs, scene, reviewer=f"reviewer-{len(votes)}")
        votes = read_votes(pairs)
    assert {vote.preferred for vote in votes} == set(chosen)
    assert len(chosen) == 1
    assert {vote.preference for vote in votes} == {Preference.LEFT, Preference.RIGHT}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("canary-alpha-7", "nobody"), "no candidate nobody"),
        (("canary-alpha-7", "canary-alpha-7"), "two different candidates"),
        (("canary-alpha-7",), "two different candidates"),
    ],
)
def test_pairs_that_cannot_be_are_refused_before_any_screen(
    pairs: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    """Exit code 2, and what is wrong."""
    from workbench.blinding import open_blind_desk
    from workbench.domain.errors import UsageError
    from workbench.study import find_study

    with pytest.raises(UsageError, match=sentence):
        open_blind_desk(find_study(pairs), "ann", arguments)
