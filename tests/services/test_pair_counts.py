"""From answers to numbers: both ties apart, exact tests, the side, the model; one answer a pair."""

from datetime import UTC, datetime

import pytest

from workbench.domain.pair import Cast, Preference, make_vote
from workbench.domain.schedule import Entry
from workbench.services.pair_counts import compare_pairs
from workbench.stats.preference import side_power

NOW = datetime(2026, 1, 2, tzinfo=UTC)
LEFT, RIGHT = Preference.LEFT, Preference.RIGHT


def make_entries(n: int, candidates: tuple[str, ...]) -> list[Entry]:
    return [
        Entry(row, f"{who}{i}", f"t{i}", who, 1, f"{who}{i}")
        for row, (i, who) in enumerate((i, who) for i in range(n) for who in candidates)
    ]


def cast(n: int, left: str, right: str, said: Preference, reviewer: str = "ann") -> Cast:
    return Cast(n, reviewer, make_vote(f"{left}{n}", f"{right}{n}", said), NOW)


def test_a_duel_keeps_both_ties_apart_and_leaves_out_who_could_not_judge() -> None:
    """Wins by output, wherever it stood; Wilson's interval and the exact sign test."""
    casts = [
        cast(0, "a", "b", LEFT),
        cast(1, "b", "a", RIGHT),
        cast(2, "a", "b", LEFT),
        cast(3, "b", "a", LEFT),
        cast(4, "a", "b", Preference.BOTH_GOOD),
        cast(5, "a", "b", Preference.BOTH_BAD),
        cast(6, "a", "b", Preference.BOTH_BAD),
        cast(7, "a", "b", Preference.CANNOT_JUDGE),
    ]
    found = compare_pairs(casts, make_entries(8, ("a", "b")))
    (duel,) = found.duels
    assert (duel.first, duel.second, duel.wins, duel.losses) == ("a", "b", 3, 1)
    assert (duel.both_good, duel.both_bad, duel.cannot_judge, duel.n) == (1, 2, 1, 7)
    assert (duel.rate.hits, duel.rate.n) == (3, 4)
    assert duel.p == pytest.approx(0.625)
    assert duel.tie_share == pytest.approx(3 / 7)
    assert (found.side.left, found.side.right, found.n_votes) == (3, 1, 8)


def test_no_winner_is_undefined_and_no_half() -> None:
    """0/0 is a dash, and no answer is nothing at all."""
    found = compare_pairs([cast(0, "a", "b", Preference.BOTH_BAD)], make_entries(1, ("a", "b")))
    assert found.duels[0].rate.value is None
    assert found.duels[0].p == 1
    assert found.side.rate.value is None
    nothing = compare_pairs([], make_entries(1, ("a", "b")))
    assert (nothing.duels, nothing.n_votes) == ((), 0)


def test_of_several_reviewers_the_first_answer_counts() -> None:
    """The others are told beside it."""
    casts = [
        Cast(9, "ann", make_vote("a0", "b0", RIGHT), NOW),
        Cast(3, "bob", make_vote("b0", "a0", RIGHT), NOW),
        Cast(12, "cy", make_vote("a0", "b0", LEFT), NOW),
    ]
    found = compare_pairs(casts, make_entries(1, ("a", "b")))
    assert (found.duels[0].wins, found.n_others, found.n_others_agree) == (1, 2, 1)


def test_a_sealed_study_has_one_pool() -> None:
    """How many had a winner, and nothing of whose."""
    casts = [cast(0, "a", "b", LEFT), cast(1, "a", "c", RIGHT)]
    found = compare_pairs(casts, make_entries(2, ("a", "b", "c")), is_sealed=True)
    (pool,) = found.duels
    assert (pool.first, pool.second, pool.wins, pool.losses) == ("", "", 2, 0)
    assert found.model.fit is None


def test_three_candidates_have_a_model_with_a_side_effect() -> None:
    """Abilities against the first by name, with intervals; the left's odds with theirs."""
    casts = []
    for n in range(60):
        left, right = (("a", "b"), ("b", "c"), ("c", "a"), ("b", "a"), ("c", "b"), ("a", "c"))[
            n % 6
        ]
        better = min(left, right) if n % 5 else max(left, right)
        said = Preference.BOTH_GOOD if n % 11 == 0 else LEFT if better == left else RIGHT
        casts.append(cast(n, left, right, said))
    entries = make_entries(60, ("a", "b", "c"))
    found = compare_pairs(casts, entries)
    assert found.model.fit is not None
    abilities = found.model.fit.abilities
    assert abilities["a"] == 0 > abilities["b"] > abilities["c"]
    low, high = found.model.intervals["c"]
    assert low < abilities["c"] < high < 0
    assert found.side.odds is not None
    assert compare_pairs(casts, entries) == found
    swapped = [
        c._replace(vote=make_vote(c.vote.right, c.vote.left, _swap(c.vote.preference)))
        for c in casts
    ]
    again = compare_pairs(swapped, entries)
    assert again.duels == found.duels
    assert again.side.odds is not None
    assert again.side.odds[0] == pytest.approx(1 / found.side.odds[0])
    assert again.model.fit is not None
    assert again.model.fit.abilities == pytest.approx(abilities)


def _swap(preference: Preference | None) -> Preference:
    assert preference is not None
    return {LEFT: RIGHT, RIGHT: LEFT}.get(preference, preference)


def test_candidates_that_never_met_have_no_model_and_a_reason() -> None:
    """Nothing is made up for them."""
    casts = [cast(0, "a", "b", LEFT), cast(1, "c", "d", LEFT)]
    found = compare_pairs(casts, make_entries(2, ("a", "b", "c", "d")))
    assert found.model.fit is None
    assert "connect" in found.model.why


@pytest.mark.parametrize(("n", "power"), [(20, 0.42), (40, 0.70), (60, 0.84), (100, 0.98)])
def test_power_to_see_a_side(n: int, power: float) -> None:
    """70 to 30 by the exact two-sided test at .05, from published arithmetic."""
    assert side_power(n) == pytest.approx(power, abs=0.01)
    assert side_power(0) == 0
