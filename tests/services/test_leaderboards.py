"""Published scores against a study: ranks, shifts, and reversals only where both sides hold."""

from datetime import date

import pytest

from workbench.domain.case import Case
from workbench.domain.gate import Published
from workbench.domain.published import (
    Comparison,
    merge_scores,
    parse_scores,
    render_scores,
    tell_comparison,
)
from workbench.domain.spec import Spec
from workbench.services.leaderboards import compare_scores
from workbench.stats.proportion import wilson

from .kit import study_of

CLEAR = Spec.CLEAR


def study(name: str, **counts: int) -> list[Case]:
    return study_of(name, *((n, CLEAR, what) for what, n in counts.items()))


def score(model: str, share: float, n: int = 500, benchmark: str = "B") -> Published:
    return Published(model, benchmark, share, n, "vendor", date(2026, 2, 20))


def compare(scores: list[Published], *studies: list[Case]) -> Comparison:
    [found] = compare_scores(scores, {held[0].candidate: held for held in studies})
    return found


SAFE, LOOSE = study("safe", merged=20), study("loose", escaped=8, merged=12)


def test_a_reversal_that_holds() -> None:
    """Published intervals apart, and 8 against 0 tickets here: p = 2 / 2^8."""
    found = compare([score("loose", 0.887), score("safe", 0.74)], LOOSE, SAFE)
    first, second = found.standings
    assert (first.candidate, second.candidate) == ("loose", "safe")
    assert [first.published_rank, first.rank, first.shift] == [1, 2, -1]
    assert [second.rank, second.shift] == [1, 1]
    assert first.published_interval == wilson(443.5, 500)
    assert list(first.rank_interval or ()) == [2, 2]
    [one] = found.disagreements
    assert (one.favourite, one.other, one.only_favourite, one.only_other) == ("loose", "safe", 8, 0)
    assert one.points == pytest.approx(14.7)
    assert one.p == pytest.approx(2 / 2**8)
    assert one.is_reversal
    assert tell_comparison(found)[1] == (
        "B puts loose before safe by 14.7 points, here loose lets more escape (8 tickets vs 0,"
        " p = 0.0078): a reversal, and the study's numbers decide."
    )


@pytest.mark.parametrize(
    ("scores", "loose"),
    [
        ([score("loose", 0.887), score("safe", 0.86)], LOOSE),  # published intervals overlap
        ([score("loose", 0.887, 0), score("safe", 0.74, 0)], LOOSE),  # nobody said of how many
        ([score("loose", 0.887), score("safe", 0.74)], study("loose", escaped=5, merged=15)),
    ],
)
def test_a_disagreement_within_noise(scores: list[Published], loose: list[Case]) -> None:
    """Where one side is not proved no reversal is claimed; the study decides all the same."""
    found = compare(scores, loose, SAFE)
    [one] = found.disagreements
    assert not one.is_reversal
    assert (
        "a disagreement within noise, and the study's numbers decide" in tell_comparison(found)[1]
    )


def test_where_both_agree_nothing_is_claimed() -> None:
    """Nor for equal scores or equal numbers."""
    for scores in ([score("safe", 0.887), score("loose", 0.74)],
                   [score("safe", 0.8), score("loose", 0.8)]):  # fmt: skip
        assert compare(scores, LOOSE, SAFE).disagreements == ()
    twin = study("twin", merged=20)
    assert compare([score("safe", 0.9), score("twin", 0.5)], SAFE, twin).disagreements == ()


def test_all_pairs_are_adjusted_together() -> None:
    """6 against 0 is p = .031 alone, .094 among three."""
    six = study("six", escaped=6, merged=14)
    twin = study("twin", merged=20)
    pair = compare([score("six", 0.9), score("safe", 0.5)], six, SAFE)
    assert pair.disagreements[0].is_reversal
    three = compare([score("six", 0.9), score("safe", 0.5), score("twin", 0.4)], six, SAFE, twin)
    assert [one.p for one in three.disagreements] == pytest.approx([3 * 0.03125] * 2)
    assert not any(one.is_reversal for one in three.disagreements)


@pytest.mark.parametrize(("n", "least"), [(2, 1.0), (3, 1 / 3), (4, 1 / 12), (5, 1 / 60)])
def test_few_candidates_are_a_description(n: int, least: float) -> None:
    """Tau over up to four can never be significant; its p is over all orders."""
    studies = [study(f"c{i}", escaped=i, merged=20 - i) for i in range(n)]
    scores = [score(f"c{i}", 0.9 - i / 10) for i in range(n)]
    found = compare(scores, *studies)
    assert found.tau == pytest.approx(1)
    assert found.p == pytest.approx(least)
    assert found.least_p == pytest.approx(least)
    told = tell_comparison(found)[0]
    assert ("a description only" in told) is (n <= 4)
    assert ("exact p = 0.017" in told) is (n == 5)


def test_what_is_missing_is_a_dash_and_a_line() -> None:
    """One candidate, one without green outputs, a model that is not in the study, no cases."""
    alone = compare([score("safe", 0.9), score("other", 0.8)], SAFE)
    assert (alone.tau, alone.p, alone.strangers) == (None, None, ("other",))
    assert tell_comparison(alone)[-1] == "Not in this study: other."
    shy = study("shy", asked=20)
    found = compare([score("shy", 0.9), score("safe", 0.8)], shy, SAFE)
    assert [(one.rank, one.shift) for one in found.standings] == [(None, None), (1, 1)]
    assert "nothing to compare, 1 candidate with both numbers" in tell_comparison(found)[0]
    assert compare_scores([score("safe", 0.9)], {"safe": []})[0].standings == ()
    assert compare_scores([], {"safe": SAFE}) == []


def test_one_score_for_each_model_and_benchmark() -> None:
    """The newer statement holds, and all are kept as they came."""
    old = [score("a", 0.5), score("b", 0.6)]
    new = [score("a", 0.7)._replace(as_of=None), score("a", 0.1, benchmark="C")]
    merged = merge_scores(old, new)
    assert [(one.model, one.benchmark, one.score) for one in merged] == [
        ("a", "B", 0.7),
        ("a", "C", 0.1),
        ("b", "B", 0.6),
    ]
    assert parse_scores(render_scores(merged)) == merged
    assert parse_scores("") == ()
