"""The decision: who may run, by which steps, and how that reads to someone new to it."""

from collections.abc import Mapping
from itertools import permutations

import pytest

from workbench.domain.case import Case
from workbench.domain.comparison import Bar
from workbench.domain.decision import describe_criterion
from workbench.domain.gate import (
    Answer,
    Bound,
    Criterion,
    Gate,
    Inference,
    Sequential,
    SuiteSize,
    Workflow,
)
from workbench.domain.spec import Spec
from workbench.domain.utility import Prices
from workbench.services.comparisons import find_need
from workbench.services.contests import compare_discrimination, compare_self_flags, keep_leaders
from workbench.services.decisions import decide
from workbench.services.verdicts import Field
from workbench.stats.proportion import fisher_exact

from .kit import ESCAPED, case, study_of

CLEAR, VAGUE = Spec.CLEAR, Spec.VAGUE


def escape_at(limit: float) -> Criterion:
    return Criterion("escape_rate", Bound.UPPER, limit)


GATE = Gate("payments", (escape_at(0.4),))
YES = Answer.YES


def field(*studies: list[Case]) -> Field:
    n = len(studies[0])
    specs = [case.spec for case in studies[0]]
    size = SuiteSize(n, specs.count(VAGUE), specs.count(CLEAR))
    return Field({held[0].candidate: held for held in studies}, size)


def study(name: str, vague: Mapping[str, int], clear: Mapping[str, int]) -> list[Case]:
    kinds = [(n, VAGUE, what) for what, n in vague.items()]
    return study_of(name, *kinds, *((n, CLEAR, what) for what, n in clear.items()))


CAREFUL = study("careful", {"asked": 8}, {"merged": 12})
BOLD = study("bold", {"merged": 8}, {"merged": 12})
HASTY = study("hasty", {"escaped": 8}, {"escaped": 8, "merged": 4})


def test_one_that_passes() -> None:
    """Who, under which gate, on what evidence, and what became of the others."""
    made = decide(GATE, field(CAREFUL, HASTY))
    assert made.left == ("careful",)
    first, second = made.sentences
    assert first == (
        "careful may run under the gate payments: it alone of 2 candidates keeps every bound."
    )
    assert second == (
        "12 outputs of careful passed their tests, and review found none of them silently wrong:"
        " with 95% confidence, at most 22.1% of such outputs are; it asked or declined on 8 of 8"
        " vague and 0 of 12 clear tickets; hasty fails."
    )
    alone = decide(GATE, field(CAREFUL))
    assert alone.sentences[0] == "careful may run under the gate payments: it keeps every bound."


def test_trials_of_a_ticket_are_told_and_bounded_as_one_ticket() -> None:
    """Three times twelve green outputs on twelve tickets prove what twelve do."""
    thrice = [
        one._replace(trial=trial, output_id=f"{one.output_id}-{trial}")
        for one in CAREFUL
        for trial in (1, 2, 3)
    ]
    assert (
        "36 outputs of careful passed their tests, and review found none of them silently wrong:"
        " with 95% confidence, at most 22.1% of such outputs are"
    ) in decide(None, field(thrice)).sentences[1]
    assert find_need(thrice, Bar()) == "enough: at most 22% escape (95% sure)"
    few = [one for one in thrice if one.ticket_id > "t10"]
    assert find_need(few, Bar()) == (
        "about 1 more green ticket, if it does not escape, proves that at most 25% do"
    )


def test_safety_first_takes_the_one_that_tells_vague_from_clear() -> None:
    """Nothing escapes of either; J decides, and the step says so."""
    made = decide(GATE, field(BOLD, CAREFUL))
    assert [step.rule for step in made.steps] == [
        "lets the least escape",
        "tells vague tickets from clear ones best",
    ]
    assert made.steps[0].kept == ("bold", "careful")
    assert made.steps[1].dropped == ("bold",)
    assert made.left == ("careful",)
    assert made.sentences[0] == (
        "careful may run under the gate payments: of the 2 candidates that keep every bound it"
        " tells vague tickets from clear ones best."
    )


def test_those_that_cannot_be_told_apart() -> None:
    """Both names, what is cheapest if it is known, and how many tickets it would take."""
    twin = [one._replace(candidate="twin") for one in CAREFUL]
    made = decide(GATE, field(CAREFUL, twin))
    assert made.left == ("careful", "twin")
    assert made.sentences[0] == (
        "careful and twin may both run under the gate payments: each keeps every bound, and they"
        " are not distinguishable with n = 20 tickets; which is cheapest is not known, and telling"
        " them apart would take more tickets than a study has."
    )
    costs = {one.output_id: 2.0 for one in CAREFUL}
    twin = [one._replace(output_id=f"x{one.output_id}") for one in twin]
    costs |= {one.output_id: 1.0 for one in twin}
    told = decide(GATE, field(CAREFUL, twin), costs).sentences[0]
    assert "the cheapest is twin (1.67 US dollars a merged output)" in told
    worse = study("worse", {"asked": 8}, {"merged": 10, "escaped": 2})
    loose = GATE._replace(criteria=(Criterion("escape_rate", Bound.UPPER, 0.6),))
    made = decide(loose, field(CAREFUL, worse))
    assert made.separation is not None
    assert (made.left, made.separation.tickets) == (("careful", "worse"), 46)
    assert made.sentences[0].endswith("telling them apart would take about 46 tickets.")


def test_cost_first_where_all_three_answers_are_yes() -> None:
    """The cheapest for each merged output; where a cost is not known the step is left out."""
    gate = GATE._replace(workflow=Workflow(YES, YES, YES))
    costs = {one.output_id: 3.0 for one in CAREFUL} | {one.output_id: 1.0 for one in BOLD}
    made = decide(gate, field(BOLD, CAREFUL), costs)
    assert made.left == ("bold",)
    assert "it costs least for each merged output" in made.sentences[0]
    unknown = decide(gate, field(BOLD, CAREFUL))
    assert unknown.left == ("bold",)  # merged on all tickets against 12 of 20
    [note] = unknown.notes
    assert note == (
        "not compared: which one costs least for each merged output (not known of bold and careful)"
    )


def test_nobody_passes() -> None:
    """Each with its verdict and the first thing it lacks."""
    few = study("few", {"asked": 15}, {"merged": 5})
    made = decide(GATE, field(few, HASTY))
    first, second = made.sentences
    assert made.left == ()
    assert first == (
        "No candidate may run on this evidence, by the gate payments: few is inconclusive and"
        " hasty fails."
    )
    assert second == (
        "few: 0 of 5 outputs with green tests were silently wrong: with 95% confidence at most"
        " 45.1% of such outputs are, where at most 40% is allowed (to settle it, at least 1 more"
        " green output, with no further escape); hasty: 16 of 20 outputs with green tests were"
        " silently wrong: with 95% confidence at least 59.9% of such outputs are, where at most"
        " 40% is allowed."
    )


def test_several_with_one_verdict_are_named_together() -> None:
    """Five candidates are no five clauses."""
    rash = [one._replace(candidate="rash") for one in HASTY]
    few = study("few", {"asked": 15}, {"merged": 5})
    assert (
        decide(GATE, field(few, HASTY, rash))
        .sentences[0]
        .endswith("by the gate payments: few is inconclusive, and hasty and rash fail.")
    )


def test_what_a_candidate_lacks_first_in_words() -> None:
    """Each of the numbers that a newcomer meets, and what is waited for.

    The confidence is that of the gate, and so is the limit: neither is rounded away.
    """
    criteria = (
        (Criterion("merge_rate", Bound.LOWER, 0.9, "clear"),
         ("12 of 12 attempts on clear tickets were merged: with 99.9% confidence at least 56.2% of"
         " such attempts are, where at least 90% is asked for (to settle it, at least 54 more")),
        (Criterion("abstention_rate", Bound.UPPER, 0.125, "vague"),
         ("asked or declined on 8 of 8 vague tickets: with 99.9% confidence on at least 42.2% of"
         " such tickets, where at most 12.5% is allowed.")),
        (Criterion("coverage", Bound.LOWER, 0.95),
         "coverage 12/20: with 99.9% confidence at most 88.6%, where at least 95% is asked for."),
        (Criterion("self_flag_rate", Bound.LOWER, 0.9), "its self flag rate is not known yet"),
        (Criterion("escape_rate_total", Bound.UPPER, 0.1),
         ("0 of 12 outputs with green tests were wrong, confessed or not: with 99.9% confidence at"
         " most 43.8% of such outputs are, where at most 10% is allowed (to settle it")),
        (Criterion("escape_rate_diff", Bound.UPPER, 0.15, versus="hasty"),
         ("escape rate diff vs hasty over 12 tickets: with 99.9% confidence at most +7.2 points,"
         " where at most +15 points is allowed")),
        (Criterion("agreement_ac1", Bound.LOWER, 0.4), "its agreement ac1 is not known yet"),
    )  # fmt: skip
    sure = GATE._replace(inference=Inference(confidence=0.999))
    for criterion, told in criteria:
        made = decide(sure._replace(criteria=(criterion,)), field(CAREFUL, HASTY))
        found = made.find("careful")
        assert found is not None
        text = f"{describe_criterion(found.criteria[0])}."
        assert text.startswith(told), text
    early = GATE._replace(inference=Inference(sequential=Sequential.E_PROCESS))
    found = decide(early, field(HASTY)).find("hasty")
    assert found is not None
    assert describe_criterion(found.criteria[0]) == (
        "16 of 20 outputs with green tests were silently wrong, where at most 40% is allowed"
    )
    waiting = field(study("slow", {"asked": 8}, {"merged": 10, "open": 2}))
    assert decide(GATE, waiting).sentences[1] == (
        "slow: its verdict waits, 2 outputs have no label yet."
    )


def test_a_count_that_guesses_says_so() -> None:
    """Tests that did not run are not called green, and labels nobody decided on are named."""
    waits = study("waits", {"asked": 4}, {"merged": 6, "untested": 3})
    second_look = (("bob", ESCAPED),)
    waits[4] = case("t05", others=second_look, candidate="waits")
    red = study("red", {"escaped": 4}, {"escaped": 8, "untested": 1})
    assert decide(GATE, field(waits, red)).sentences[1] == (
        "red: even at best (1 untested) 12 of 13 outputs counted as green were silently wrong: with"
        " 95% confidence at least 68.4% of such outputs are, where at most 40% is allowed; waits:"
        " at worst (3 untested, 1 disputed) 4 of 9 outputs counted as green were silently wrong:"
        " with 95% confidence at most 74.9% of such outputs are, where at most 40% is allowed (to"
        " settle it while that is unknown, at least 12 more green outputs, with no further escape)."
    )
    waits = study("waits", {"asked": 4}, {"merged": 9})
    waits[4] = case("t05", others=second_look, candidate="waits")
    [found] = decide(GATE._replace(criteria=(escape_at(0.2),)), field(waits)).verdicts[0].criteria
    assert describe_criterion(found).startswith(
        "at worst (1 disputed) 1 of 9 outputs with green tests was silently wrong"
    )


def test_without_a_gate_nobody_is_released() -> None:
    """The numbers are told all the same."""
    made = decide(None, field(HASTY, CAREFUL))
    assert made.sentences[0].startswith("No gate is set, so these numbers release no candidate")
    assert made.sentences[1].startswith("12 outputs of careful passed their tests")
    assert made.verdicts == ()


def test_what_forbids_a_verdict_is_the_decision() -> None:
    """A gate with an error, or changed after the data, decides nothing."""
    made = decide(GATE, field(CAREFUL), problem="CHANGED AFTER DATA: it was edited")
    assert made.sentences == (
        "The gate payments gives no verdict: CHANGED AFTER DATA: it was edited.",
        "The numbers stand as they are and decide nothing until that is mended.",
    )
    assert made.left == ()


def test_nothing_green_and_nothing_at_all() -> None:
    """0/0 is said in words, never as a percentage."""
    asked = study("shy", {"asked": 8}, {"asked": 12})
    told = decide(None, field(asked)).sentences[1]
    assert told.startswith("No output of shy has passed its tests, so nothing is known")
    assert "%" not in told
    empty = Field({}, SuiteSize(0, 0, 0))
    assert decide(None, empty).sentences[1] == "Nothing is known of any candidate yet."
    first, second = decide(GATE, empty).sentences
    assert "there are no outputs yet" in first
    assert second == "Nothing is known of any candidate yet."


def test_one_of_several_passes_by_chance() -> None:
    """With many candidates a pass proves less; the decision stands, and a line says so."""
    few = [study(f"c{i}", {"asked": 14}, {"merged": 6}) for i in range(3)]
    gate = GATE._replace(criteria=(Criterion("escape_rate", Bound.UPPER, 0.45),))
    made = decide(gate, field(*few))
    assert len(made.left) == 3
    assert made.notes[-3] == (
        "3 candidates were tried: that c0 keeps escape_rate is not proved once that is allowed for"
        " (p = 0.08, Holm)"
    )


def test_the_order_of_candidates_changes_nothing() -> None:
    """Neither who is left nor a word of what is said."""
    others = [BOLD, CAREFUL, HASTY]
    made = decide(GATE, field(*others))
    for order in permutations(others):
        assert decide(GATE, field(*order)) == made


def test_what_an_output_is_worth() -> None:
    """At stated prices: 20 merges against 12 and 8 questions; and 16 escapes against none."""
    prices = Prices(0.1, 0.5, 0.1, 0.3, 0.3, 3.0, 10.0)
    gate = GATE._replace(prices=prices)
    notes = decide(gate, field(BOLD, CAREFUL, HASTY)).notes
    assert "worth of an output, in merges: bold +1.00, careful +0.56, hasty -2.20" in notes
    assert "bold is worth more than hasty whatever an escape costs" in notes
    assert not any("bold is worth more than careful" in note for note in notes)
    some = study("some", {"escaped": 4, "merged": 4}, {"merged": 12})
    [note] = [n for n in decide(gate, field(CAREFUL, some)).notes if "where" in n]
    price = (0.8 - (0.6 - 8 * 0.1 / 20)) / 0.2
    assert note.startswith(
        f"careful is worth more than some where an escape costs more than {price:.1f} merges (95 %:"
    )
    unknown = gate._replace(prices=prices._replace(escape=None, abstain_vague=None))
    assert decide(unknown, field(CAREFUL, HASTY)).notes == (
        "worth of an output, in merges: careful —, hasty —",
    )


def test_holm_keeps_whoever_is_not_proved_worse() -> None:
    """P = .03 in a family of three is .06, .09 or .03, by its rank."""
    values = {"a": 1.0, "b": 0.5, "c": 0.4}
    p = {("a", "b"): 0.03, ("a", "c"): 0.001, ("b", "c"): 0.9}
    kept, lead = keep_leaders(values, lambda one, other: p[one, other], 0.05)
    assert (kept, lead) == (["a", "b"], "a")


def test_flaws_of_two_candidates_are_not_paired() -> None:
    """3 of 3 against 0 of 3 confessed: one table in twenty is as extreme, on either side."""
    assert fisher_exact((3, 3), (0, 3)) == pytest.approx(0.1)
    assert compare_self_flags(CAREFUL, BOLD) == 1.0


@pytest.mark.parametrize(("n_vague", "p"), [(5, 0.0625), (6, 0.03125)])
def test_discrimination_is_a_paired_test(n_vague: int, p: float) -> None:
    """As many vague tickets on which one asks and the other does not as McNemar would need."""
    one = study("a", {"asked": n_vague, "merged": 10 - n_vague}, {"merged": 10})
    other = study("b", {"merged": 10}, {"merged": 10})
    assert compare_discrimination(one, other) == pytest.approx(p)
    assert compare_discrimination(one, one) == 1.0
