"""The counts kept by the key press agree with a recount from the log, whatever happens between."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.domain.check import CheckResult, CheckStatus
from workbench.domain.definitions import Definitions
from workbench.domain.delivery import Delivery
from workbench.domain.draft import add_defect_leak
from workbench.domain.finding import Finding, FindingKind
from workbench.domain.gate import Design
from workbench.domain.label import Act
from workbench.domain.metrics import Cell
from workbench.domain.outcome import Outcome
from workbench.domain.queue import compute_progress
from workbench.domain.spec import Spec
from workbench.services.numbers import Lack, count_numbers
from workbench.store.store import Store, open_store

from .kit import (
    EDITED,
    EFFORT,
    ESCAPED,
    JUDGEMENTS,
    MERGED,
    NOW,
    ids_of,
    label,
    make_output,
    make_study,
    mark,
    tallies_by_name,
)

REVIEWERS = ("ann", "bob")
STEPS = ("label", "label", "label", "undo", "redo", "check", "spec", "add", "skip")


def step(store: Store, rng: random.Random, ids: list[str]) -> None:
    """One random thing that moves counts."""
    kind, reviewer = rng.choice(STEPS), rng.choice(REVIEWERS)
    if kind == "undo":
        store.undo(reviewer, EFFORT, NOW)
    elif kind == "redo":
        store.redo(reviewer, EFFORT, NOW)
    elif kind == "check":
        result = CheckResult(rng.choice(list(CheckStatus)), rng.choice(("", "timeout")))
        key = (f"t{rng.randrange(3)}", rng.choice(("m1", "m2")), rng.choice((1, None)))
        store.record_checks([(*key, result)], NOW)
    elif kind == "spec":
        mark(store, f"t{rng.randrange(3)}", rng.choice(list(Spec)), reviewer)
    elif kind == "add":
        delivery = rng.choice([None, *Delivery])
        new = make_output(f"t{rng.randrange(3)}", "m3", b"", f"m{rng.random()}", delivery)
        store.add_outputs([new])
    else:
        store.record(reviewer, rng.choice(ids), Act.LABEL, rng.choice(JUDGEMENTS), EFFORT, NOW)


def progress_counts(store: Store, reviewer: str) -> dict[str, int]:
    """Standings counted from the queue's lines."""
    counts: dict[str, int] = {}
    for output_id in ids_of(store, reviewer):
        item = store.get_item(reviewer, output_id)
        key = item.outcome.value if item.place == 3 else item.place.name.lower()
        counts[key] = counts.get(key, 0) + 1
    return counts


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 40))
def test_tally_is_the_recount(tmp_path_factory: pytest.TempPathFactory, seed: int, n: int) -> None:
    """D3: after any events of two reviewers, with tests, specs and outputs changing in between."""
    path = make_study(tmp_path_factory.mktemp("count"), n_tickets=3, reviewers=REVIEWERS)
    rng = random.Random(seed)
    with open_store(path) as store:
        ids = ids_of(store)
        for _ in range(n):
            step(store, rng, ids)
        assert store.verify() == []
        assert counted(store) == store.recount().tallies
        for reviewer in REVIEWERS:
            assert counted(store, reviewer) == store.recount(reviewer).tallies
            assert tallies_by_name(store, reviewer) == store.recount(reviewer).tallies
            assert store.progress(reviewer) == compute_progress(progress_counts(store, reviewer))


def counted(store: Store, reviewer: str = "") -> dict[str, Counter[Cell]]:
    """The cells of all cases, by candidate."""
    tallies: dict[str, Counter[Cell]] = {}
    for case in store.cases(reviewer):
        tallies.setdefault(case.candidate, Counter())[case.cell] += 1
    return tallies


def test_what_several_judged_can_be_read_alone(store: Store) -> None:
    """The outputs with several labels, without a pass over those with one."""
    store.ensure_reviewer("bob", NOW)
    first, second, third = ids_of(store)[:3]
    for output_id, names in ((first, ("ann", "bob")), (second, ("ann",)), (third, ("bob",))):
        for name in names:
            label(store, output_id, MERGED, name)
    assert [case.output_id for case in store.cases(is_double=True)] == [first]
    assert [case for case in store.cases() if case.others] == list(store.cases(is_double=True))


@pytest.mark.parametrize(("late", "is_told"), [(timedelta(days=30, seconds=-1), True),
                                               (timedelta(days=30), False)])  # fmt: skip
def test_a_defect_after_merge_is_a_leak_on_any_day_and_never_an_escape(
    store: Store, late: timedelta, is_told: bool
) -> None:
    """METRICS 3.4: the window says how long was looked, up to its last day; it cuts nothing."""
    first, second = ids_of(store)[:2]
    leak = Finding(FindingKind.FUNCTIONAL, 3, found_on="2036-01-01")
    label(store, first, add_defect_leak(MERGED, leak))
    store.record("ann", second, Act.LABEL, MERGED, EFFORT, NOW + late)
    numbers = count_numbers(store, store.cases(), Definitions(design=Design(leak_window_days=30)))
    cards = [board.card for board in numbers.boards.values()]
    assert sum(card.defect_leaks.hits for card in cards) == 1
    assert sum(card.escape_rate.hits + card.exposure.hits for card in cards) == 0
    assert (Lack.FOLLOW_UP in numbers.remarks) is is_told


def only(store: Store) -> dict[Outcome, int]:
    """The study's outcomes of the four outputs, pending ones left out."""
    counts: dict[Outcome, int] = {}
    for tally in store.recount().tallies.values():
        for cell, n in tally.items():
            if cell.outcome is not Outcome.PENDING:
                counts[cell.outcome] = counts.get(cell.outcome, 0) + n
    return counts


def test_study_counts_the_first_label_that_stands(store: Store) -> None:
    """An output of two reviewers counts under the first of them, as long as that label stands."""
    store.ensure_reviewer("bob", NOW)
    first, second = ids_of(store)[:2]
    label(store, first, EDITED, "ann")
    label(store, first, MERGED, "bob")
    label(store, second, ESCAPED, "bob")
    label(store, second, MERGED, "ann")
    assert only(store) == {Outcome.EDITED_MINOR: 1, Outcome.UNKNOWN_ESCAPE: 1}
    label(store, second, MERGED, "bob")
    assert only(store) == {Outcome.EDITED_MINOR: 1, Outcome.MERGED: 1}
    found = store.recount()
    assert (found.n_multiple, found.n_disagree) == (2, 1)
    label(store, first, ESCAPED, "ann")
    assert only(store) == {Outcome.UNKNOWN_ESCAPE: 1, Outcome.MERGED: 1}
    summary = [s for s in store.list_outputs() if s.output_id == first]
    assert [s.outcome for s in summary] == [Outcome.UNKNOWN_ESCAPE]
    for _ in range(3):
        store.undo("ann", EFFORT, NOW)
    assert only(store) == {Outcome.MERGED: 2}
    assert store.recount().n_multiple == 0
    assert store.verify() == []


@given(seed=st.integers(0, 2**32))
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_defect_leaks_of_anybody_are_in_both_counts(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Written down by whoever found them, with a label or without, undone or not."""
    path = make_study(tmp_path_factory.mktemp("leaks"), n_tickets=3, reviewers=REVIEWERS)
    rng = random.Random(seed)
    leak = Finding(FindingKind.FUNCTIONAL, 3)
    with open_store(path) as store:
        ids = ids_of(store)
        for _ in range(20):
            reviewer, output_id = rng.choice(REVIEWERS), rng.choice(ids)
            held = store.get_judgement(reviewer, output_id)
            found = rng.choice((MERGED, EDITED, add_defect_leak(held, leak)))
            act = Act.LABEL if found in {MERGED, EDITED} else Act.FINDING
            store.record(reviewer, output_id, act, found, EFFORT, NOW)
            if rng.random() < 0.2:
                store.undo(reviewer, EFFORT, NOW)
        tallies: dict[str, Counter[Cell]] = {}
        for case in store.cases():
            tallies.setdefault(case.candidate, Counter())[case.cell] += 1
        assert tallies == store.recount().tallies
        assert store.verify() == []


def test_cases_come_by_ticket_with_what_everybody_said(store: Store) -> None:
    """In the order of tickets, candidates and trials; the first label counts, others stand by."""
    store.ensure_reviewer("bob", NOW)
    first, second = ids_of(store)[:2]
    label(store, first, EDITED, "ann")
    label(store, first, MERGED, "bob")
    label(store, second, ESCAPED, "bob")
    cases = list(store.cases())
    keys = [(case.ticket_id, case.candidate, case.trial) for case in cases]
    assert keys == sorted(keys)
    assert len(keys) == 8
    by_id = {case.output_id: case for case in cases}
    assert by_id[first].counted.reviewer == "ann"
    assert by_id[first].counted.judgement == EDITED
    assert [(o.reviewer, o.judgement) for o in by_id[first].others] == [("bob", MERGED)]
    assert by_id[first].is_disputed
    assert not by_id[second].is_disputed
    assert by_id[second].counted.reviewer == "bob"
    mine = {case.output_id: case for case in store.cases("ann")}
    assert mine[second].counted.reviewer == ""
    assert mine[first].others == ()
    assert {case.candidate for case in store.cases(candidate="m1")} == {"m1"}


def test_labelled_stays_labelled_when_tests_fail_later(store: Store) -> None:
    """A red test settles what is open, and moves the outcome of what is labelled, not its place."""
    first, second = ids_of(store)[:2]
    label(store, first)
    outputs = [store.get_output(i) for i in (first, second)]
    reports = [(o.ticket_id, o.candidate, 1, CheckResult(CheckStatus.FAIL)) for o in outputs]
    counts = store.record_checks(reports, NOW)
    assert (counts.matched, counts.unmatched) == (2, ())
    progress = store.progress("ann")
    assert (progress.labelled, progress.tests_failed, progress.left) == (1, 1, 6)
    assert store.get_item("ann", first).outcome is Outcome.CAUGHT
    again = store.record_checks(reports, NOW)
    assert (again.matched, again.same) == (0, 2)


def test_unmatched_reports_are_named(store: Store) -> None:
    """A report that fits no output or several is left out, with the reason."""
    result = CheckResult(CheckStatus.PASS)
    reports = [("t9", "m1", None, result), ("t1", None, None, result), ("t1", "m1", None, result)]
    counts = store.record_checks(reports, NOW)
    assert counts.matched == 1
    assert counts.unmatched == (
        "ticket t9, candidate m1: no such output",
        "ticket t1: fits several outputs: name candidate and trial",
    )


def test_cells_survive_their_text(store: Store) -> None:
    """Every cell kept in the store reads back as the cell it was."""
    for output_id, judgement in zip(ids_of(store), JUDGEMENTS, strict=False):
        label(store, output_id, judgement)
    for counts in store.tallies("ann").values():
        for cell in counts:
            assert Cell.decode(cell.encode()) == cell
