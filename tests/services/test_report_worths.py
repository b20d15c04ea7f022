"""What outputs are worth at stated prices, and the price at which two candidates change places."""

from workbench.domain.case import Case
from workbench.domain.label import Judgement
from workbench.domain.utility import Prices
from workbench.services.report_worths import list_worths

from .kit import ESCAPED, MAJOR, MERGED, case

PRICES = Prices(edit_major=0.5, escape=3.0)


def tell(cases: list[Case], prices: Prices = PRICES) -> dict[str, str]:
    return {fact.name: fact.text for fact in list_worths(cases, prices, seed=1)}


def make(name: str, *judgements: Judgement) -> list[Case]:
    return [case(f"t{n}", held, candidate=name) for n, held in enumerate(judgements)]


def test_worth_and_break_even_by_hand() -> None:
    """Of ten: a merges 6, edits 4 (at 0.5); b merges 9 and lets 1 escape.

    a: (6 - 4 * 0.5) / 10 = 0.4. b: (9 - 3) / 10 = 0.6. Without the escape b is worth 0.9, so they
    are equal at (0.9 - 0.4) / 0.1 = 5 merges an escape.
    """
    cases = [*make("a", *[MERGED] * 6, *[MAJOR] * 4), *make("b", *[MERGED] * 9, ESCAPED)]
    told = tell(cases)
    assert told["prices, in merges"] == "edit major 0.5, escape 3"
    assert told["an output of a is worth"] == "+0.40 merges"
    assert told["an output of b is worth"] == "+0.60 merges"
    assert told["a or b"].startswith("a is the better one where an escape costs over 5.0 merges (")


def test_a_price_that_is_not_stated_makes_no_number() -> None:
    """Nor does an equal share of escapes make a break-even; a better one at any price is said."""
    cases = [*make("a", MERGED, MAJOR), *make("b", MERGED, ESCAPED)]
    told = tell(cases, Prices())
    assert told["prices, in merges"] == "none"
    assert told["an output of a is worth"].startswith("—")
    assert told["a or b"].startswith("—")
    same = tell([*make("a", MERGED, ESCAPED), *make("b", MERGED, ESCAPED)])
    assert same["a or b"].startswith("both let the same share escape")
    plain = tell([*make("a", *[MERGED] * 9), *make("b", *[MERGED] * 6, *[ESCAPED] * 3)])
    assert plain["a or b"].startswith("a is the better one at any price of an escape")
