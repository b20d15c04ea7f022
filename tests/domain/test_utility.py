"""Worth in merges, break-even prices, and controls: every sign and every unknown."""

from dataclasses import replace

import pytest

from workbench.domain.controls import MIN_CONTROLS, adjust_merge_rate, score_controls
from workbench.domain.delivery import Delivery
from workbench.domain.finding import Finding, FindingKind, FoundBy
from workbench.domain.label import EditClass, Judgement, Label
from workbench.domain.metrics import Rate
from workbench.domain.spec import Spec
from workbench.domain.utility import (
    Prices,
    Worth,
    break_even,
    compute_utility,
    cost_per_merge,
    matching_penalty,
    value_outputs,
)

from .kit import FAIL, NOT_RUN, Facts, tally

PRICES = Prices(0.1, 0.5, 0.1, 0.3, 0.3, 3.0, 10.0)
BUG = Finding(FindingKind.DATA_LOSS, 3)
GOOD = Facts()
MINOR = Facts(judgement=Judgement(Label.EDITED, EditClass.MINOR))
MAJOR = Facts(judgement=Judgement(Label.EDITED, EditClass.MAJOR))
EMPTY = Facts(delivery=Delivery.EMPTY)
ESCAPED = Facts(judgement=Judgement(Label.ESCAPED, findings=(BUG,)))
ASKED = Facts(Spec.VAGUE, Delivery.ASK, NOT_RUN, Judgement(Label.ABSTAINED))
LEAKED = Facts(
    judgement=Judgement(Label.MERGED, findings=(replace(BUG, found_by=FoundBy.POST_MERGE),))
)
LATE_EDIT = replace(LEAKED.judgement, label=Label.EDITED)


@pytest.mark.parametrize(
    ("output", "worth"),
    [
        (GOOD, 1.0),
        (MINOR, 0.9),
        (MAJOR, -0.5),
        (Facts(judgement=Judgement(Label.EDITED, EditClass.REJECTED)), -0.5),
        (EMPTY, -0.5),
        (ASKED, -0.1),
        (replace(ASKED, spec=Spec.CLEAR), -0.3),
        (replace(ASKED, spec=Spec.UNSET), -0.3),
        (replace(GOOD, tests=FAIL), -0.3),
        (ESCAPED, -3.0),
        (replace(ESCAPED, tests=NOT_RUN), -3.0),
        (LEAKED, -9.0),
        (replace(LEAKED, judgement=replace(LATE_EDIT, edit=EditClass.MINOR)), -9.1),
    ],
)
def test_worth_of_one_output(output: Facts, worth: float) -> None:
    """In merges; an untested escape counts as one, a leak on top of its merge."""
    assert compute_utility(tally([output]), PRICES) == pytest.approx(worth)


def test_utility_is_a_mean_and_needs_its_prices() -> None:
    """A price that nobody said makes it unknown, unless nothing of the kind happened."""
    outputs = [GOOD, GOOD, MINOR, ESCAPED]
    assert compute_utility(tally(outputs), PRICES) == pytest.approx((2 + 0.9 - 3) / 4)
    assert compute_utility(tally(outputs), PRICES._replace(escape=None)) is None
    assert compute_utility(tally(outputs), PRICES._replace(edit_minor=None)) is None
    assert compute_utility(tally(outputs), PRICES._replace(caught=None)) is not None
    assert compute_utility(tally([LEAKED]), PRICES._replace(leak=None)) is None
    assert compute_utility(tally([GOOD]), Prices()) == 1
    unmarked = tally([replace(ASKED, spec=Spec.UNSET)])
    assert compute_utility(unmarked, PRICES._replace(abstain_clear=None)) is None
    assert compute_utility({}, PRICES) is None
    assert compute_utility(tally([Facts(delivery=Delivery.VOID)]), PRICES) is None


def test_price_at_which_two_candidates_are_worth_the_same() -> None:
    """At that price both utilities meet; with as many escapes each there is none."""
    bold = tally([GOOD] * 7 + [ESCAPED] * 2 + [MAJOR])
    shy = tally([GOOD] * 5 + [ASKED] * 5)
    first, second = value_outputs(shy, PRICES), value_outputs(bold, PRICES)
    assert first is not None
    assert second is not None
    price = break_even(first, second)
    assert price == pytest.approx((0.65 - 0.45) / 0.2)
    assert price is not None
    at_price = PRICES._replace(escape=price)
    assert compute_utility(bold, at_price) == pytest.approx(compute_utility(shy, at_price))
    dearer = PRICES._replace(escape=price * 2)
    assert (compute_utility(shy, dearer) or 0) > (compute_utility(bold, dearer) or 0)
    assert break_even(Worth(0.5, 0.1), Worth(0.7, 0.1)) is None
    assert break_even(Worth(0.7, 0.1), Worth(0.5, 0.2)) == pytest.approx(-2)


def test_penalty_and_cost() -> None:
    """Confidence .75 pays from 3 on; one unknown cost makes the cost of a merge unknown."""
    assert matching_penalty(0.75) == pytest.approx(3)
    with pytest.raises(ValueError, match=r"\[0, 1\)"):
        matching_penalty(1.0)
    assert cost_per_merge([1.0, 2.0, 3.0], 2) == (3, "")
    assert cost_per_merge([1.0, None], 2) == (None, "not known of 1 of 2 outputs")
    assert cost_per_merge([1.0], 0) == (None, "none is merged")
    assert cost_per_merge([], 2) == (None, "no output yet")


def test_controls_measure_the_reviewers() -> None:
    """What they accept of good patches, and where they see escapes that are none."""
    outputs = [GOOD] * 7 + [MINOR] + [MAJOR] * 2 + [ESCAPED] * 2 + [Facts(judgement=Judgement())]
    card = score_controls(tally(outputs), lambda _hits, _n: (0.2, 0.9))
    assert (card.acceptance.hits, card.acceptance.n, card.false_alarms) == (8, 12, 2)
    assert card.acceptance.interval == (0.2, 0.9)
    assert score_controls({}, lambda _hits, _n: (0.2, 0.9)).acceptance.value is None


def test_merge_rate_adjusted_for_strict_reviewers() -> None:
    """Never above 1, and only with ten controls of which some were accepted."""
    rate = Rate(6, 12)
    assert adjust_merge_rate(rate, Rate(8, 10)) == pytest.approx(0.625)
    assert adjust_merge_rate(rate, Rate(4, 10)) == 1
    assert adjust_merge_rate(rate, Rate(8, MIN_CONTROLS - 1)) is None
    assert adjust_merge_rate(rate, Rate(0, 10)) is None
    assert adjust_merge_rate(Rate(0, 0), Rate(8, 10)) is None
