"""The queue: its order, its pages, its filter."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.check import CheckResult, CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.errors import UsageError
from workbench.domain.label import Label
from workbench.domain.output import make_output_id
from workbench.domain.queue import Place, QueueItem, compute_position, make_order
from workbench.store.store import Store, create_store, open_store

from .kit import (
    EDITED,
    MERGED,
    NOW,
    at,
    ids_of,
    label,
    make_output,
    make_outputs,
    make_study,
    make_ticket,
    query,
)


@given(st.text(max_size=8), st.lists(st.text(max_size=12), unique=True, max_size=30))
def test_positions_are_the_order(seed: str, ids: list[str]) -> None:
    """Sorting by position is make_order, and positions leave room for a teaching order."""
    assert sorted(ids, key=lambda i: compute_position(seed, i)) == make_order(seed, ids)
    assert all(1_000_000 < compute_position(seed, i) < 2**63 for i in ids)


def test_each_reviewer_has_an_order_of_their_own(tmp_path: Path) -> None:
    """The order is random per reviewer and the same on another machine."""
    one, two = make_study(tmp_path, 8, ("ann", "bob")), make_study(tmp_path, 8, name="two.db")
    with open_store(one) as here, open_store(two) as there:
        assert ids_of(here, "ann") == ids_of(there, "ann")
        assert ids_of(here, "ann") != ids_of(here, "bob")
        assert sorted(ids_of(here, "ann")) == sorted(ids_of(here, "bob"))
        assert here.list_reviewers() == ["ann", "bob"]


def test_later_outputs_join_every_queue(store: Store) -> None:
    """An output that comes later stands where it would have stood from the start."""
    before = ids_of(store)
    store.add_tickets([make_ticket("t9")])
    store.add_outputs([make_output("t9", name, b"late " + name.encode()) for name in ("m1", "m2")])
    after = ids_of(store)
    assert [i for i in after if i in before] == before
    assert len(after) == 10
    store.ensure_reviewer("zoe", NOW)
    assert store.progress("zoe") == store.progress("ann")
    assert store.verify() == []


def test_teaching_order(tmp_path: Path) -> None:
    """Outputs named in a teaching order come first for everyone; then it cannot change."""
    path = tmp_path / "demo.db"
    create_store(path, study_id="demo", created_at=NOW, tool_version="1")
    with open_store(path) as store:
        store.add_tickets(make_ticket(f"t{i}") for i in range(4))
        outputs = make_outputs()
        store.add_outputs(outputs[:6])
        ids = sorted(s.output_id for s in store.list_outputs())
        late = outputs[6].delivered
        later = make_output_id("demo", late.ticket_id, late.candidate, late.content_digest)
        store.set_first_order([*ids[:3], "not here", later])
        store.ensure_reviewer("ann", NOW)
        store.add_outputs(outputs[6:])
        assert ids_of(store)[:4] == [*ids[:3], later]
        assert [i.position for i in store.queue_page("ann", None, 4)] == [0, 1, 2, 4]
        with pytest.raises(UsageError, match="order cannot change"):
            store.set_first_order(ids)
        assert store.verify() == []


def test_a_taught_output_is_shown_even_if_its_tests_settle_it(tmp_path: Path) -> None:
    """A red test in the teaching order is open, counted as left, and a label moves it like any."""
    path = make_study(tmp_path, reviewers=())
    with open_store(path) as store:
        made = {(o.ticket_id, o.candidate): o.output_id for o in store.list_outputs()}
        red, other = made["t0", "m1"], made["t1", "m1"]
        failed = CheckResult(CheckStatus.FAIL, "one test")
        store.record_checks([("t0", "m1", None, failed), ("t1", "m1", None, failed)], NOW)
        store.set_first_order([red])
        store.ensure_reviewer("ann", NOW)
        assert (store.get_item("ann", red).place, store.get_item("ann", other).place) == (
            Place.OPEN,
            Place.SETTLED,
        )
        assert (store.progress("ann").left, store.progress("ann").tests_failed) == (7, 1)
        label(store, red, MERGED)
        assert (store.progress("ann").left, store.progress("ann").labelled) == (6, 1)
        store.record_checks([("t0", "m1", None, CheckResult(CheckStatus.PASS))], NOW)
        assert store.verify() == []


@pytest.mark.parametrize("n", [1, 3, 8, 20])
def test_pages_cover_the_queue(store: Store, n: int) -> None:
    """Pages forward and backward join without gap or overlap."""
    label(store, ids_of(store)[3])
    whole = store.queue_page("ann", None, 100)
    forward, position = [], None
    while page := store.queue_page("ann", position, n):
        forward += page
        position = page[-1].position
    backward: list[QueueItem] = []
    position = None
    while page := store.queue_page("ann", position, n, is_forward=False):
        backward = page + backward
        position = page[0].position
    assert forward == backward == whole


def test_settled_items_are_left_out(store: Store) -> None:
    """What needs no label is not in the default queue, and its reason is counted."""
    store.add_outputs(
        [
            make_output("t0", "m3", delivery=Delivery.VOID),
            make_output("t1", "m3", delivery=Delivery.CRASH_MODEL),
            make_output("t2", "m3"),
            make_output("t3", "m3", message="which one?"),
        ]
    )
    store.record_checks([("t0", "m1", None, CheckResult(CheckStatus.FAIL))], NOW)
    progress = store.progress("ann")
    assert (progress.left, progress.total) == (8, 8)
    assert (progress.tests_failed, progress.nothing_delivered, progress.void) == (1, 2, 1)
    assert len(store.queue_page("ann", None, 50)) == 8
    settled = store.queue_page("ann", None, 50, places={Place.SETTLED})
    assert len(settled) == 4
    assert len(ids_of(store)) == 12


def test_filter_text(store: Store) -> None:
    """The filter looks into ticket id, title, alias and label, and never into names."""
    ids = ids_of(store)
    label(store, ids[0], MERGED)
    label(store, ids[1], EDITED)
    page = store.queue_page("ann", None, 50, text="Title of T2")
    assert {item.ticket_id for item in page} == {"t2"}
    assert [item.label for item in store.queue_page("ann", None, 50, text="merg")] == [Label.MERGED]
    assert store.queue_page("ann", None, 50, text="m1") == []
    assert store.queue_page("ann", None, 50, text="%") == []
    assert store.queue_page("ann", None, 50, text="_") == []
    last = store.queue_page("ann", None, 2, is_forward=False, text="title")
    assert [item.output_id for item in last] == ids[-2:]


def test_next_open_wraps(store: Store) -> None:
    """After the last open item comes the first; with none left, nothing."""
    items = store.queue_page("ann", None, 50)
    label(store, items[-1].output_id)
    following = store.next_open("ann", items[-2].position)
    assert following == items[0]
    for item in items[:-1]:
        label(store, item.output_id)
    assert store.next_open("ann", 0) is None


def test_unknown_is_a_usage_error(store: Store) -> None:
    """An unknown output, ticket or reviewer is named."""
    with pytest.raises(UsageError, match="no output zz in the queue of reviewer ann"):
        store.get_item("ann", "zz")
    with pytest.raises(UsageError, match="reviewer eve"):
        store.get_review_item("eve", ids_of(store)[0])
    with pytest.raises(UsageError, match="no ticket t99"):
        store.get_ticket("t99")
    with pytest.raises(UsageError, match="needs a name"):
        store.ensure_reviewer("", NOW)
    assert store.queue_page("eve", None, 5) == []
    assert store.last_saved_at("ann") is None


def test_reviewer_is_built_once(store: Store, path: Path) -> None:
    """Asking again for a reviewer changes nothing; building tells its progress."""
    told: list[tuple[int, int]] = []
    assert not store.ensure_reviewer("ann", at(5))
    assert store.ensure_reviewer("bob", at(5), lambda done, total: told.append((done, total)))
    assert told == [(0, 8)]
    assert query(path, "SELECT count(*) FROM item") == [(16,)]
