"""Aliases, orders, digests and places: what must be the same on every machine."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain import errors
from workbench.domain.candidate import choose_alias
from workbench.domain.delivery import Delivery, Rung
from workbench.domain.imported import RowProblem
from workbench.domain.label import Judgement, Label
from workbench.domain.outcome import Outcome
from workbench.domain.output import Delivered, make_output_id
from workbench.domain.queue import (
    Place,
    compute_place,
    compute_position,
    compute_progress,
    make_order,
    order_key,
    standing,
)
from workbench.domain.spec import Spec
from workbench.domain.ticket import SuiteEntry, Ticket, suite_digest

TICKET = Ticket("t", "Title", "Body", "", "c" * 40)


def test_an_alias_is_stable_and_says_nothing() -> None:
    """It depends on study and name, never on the order of import."""
    assert choose_alias("s", "gpt", frozenset()) == choose_alias("s", "gpt", frozenset())
    assert len({choose_alias(f"s{n}", "gpt", frozenset()) for n in range(200)}) == 24


@given(st.lists(st.text(), unique=True, min_size=60, max_size=60))
def test_no_two_candidates_share_an_alias(names: list[str]) -> None:
    """More than there are letters: a digit follows; I and O are never used."""
    taken: set[str] = set()
    for name in names:
        taken.add(choose_alias("study", name, frozenset(taken)))
    assert len(taken) == 60
    assert not {"I", "O"} & {alias[0] for alias in taken}
    assert sum(len(alias) == 1 for alias in taken) == 24


@given(st.sets(st.text(min_size=1), max_size=30), st.text())
def test_the_order_is_a_permutation_that_only_the_seed_makes(ids: set[str], seed: str) -> None:
    """The same whatever order they come in, and an output more moves none of the others."""
    order = make_order(seed, ids)
    assert order == make_order(seed, sorted(ids)) == make_order(seed, sorted(ids, reverse=True))
    assert sorted(order) == sorted(ids)
    more = make_order(seed, [*ids, "one more"])
    assert [i for i in more if i in ids and i != "one more"] == [
        i for i in order if i != "one more"
    ]


def test_a_teaching_order_comes_first() -> None:
    """Unknown ids in it are passed over, doubled ones count once."""
    order = make_order("s", ["a", "b", "c", "d"], ["c", "x", "c", "a"])
    assert order[:2] == ["c", "a"]
    assert sorted(order[2:]) == ["b", "d"]


@given(st.text(), st.text(), st.text())
def test_positions_sort_as_the_order_does(seed: str, one: str, other: str) -> None:
    """An integer that SQL can sort stands for the key."""
    first, second = compute_position(seed, one), compute_position(seed, other)
    assert 0 < first < 1 << 63
    if first != second:
        assert (first < second) == (order_key(seed, one) < order_key(seed, other))


@pytest.mark.parametrize(
    ("outcome", "judgement", "place"),
    [
        (Outcome.PENDING, Judgement(), Place.OPEN),
        (Outcome.PENDING, Judgement(skipped=True), Place.SKIPPED),
        (Outcome.CAUGHT, Judgement(), Place.SETTLED),
        (Outcome.CAUGHT, Judgement(Label.MERGED), Place.LABELLED),
        (Outcome.VOID, Judgement(skipped=True), Place.SETTLED),
        (Outcome.MERGED, Judgement(Label.MERGED, skipped=True), Place.LABELLED),
    ],
)
def test_where_an_item_stands(outcome: Outcome, judgement: Judgement, place: Place) -> None:
    """A labelled item stays labelled; what needs no label is settled, with its reason."""
    assert compute_place(outcome, judgement) is place
    word = outcome if place is Place.SETTLED else place.name.lower()
    assert standing(place, outcome) == word


def test_progress_from_standings() -> None:
    """Skipped ones are left; settled ones are not in the queue."""
    counts = {"open": 3, "skipped": 1, "labelled": 2, "caught": 4, "no_output": 5, "void": 6}
    found = compute_progress(counts)
    assert (found.left, found.labelled, found.total) == (4, 2, 6)
    assert (found.tests_failed, found.nothing_delivered, found.void) == (4, 5, 6)


def test_what_makes_a_ticket_another_ticket() -> None:
    """What it asks and where it starts; neither spec nor what surrounds it."""
    for other in (
        TICKET._replace(ticket_id="other"),
        TICKET._replace(title="other"),
        TICKET._replace(body="other"),
        TICKET._replace(repo="other"),
        TICKET._replace(base_commit="other"),
    ):
        assert other.digest != TICKET.digest
    same = TICKET._replace(spec=Spec.VAGUE, source="x", hidden='{"patch": 1}', url="u")
    assert same.digest == TICKET.digest
    moved = TICKET._replace(title="Titl", body="eBody")
    assert moved.digest != TICKET.digest


def test_the_digest_of_a_suite() -> None:
    """Any order, but not any spec."""
    one, other = SuiteEntry("a", "1", Spec.CLEAR), SuiteEntry("b", "2", Spec.UNSET)
    assert suite_digest([one, other]) == suite_digest([other, one])
    assert suite_digest([one, other]) != suite_digest([one, other._replace(spec=Spec.CLEAR)])


@pytest.mark.parametrize(
    ("patch", "message", "declared", "found"),
    [
        (b"diff", "done", None, Delivery.PATCH),
        (b"", "which one?", None, Delivery.ASK),
        (b" \n", " ", None, Delivery.EMPTY),
        (b"", "no", Delivery.DECLINE, Delivery.DECLINE),
        (b"diff", "", Delivery.CRASH_MODEL, Delivery.CRASH_MODEL),
    ],
)
def test_what_was_delivered(
    patch: bytes, message: str, declared: Delivery | None, found: Delivery
) -> None:
    """A patch wins, then what was said, then silence; a declared kind over all."""
    assert Delivered("t", "c", patch, message, declared).delivered_as() is found


def test_the_same_content_however_it_was_said() -> None:
    """A kind that is declared and one that is plain to see are the same; words are not."""
    plain = Delivered("t", "c", b"diff", "done")
    assert plain._replace(delivery=Delivery.PATCH).content_digest == plain.content_digest
    assert plain._replace(where="line 9", run_id="r").content_digest == plain.content_digest
    for other in (
        plain._replace(patch=b"diff\n"),
        plain._replace(message="done."),
        plain._replace(delivery=Delivery.CRASH_MODEL),
        plain._replace(self_flagged=("x",)),
        plain._replace(questions=("x",)),
    ):
        assert other.content_digest != plain.content_digest


def test_output_ids_reveal_nothing() -> None:
    """Twelve hex digits from study, ticket, candidate and content."""
    assert make_output_id("s", "t", "c", "d") == make_output_id("s", "t", "c", "d")
    assert len({make_output_id(*"stcd"), make_output_id(*"sTcd"), make_output_id(*"stCd")}) == 3
    assert int(make_output_id("s", "t", "c", "d"), 16) < 16**12


def test_which_rungs_have_a_tree() -> None:
    """Failed, refused and empty are answers without one."""
    assert [rung for rung in Rung if not rung.has_tree] == [Rung.FAILED, Rung.REFUSED, Rung.EMPTY]


def test_each_error_has_its_exit_code() -> None:
    """0 done, 1 a check, 2 usage, 3 input, 4 the store."""
    codes = {
        errors.WorkbenchError("x"): 1,
        errors.ConfigError("x"): 2,
        errors.StudyNotFound("x"): 2,
        errors.PatchRefused("x"): 3,
        errors.GitFailed("x"): 3,
        errors.LabelRefused("x"): 3,
        errors.NotSaved("disk full"): 1,
        errors.StoreNewer("x"): 4,
    }
    assert {error: error.exit_code for error in codes} == codes
    assert str(errors.NotSaved("disk full")) == "NOT SAVED: disk full"


def test_a_problem_is_one_line() -> None:
    """Parts that are empty leave no colon behind."""
    assert str(RowProblem("f", "line 2", "bad")) == "f: line 2: bad"
    assert str(RowProblem("f", "", "bad")) == "f: bad"
    assert json.dumps(str(RowProblem("", "", "bad"))) == '"bad"'
