"""The study run again: paired changes, non-inferiority, and every ticket that changed."""

from itertools import pairwise

import pytest

from workbench.domain.case import Case
from workbench.domain.outcome import Outcome
from workbench.domain.release import Release, weigh
from workbench.domain.spec import Spec
from workbench.services.releases import compare_releases
from workbench.stats.paired import Pairs, mcnemar_exact, tango, tango_upper

from .kit import case, study_of

CLEAR, VAGUE = Spec.CLEAR, Spec.VAGUE


def compare(new: list[Case], old: list[Case], margin: float = 0.15) -> Release:
    return compare_releases(("new", new), ("old", old), 20, margin)


def study(name: str, *kinds: tuple[int, Spec, str]) -> list[Case]:
    return study_of(name, *kinds)


OLD = study("old", (5, VAGUE, "escaped"), (13, CLEAR, "merged"), (2, CLEAR, "major"))
NEW = study("new", (5, VAGUE, "asked"), (12, CLEAR, "merged"), (1, CLEAR, "escaped"),
            (2, CLEAR, "merged"))  # fmt: skip


def test_what_became_better_and_worse() -> None:
    """Seven tickets better, one worse, the largest change first; the rest the same."""
    found = compare(NEW, OLD)
    assert [(t.ticket_id, t.gain) for t in found.better] == [
        *((f"t{i:02}", 4) for i in range(1, 6)),
        ("t19", 3),
        ("t20", 3),
    ]
    assert [(t.ticket_id, t.gain) for t in found.worse] == [("t18", -6)]
    assert found.sentences[0] == (
        "new against old on 20 tickets: better on 7, worse on 1, 12 the same."
    )
    assert found.missing == ()


def test_each_rate_is_paired() -> None:
    """Merge rate on tickets both attempt: 12 both, 2 only new, 1 only old."""
    rates = {one.name: one for one in compare(NEW, OLD).rates}
    merge = rates["merge_rate"]
    assert (merge.n, merge.before, merge.after) == (15, 13, 14)
    assert (merge.only_before, merge.only_after) == (1, 2)
    assert merge.change == pytest.approx(1 / 15)
    assert merge.interval == tango(Pairs(12, 2, 1, 0))
    assert merge.p == mcnemar_exact(2, 1)
    vague = rates["abstention_rate_vague"]
    assert (vague.n, vague.before, vague.after, vague.p) == (5, 0, 5, 0.0625)
    assert rates["escape_rate"].n == 15  # green for both
    assert rates["exposure"].n == 20


def test_not_inferior_within_the_margin() -> None:
    """The bound is one-sided, on tickets green for both; a margin below it is not shown."""
    bound = tango_upper(Pairs(0, 1, 0, 14))
    loose, strict = compare(NEW, OLD, 0.3), compare(NEW, OLD, 0.1)
    assert loose.at_most == bound
    assert (loose.is_not_inferior, strict.is_not_inferior) == (True, False)
    assert "What escapes is not worse: at most +" in loose.sentences[1]
    assert "is not shown" in strict.sentences[1]
    nothing = compare(study("new", (20, CLEAR, "asked")), OLD)
    assert (nothing.at_most, nothing.is_not_inferior) == (None, False)
    assert "nothing is known of what escapes" in nothing.sentences[1]


def test_what_is_not_settled_for_both_is_named() -> None:
    """Open, void, or on one side alone: in no number."""
    new = [
        *NEW[:17],
        *study("new", (17, CLEAR, "merged"), (1, CLEAR, "open"), (1, CLEAR, "void"))[17:],
    ]
    found = compare(new, OLD)
    assert found.missing == ("t18", "t19", "t20")
    assert len(found.tickets) == 17


def test_trial_one_counts_and_swapping_mirrors() -> None:
    """What later trials did changes nothing; old against new is new against old mirrored."""
    again = [one._replace(trial=2, output_id=f"{one.output_id}-2") for one in OLD]
    assert compare([*NEW, *again], OLD) == compare(NEW, OLD)
    there, back = compare(NEW, OLD), compare(OLD, NEW)
    assert [t.gain for t in there.tickets] == [-t.gain for t in back.tickets]
    for one, other in zip(there.rates, back.rates, strict=True):
        assert (one.before, one.after, one.p) == (other.after, other.before, other.p)


def test_the_order_of_outcomes() -> None:
    """A question on a vague ticket beats a rewrite, a rewrite beats a question on a clear one."""
    kinds = ["merged", "major", "escaped", "red", "empty"]
    worth = {kind: weigh(study("m", (1, CLEAR, kind))[0]) for kind in kinds}
    vague, clear = (weigh(study("m", (1, spec, "asked"))[0]) for spec in (VAGUE, CLEAR))
    order = [worth["merged"], vague, worth["major"], clear, worth["red"], worth["escaped"]]
    assert all(a > b for a, b in pairwise(order))
    assert worth["red"] == worth["empty"]
    counted = set(Outcome) - {Outcome.VOID, Outcome.PENDING}
    for outcome in counted:
        one = case("t1")
        cell = one.counted.cell._replace(outcome=outcome)
        assert 0 <= weigh(one._replace(counted=one.counted._replace(cell=cell))) <= 6
