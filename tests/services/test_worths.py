"""Break-even prices and adjusted merge rates, with intervals over tickets."""

from collections import Counter

import pytest

from workbench.domain.cell import Tally, classify
from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.finding import Finding, FindingKind
from workbench.domain.label import EditClass, Judgement, Label
from workbench.domain.spec import Spec
from workbench.domain.utility import Prices
from workbench.services.worths import Duel, estimate_break_even

PRICES = Prices(0.1, 0.5, 0.1, 0.3, 0.3, 3.0, 10.0)


def one(label: Label, delivery: Delivery = Delivery.PATCH) -> Tally:
    findings = (Finding(FindingKind.FUNCTIONAL, 3),) if label is Label.ESCAPED else ()
    edit = EditClass.MAJOR if label is Label.EDITED else None
    judgement = Judgement(label, edit, findings)
    return Counter([classify(Spec.CLEAR, delivery, CheckStatus.PASS, judgement)])


MERGED, ESCAPED, MAJOR = one(Label.MERGED), one(Label.ESCAPED), one(Label.EDITED)
ASKED = one(Label.ABSTAINED, Delivery.ASK)


def test_price_of_an_escape_at_which_both_are_worth_the_same() -> None:
    """The careful one asks where the bold one escapes: its price is what asking loses in merges."""
    duels: list[Duel] = [(MERGED, MERGED)] * 8 + [(ASKED, ESCAPED)] * 4 + [(ASKED, MERGED)] * 8
    found = estimate_break_even(duels, PRICES, seed=5)
    assert found.value == pytest.approx((0.8 - (0.4 - 12 * 0.3 / 20)) / 0.2)
    assert found.interval is not None
    assert found.interval[0] < (found.value or 0) < found.interval[1]
    assert found.dropped < 0.05
    assert found == estimate_break_even(duels, PRICES, seed=5)


def test_no_price_where_both_escape_alike_or_a_price_is_unknown() -> None:
    """Then there is nothing to draw either."""
    alike: list[Duel] = [(MERGED, MAJOR)] * 5
    assert estimate_break_even(alike, PRICES, seed=5) == (None, None, 1.0)
    apart: list[Duel] = [(ASKED, ESCAPED), (MERGED, MERGED)]
    unknown = PRICES._replace(abstain_clear=None)
    assert estimate_break_even(apart, unknown, seed=5).value is None


def test_no_interval_where_too_many_redrawn_studies_have_no_price() -> None:
    """One ticket of ten tells them apart: a third of all draws miss it."""
    rare: list[Duel] = [(ASKED, ESCAPED)] + [(MERGED, MERGED)] * 9
    found = estimate_break_even(rare, PRICES, seed=5)
    assert found.value is not None
    assert found.interval is None
    assert found.dropped > 0.2
