"""Labels: what a key press saves, and how it is taken back."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.domain.errors import LabelRefused, UsageError
from workbench.domain.finding import Finding, FindingKind
from workbench.domain.label import NO_JUDGEMENT, Act, Judgement, Label
from workbench.domain.outcome import Outcome
from workbench.domain.queue import Place
from workbench.store.store import Store, open_store

from .kit import (
    EDITED,
    EFFORT,
    ESCAPED,
    JUDGEMENTS,
    MERGED,
    NOW,
    SKIPPED,
    at,
    count_events,
    ids_of,
    judgements_of,
    label,
    make_study,
    query,
)

ACTS = ("label", "skip", "finding", "self_flag", "peek", "undo", "redo")


def act(store: Store, rng: random.Random, ids: list[str], reviewer: str = "ann") -> None:
    """One random thing a reviewer may do."""
    kind = rng.choice(ACTS)
    output_id = rng.choice(ids)
    if kind == "undo":
        store.undo(reviewer, EFFORT, NOW)
    elif kind == "redo":
        store.redo(reviewer, EFFORT, NOW)
    elif kind == "peek":
        held = store.get_judgement(reviewer, output_id)
        store.record(reviewer, output_id, Act.PEEK, held, EFFORT, NOW)
    else:
        judgement = SKIPPED if kind == "skip" else rng.choice(JUDGEMENTS)
        store.record(reviewer, output_id, Act(kind), judgement, EFFORT, NOW)


def test_saved_says_what_changed(store: Store) -> None:
    """A saved label comes back with its event, its line in the queue, its cells and progress."""
    first = ids_of(store)[0]
    saved = store.record("ann", first, Act.LABEL, MERGED, EFFORT, at(5))
    assert (saved.event.event_id, saved.event.seq, saved.event.prev_hash) == (1, 1, "")
    assert (saved.event.app_version, saved.event.rubric_version) == ("1", "r1")
    assert saved.item == store.get_item("ann", first)
    assert (saved.item.place, saved.item.label) == (Place.LABELLED, Label.MERGED)
    assert (saved.old_cell.outcome, saved.new_cell.outcome) == (Outcome.PENDING, Outcome.MERGED)
    assert saved.alias == saved.item.alias
    assert saved.progress == store.progress("ann")
    assert (saved.progress.left, saved.progress.labelled, saved.progress.total) == (7, 1, 8)
    assert store.last_saved_at("ann") == at(5)


def test_same_label_again_changes_no_count(store: Store) -> None:
    """A second press of the same key is an event, and no count moves."""
    first = ids_of(store)[0]
    label(store, first)
    before = store.tallies("ann")
    saved = label(store, first)
    assert saved.event.event_id == 2
    assert saved.old_cell == saved.new_cell
    assert store.tallies("ann") == before


def test_d3_field_t7_change_of_mind(store: Store, path: Path) -> None:
    """D3: m, e, m, e, m on one output is one current label and five events."""
    first = ids_of(store)[0]
    for judgement in (MERGED, EDITED, MERGED, EDITED, MERGED):
        label(store, first, judgement)
    assert count_events(path) == 5
    assert store.get_judgement("ann", first) == MERGED
    assert store.progress("ann").labelled == 1
    assert [r.event.judgement for r in store.events() if r.event] == [MERGED]
    assert query(path, "SELECT seq, supersedes FROM label_event ORDER BY 1") == [
        (1, None),
        (2, 1),
        (3, 2),
        (4, 3),
        (5, 4),
    ]


def test_self_flag_answer_goes_with_its_label(store: Store) -> None:
    """One undo takes back a label and the answer that amended it."""
    first = ids_of(store)[0]
    label(store, first, ESCAPED)
    store.record("ann", first, Act.SELF_FLAG, EDITED, EFFORT, NOW)
    undone = store.undo("ann", EFFORT, NOW)
    assert undone is not None
    assert undone.event.judgement == NO_JUDGEMENT
    assert store.undo("ann", EFFORT, NOW) is None
    redone = store.redo("ann", EFFORT, NOW)
    assert redone is not None
    assert redone.event.judgement == EDITED


def test_skip_stays_in_the_queue(store: Store) -> None:
    """A skipped output waits until nothing else is open."""
    ids = ids_of(store)
    store.record("ann", ids[0], Act.SKIP, SKIPPED, EFFORT, NOW)
    assert store.progress("ann").left == 8
    following = store.next_open("ann")
    assert following is not None
    assert following.output_id == ids[1]
    for output_id in ids[1:]:
        label(store, output_id)
    last = store.next_open("ann")
    assert last is not None
    assert last.output_id == ids[0]


def test_undo_is_each_reviewers_own(tmp_path: Path) -> None:
    """An undo never touches what another reviewer did."""
    path = make_study(tmp_path, reviewers=("ann", "bob"))
    with open_store(path) as store:
        first = ids_of(store)[0]
        label(store, first, MERGED, "ann")
        label(store, first, EDITED, "bob")
        undone = store.undo("ann", EFFORT, NOW)
        assert undone is not None
        assert undone.event.reviewer == "ann"
        assert store.get_judgement("bob", first) == EDITED
        assert store.undo("ann", EFFORT, NOW) is None


def test_field_t8_two_reviewers_may_say_the_same(tmp_path: Path) -> None:
    """Both label one output merged: two rows of the log, two labels, and no error."""
    path = make_study(tmp_path, reviewers=("ann", "bob"))
    with open_store(path) as ours, open_store(path) as theirs:
        first = ids_of(ours)[0]
        label(ours, first, MERGED, "ann")
        label(theirs, first, MERGED, "bob")
        assert [ours.get_judgement(who, first) for who in ("ann", "bob")] == [MERGED, MERGED]
        assert ours.recount().n_multiple == 1
        assert ours.recount().n_disagree == 0
        assert ours.verify() == []
    sql = "SELECT reviewer, seq FROM label_event ORDER BY event_id"
    assert query(path, sql) == [("ann", 1), ("bob", 1)]


def test_refuses_what_does_not_hold_together(store: Store, path: Path) -> None:
    """A finding that names a missing flag, an unknown output and half a character store nothing."""
    first = ids_of(store)[0]
    with pytest.raises(LabelRefused, match="flag 2"):
        label(store, first, Judgement(findings=(Finding(FindingKind.SECURITY, flag=2),)))
    with pytest.raises(UsageError, match="no output zzz"):
        label(store, "zzz")
    with pytest.raises(UsageError, match="reviewer eve"):
        label(store, first, reviewer="eve")
    with pytest.raises(LabelRefused, match="surrogate"):
        label(store, first, Judgement(label=Label.MERGED, note="\ud800"))
    assert count_events(path) == 0
    label(store, first)


@pytest.mark.parametrize("seed", [1, 2])
def test_d3_field_t10_undo_all_redo_all_over_a_restart(tmp_path: Path, seed: int) -> None:
    """D3: after 200 random acts and a restart, undo all is the start and redo all is the end."""
    path = make_study(tmp_path)
    rng = random.Random(seed)
    with open_store(path) as store:
        ids = ids_of(store)[:5]
        for _ in range(200):
            act(store, rng, ids)
        while store.redo("ann", EFFORT, NOW):
            pass
        end = judgements_of(store)
        counts = store.tallies("ann")
    with open_store(path) as store:
        n_undone = 0
        while store.undo("ann", EFFORT, NOW):
            n_undone += 1
        assert set(judgements_of(store).values()) == {NO_JUDGEMENT}
        assert store.progress("ann").labelled == 0
    with open_store(path) as store:
        n_redone = 0
        while store.redo("ann", EFFORT, NOW):
            n_redone += 1
        assert n_redone == n_undone > 10
        assert judgements_of(store) == end
        assert store.tallies("ann") == counts
        assert store.verify() == []


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seeds=st.lists(st.integers(0, 2**16), min_size=1, max_size=25))
def test_d3_field_t10_history_only_grows(
    tmp_path_factory: pytest.TempPathFactory, seeds: list[int]
) -> None:
    """D3: whatever is done, earlier events stay byte for byte, undo and redo included."""
    path = make_study(tmp_path_factory.mktemp("grow"), n_tickets=2)
    with open_store(path) as store:
        ids = ids_of(store)
        before: list[tuple[object, ...]] = []
        for seed in seeds:
            act(store, random.Random(seed), ids)
            after = query(path, "SELECT * FROM label_event ORDER BY event_id")
            assert after[: len(before)] == before
            assert len(after) - len(before) in {0, 1}
            before = after


def test_undo_never_takes_away_what_came_later(store: Store) -> None:
    """An import put another judgement on top: undo is refused, and what stands stays."""
    first = ids_of(store)[0]
    saved = label(store, first, MERGED)
    store.add_imported_events([saved.event._replace(judgement=ESCAPED, origin='{"event_id": "x"}')])
    with pytest.raises(LabelRefused, match="something newer"):
        store.undo("ann", EFFORT, NOW)
    assert store.get_judgement("ann", first) == ESCAPED


def test_a_label_on_a_judgement_that_changed_meanwhile_is_refused(store: Store) -> None:
    """The caller says what it saw; what it did not see is not overwritten."""
    first = ids_of(store)[0]
    label(store, first, ESCAPED)
    with pytest.raises(LabelRefused, match="changed in another program"):
        store.record("ann", first, Act.LABEL, MERGED, EFFORT, NOW, held=NO_JUDGEMENT)
    store.record("ann", first, Act.LABEL, MERGED, EFFORT, NOW, held=ESCAPED)
    assert store.get_judgement("ann", first) == MERGED
